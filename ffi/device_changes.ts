/**
 * What is different between two lists of devices.
 *
 * @module
 */

import type { DeviceInfo } from "./devices.ts";

/** A device came, or went. */
export interface DeviceListChange {
  /** Which of the two. */
  readonly kind: "added" | "removed";
  /** The device, as it was listed last. */
  readonly device: DeviceInfo;
  /** All devices that there are now. */
  readonly devices: readonly DeviceInfo[];
}

/** Another device is the default: the one that `open` would take if none is named. */
export interface DefaultDeviceChange {
  /** That it is this. */
  readonly kind: "default";
  /** The default now; `undefined` where there is none. */
  readonly device: DeviceInfo | undefined;
  /** The default before, as it was listed last. */
  readonly previous: DeviceInfo | undefined;
  /** All devices that there are now. */
  readonly devices: readonly DeviceInfo[];
}

/** What changed among the devices. */
export type DeviceChange = DeviceListChange | DefaultDeviceChange;

/** The default of the first sound system that has any device, as that is the one that is opened. */
function defaultOf(devices: readonly DeviceInfo[]): DeviceInfo | undefined {
  return devices.find((device) => device.isDefault && device.backend === devices[0].backend);
}

/** Those of one list that are not in the other, whatever else is said of them. */
function without(devices: readonly DeviceInfo[], others: readonly DeviceInfo[]): DeviceInfo[] {
  const ids = new Set(others.map((other) => other.id));
  return devices.filter((device) => !ids.has(device.id));
}

/**
 * What is different: first what was removed, then what was added, then another default.
 *
 * @param before The list as it was; the sound systems in the order in which they are tried.
 * @param devices The list as it is now.
 */
export function diffDevices(
  before: readonly DeviceInfo[],
  devices: readonly DeviceInfo[],
): DeviceChange[] {
  const changes: DeviceChange[] = [
    ...without(before, devices).map((device) => ({ kind: "removed", device, devices }) as const),
    ...without(devices, before).map((device) => ({ kind: "added", device, devices }) as const),
  ];
  const previous = defaultOf(before);
  const device = defaultOf(devices);
  if (previous?.id !== device?.id) changes.push({ kind: "default", device, previous, devices });
  return changes;
}

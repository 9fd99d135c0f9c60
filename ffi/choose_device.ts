import { show } from "./check.ts";
import type { DeviceInfo } from "./devices.ts";
import { MicRingError } from "./errors.ts";

function describe(devices: readonly DeviceInfo[]): string {
  return devices.map((device) => `${show(device.name)} (${device.id})`).join(", ");
}

/** Those of the first backend that has any: the others show the same microphones once more. */
function ofOneBackend(devices: readonly DeviceInfo[]): readonly DeviceInfo[] {
  return devices.filter((device) => device.backend === devices[0].backend);
}

/** Who looks for "USB" means the microphone, not what its headphones play. */
function microphonesFirst(devices: readonly DeviceInfo[]): readonly DeviceInfo[] {
  const microphones = devices.filter((device) => !device.isMonitor);
  return microphones.length > 0 ? microphones : devices;
}

/**
 * The device that a name means: of exactly that name, or else the only one whose name has it in
 * it, in any case of letters. Never a guess: none or several is an error that lists them.
 *
 * @param devices What there is, the backends in the order in which they are tried.
 * @param wanted The name, or a part of it.
 */
export function chooseDevice(devices: readonly DeviceInfo[], wanted: string): DeviceInfo {
  const part = wanted.toLowerCase();
  const exact = devices.filter((device) => device.name === wanted);
  const matching = exact.length > 0
    ? exact
    : devices.filter((device) => device.name.toLowerCase().includes(part));
  if (matching.length === 0) {
    const there = devices.length > 0 ? `there are ${describe(devices)}` : "there is none at all";
    throw new MicRingError(
      "device-not-found",
      `Cannot open the device ${show(wanted)}: none has that name; ${there}`,
    );
  }
  const found = ofOneBackend(microphonesFirst(matching));
  if (found.length === 1) return found[0];
  throw new MicRingError(
    "device-ambiguous",
    `Cannot open the device ${show(wanted)}: it may be any of ${describe(found)}; give its id`,
  );
}

/**
 * Which devices come and go, by asking again and again: not every sound system tells by itself.
 *
 * @module
 */

import { checkNumber, checkOptions, checkWord, show } from "./check.ts";
import { type Backend, BACKEND_NAMES, type DeviceInfo, listDevices } from "./devices.ts";
import { MicRingError } from "./errors.ts";
import { acquireLibrary } from "./_library.ts";
import { checkLibraryPath } from "./library_path.ts";

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

/** What `MicRing.watchDevices` can be told. */
export interface WatchDevicesOptions {
  /**
   * Which sound system; the one that `open` would use, if left out. Not all of them: to list those
   * of ALSA opens each, and beside a sound server that would wake them up at every look.
   */
  readonly backend?: Backend;
  /** How long to wait between two looks, in seconds from 0.1 to 86400; 1 if left out. */
  readonly interval?: number;
  /** Ends the iteration when it is aborted. */
  readonly signal?: AbortSignal;
  /** The native library to load, as for `MicRing.open`. */
  readonly libraryPath?: string | URL;
}

const INTERVAL = { least: 0.1, most: 86_400 };

/** Waits; less if the signal is aborted. */
function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, 1000 * seconds);
    signal.addEventListener("abort", wake);
  });
}

/** What one sound system has; `undefined` where it is not there. */
async function listOf(backend: Backend): Promise<DeviceInfo[] | undefined> {
  try {
    return await listDevices({ backend });
  } catch (error) {
    if (!(error instanceof MicRingError)) throw error;
    if (error.code === "no-backend") return undefined;
    // One that hangs is there, and has nothing to offer.
    if (error.code === "no-answer") return [];
    throw error;
  }
}

/** The first sound system that has devices; a sound server that is there speaks for the machine. */
async function listWhatOpens(): Promise<DeviceInfo[]> {
  for (const backend of BACKEND_NAMES.filter((name) => name !== "null")) {
    const devices = await listOf(backend);
    if (devices && (devices.length > 0 || backend === "pulseaudio")) return devices;
  }
  return [];
}

/** How a watch goes. */
export interface WatchPlan {
  /** What there is now. */
  readonly list: () => Promise<readonly DeviceInfo[]>;
  /** In seconds. */
  readonly interval: number;
  readonly signal: AbortSignal | undefined;
  readonly libraryPath?: string | undefined;
}

async function* changesOf({ list, interval, libraryPath }: WatchPlan, ending: AbortSignal) {
  if (ending.aborted) return;
  // Else it would be loaded anew for every look.
  using _library = await acquireLibrary(libraryPath);
  let before = await list();
  for (;;) {
    await sleep(interval, ending);
    if (ending.aborted) return;
    const devices = await list();
    for (const change of diffDevices(before, devices)) {
      if (ending.aborted) return;
      yield change;
    }
    before = devices;
  }
}

/** The changes, ended by a signal, and at once: a generator alone would first go on to its next. */
export class DeviceWatch implements AsyncIterableIterator<DeviceChange>, AsyncDisposable {
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #changes: AsyncGenerator<DeviceChange, void, void>;
  readonly #end = () => void this.return();

  constructor(plan: WatchPlan) {
    this.#signal = plan.signal;
    this.#changes = changesOf(plan, this.#ending.signal);
    if (plan.signal?.aborted) this.#ending.abort();
    else plan.signal?.addEventListener("abort", this.#end);
  }

  async next(): Promise<IteratorResult<DeviceChange, void>> {
    try {
      return await this.#changes.next();
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  /** Resolves when nothing of it is under way any more: a look cannot be broken off. */
  return(): Promise<IteratorResult<DeviceChange, void>> {
    this.#forget();
    this.#ending.abort();
    return this.#changes.return();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #forget(): void {
    this.#signal?.removeEventListener("abort", this.#end);
  }
}

/** See `MicRing.watchDevices`. */
export function watchDevices(
  options: WatchDevicesOptions,
): AsyncIterableIterator<DeviceChange> & AsyncDisposable {
  const action = "watch the devices";
  checkOptions(action, options, ["backend", "interval", "signal", "libraryPath"]);
  const { backend, interval = 1, signal, libraryPath: given } = options;
  if (backend !== undefined) checkWord(action, "backend", backend, BACKEND_NAMES);
  checkNumber(action, "interval", interval, INTERVAL);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot ${action}: signal is ${show(signal)}, not an AbortSignal`);
  }
  const libraryPath = given === undefined ? undefined : checkLibraryPath(action, given);
  const list = async () => backend === undefined ? listWhatOpens() : await listOf(backend) ?? [];
  return new DeviceWatch({ list, interval, signal, libraryPath });
}

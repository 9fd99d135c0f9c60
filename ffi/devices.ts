import { BACKENDS, DEVICE, nameOf } from "./abi.ts";
import { checkOptions, checkText, checkWord, show } from "./check.ts";
import { MicRingError } from "./errors.ts";
import { acquireLibrary, type Handle, type Library, openHandle, text } from "./_library.ts";
import { checkLibraryPath } from "./library_path.ts";

/** The sound systems that a microphone can be reached through. */
export type Backend = "wasapi" | "coreaudio" | "pulseaudio" | "alsa" | "jack" | "null";

/** The words for the backends, in the order in which they are tried. */
export const BACKEND_NAMES = Object.keys(BACKENDS).filter((name) => name !== "auto") as Backend[];

/** A form in which a device can deliver audio by itself. */
export interface DeviceFormat {
  /** Bits of a sample; 0 where any will do. */
  readonly bits: number;
  /** Whether samples are floating point numbers. */
  readonly float: boolean;
  /** Channels; 0 where any number will do. */
  readonly channels: number;
  /** Frames in a second; 0 where any number will do. */
  readonly sampleRate: number;
}

/** A capture device, as the system lists it. */
export interface DeviceInfo {
  /** Unique on this machine and the same at the next start: give it to `open({ device })`. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** The sound system it was found in. */
  readonly backend: Backend;
  /** Whether it is the one that this sound system uses when none is named. */
  readonly isDefault: boolean;
  /** Whether it is no microphone, but what an output plays (PulseAudio and PipeWire list these). */
  readonly isMonitor: boolean;
  /** The forms in which it delivers by itself; empty where the system does not tell. */
  readonly formats: readonly DeviceFormat[];
}

/** The device that was opened, and what it delivers by itself. */
export interface OpenedDevice {
  /** Its id, if it was named at opening; `undefined` for the system's default. */
  readonly id: string | undefined;
  /** What people call it. */
  readonly name: string;
  /** The sound system it was opened through. */
  readonly backend: Backend;
  /** Frames in a second, before any conversion to the ring's. */
  readonly sampleRate: number;
  /** Channels, before any conversion to the ring's. */
  readonly channels: number;
}

/** What `MicRing.devices` can be told. */
export interface DevicesOptions {
  /** One sound system only; all that answer, but `null`, if left out. */
  readonly backend?: Backend;
  /** The native library to load, as for `MicRing.open`. */
  readonly libraryPath?: string | URL;
}

/** The backend that a native number stands for: what was found or opened is never `auto`. */
export function backendOf(number: number): Backend {
  return nameOf(BACKENDS, number) as Backend;
}

function readDevice(native: Library, list: Handle, index: number): DeviceInfo {
  const number = (field: number, item = 0) =>
    native.micring_devices_number(list, index, field, item);
  const formats = Array.from({ length: number(DEVICE.FORMAT_COUNT) }, (_, item) => ({
    bits: number(DEVICE.FORMAT_BITS, item),
    float: number(DEVICE.FORMAT_IS_FLOAT, item) === 1,
    channels: number(DEVICE.FORMAT_CHANNELS, item),
    sampleRate: number(DEVICE.FORMAT_SAMPLE_RATE, item),
  }));
  return {
    id: text(native.micring_devices_text(list, index, 1)),
    name: text(native.micring_devices_text(list, index, 0)),
    backend: backendOf(number(DEVICE.BACKEND)),
    isDefault: number(DEVICE.IS_DEFAULT) === 1,
    isMonitor: number(DEVICE.IS_MONITOR) === 1,
    formats,
  };
}

/** Lists the capture devices. */
export async function listDevices(options: DevicesOptions): Promise<DeviceInfo[]> {
  const action = "list the devices";
  checkOptions(action, options, ["backend", "libraryPath"]);
  const { backend, libraryPath } = options;
  if (backend !== undefined) checkWord(action, "backend", backend, BACKEND_NAMES);
  const chosen = libraryPath === undefined ? undefined : checkLibraryPath(action, libraryPath);
  using library = await acquireLibrary(chosen);
  const { native } = library;
  const list = await openHandle(
    action,
    (out, error) => native.micring_devices_list(BACKENDS[backend ?? "auto"], out, error),
  );
  try {
    const count = native.micring_devices_count(list);
    return Array.from({ length: count }, (_, index) => readDevice(native, list, index));
  } finally {
    native.micring_devices_free(list);
  }
}

/** Whether a text is an id of {@linkcode DeviceInfo}: it begins with its backend. */
export function isDeviceId(wanted: string): boolean {
  return BACKEND_NAMES.some((name) => wanted.startsWith(`${name}:`));
}

/** The backend that an id begins with. */
export function backendOfId(id: string): Backend {
  return id.slice(0, id.indexOf(":")) as Backend;
}

/** Refuses what names no device. */
export function checkDevice(action: string, device: unknown): string {
  const named = typeof device === "object" && device !== null && "id" in device
    ? device.id
    : device;
  checkText(action, "device", named);
  return named;
}

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

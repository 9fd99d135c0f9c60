/**
 * What a ring is opened with, checked.
 *
 * @module
 */

import { checkNumber, checkOptions, checkSeconds, checkWord, show } from "./check.ts";
import { type Backend, BACKEND_NAMES, checkDevice, type DeviceInfo } from "./devices.ts";
import type { SampleFormat } from "./formats.ts";
import { checkLibraryPath } from "./library_path.ts";
import { microphone, Source, type SourceSettings } from "./sources.ts";

/** What `MicRing.open` can be told. Only `seconds` must be. */
export interface OpenOptions<F extends SampleFormat = SampleFormat> {
  /**
   * How many of the last seconds the ring holds. In memory a second takes
   * `2 * sampleRate * channels` samples (of 4 bytes, or 2 in `s16`), as each is stored twice.
   */
  readonly seconds: number;
  /** What fills the ring; the microphone if left out. */
  readonly source?: Source;
  /** How samples are stored: `f32` if left out, or `s16` for half the memory. */
  readonly format?: F;
  /** Frames in a second, from 8000 to 384000; the source's own if left out, 48000 if it has none. */
  readonly sampleRate?: number;
  /** Channels, from 1 to 254; the source's own if left out, 1 if it has none. */
  readonly channels?: number;
  /**
   * Which microphone: an id or a name from `MicRing.devices()`, a part of the name that only one
   * has, or the entry itself. The default one if left out.
   */
  readonly device?: string | DeviceInfo;
  /** Which sound system; the first that works if left out. `null`, a device of silence, is used
   * only where it is named here. */
  readonly backend?: Backend;
  /**
   * How often the system hands over what it recorded, in milliseconds from 1 to 1000; 20 if left
   * out. A hint: some systems have a will of their own. The newest frame of a snapshot is at most
   * so old; a longer period costs less CPU.
   */
  readonly periodMs?: number;
  /**
   * The native library to load, as a path or a `file:` URL; the one that comes with this module if
   * left out. A thread uses one at a time: another than that in use is refused.
   */
  readonly libraryPath?: string | URL;
}

/** The options, checked, with every default filled in. */
export interface OpenPlan<F extends SampleFormat> {
  readonly source: Source;
  readonly seconds: number;
  readonly format: F;
  /** 0 for the source's own. */
  readonly sampleRate: number;
  /** 0 for the source's own. */
  readonly channels: number;
  readonly device: string | undefined;
  readonly backend: Backend | undefined;
  readonly periodMs: number;
  readonly libraryPath: string | undefined;
}

const ACTION = "open";
const OF_MICROPHONE = ["device", "backend", "periodMs"] as const;
const NAMES = [
  "seconds",
  "source",
  "format",
  "sampleRate",
  "channels",
  ...OF_MICROPHONE,
  "libraryPath",
];
/** The sample rates there are. */
export const RATE = { least: 8000, most: 384_000, whole: true };
/** The numbers of channels there are. */
export const CHANNELS = { least: 1, most: 254, whole: true };
const PERIOD = { least: 1, most: 1000, whole: true };
/** What a source without a rate of its own runs at. */
const SYNTHETIC_RATE = 48_000;

function checkSource(source: unknown): asserts source is Source {
  if (source instanceof Source) return;
  throw new TypeError(
    `Cannot ${ACTION}: source is ${show(source)}; make one with tone(), sequence(), file(), ` +
      "push() or microphone()",
  );
}

function checkTone(settings: SourceSettings, sampleRate = SYNTHETIC_RATE): void {
  if (settings.kind !== "tone" || settings.frequency < sampleRate / 2) return;
  throw new RangeError(
    `Cannot ${ACTION} a tone of ${settings.frequency} Hz: at a sample rate of ${sampleRate} Hz ` +
      `it must be below ${sampleRate / 2}`,
  );
}

/** Checks the options, and fills in the defaults. */
export function planOpen<F extends SampleFormat>(options: OpenOptions<F>): OpenPlan<F> {
  checkOptions(ACTION, options, NAMES);
  const { seconds, source = microphone(), format = "f32", sampleRate, channels } = options;
  const { device, backend, periodMs = 20, libraryPath } = options;
  checkSeconds(ACTION, "seconds", seconds);
  checkSource(source);
  checkWord(ACTION, "format", format, ["f32", "s16"]);
  if (sampleRate !== undefined) checkNumber(ACTION, "sampleRate", sampleRate, RATE);
  if (channels !== undefined) checkNumber(ACTION, "channels", channels, CHANNELS);
  if (backend !== undefined) checkWord(ACTION, "backend", backend, BACKEND_NAMES);
  checkNumber(ACTION, "periodMs", periodMs, PERIOD);
  const { settings } = source;
  checkTone(settings, sampleRate);
  const stray = OF_MICROPHONE.find((name) => options[name] !== undefined);
  if (settings.kind !== "microphone" && stray !== undefined) {
    throw new TypeError(
      `Cannot ${ACTION}: ${stray} is for the microphone, and the source is ${settings.kind}`,
    );
  }
  return {
    source,
    seconds,
    format: format as F,
    sampleRate: sampleRate ?? 0,
    channels: channels ?? 0,
    device: device === undefined ? undefined : checkDevice(ACTION, device),
    backend,
    periodMs,
    libraryPath: libraryPath === undefined ? undefined : checkLibraryPath(ACTION, libraryPath),
  };
}

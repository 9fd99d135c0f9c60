/**
 * What can fill a ring.
 *
 * @module
 */

import { checkBoolean, checkNumber, checkOptions, checkText, show } from "./check.ts";
import { pathOf } from "./library_path.ts";

/** The kinds of source. */
export type SourceKind = "microphone" | "tone" | "sequence" | "file" | "push";

/** What a source needs to be opened with; made by the functions below. */
export type SourceSettings =
  | { readonly kind: "microphone" }
  | {
    readonly kind: "tone";
    readonly frequency: number;
    readonly levelDbfs: number;
    readonly speed: number;
  }
  | { readonly kind: "sequence"; readonly speed: number }
  | {
    readonly kind: "file";
    readonly path: string;
    readonly loop: boolean;
    readonly speed: number;
  }
  | { readonly kind: "push" };

/** A choice of what fills a ring: made by {@linkcode tone}, {@linkcode sequence},
 * {@linkcode file}, {@linkcode push} or {@linkcode microphone}, and given to
 * `MicRing.open({ source })`, as often as wanted. It holds nothing open.
 */
export class Source {
  /** What it was made with. */
  readonly settings: SourceSettings;

  /**
   * Made by the functions of this module.
   *
   * @param settings What it is to be made with, already checked.
   */
  constructor(settings: SourceSettings) {
    this.settings = Object.freeze(settings);
    Object.freeze(this);
  }

  /** Which kind of source it is. */
  get kind(): SourceKind {
    return this.settings.kind;
  }
}

/** How fast a source runs that has no clock of its own. */
export interface PaceOptions {
  /**
   * How many times faster than real time, from 0.001 to 1000; 1 if left out. The frames are the
   * same at any speed, there are only more of them in a second.
   */
  readonly speed?: number;
}

/** What {@linkcode tone} can be told. */
export interface ToneOptions extends PaceOptions {
  /** In hertz, more than 0 and below half the sample rate; 440 if left out. */
  readonly frequency?: number;
  /** The level of its peaks in dBFS, from -200 to 0; -12 if left out. */
  readonly levelDbfs?: number;
}

/** What {@linkcode file} can be told. */
export interface FileOptions extends PaceOptions {
  /** Whether it begins anew at its end, without a seam; false if left out. */
  readonly loop?: boolean;
}

const SPEED = { least: 0.001, most: 1000 };

function checkedSpeed(action: string, speed: unknown = 1): number {
  checkNumber(action, "speed", speed, SPEED);
  return speed;
}

/**
 * The microphone: what a ring is filled from if nothing is said. Which one, and how, is told to
 * `MicRing.open` with `device`, `backend` and `periodMs`.
 *
 * @returns The source.
 *
 * @example
 * ```ts
 * import { microphone, MicRing, tone } from "@x/micring";
 *
 * const source = Deno.args.includes("--live") ? microphone() : tone();
 * await using ring = await MicRing.open({ seconds: 2, source });
 * ```
 */
export function microphone(): Source {
  return new Source({ kind: "microphone" });
}

/**
 * A sine, for trying a program out without a microphone: the same on all channels.
 *
 * @param options Its frequency, level and speed.
 * @returns The source.
 * @throws {TypeError} For an option of the wrong type or name.
 * @throws {RangeError} For a number out of its bounds.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 1, source: tone({ frequency: 1000 }) });
 * console.log(ring.snapshot().level().peakDbfs); // close to -12
 * ```
 */
export function tone(options: ToneOptions = {}): Source {
  const action = "make a tone";
  checkOptions(action, options, ["frequency", "levelDbfs", "speed"]);
  const { frequency = 440, levelDbfs = -12, speed } = options;
  checkNumber(action, "frequency", frequency, { least: 0.001, most: 192_000 });
  checkNumber(action, "levelDbfs", levelDbfs, { least: -200, most: 0 });
  return new Source({ kind: "tone", frequency, levelDbfs, speed: checkedSpeed(action, speed) });
}

/**
 * A signal in which every sample is its own frame number, for checking that nothing is lost,
 * repeated or misplaced: modulo 2^24 in `f32`, modulo 2^15 in `s16`, so that each is exact; the
 * same on all channels. As audio it is far out of range.
 *
 * @param options Its speed.
 * @returns The source.
 * @throws {TypeError} For an option of the wrong type or name.
 * @throws {RangeError} For a number out of its bounds.
 *
 * @example
 * ```ts
 * import { MicRing, sequence } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 1, source: sequence({ speed: 10 }) });
 * const { samples, startFrame } = ring.snapshot();
 * console.log(samples.every((sample, i) => sample === startFrame + i)); // true
 * ```
 */
export function sequence(options: PaceOptions = {}): Source {
  const action = "make a sequence";
  checkOptions(action, options, ["speed"]);
  return new Source({ kind: "sequence", speed: checkedSpeed(action, options.speed) });
}

/** The path that a `file:` URL stands for. */
function filePathOf(url: URL): string {
  if (url.protocol === "file:") return pathOf("use a file", url);
  throw new TypeError(`Cannot use a file: ${show(url.href)} is no file: URL`);
}

/**
 * A WAV, FLAC or MP3 file, played at the pace of the clock: its own sample rate and channels
 * unless `MicRing.open` is told otherwise. Once it has ended, the ring keeps what it holds.
 * Opening it needs `--allow-read` for that file.
 *
 * @param path The file.
 * @param options Whether to loop it, and how fast.
 * @returns The source.
 * @throws {TypeError} For a path or an option of the wrong type or name.
 * @throws {RangeError} For a number out of its bounds.
 *
 * @example
 * ```ts
 * import { file, MicRing, tone } from "@x/micring";
 *
 * const path = await Deno.makeTempFile({ suffix: ".wav" });
 * await using first = await MicRing.open({ seconds: 1, source: tone() });
 * await Deno.writeFile(path, first.snapshot().toWav());
 *
 * await using ring = await MicRing.open({ seconds: 1, source: file(path, { loop: true }) });
 * await Deno.remove(path);
 * ```
 */
export function file(path: string | URL, options: FileOptions = {}): Source {
  const action = "use a file";
  const name = path instanceof URL ? filePathOf(path) : path;
  checkText(action, "its path", name);
  checkOptions(action, options, ["loop", "speed"]);
  const { loop = false, speed } = options;
  checkBoolean(action, "loop", loop);
  return new Source({ kind: "file", path: name, loop, speed: checkedSpeed(action, speed) });
}

/**
 * No source at all: the script writes the frames itself, with `ring.push(samples)`. They are dated
 * by when they were pushed, to within a few milliseconds.
 *
 * @returns The source.
 *
 * @example
 * ```ts
 * import { MicRing, push } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 1, source: push(), sampleRate: 16_000 });
 * ring.push(new Float32Array(160));
 * console.log(ring.snapshot().frames); // 160
 * ```
 */
export function push(): Source {
  return new Source({ kind: "push" });
}

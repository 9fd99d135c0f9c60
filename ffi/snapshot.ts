import { checkNumber, checkOptions } from "./check.ts";
import { CONVERT_OPTIONS, type ConvertOptions, planConversion } from "./conversion.ts";
import { Converter } from "./converter.ts";
import {
  allocate,
  type AudioFormat,
  elementsOf,
  numbersOf,
  sampleCount,
  type SampleFormat,
  type Samples,
} from "./formats.ts";
import type { Gap } from "./gaps.ts";
import type { SaveOptions } from "./save_snapshot.ts";
import { type Level, measureLevel } from "./level.ts";
import { encodeWav, type WavOptions } from "./wav.ts";

/** What a snapshot is made of. */
export interface SnapshotParts<F extends AudioFormat = SampleFormat> {
  /** The samples, interleaved, a whole number of frames. */
  readonly samples: Samples<F>;
  /** How they are stored. */
  readonly format: F;
  /** Samples in a frame. */
  readonly channels: number;
  /** Frames in a second. */
  readonly sampleRate: number;
  /** The number of the first frame, counted from the ring's opening. */
  readonly startFrame: number;
  /** When the first frame began: see {@linkcode Snapshot.startTime}. */
  readonly startTime: number;
  /** When the last frame ended: see {@linkcode Snapshot.endTime}. */
  readonly endTime: number;
  /** By how much both may be wrong, in seconds; 0 if left out. */
  readonly timeUncertainty?: number;
  /** The gaps in it; none if left out. */
  readonly gaps?: readonly Gap[];
  /** Whether it has no gap; if left out, that is when it has none in `gaps`. */
  readonly complete?: boolean;
}

/**
 * A stretch of audio, copied out of a ring: exact, in order, and yours. It does not change when
 * the ring goes on, and stays valid when the ring is closed. (Taken with `into`, its samples
 * stand in that array, and last until you overwrite them.)
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 1, source: tone(), channels: 2 });
 * const snapshot = ring.snapshot({ seconds: 0.5 });
 * console.log(snapshot.frames, "frames from", new Date(snapshot.startTime));
 * console.log("left peaks at", snapshot.level(0).peakDbfs, "dBFS");
 * ```
 */
export class Snapshot<F extends AudioFormat = SampleFormat> {
  /** The samples, interleaved: frame 0's channels, then frame 1's, and so on. */
  readonly samples: Samples<F>;
  /** How a sample is stored: `f32`, where full scale is ±1, or an integer. */
  readonly format: F;
  /** How many channels a frame has. */
  readonly channels: number;
  /** Frames in a second. */
  readonly sampleRate: number;
  /** How many frames there are. Fewer than asked, if the ring had no more. */
  readonly frames: number;
  /** The number of the first frame, counted from the ring's opening. */
  readonly startFrame: number;
  /** The number behind the last frame's: `startFrame + frames`. */
  readonly endFrame: number;
  /**
   * When the first frame began, on the wall clock: milliseconds since the Unix epoch, like
   * `Date.now()`, but with fractions. By the ring's own timeline: right to within
   * `timeUncertainty`, across gaps too.
   */
  readonly startTime: number;
  /** When the last frame ended, on the same clock. */
  readonly endTime: number;
  /** By how much these times may be wrong, either way, in seconds. */
  readonly timeUncertainty: number;
  /**
   * The stretches in it in which nothing was recorded, oldest first, cut to its own frames; what
   * `samples` has there is silence.
   */
  readonly gaps: readonly Gap[];
  /**
   * Whether all of it was recorded: it has no gaps. Also false where that is not known any more,
   * as a ring remembers its last 256 gaps.
   */
  readonly complete: boolean;

  /**
   * Makes a snapshot; a ring does, programs need not.
   *
   * @param parts What it is made of.
   * @throws {RangeError} When the samples are no whole number of frames.
   */
  constructor(parts: SnapshotParts<F>) {
    this.samples = parts.samples;
    this.format = parts.format;
    this.channels = parts.channels;
    this.sampleRate = parts.sampleRate;
    this.frames = sampleCount(parts.format, parts.samples) / parts.channels;
    if (!Number.isInteger(this.frames)) {
      throw new RangeError(
        `Cannot make a snapshot: ${parts.samples.length} samples are no whole number of frames ` +
          `of ${parts.channels} channels`,
      );
    }
    this.startFrame = parts.startFrame;
    this.endFrame = parts.startFrame + this.frames;
    this.startTime = parts.startTime;
    this.endTime = parts.endTime;
    this.timeUncertainty = parts.timeUncertainty ?? 0;
    this.gaps = parts.gaps ?? [];
    this.complete = parts.complete ?? this.gaps.length === 0;
  }

  /** How long it is, in seconds of audio. */
  get seconds(): number {
    return this.frames / this.sampleRate;
  }

  /**
   * How many frames it should have had before its first one: gaps that end there stand for them.
   * Only what reads on (a block, a clip, a task's stretch) can lack any, where the ring had them no
   * more.
   */
  get lostFrames(): number {
    return Math.max(this.startFrame - (this.gaps[0]?.startFrame ?? this.startFrame), 0);
  }

  /**
   * Copies one channel out.
   *
   * @param channel Which, counted from 0.
   * @returns A new array with one sample a frame.
   * @throws {RangeError} When there is no such channel.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 1, source: tone(), channels: 2 });
   * const left = ring.snapshot().channel(0);
   * ```
   */
  channel(channel: number): Samples<F> {
    this.#check("read a channel", channel);
    const out = allocate(this.format, this.frames);
    const bytes = elementsOf(this.format);
    const step = this.channels * bytes;
    for (let byte = 0; byte < bytes; byte++) {
      let at = channel * bytes + byte;
      for (let i = byte; i < out.length; i += bytes, at += step) out[i] = this.samples[at];
    }
    return out;
  }

  /**
   * Copies all channels out, each by itself.
   *
   * @returns One new array a channel, as Web Audio has it.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 1, source: tone(), channels: 2 });
   * const [left, right] = ring.snapshot().planar();
   * ```
   */
  planar(): Samples<F>[] {
    return Array.from({ length: this.channels }, (_, channel) => this.channel(channel));
  }

  /**
   * Measures how loud it is.
   *
   * @param channel One channel only, counted from 0; all of them together if left out.
   * @returns Peak and RMS, in dBFS.
   * @throws {RangeError} When there is no such channel.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 1, source: tone({ levelDbfs: -20 }) });
   * const { peakDbfs, rmsDbfs } = ring.snapshot().level();
   * ```
   */
  level(channel?: number): Level {
    const numbers = numbersOf(this.format, this.samples);
    if (channel === undefined) return measureLevel(numbers);
    this.#check("measure a channel", channel);
    return measureLevel(numbers, channel, this.channels);
  }

  /**
   * Encodes it as a WAV file.
   *
   * @param options How samples are stored in the file.
   * @returns The bytes of the file, new each time.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} When it would be larger than a WAV can be (4 GiB).
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const path = await Deno.makeTempFile({ suffix: ".wav" });
   * await Deno.writeFile(path, ring.snapshot().toWav({ format: "s16" }));
   * await Deno.remove(path);
   * ```
   */
  toWav(options: WavOptions = {}): Uint8Array<ArrayBuffer> {
    checkOptions("write a WAV", options, ["format"]);
    const { format = this.format } = options;
    return encodeWav(this, format);
  }

  /**
   * Converts it: to another sample rate, to other channels, to another format.
   *
   * Frames are counted in the result's own rate, from the same instant on. Where the snapshot ends
   * there is nothing to filter with but silence, so that the first and the last 4 ms (64 frames of
   * the lower rate) are slightly wrong; where a ring converts (`ring.blocks`, `ring.clip` and so on)
   * it takes what lies around.
   *
   * @param options What it is to become; what is left out stays as it is.
   * @returns A new snapshot, with samples of its own.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For an option out of its bounds, and a channel there is not.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone(), channels: 2 });
   * const speech = ring.snapshot().convert({ sampleRate: 16_000, channels: 1, format: "s16" });
   * console.log(speech.frames, speech.samples instanceof Int16Array);
   * ```
   */
  convert<G extends AudioFormat = F>(options: ConvertOptions<G>): Snapshot<G> {
    const action = "convert";
    checkOptions(action, options, CONVERT_OPTIONS);
    const plan = planConversion(action, options, this);
    if (plan === undefined) {
      return new Snapshot({ ...this, samples: this.samples.slice() } as never);
    }
    const converter = new Converter(plan);
    const { scale } = converter;
    const from = scale.up(this.startFrame);
    const wanted = scale.up(this.startFrame - this.lostFrames);
    const lost = converter.lost(this.gaps, wanted, from);
    return new Snapshot(converter.convert(this, from, scale.up(this.endFrame), lost));
  }

  /**
   * Writes it to a WAV file, with the time of its first frame in it (a `bext` chunk), and a JSON
   * beside it (`<path>.json`) that tells its times, its gaps, and of a clip what it is about.
   *
   * The file is written by Deno, and takes `--allow-write` for both.
   *
   * @param path The file, as a path or a `file:` URL.
   * @param options What the audio is to become there, and what is done if there is such a file.
   * @returns A promise that resolves when both are written.
   * @throws {TypeError} For a path that is none, and an option of the wrong type or name.
   * @throws {RangeError} For an option out of its bounds.
   * @throws {MicRingError} `file-write-failed`: there is a file of that name, its folder is not
   * there, the disk is full, and so on.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const folder = await Deno.makeTempDir();
   * await ring.snapshot().saveTo(`${folder}/last.wav`, { format: "s16" });
   * console.log(await Deno.readTextFile(`${folder}/last.wav.json`));
   * await Deno.remove(folder, { recursive: true });
   * ```
   */
  async saveTo(path: string | URL, options: SaveOptions = {}): Promise<void> {
    checkOptions("save a snapshot", options, ["exists", ...CONVERT_OPTIONS]);
    const { exists, ...result } = options;
    // Before anything is awaited: the samples may be in an array that is soon used again.
    const kept = this.convert(result);
    const { saveSnapshot } = await import("./save_snapshot.ts");
    await saveSnapshot(this, kept, path, exists);
  }

  #check(action: string, channel: number): void {
    checkNumber(action, "the channel", channel, {
      least: 0,
      most: this.channels - 1,
      whole: true,
    });
  }
}

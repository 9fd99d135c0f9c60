import type { Feed } from "./feed.ts";
import { allocate, type AudioFormat, type Samples } from "./formats.ts";
import { clipGaps } from "./gaps.ts";
import {
  isoTime,
  nameOf,
  type Sidecar,
  SidecarFile,
  type SidecarGap,
  sidecarGap,
} from "./sidecar.ts";
import { timeIn } from "./conversion.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ExistingFile } from "./record_output.ts";
import { WavFile } from "./wav_file.ts";

/** What a recorded file is begun with. */
export interface RecordedFileParts {
  readonly feed: Feed;
  readonly path: string;
  readonly startFrame: number;
  readonly startTime: number;
  readonly exists: ExistingFile;
  readonly device: string | undefined;
}

/**
 * A sidecar with many gaps is not written with every one: for so many of its bytes there is a second
 * of audio first.
 */
const SIDECAR_BYTES_PER_SECOND = 100_000;
/** Times that have become worse by more than so many seconds are told at once. */
const UNCERTAIN_SECONDS = 0.001;

/** So much silence is written at a time, in frames. */
const SILENCE_FRAMES = 65_536;

/** One file of a recording, and what is written beside it. */
export class RecordedFile {
  readonly #parts: RecordedFileParts;
  readonly #wav: WavFile;
  readonly #sidecar: SidecarFile;
  readonly #gaps: SidecarGap[] = [];
  #timeUncertainty: number | undefined;
  #toldUncertainty = -Infinity;
  #frames = 0;
  #complete = true;
  #toldFrames = 0;
  #changed = false;

  private constructor(parts: RecordedFileParts, wav: WavFile, sidecar: SidecarFile) {
    this.#parts = parts;
    this.#wav = wav;
    this.#sidecar = sidecar;
  }

  /** Begins one. */
  static async create(parts: RecordedFileParts): Promise<RecordedFile> {
    const { format, channels, sampleRate } = parts.feed;
    const { path, exists, startTime } = parts;
    const description = { format, channels, sampleRate, startTime };
    // What is replaced is not touched before both can be written.
    const wav = await WavFile.open(path, description, exists);
    try {
      const sidecar = await SidecarFile.open(path, exists);
      try {
        const file = new RecordedFile(parts, wav, sidecar);
        await sidecar.write(file.#description());
        await wav.begin();
        return file;
      } catch (error) {
        await sidecar.discard();
        throw error;
      }
    } catch (error) {
      await wav.discard();
      throw error;
    }
  }

  get path(): string {
    return this.#parts.path;
  }

  /** How many frames are in it. */
  get frames(): number {
    return this.#frames;
  }

  /** Writes the frames that come next. */
  async append(samples: Samples<AudioFormat>, frames: number): Promise<void> {
    await this.#wav.append(samples);
    this.#frames += frames;
  }

  /** Writes silence in place of frames that are lost. */
  async appendSilence(frames: number): Promise<void> {
    const { format, channels } = this.#parts.feed;
    for (let rest = frames; rest > 0;) {
      const count = Math.min(rest, SILENCE_FRAMES);
      const samples = allocate(format, count * channels);
      if (format === "u8") samples.fill(128);
      await this.append(samples, count);
      rest -= count;
    }
  }

  /** Notes how well the frames [from, to) were recorded, which were written last. */
  async note(taken: Snapshot<AudioFormat>, from: number, to: number): Promise<void> {
    const uncertainty = Math.max(this.#timeUncertainty ?? 0, taken.timeUncertainty);
    this.#timeUncertainty = uncertainty;
    if (uncertainty > this.#toldUncertainty + UNCERTAIN_SECONDS) this.#changed = true;
    const gaps = clipGaps(taken.gaps, from, to);
    if (gaps.length > 0 || (!taken.complete && taken.gaps.length === 0)) {
      this.#changed = true;
      this.#complete = false;
    }
    const { startFrame, feed } = this.#parts;
    for (const gap of gaps) this.#add(sidecarGap(gap, startFrame, (at) => timeIn(taken, at)));
    const pause = this.#sidecar.length / SIDECAR_BYTES_PER_SECOND * feed.sampleRate;
    if (this.#changed && this.#frames - this.#toldFrames >= pause) await this.#describe();
  }

  /** One that goes on where the last one ended is the same. */
  #add(gap: SidecarGap): void {
    const last = this.#gaps.at(-1);
    if (last?.cause !== gap.cause || last.endFrame !== gap.startFrame) this.#gaps.push(gap);
    else this.#gaps[this.#gaps.length - 1] = { ...last, endFrame: gap.endFrame, end: gap.end };
  }

  /** Ends it; without a frame, when it began. */
  async close(endTime = this.#parts.startTime): Promise<void> {
    try {
      await this.#wav.close();
      await this.#describe(endTime);
    } finally {
      this.#sidecar.close();
    }
  }

  /** Lets it go as it is, when no more can be written. */
  async abandon(): Promise<void> {
    await this.#wav.close().catch(() => {});
    await this.#describe().catch(() => {});
    this.#sidecar.close();
  }

  async #describe(endTime?: number): Promise<void> {
    await this.#sidecar.write(this.#description(endTime));
    this.#toldUncertainty = this.#timeUncertainty ?? -Infinity;
    this.#toldFrames = this.#frames;
    this.#changed = false;
  }

  #description(endTime?: number): Sidecar {
    const { feed, path, startFrame, startTime, device } = this.#parts;
    const end = endTime === undefined
      ? {}
      : { end: isoTime(endTime), endTime, frames: this.#frames };
    return {
      file: nameOf(path),
      finished: endTime !== undefined,
      start: isoTime(startTime),
      startTime,
      ...end,
      timeUncertainty: this.#timeUncertainty,
      sampleRate: feed.sampleRate,
      channels: feed.channels,
      format: feed.format,
      startFrame,
      complete: this.#complete,
      gaps: this.#gaps,
      device,
    };
  }
}

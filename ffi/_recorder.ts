/**
 * A native recorder: its handle, and the calls on it.
 *
 * @module
 */

import { INFO, SNAPSHOT, STATS } from "./abi.ts";
import type { OpenedDevice } from "./devices.ts";
import { MicRingError } from "./errors.ts";
import type { SampleFormat, Samples } from "./formats.ts";
import { GapLog, Report } from "./_report.ts";
import { type Hold, type HoldToken, shareHold } from "./_hold.ts";
import { type Handle, type Library, type LibraryHold, unwrap, withWords } from "./_library.ts";
import type { RingStats } from "./ring_stats.ts";
import type { RingExtent } from "./snapshot_options.ts";
import type { Source } from "./sources.ts";
import { MemoryView } from "./_view.ts";
import { Waker } from "./_waker.ts";

/** Which frames a copy holds, and when they were captured. */
export interface CopiedSpan {
  readonly startFrame: number;
  readonly endFrame: number;
  readonly startTime: number;
  readonly endTime: number;
  readonly timeUncertainty: number;
}

/** An open recorder. Its owner asks `requireOpen` before it calls anything else here. */
export class Recorder<F extends SampleFormat> implements RingExtent {
  readonly source: Source;
  readonly format: F;
  readonly sampleRate: number;
  readonly channels: number;
  readonly windowFrames: number;
  readonly capacityFrames: number;
  readonly memoryBytes: number;
  readonly memory: MemoryView<F>;
  readonly report: Report;
  readonly gapLog: GapLog;
  readonly waker: Waker;
  readonly #library: LibraryHold;
  readonly #native: Library;
  readonly #hold: Hold;
  readonly #handle: Handle;
  /* Reused by every call: nothing here is kept across one. */
  readonly #fields = new Float64Array(Math.max(INFO.FIELDS, STATS.FIELDS, SNAPSHOT.FIELDS));
  #closing: Promise<void> | undefined;
  #lastDevice: OpenedDevice | undefined;

  private constructor(library: LibraryHold, hold: Hold, format: F, source: Source) {
    const handle = hold.recorder;
    this.source = source;
    this.#library = library;
    this.#native = library.native;
    this.#hold = hold;
    this.#handle = handle;
    const fields = this.#fields;
    this.#native.micring_info(handle, fields);
    this.format = format;
    this.sampleRate = fields[INFO.SAMPLE_RATE];
    this.channels = fields[INFO.CHANNELS];
    this.windowFrames = fields[INFO.WINDOW_FRAMES];
    this.capacityFrames = fields[INFO.CAPACITY_FRAMES];
    this.memoryBytes = fields[INFO.MEMORY_BYTES];
    this.report = new Report(this.#native, handle);
    this.gapLog = new GapLog(this.#native, handle);
    this.waker = new Waker(this.#native, hold.number, this);
    const pointer = this.#native.micring_memory(handle) as Handle;
    this.memory = new MemoryView(pointer, format, this.memoryBytes);
  }

  /** Takes both holds over; where it cannot, as there is no memory, the recorder's is given back. */
  static async over<F extends SampleFormat>(
    library: LibraryHold,
    hold: Hold,
    format: F,
    source: Source,
  ): Promise<Recorder<F>> {
    try {
      return new Recorder(library, hold, format, source);
    } catch (error) {
      await library.native.micring_close(hold.number, 0);
      throw error;
    }
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Throws once the recorder is closed: its memory may be gone. */
  requireOpen(action: string): void {
    if (this.#closing === undefined) return;
    throw new MicRingError("closed", `Cannot ${action}: the ring is closed`);
  }

  /** The device that is recorded, or was when it was closed; `undefined` where there is none. */
  get device(): OpenedDevice | undefined {
    return this.closed ? this.#lastDevice : this.report.device;
  }

  /** One past the newest frame. */
  get writtenFrames(): number {
    return this.#native.micring_written(this.#handle);
  }

  /** Whether the source has come to its end. */
  get ended(): boolean {
    this.#native.micring_stats(this.#handle, this.#fields);
    return this.#fields[STATS.ENDED] === 1;
  }

  /** The oldest frame that is still there. */
  get oldestFrame(): number {
    return this.#native.micring_oldest(this.#handle);
  }

  stats(): RingStats {
    const fields = this.#fields;
    this.#native.micring_stats(this.#handle, fields);
    return {
      writtenFrames: fields[STATS.WRITTEN_FRAMES],
      oldestFrame: fields[STATS.OLDEST_FRAME],
      lostFrames: fields[STATS.LOST_FRAMES],
      blocks: fields[STATS.BLOCKS],
      longestBlockFrames: fields[STATS.LONGEST_BLOCK_FRAMES],
      retries: fields[STATS.RETRIES],
      paused: fields[STATS.PAUSED] === 1,
      ended: fields[STATS.ENDED] === 1,
      gaps: fields[STATS.GAPS],
      reopenings: fields[STATS.REOPENINGS],
      abandonedSessions: fields[STATS.ABANDONED],
      longestInterval: fields[STATS.LONGEST_INTERVAL_MS] / 1000,
      clippedSamples: fields[STATS.CLIPPED_SAMPLES],
      silentSeconds: fields[STATS.SILENT_FRAMES] / this.sampleRate,
      driftPpm: fields[STATS.DRIFT_PPM],
      capacityFrames: this.capacityFrames,
      memoryBytes: this.memoryBytes,
    };
  }

  /** When a frame begins, in milliseconds since the Unix epoch. */
  timeAt(frame: number): number {
    return this.#native.micring_time_at(this.#handle, frame);
  }

  /** The frame that is captured at such a time. */
  frameAt(time: number): number {
    return this.#native.micring_frame_at(this.#handle, time);
  }

  holds(from: number): boolean {
    return this.#native.micring_holds(this.#handle, from) === 1;
  }

  copyNewest(frames: number, out: Samples<F>): CopiedSpan {
    const status = this.#native.micring_snapshot(this.#handle, frames, out, this.#fields);
    unwrap("snapshot", status);
    return this.#span();
  }

  /** `undefined` when the frames were overwritten before the copy was done. */
  copy(from: number, to: number, out: Samples<F>): CopiedSpan | undefined {
    const status = this.#native.micring_snapshot_at(this.#handle, from, to, out, this.#fields);
    return status === 0 ? this.#span() : undefined;
  }

  #span(): CopiedSpan {
    const fields = this.#fields;
    return {
      startFrame: fields[SNAPSHOT.START_FRAME],
      endFrame: fields[SNAPSHOT.END_FRAME],
      startTime: fields[SNAPSHOT.START_TIME_MS],
      endTime: fields[SNAPSHOT.END_TIME_MS],
      timeUncertainty: fields[SNAPSHOT.UNCERTAINTY_MS] / 1000,
    };
  }

  push(samples: Samples<F>, frames: number): void {
    unwrap("push", this.#native.micring_push(this.#handle, samples, frames));
    this.waker.noteWritten();
  }

  /** By what others in this process can attach to it. */
  share(): HoldToken {
    return shareHold(this.#native, "share the ring", this.#hold);
  }

  /** The native library that it is in, if the user said which. */
  get libraryPath(): string | undefined {
    return this.#library.chosen;
  }

  async pause(): Promise<void> {
    unwrap("pause", await this.#native.micring_pause(this.#hold.number));
  }

  async resume(): Promise<void> {
    await withWords("resume", (error) => this.#native.micring_resume(this.#hold.number, error));
  }

  async wipe(): Promise<void> {
    unwrap("wipe", await this.#native.micring_wipe(this.#hold.number));
  }

  /** Empties all views now, and frees everything once `pending` has settled. */
  close(pending: Promise<unknown>): Promise<void> {
    return this.#closing ??= this.#close(pending);
  }

  async #close(pending: Promise<unknown>): Promise<void> {
    this.#lastDevice = this.report.device;
    const keepSamples = this.memory.detach();
    await Promise.all([pending, this.waker.close()]);
    await this.#native.micring_close(this.#hold.number, Number(keepSamples));
    this.#library[Symbol.dispose]();
  }
}

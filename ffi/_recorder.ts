/**
 * A native recorder: its handle, and the calls on it.
 *
 * @module
 */

import { GAP, GAP_CAUSES, GAPS_KEPT, INFO, SNAPSHOT, STATS } from "./abi.ts";
import { type Backend, backendOf } from "./devices.ts";
import type { SampleFormat, Samples } from "./formats.ts";
import { type Gap, type GapCause, joinGaps, type KnownGaps, NO_GAPS } from "./gaps.ts";
import {
  type Handle,
  type Library,
  type LibraryHold,
  text,
  unwrap,
  withWords,
} from "./_library.ts";
import type { RingStats } from "./ring_stats.ts";
import type { RingState } from "./snapshot_options.ts";
import type { Source } from "./sources.ts";
import { MemoryView } from "./_view.ts";

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

/** Which frames a copy holds, and when they were captured. */
export interface CopiedSpan {
  readonly startFrame: number;
  readonly endFrame: number;
  readonly startTime: number;
  readonly endTime: number;
}

function readDevice(
  native: Library,
  handle: Handle,
  info: Float64Array,
): OpenedDevice | undefined {
  if (info[INFO.BACKEND] === 0) return undefined;
  return Object.freeze({
    id: text(native.micring_device_id(handle)) || undefined,
    name: text(native.micring_device_name(handle)),
    backend: backendOf(info[INFO.BACKEND]),
    sampleRate: info[INFO.DEVICE_SAMPLE_RATE],
    channels: info[INFO.DEVICE_CHANNELS],
  });
}

const CAUSES = Object.keys(GAP_CAUSES) as GapCause[];

function readGap(fields: Float64Array, at: number): Gap {
  const startFrame = fields[at + GAP.START_FRAME];
  return {
    startFrame,
    endFrame: startFrame + fields[at + GAP.FRAMES],
    cause: CAUSES.find((cause) => GAP_CAUSES[cause] === fields[at + GAP.CAUSE])!,
    exact: fields[at + GAP.COUNTED] === 1,
  };
}

/** An open recorder. Its owner calls nothing here any more once it has called `close`. */
export class Recorder<F extends SampleFormat> implements RingState {
  readonly source: Source;
  readonly format: F;
  readonly sampleRate: number;
  readonly channels: number;
  readonly windowFrames: number;
  readonly capacityFrames: number;
  readonly memoryBytes: number;
  readonly device: OpenedDevice | undefined;
  readonly memory: MemoryView<F>;
  readonly #library: LibraryHold;
  readonly #native: Library;
  readonly #handle: Handle;
  /* Reused by every call: nothing here is kept across one. */
  readonly #fields = new Float64Array(Math.max(INFO.FIELDS, STATS.FIELDS, SNAPSHOT.FIELDS));

  /* The gaps as of so many entries in the log: hardly ever is there a new one. */
  #gaps = NO_GAPS;
  #gapsEntered = 0;

  /** Takes the handle and the hold over. */
  constructor(library: LibraryHold, handle: Handle, format: F, source: Source) {
    this.source = source;
    this.#library = library;
    this.#native = library.native;
    this.#handle = handle;
    const fields = this.#fields;
    this.#native.micring_info(handle, fields);
    this.format = format;
    this.sampleRate = fields[INFO.SAMPLE_RATE];
    this.channels = fields[INFO.CHANNELS];
    this.windowFrames = fields[INFO.WINDOW_FRAMES];
    this.capacityFrames = fields[INFO.CAPACITY_FRAMES];
    this.memoryBytes = fields[INFO.MEMORY_BYTES];
    this.device = readDevice(this.#native, handle, fields);
    const pointer = this.#native.micring_memory(handle) as Handle;
    this.memory = new MemoryView(pointer, format, this.memoryBytes);
  }

  /** One past the newest frame. */
  get writtenFrames(): number {
    return this.#native.micring_written(this.#handle);
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
      capacityFrames: this.capacityFrames,
      memoryBytes: this.memoryBytes,
    };
  }

  gaps(): KnownGaps {
    const entered = this.#native.micring_gap_count(this.#handle);
    if (entered === this.#gapsEntered) return this.#gaps;
    this.#gaps = this.#readGaps();
    // What was entered while it was read may be missing: it will be read again for that.
    this.#gapsEntered = entered;
    return this.#gaps;
  }

  #readGaps(): KnownGaps {
    const fields = new Float64Array(GAPS_KEPT * GAP.FIELDS);
    const count = this.#native.micring_gaps(this.#handle, fields);
    const gaps = Array.from({ length: count }, (_, i) => readGap(fields, i * GAP.FIELDS));
    const forgotten = this.#native.micring_gap_count(this.#handle) > count;
    // Of the oldest that is left, the beginning may be forgotten.
    return { gaps: joinGaps(gaps), knownFrom: forgotten ? gaps[0]?.endFrame ?? Infinity : 0 };
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
    };
  }

  push(samples: Samples<F>, frames: number): void {
    unwrap("push", this.#native.micring_push(this.#handle, samples, frames));
  }

  async pause(): Promise<void> {
    unwrap("pause", await this.#native.micring_pause(this.#handle));
  }

  async resume(): Promise<void> {
    await withWords("resume", (error) => this.#native.micring_resume(this.#handle, error));
  }

  async wipe(): Promise<void> {
    unwrap("wipe", await this.#native.micring_wipe(this.#handle));
  }

  /** Empties all views now, and frees everything once `pending` has settled. */
  async close(pending: Promise<unknown>): Promise<void> {
    const keepSamples = this.memory.detach();
    await pending;
    await this.#native.micring_close(this.#handle, Number(keepSamples));
    this.#library[Symbol.dispose]();
  }
}

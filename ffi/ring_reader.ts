/**
 * Takes stretches out of a ring: copied, or looked at in place.
 *
 * @module
 */

import { checkOptions, show } from "./check.ts";
import { MicRingError } from "./errors.ts";
import { clipGaps, type Gap, lostGaps, NO_GAPS } from "./gaps.ts";
import { allocate, sampleCount, type SampleFormat, type Samples } from "./formats.ts";
import type { CopiedSpan, Recorder } from "./_recorder.ts";
import { Snapshot } from "./snapshot.ts";
import {
  checkHeld,
  checkInto,
  type FrameRange,
  type RangeOptions,
  resolveRange,
  type SnapshotOptions,
} from "./snapshot_options.ts";

/** Which stretch a function that `ring.peek` calls is looking at. */
export interface PeekedSpan {
  /** The number of the first frame. */
  readonly startFrame: number;
  /** The number behind the last frame's. */
  readonly endFrame: number;
}

/** What `snapshot` and `peek` of a ring do; they are described there. */
export class RingReader<F extends SampleFormat> {
  readonly #recorder: Recorder<F>;

  constructor(recorder: Recorder<F>) {
    this.#recorder = recorder;
  }

  snapshot(options: SnapshotOptions<F>): Snapshot<F> {
    const action = "snapshot";
    checkOptions(action, options, ["seconds", "from", "to", "into"]);
    // Read once, before anything is checked: a getter may close the ring or detach an array.
    const { seconds, from: first, to: last, into } = options;
    const recorder = this.#recorder;
    recorder.requireOpen(action);
    const { format, channels } = recorder;
    const range = resolveRange(action, { seconds, from: first, to: last }, recorder);
    if (into !== undefined) checkInto(action, into, wantedFrames(range), recorder);
    const { from, to } = this.#settle(range);
    const out = into ?? allocate(format, (to - from) * channels);
    const span = recorder.copy(from, to, out) ?? this.#copyLate(action, range, to - from, out);
    return this.#snapshotOf(span, out);
  }

  /** See `Feed.take`. */
  take(from: number, to: number): Snapshot<F> {
    const recorder = this.#recorder;
    recorder.requireOpen("take frames");
    let start = Math.min(Math.max(from, recorder.oldestFrame), to);
    while (start < to) {
      const out = allocate(recorder.format, (to - start) * recorder.channels);
      const span = recorder.copy(start, to, out);
      if (span !== undefined) return this.#snapshotOf(span, out, from);
      // Overtaken: what is within the window has some time left. And on, so that it ends for sure.
      start = Math.min(Math.max(start + 1, this.heldFrom), to);
    }
    const time = recorder.timeAt(to);
    const times = { startTime: time, endTime: time, timeUncertainty: 0 };
    return this.#snapshotOf(
      { startFrame: to, endFrame: to, ...times },
      allocate(recorder.format, 0),
      from,
    );
  }

  /** See `Feed.heldFrom`. */
  get heldFrom(): number {
    const { oldestFrame, writtenFrames, windowFrames } = this.#recorder;
    return Math.max(oldestFrame, writtenFrames - windowFrames);
  }

  /** What was copied, and what is known of it, and of what was wanted before it. */
  #snapshotOf(span: CopiedSpan, out: Samples<F>, from = span.startFrame): Snapshot<F> {
    const { format, channels, sampleRate } = this.#recorder;
    const length = (span.endFrame - span.startFrame) * channels;
    const samples = sampleCount(format, out) === length
      ? out
      : out.subarray(0, length) as Samples<F>;
    const { gaps, complete } = this.#gapsIn(span);
    const parts = { samples, format, channels, sampleRate, ...span };
    const { startFrame } = span;
    if (from === startFrame) return new Snapshot({ ...parts, gaps, complete });
    const lost = this.lost(from, startFrame);
    return new Snapshot({ ...parts, gaps: [...lost, ...gaps], complete: false });
  }

  /** See `Feed.lost`. */
  lost(from: number, to: number): Gap[] {
    return lostGaps(this.#recorder.gapLog.known().gaps, from, to);
  }

  /** Asked after the copy: a gap is entered before its silence is there to be copied. */
  #gapsIn({ startFrame, endFrame }: CopiedSpan): { gaps: readonly Gap[]; complete: boolean } {
    const known = this.#recorder.gapLog.known();
    if (known === NO_GAPS) return { gaps: known.gaps, complete: true };
    const gaps = clipGaps(known.gaps, startFrame, endFrame);
    return { gaps, complete: gaps.length === 0 && startFrame >= known.knownFrom };
  }

  peek<R>(options: RangeOptions, look: (samples: Samples<F>, span: PeekedSpan) => R): R {
    const action = "peek at";
    checkOptions(action, options, ["seconds", "from", "to"]);
    if (typeof look !== "function") {
      throw new TypeError(`Cannot ${action} the ring: look is ${show(look)}, not a function`);
    }
    // As in snapshot: a getter may close the ring.
    const { seconds, from, to } = options;
    const recorder = this.#recorder;
    recorder.requireOpen(action);
    const range = resolveRange(action, { seconds, from, to }, recorder);
    const { from: startFrame, to: endFrame } = this.#settle(range);
    const first = startFrame % recorder.capacityFrames * recorder.channels;
    const length = (endFrame - startFrame) * recorder.channels;
    const samples = recorder.memory.window(first, first + length);
    const result = look(samples, { startFrame, endFrame });
    if (result instanceof Promise) {
      throw new TypeError(`Cannot ${action} the ring with an async function: use snapshot()`);
    }
    recorder.requireOpen(action);
    if (recorder.holds(startFrame)) return result;
    throw new MicRingError(
      "overtaken",
      `Cannot ${action} frames ${startFrame} to ${endFrame}: they were overwritten before the ` +
        "function returned. Look at less, open more seconds, or take a snapshot",
    );
  }

  /** Which frames a range means at this moment: from here on what comes does not matter. */
  #settle(range: FrameRange): { readonly from: number; readonly to: number } {
    if (range.kind === "absolute") return range;
    const recorder = this.#recorder;
    const to = recorder.writtenFrames;
    return { from: Math.max(to - range.frames, Math.min(recorder.oldestFrame, to)), to };
  }

  /** What a copy becomes whose frames were overwritten or wiped while it was made. */
  #copyLate(action: string, range: FrameRange, frames: number, out: Samples<F>): CopiedSpan {
    if (range.kind === "newest") return this.#recorder.copyNewest(frames, out);
    const { from, to } = range;
    checkHeld(action, from, to, this.#recorder);
    throw new RangeError(`Cannot ${action} frames ${from} to ${to}: they are being overwritten`);
  }
}

function wantedFrames(range: FrameRange): number {
  return range.kind === "newest" ? range.frames : range.to - range.from;
}

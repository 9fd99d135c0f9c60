/**
 * Converts stretches of audio.
 *
 * @module
 */

import { CONVERSION } from "./abi.ts";
import { type ConversionPlan, FrameScale, timeIn } from "./conversion.ts";
import { allocate, type AudioFormat, FORMAT_NUMBERS, sampleCount } from "./formats.ts";
import { type Gap, missed } from "./gaps.ts";
import { holdLibrary, unwrap } from "./_library.ts";
import type { Snapshot, SnapshotParts } from "./snapshot.ts";

const ACTION = "convert";

/**
 * A conversion, with the filter that it takes. It has no memory of what it was given: each frame of
 * the result is made of the frames around its place, so that a stretch comes out the same whatever
 * stretch it is cut out of.
 */
export class Converter<F extends AudioFormat> {
  readonly #plan: ConversionPlan<F>;
  readonly #table: Float32Array<ArrayBuffer> | null = null;
  /** Where frames of the result stand in what is given. */
  readonly scale: FrameScale;
  /** How many of the given frames it takes before and behind that place. */
  readonly margin: number;

  constructor(plan: ConversionPlan<F>) {
    const { from, to } = plan;
    this.#plan = plan;
    this.scale = new FrameScale(from.sampleRate, to.sampleRate);
    using library = holdLibrary();
    const { native } = library;
    this.margin = native.micring_filter_margin(from.sampleRate, to.sampleRate);
    if (from.sampleRate === to.sampleRate) return;
    const length = native.micring_filter_length(from.sampleRate, to.sampleRate);
    this.#table = new Float32Array(length);
    unwrap(ACTION, native.micring_filter(from.sampleRate, to.sampleRate, this.#table));
  }

  /** What the result is. */
  get to(): ConversionPlan<F>["to"] {
    return this.#plan.to;
  }

  /**
   * Converts the frames [from, to) of the result; what they take and the snapshot has not is silence.
   * What lies between `wanted` and `from` is missed.
   */
  convert(snapshot: Snapshot<AudioFormat>, from: number, to: number, wanted = from) {
    const samples = this.#samples(snapshot, from, to);
    const gaps = this.#gaps(snapshot, from, to);
    if (wanted < from) gaps.unshift(missed(wanted, from));
    // A snapshot that is incomplete without a gap has more of them than are known.
    const known = snapshot.complete || snapshot.gaps.length > 0;
    return {
      ...this.#plan.to,
      samples,
      startFrame: from,
      startTime: this.#timeIn(snapshot, from),
      endTime: this.#timeIn(snapshot, to),
      timeUncertainty: snapshot.timeUncertainty,
      gaps,
      complete: known && gaps.length === 0,
    } satisfies SnapshotParts<F>;
  }

  #samples(snapshot: Snapshot<AudioFormat>, from: number, to: number) {
    const { from: given, to: result, channelMap } = this.#plan;
    const count = sampleCount(given.format, snapshot.samples);
    if (count !== snapshot.frames * given.channels) {
      throw new RangeError(
        `Cannot ${ACTION}: of ${
          snapshot.frames * given.channels
        } samples ${count} are there; was ` +
          "their buffer transferred?",
      );
    }
    const fields = new Float64Array(CONVERSION.FIELDS);
    fields[CONVERSION.FROM_FORMAT] = FORMAT_NUMBERS[given.format];
    fields[CONVERSION.FROM_CHANNELS] = given.channels;
    fields[CONVERSION.FROM_RATE] = given.sampleRate;
    fields[CONVERSION.FROM_FRAME] = snapshot.startFrame;
    fields[CONVERSION.FROM_FRAMES] = snapshot.frames;
    fields[CONVERSION.TO_FORMAT] = FORMAT_NUMBERS[result.format];
    fields[CONVERSION.TO_CHANNELS] = result.channels;
    fields[CONVERSION.TO_RATE] = result.sampleRate;
    fields[CONVERSION.TO_FRAME] = from;
    fields[CONVERSION.TO_FRAMES] = to - from;
    const samples = allocate(result.format, (to - from) * result.channels);
    using library = holdLibrary();
    const status = library.native.micring_convert(
      fields,
      channelMap ?? null,
      this.#table,
      snapshot.samples,
      samples,
    );
    unwrap(ACTION, status);
    return samples;
  }

  /** The gaps among these frames: the shortest of a frame, as it might lie between two. */
  #gaps(snapshot: Snapshot<AudioFormat>, from: number, to: number): Gap[] {
    return snapshot.gaps.map((gap) => {
      const startFrame = this.scale.up(gap.startFrame);
      const endFrame = Math.max(this.scale.up(gap.endFrame), startFrame + 1);
      return { ...gap, startFrame: Math.max(startFrame, from), endFrame: Math.min(endFrame, to) };
    }).filter(({ startFrame, endFrame }) => startFrame < endFrame);
  }

  #timeIn(snapshot: Snapshot<AudioFormat>, frame: number): number {
    return timeIn(snapshot, this.scale.down(frame), this.scale.rest(frame));
  }
}

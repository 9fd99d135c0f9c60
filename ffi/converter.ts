/**
 * Converts stretches of audio.
 *
 * @module
 */

import { CONVERSION } from "./abi.ts";
import {
  type ConversionPlan,
  type ConvertOptions,
  FrameScale,
  planConversion,
  timeIn,
} from "./conversion.ts";
import type { Feed } from "./feed.ts";
import { allocate, type AudioFormat, FORMAT_NUMBERS, sampleCount } from "./formats.ts";
import { type Gap, lostGaps } from "./gaps.ts";
import { holdLibrary, unwrap } from "./_library.ts";
import { Snapshot, type SnapshotParts } from "./snapshot.ts";

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
   *
   * @param lost The gaps of what was wanted before these, in frames of the result.
   */
  convert(snapshot: Snapshot<AudioFormat>, from: number, to: number, lost: readonly Gap[] = []) {
    const samples = this.#samples(snapshot, from, to);
    const gaps = [...lost, ...this.#gaps(snapshot, from, to)];
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

  /** Gaps of which there are no samples, up to a frame of the result. */
  lost(gaps: readonly Gap[], from: number, to: number): Gap[] {
    const { scale } = this;
    const known = gaps.filter(({ cause }) => cause !== "missed").map((gap) => (
      { ...gap, startFrame: scale.up(gap.startFrame), endFrame: scale.up(gap.endFrame) }
    ));
    return lostGaps(known, from, to);
  }

  /** The gaps among these frames: the shortest of a frame, as it might lie between two. */
  #gaps(snapshot: Snapshot<AudioFormat>, from: number, to: number): Gap[] {
    const own = snapshot.gaps.filter(({ endFrame }) => endFrame > snapshot.startFrame);
    return own.map((gap) => {
      const startFrame = this.scale.up(gap.startFrame);
      const endFrame = Math.max(this.scale.up(gap.endFrame), startFrame + 1);
      return { ...gap, startFrame: Math.max(startFrame, from), endFrame: Math.min(endFrame, to) };
    }).filter(({ startFrame, endFrame }) => startFrame < endFrame);
  }

  #timeIn(snapshot: Snapshot<AudioFormat>, frame: number): number {
    return timeIn(snapshot, this.scale.down(frame), this.scale.rest(frame));
  }
}

/**
 * A ring as if it recorded something else. A frame is there when those behind its place are that it
 * is made of, 64 of the lower rate.
 */
class ConvertedFeed<F extends AudioFormat> implements Feed<F> {
  readonly format: F;
  readonly sampleRate: number;
  readonly channels: number;
  readonly windowFrames: number;
  readonly #feed: Feed;
  readonly #converter: Converter<F>;

  constructor(feed: Feed, converter: Converter<F>) {
    this.#feed = feed;
    this.#converter = converter;
    const { format, sampleRate, channels } = converter.to;
    this.format = format;
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.windowFrames = Math.round(feed.windowFrames * sampleRate / feed.sampleRate);
  }

  get writtenFrames(): number {
    const { scale, margin } = this.#converter;
    // Asked first: what was written by the end is there then.
    const { ended } = this.#feed;
    const { writtenFrames } = this.#feed;
    return scale.up(ended ? writtenFrames : Math.max(writtenFrames - margin, 0));
  }

  get heldFrom(): number {
    return this.#converter.scale.up(this.#feed.heldFrom);
  }

  get closed(): boolean {
    return this.#feed.closed;
  }

  get ended(): boolean {
    return this.#feed.ended;
  }

  take(from: number, to: number): Snapshot<F> {
    const { scale, margin } = this.#converter;
    const first = scale.down(from);
    const last = Math.min(scale.down(to - 1) + margin + 1, this.#feed.writtenFrames);
    const given = this.#feed.take(Math.max(first - margin, 0), last);
    // What only the margin lacks is not missed: it is silence there.
    const start = given.startFrame <= first ? from : Math.min(scale.up(given.startFrame), to);
    return new Snapshot(this.#converter.convert(given, start, to, this.lost(from, start)));
  }

  lost(from: number, to: number): Gap[] {
    if (from >= to) return [];
    const { scale } = this.#converter;
    return this.#converter.lost(this.#feed.lost(scale.down(from), scale.down(to)), from, to);
  }

  timeAt(frame: number): number {
    const { scale } = this.#converter;
    return this.#feed.timeAt(scale.down(frame)) + scale.rest(frame) * 1000 / this.#feed.sampleRate;
  }

  now(): number {
    return Math.max(this.#converter.scale.up(this.#feed.now()), this.writtenFrames);
  }

  frameAt(time: number): number {
    let frame = this.#converter.scale.up(this.#feed.frameAt(time));
    const distance = (frame: number) => Math.abs(this.timeAt(frame) - time);
    while (frame > 0 && distance(frame - 1) <= distance(frame)) frame--;
    while (distance(frame + 1) < distance(frame)) frame++;
    return frame;
  }

  when(frame: number, call: () => void): () => void {
    const { scale, margin } = this.#converter;
    return this.#feed.when(frame < 1 ? 0 : scale.down(frame - 1) + margin + 1, call);
  }
}

/** A ring as it was asked for: itself, if nothing is to be converted. */
export function convertedFeed<F extends AudioFormat>(
  action: string,
  options: ConvertOptions<F>,
  feed: Feed,
): Feed<F> {
  const plan = planConversion(action, options, feed);
  return plan === undefined ? feed as Feed<F> : new ConvertedFeed(feed, new Converter(plan));
}

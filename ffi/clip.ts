/**
 * The audio around an instant.
 *
 * @module
 */

import type { Feed } from "./feed.ts";
import type { AudioFormat, SampleFormat } from "./formats.ts";
import { Snapshot, type SnapshotParts } from "./snapshot.ts";

/** What a clip is made of. */
export interface ClipParts<F extends AudioFormat = SampleFormat> extends SnapshotParts<F> {
  /** The frame that it is about. */
  readonly atFrame: number;
  /** When that began, in milliseconds since the Unix epoch. */
  readonly atTime: number;
  /** How many frames it should have, and has not. */
  readonly missingFrames: number;
}

/** The audio around an instant: a snapshot that knows what it is about. */
export class Clip<F extends AudioFormat = SampleFormat> extends Snapshot<F> {
  /** The number of the frame that it is about. */
  readonly atFrame: number;
  /** When that frame began: in milliseconds since the Unix epoch, like `startTime`. */
  readonly atTime: number;
  /**
   * How many of the frames asked for it does not have: pre-roll from before the opening, or that
   * was overwritten before the clip was asked for; post-roll behind the end of a source. What was
   * overwritten also stands in `gaps`, as `missed`.
   */
  readonly missingFrames: number;

  /**
   * Makes a clip; a ring does, programs need not.
   *
   * @param parts What it is made of.
   * @throws {RangeError} When the samples are no whole number of frames.
   */
  constructor(parts: ClipParts<F>) {
    super(parts);
    this.atFrame = parts.atFrame;
    this.atTime = parts.atTime;
    this.missingFrames = parts.missingFrames;
  }
}

/** Which frames a clip is of: [from, to), where `from` may lie before frame 0. */
export interface ClipSpan {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** What a clip is made of, as far as it is there; what is to come of it never will. */
export function clipParts<F extends AudioFormat>(
  feed: Feed<F>,
  { from, to, at }: ClipSpan,
): ClipParts<F> {
  const end = Math.max(Math.min(to, feed.writtenFrames), 0);
  const taken = feed.take(Math.min(Math.max(from, 0), end), end);
  const missingFrames = to - from - taken.frames;
  const complete = taken.complete && missingFrames === 0;
  return { ...taken, complete, atFrame: at, atTime: feed.timeAt(at), missingFrames };
}

/** Copies a clip, as far as it is there. */
export function takeClip<F extends AudioFormat>(feed: Feed<F>, span: ClipSpan): Clip<F> {
  return new Clip(clipParts(feed, span));
}

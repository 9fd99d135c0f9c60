/**
 * What those who read on take of a ring: blocks, clips, triggers, schedules and meters.
 *
 * @module
 */

import type { AudioFormat } from "./formats.ts";
import type { Gap } from "./gaps.ts";
import type { Snapshot } from "./snapshot.ts";

/** The gaps of what was taken, and of what was wanted before it, from a frame on, and is not there. */
export function gapsFrom(
  feed: Feed,
  from: number,
  { startFrame, gaps }: Pick<Snapshot<AudioFormat>, "startFrame" | "gaps">,
): Gap[] {
  return [
    ...feed.lost(from, startFrame),
    ...gaps.filter(({ endFrame }) => endFrame > startFrame),
  ];
}

/** A ring, as seen by who waits for its frames. */
export interface Feed<F extends AudioFormat = AudioFormat> {
  readonly format: F;
  readonly sampleRate: number;
  readonly channels: number;
  /** How many frames the ring holds. */
  readonly windowFrames: number;
  /** One past the newest frame. */
  readonly writtenFrames: number;
  /** The first of the frames that are there, and will be for some time yet. */
  readonly heldFrom: number;
  /** The ring is closed: from then on `take` throws. */
  readonly closed: boolean;
  /** No more frames will come: the source has come to its end, or the ring is closed. */
  readonly ended: boolean;
  /**
   * Copies the frames [from, to), all of which were written. What is not there any more is left
   * out at the beginning, and stands first among the snapshot's gaps: see `lost`.
   */
  take(from: number, to: number): Snapshot<F>;
  /**
   * The gaps of the frames [from, to), which are not there any more: those that are known, and
   * what was recorded between them, as `missed`.
   */
  lost(from: number, to: number): Gap[];
  /** When a frame begins, in milliseconds since the Unix epoch; it may be one to come. */
  timeAt(frame: number): number;
  /** The number of the frame that is captured at this moment, or is pushed next. */
  now(): number;
  /** The frame that begins nearest to a time, in milliseconds since the Unix epoch. */
  frameAt(time: number): number;
  /**
   * Calls a function once, as soon as all frames before `frame` are in or none will come any more,
   * and never before this returns. Who waits keeps the process alive.
   *
   * @returns What calls it off.
   */
  when(frame: number, call: () => void): () => void;
}

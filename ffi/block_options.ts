/**
 * How a ring is read on.
 *
 * @module
 */

import { checkNumber, checkOptions, checkSignal } from "./check.ts";
import { CONVERT_OPTIONS, type FormatOption, type ResultOptions } from "./conversion.ts";
import { convertedFeed } from "./converted_feed.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { toFrames } from "./snapshot_options.ts";

/**
 * What `blocks`, `readable` and `listen` of a ring can be told. If it says what the audio is to be
 * converted to, frames are counted in the result's sample rate.
 */
export interface BlockOptions extends ResultOptions {
  /** How long a block is, in seconds, at most as long as the ring; 0.1 if left out. */
  readonly seconds?: number;
  /**
   * The first frame: one of the past, as far as the ring still has it, or of the future. If left
   * out, the next one to be written.
   */
  readonly from?: number;
  /** Instead of `from`: begin with the last so many seconds, or with what there is of them. */
  readonly past?: number;
  /** Ends the reading when it is aborted. */
  readonly signal?: AbortSignal;
}

/** The options, checked. */
export interface BlockPlan<F extends AudioFormat> {
  /** What is read: the ring, or what it is converted to. */
  readonly feed: Feed<F>;
  readonly blockFrames: number;
  readonly from: number;
  readonly signal: AbortSignal | undefined;
}

const FROM = { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true };

/** Checks the options, and settles where the first block begins. */
export function planBlocks<R extends AudioFormat, F extends AudioFormat = R>(
  action: string,
  options: BlockOptions & FormatOption<F>,
  ring: Feed<R>,
): BlockPlan<F> {
  checkOptions(action, options, ["seconds", "from", "past", "signal", ...CONVERT_OPTIONS]);
  const feed = convertedFeed(action, options, ring);
  const { seconds = 0.1, from, past, signal } = options;
  const blockFrames = toFrames(action, seconds, feed);
  if (from !== undefined && past !== undefined) {
    throw new TypeError(`Cannot ${action}: from and past are one too many`);
  }
  if (from !== undefined) checkNumber(action, "from", from, FROM);
  const most = feed.windowFrames / feed.sampleRate;
  if (past !== undefined) checkNumber(action, "past", past, { least: 0, most });
  checkSignal(action, signal);
  const pastFrames = Math.round((past ?? 0) * feed.sampleRate);
  const start = Math.max(feed.writtenFrames - pastFrames, feed.heldFrom);
  return { feed, blockFrames, from: from ?? start, signal };
}

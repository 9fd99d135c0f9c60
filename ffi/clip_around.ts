/**
 * Waits for the audio around an instant.
 *
 * @module
 */

import { checkNumber, checkOptions, checkSignal, show } from "./check.ts";
import { CONVERT_OPTIONS, type FormatOption, type ResultOptions } from "./conversion.ts";
import { convertedFeed } from "./converted_feed.ts";
import { type Clip, type ClipSpan, takeClip } from "./clip.ts";
import { MicRingError } from "./errors.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";

/**
 * What `ring.clip` can be told. If it says what the audio is to be converted to, frames are counted in
 * the result's sample rate.
 */
export interface ClipOptions extends ResultOptions {
  /** The instant: a Date, or a frame's number; this moment if left out. It may be to come. */
  readonly at?: Date | number;
  /** The pre-roll: how much before the instant, in seconds; 0 if left out. */
  readonly before?: number;
  /** The post-roll: how much from the instant on, in seconds; 0 if left out. */
  readonly after?: number;
  /** Calls it off: then the clip is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

const ACTION = "take a clip";
const FRAME = { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true };

function frameOf(at: unknown, feed: Feed): number {
  if (at === undefined) return feed.now();
  if (at instanceof Date) {
    const time = at.getTime();
    if (!Number.isNaN(time)) return feed.frameAt(time);
    throw new RangeError(`Cannot ${ACTION}: at is an invalid Date`);
  }
  if (typeof at === "number") {
    checkNumber(ACTION, "at", at, FRAME);
    return at;
  }
  throw new TypeError(`Cannot ${ACTION}: at is ${show(at)}, neither a Date nor a frame's number`);
}

/** The frames asked for; refuses what can never be. */
function spanOf(options: ClipOptions, feed: Feed): ClipSpan {
  const { at, before = 0, after = 0 } = options;
  const most = feed.windowFrames / feed.sampleRate;
  checkNumber(ACTION, "before", before, { least: 0, most });
  checkNumber(ACTION, "after", after, { least: 0, most });
  const [preRoll, postRoll] = [before, after].map((roll) => Math.round(roll * feed.sampleRate));
  const frames = preRoll + postRoll;
  if (frames > feed.windowFrames) {
    throw new RangeError(
      `Cannot ${ACTION} of ${before} s before and ${after} s after: the ring holds ${most} s`,
    );
  }
  if (frames < 1) {
    throw new RangeError(`Cannot ${ACTION}: before and after are less than one frame`);
  }
  const frame = frameOf(at, feed);
  return { from: frame - preRoll, to: frame + postRoll, at: frame };
}

/** Resolves when all frames before `frame` are in, or none will come. */
function reached(feed: Feed, frame: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      cancel();
      reject(signal!.reason);
    };
    const cancel = feed.when(frame, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** See `ring.clip`. */
export async function clipAround<R extends AudioFormat, F extends AudioFormat = R>(
  ring: Feed<R>,
  options: ClipOptions & FormatOption<F>,
): Promise<Clip<F>> {
  checkOptions(ACTION, options, ["at", "before", "after", "signal", ...CONVERT_OPTIONS]);
  const feed = convertedFeed(ACTION, options, ring);
  const { signal } = options;
  checkSignal(ACTION, signal);
  const span = spanOf(options, feed);
  await reached(feed, span.to, signal);
  if (feed.closed) throw new MicRingError("closed", `Cannot ${ACTION}: the ring is closed`);
  return takeClip(feed, span);
}

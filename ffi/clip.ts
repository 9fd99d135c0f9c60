/**
 * The audio around an instant.
 *
 * @module
 */

import { checkNumber, checkOptions, checkSignal, show } from "./check.ts";
import { CONVERT_OPTIONS, type FormatOption, type ResultOptions } from "./conversion.ts";
import { convertedFeed } from "./converter.ts";
import { MicRingError } from "./errors.ts";
import { type Feed, gapsFrom } from "./feed.ts";
import type { AudioFormat, SampleFormat } from "./formats.ts";
import { timeOf } from "./ring_clock.ts";
import { Snapshot, type SnapshotParts } from "./snapshot.ts";
import type { Span } from "./trigger.ts";

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

/** What a triggered clip is made of. */
export interface TriggeredClipParts<F extends AudioFormat = SampleFormat> extends ClipParts<F> {
  /** See {@linkcode TriggeredClip.continued}. */
  readonly continued: boolean;
  /** See {@linkcode TriggeredClip.droppedClips}. */
  readonly droppedClips: number;
  /** See {@linkcode TriggeredClip.skippedFrames}. */
  readonly skippedFrames: number;
}

/** What is known of a clip when it is found. */
export type FoundClip<F extends AudioFormat> = Omit<TriggeredClipParts<F>, "droppedClips">;

/**
 * A stretch of audio in which something was heard, with its pre-roll and post-roll. Its `atFrame`
 * is where the sound begins: the first frame of the first hop that was loud enough; in one that is
 * `continued`, its own first frame.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 4, source: tone() });
 * for await (const clip of ring.clips({ above: -30, before: 0.1, atMost: 0.3 })) {
 *   console.log(clip.seconds, "s from", new Date(clip.startTime), clip.continued);
 *   break;
 * }
 * ```
 */
export class TriggeredClip<F extends AudioFormat = SampleFormat> extends Clip<F> {
  /**
   * Whether it begins exactly where the clip before it ends: that one had become too long, and was
   * cut.
   */
  readonly continued: boolean;
  /**
   * How many clips were dropped before this one, since the one that was given out last: more of
   * them waited than the queue takes.
   */
  readonly droppedClips: number;
  /**
   * How many frames were not listened to, since the last clip before this one: this thread was busy
   * for so long that the ring had them no more, or a detector could not keep up. Sounds may have
   * been in there.
   */
  readonly skippedFrames: number;

  /**
   * Makes a triggered clip; a ring does, programs need not.
   *
   * @param parts What it is made of.
   * @throws {RangeError} When the samples are no whole number of frames.
   */
  constructor(parts: TriggeredClipParts<F>) {
    super(parts);
    this.continued = parts.continued;
    this.droppedClips = parts.droppedClips;
    this.skippedFrames = parts.skippedFrames;
  }
}

/** Copies what was found, as far as it is there. */
export function takeFound<F extends AudioFormat>(
  feed: Feed<F>,
  span: Span,
  skippedFrames: number,
): FoundClip<F> {
  const { from, lostFrom = from, continued } = span;
  const parts = clipParts(feed, span);
  if (lostFrom === from) return { ...parts, continued, skippedFrames };
  return {
    ...parts,
    gaps: gapsFrom(feed, Math.max(lostFrom, 0), { ...parts, gaps: parts.gaps! }),
    complete: false,
    missingFrames: parts.missingFrames + from - lostFrom,
    continued,
    skippedFrames,
  };
}

/**
 * What `ring.clip` can be told. If it says what the audio is to be converted to, frames are counted in
 * the result's sample rate.
 */
export interface ClipOptions extends ResultOptions {
  /** The instant: a Date, or a frame's number; this moment if left out, or in a
   * ring that is pushed to, the end of what is there. It may be to come. */
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
    return feed.frameAt(timeOf(ACTION, at, "at"));
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

/**
 * What all can be told that find clips in a ring.
 *
 * @module
 */

import { checkNumber, checkOptions, checkSignal } from "./check.ts";
import { CONVERT_OPTIONS, type ResultOptions } from "./conversion.ts";
import type { Feed } from "./feed.ts";
import type { TriggerPlan } from "./trigger.ts";

/**
 * How what was heard becomes clips. If it says what the audio is to be converted to, that is what is
 * listened to, and frames are counted in its sample rate.
 */
export interface TriggerOptions extends ResultOptions {
  /** The pre-roll: how much before the sound's beginning, in seconds; 0.5 if left out. */
  readonly before?: number;
  /** The post-roll: how much after the sound's end, in seconds; 0.5 if left out. */
  readonly after?: number;
  /**
   * For how long it must stay under `below` until the sound is over, in seconds; 0.25 if left out.
   * Besides, sounds whose clips would touch or overlap are one clip.
   */
  readonly hold?: number;
  /**
   * How long a clip may be, in seconds. What is longer is cut: the next clip begins exactly there,
   * and is `continued`. If left out, nine tenths of what the ring holds, less the time that must
   * pass until a sound is known to be over.
   */
  readonly atMost?: number;
  /** Begin with the last so many seconds, or with what there is of them; 0 if left out. */
  readonly past?: number;
  /**
   * How many clips may wait until they are asked for, each of them a copy; from 1 to 1024, 16 if left
   * out.
   */
  readonly queue?: number;
  /**
   * Ends it when it is aborted, with the clips that wait.
   * One that is aborted already is an error.
   */
  readonly signal?: AbortSignal;
}

/** Their names. */
export const TRIGGER_OPTIONS = [
  "before",
  "after",
  "hold",
  "atMost",
  "past",
  "queue",
  "signal",
  ...CONVERT_OPTIONS,
];

/** The options, checked. */
export interface HearingPlan {
  readonly trigger: TriggerPlan;
  /** The first frame that is listened to. */
  readonly from: number;
  readonly hopFrames: number;
  /** How far it may be behind, and the clips are still there. */
  readonly spareFrames: number;
  readonly queueLimit: number;
  readonly signal: AbortSignal | undefined;
}

/** What differs between those who listen. */
export interface Listener {
  readonly above: number;
  readonly below: number;
  readonly hopFrames: number;
  /** How much more than the hop it looks at, before it. */
  readonly lookBackFrames: number;
  /** How far behind it is at times. */
  readonly leastSpareFrames: number;
}

interface Lengths {
  readonly beforeFrames: number;
  readonly afterFrames: number;
  readonly holdFrames: number;
}

const QUEUE = { least: 1, most: 1024, whole: true };

/** How long a clip may be, so that all of it is still there when it is known to be over. */
function mostFrames(
  action: string,
  atMost: number | undefined,
  lengths: Lengths,
  listener: Listener,
  feed: Feed,
): { readonly atMostFrames: number; readonly spareFrames: number } {
  const { beforeFrames, afterFrames, holdFrames } = lengths;
  const { sampleRate, windowFrames } = feed;
  const { hopFrames, leastSpareFrames } = listener;
  const settleFrames = Math.max(beforeFrames, holdFrames - afterFrames) + hopFrames;
  const least = beforeFrames + hopFrames;
  const most = windowFrames - settleFrames - leastSpareFrames;
  if (least > most) {
    const needed = (least + settleFrames + leastSpareFrames) / sampleRate;
    throw new RangeError(
      `Cannot ${action} with this pre-roll, hold and hop: that takes a ring of ${needed} s, and ` +
        `it holds ${windowFrames / sampleRate} s`,
    );
  }
  if (atMost !== undefined) {
    const bounds = { least: least / sampleRate, most: most / sampleRate };
    checkNumber(action, "atMost", atMost, bounds);
  }
  const usual = Math.floor(0.9 * windowFrames) - settleFrames;
  const wanted = atMost === undefined ? usual : Math.round(atMost * sampleRate);
  const atMostFrames = Math.min(Math.max(wanted, least), most);
  return { atMostFrames, spareFrames: windowFrames - settleFrames - atMostFrames };
}

/** Checks the options that all have. */
export function planHearing(
  action: string,
  options: TriggerOptions,
  listener: Listener,
  feed: Feed,
): HearingPlan {
  const { before = 0.5, after = 0.5, hold = 0.25, atMost, past = 0, queue = 16, signal } = options;
  const { sampleRate, windowFrames } = feed;
  const held = { least: 0, most: windowFrames / sampleRate };
  checkNumber(action, "before", before, held);
  checkNumber(action, "after", after, held);
  checkNumber(action, "hold", hold, held);
  checkNumber(action, "past", past, held);
  checkNumber(action, "queue", queue, QUEUE);
  const { above, below, hopFrames, lookBackFrames } = listener;
  const lengths = {
    beforeFrames: Math.round(before * sampleRate) + lookBackFrames,
    afterFrames: Math.round(after * sampleRate),
    holdFrames: Math.round(hold * sampleRate),
  };
  const most = mostFrames(action, atMost, lengths, listener, feed);
  checkSignal(action, signal);
  const start = feed.writtenFrames - Math.round(past * sampleRate);
  return {
    trigger: { above, below, ...lengths, atMostFrames: most.atMostFrames },
    from: Math.max(start, feed.heldFrom),
    hopFrames,
    spareFrames: most.spareFrames,
    queueLimit: queue,
    signal,
  };
}

/** A short length in frames: at the least one. */
export function hopFramesOf(
  action: string,
  name: string,
  seconds: unknown,
  most: number,
  feed: Feed,
): number {
  checkNumber(action, name, seconds, { least: 0.001, most });
  return Math.max(1, Math.round(seconds * feed.sampleRate));
}

/** Refuses options that are none, and names that nobody knows. */
export function checkNames(action: string, options: unknown, own: readonly string[]): void {
  checkOptions(action, options, [...own, ...TRIGGER_OPTIONS]);
}

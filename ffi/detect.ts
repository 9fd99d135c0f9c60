/**
 * Recording by a detector of one's own.
 *
 * @module
 */

import { checkFunction, checkNumber, show } from "./check.ts";
import { ClipFinder } from "./trigger.ts";
import { ClipQueue } from "./clip_queue.ts";
import type { FormatOption } from "./conversion.ts";
import { convertedFeed } from "./converter.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat, SampleFormat } from "./formats.ts";
import type { Snapshot } from "./snapshot.ts";
import { toFrames } from "./snapshot_options.ts";
import {
  checkNames,
  type HearingPlan,
  hopFramesOf,
  planHearing,
  type TriggerOptions,
} from "./trigger_options.ts";
import type { TriggeredClip } from "./clip.ts";

/**
 * Says of a block whether it has what is looked for: yes or no, or a score. If it returns a promise,
 * the next block waits for it.
 */
export type Detector<F extends AudioFormat = SampleFormat> = (
  block: Snapshot<F>,
) => boolean | number | PromiseLike<boolean | number>;

/** What `ring.detect` can be told. */
export interface DetectOptions extends TriggerOptions {
  /** The score that it takes; 0.5 if left out. `true` is 1, `false` is 0. */
  readonly above?: number;
  /** The score that is enough to go on, not more than `above`; the same if left out. */
  readonly below?: number;
  /** How often the detector is called, in seconds of audio from 0.001 on; 0.1 if left out. */
  readonly hop?: number;
  /**
   * How long its blocks are, in seconds: the newest there are. `hop` if left out; if it is more,
   * they overlap. The pre-roll then counts from the block's beginning.
   */
  readonly seconds?: number;
}

const ACTION = "detect";
const OWN_OPTIONS = ["above", "below", "hop", "seconds"];
/** All that is a number, and has an end. */
const SCORE = { least: -Number.MAX_VALUE, most: Number.MAX_VALUE };

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null)?.then === "function";
}

/** What a detector's answer means; refuses what is none. */
function scoreOf(answer: unknown): number {
  if (typeof answer === "boolean") return answer ? 1 : 0;
  if (typeof answer === "number" && !Number.isNaN(answer)) return answer;
  throw new TypeError(
    `Cannot ${ACTION}: the detector returned ${show(answer)}, and must return true, false or a ` +
      "number",
  );
}

/** Asks a detector about one block after the other. */
class DetectorHearing<F extends AudioFormat> {
  readonly #feed: Feed<F>;
  readonly #detector: Detector<F>;
  readonly #plan: HearingPlan;
  readonly #blockFrames: number;
  readonly #finder: ClipFinder<F>;
  /* Where the next hop begins. */
  #position: number;
  /* The first block is whole when these frames are in. */
  #firstEnd: number;
  #stopped = false;
  #stopWaiting: (() => void) | undefined;

  readonly queue: ClipQueue<F>;

  constructor(feed: Feed<F>, detector: Detector<F>, plan: HearingPlan, blockFrames: number) {
    this.#feed = feed;
    this.#detector = detector;
    this.#plan = plan;
    this.#blockFrames = blockFrames;
    const stop = () => {
      this.#stopped = true;
      this.#stopWaiting?.();
    };
    this.queue = new ClipQueue({ limit: plan.queueLimit, signal: plan.signal, stop });
    this.#finder = new ClipFinder(feed, plan.trigger, this.queue);
    this.#firstEnd = feed.heldFrom + blockFrames;
    this.#position = Math.max(plan.from, this.#firstEnd - plan.hopFrames);
    this.#wait();
  }

  #wait(): void {
    this.#stopWaiting = this.#feed.when(this.#leastEnd, this.#look);
  }

  /** Where the next hop ends at the earliest. */
  get #leastEnd(): number {
    return Math.max(this.#position + this.#plan.hopFrames, this.#firstEnd);
  }

  readonly #look = () => {
    const feed = this.#feed;
    try {
      if (feed.closed) return this.queue.end();
      // Asked first: what was written by the end is there then.
      const { ended } = feed;
      const { writtenFrames } = feed;
      if (this.#position < feed.heldFrom) this.#skipLost();
      // No block will ever be whole: then there is one of what there is.
      if (ended && this.#position > writtenFrames) this.#position = this.#plan.from;
      const to = this.#hopEnd(writtenFrames, ended);
      if (to > this.#position) this.#ask(to);
      else if (ended) this.#finder.finish();
      else this.#wait();
    } catch (error) {
      this.queue.fail(error);
    }
  };

  #skipLost(): void {
    const { heldFrom } = this.#feed;
    this.#finder.skip(heldFrom - this.#position);
    this.#position = heldFrom;
    this.#firstEnd = heldFrom + this.#blockFrames;
  }

  /**
   * Where the next hop ends. If the detector is too far behind for its clips, it is the newest one,
   * and what lies before it counts as that does: so a sound that began there has its beginning.
   */
  #hopEnd(written: number, ended: boolean): number {
    const { hopFrames, spareFrames } = this.#plan;
    const least = this.#leastEnd;
    if (written < least) return ended ? written : this.#position;
    const behind = Math.floor((written - least) / hopFrames) * hopFrames;
    if (behind <= spareFrames) return least;
    this.#finder.skip(behind);
    return least + behind;
  }

  #ask(to: number): void {
    const block = this.#feed.take(Math.max(to - this.#blockFrames, 0), to);
    // Called as a function: it is not to see this object.
    const detector = this.#detector;
    const answer = detector(block);
    if (!isThenable(answer)) return this.#note(to, answer);
    Promise.resolve(answer).then((score) => this.#note(to, score)).catch((error) =>
      this.queue.fail(error)
    );
  }

  #note(to: number, answer: unknown): void {
    if (this.#stopped) return;
    const score = scoreOf(answer);
    if (this.#feed.closed) return this.queue.end();
    this.#finder.hear(this.#position, to, score);
    this.#position = to;
    this.#wait();
  }
}

/** See `ring.detect`. */
export function detectedClips<R extends AudioFormat, F extends AudioFormat = R>(
  ring: Feed<R>,
  detector: Detector<F>,
  options: DetectOptions & FormatOption<F>,
): AsyncIterableIterator<TriggeredClip<F>> & AsyncDisposable {
  checkFunction(ACTION, "the detector", detector);
  checkNames(ACTION, options, OWN_OPTIONS);
  const feed = convertedFeed(ACTION, options, ring);
  const { above = 0.5, below, hop = 0.1, seconds } = options;
  checkNumber(ACTION, "above", above, SCORE);
  if (below !== undefined) checkNumber(ACTION, "below", below, { ...SCORE, most: above });
  const most = feed.windowFrames / feed.sampleRate;
  const hopFrames = hopFramesOf(ACTION, "hop", hop, most, feed);
  const blockFrames = seconds === undefined ? hopFrames : toFrames(ACTION, seconds, feed);
  const listener = {
    above,
    below: below ?? above,
    hopFrames,
    lookBackFrames: Math.max(0, blockFrames - hopFrames),
    leastSpareFrames: hopFrames,
  };
  const plan = planHearing(ACTION, options, listener, feed);
  return new DetectorHearing(feed, detector, plan, blockFrames).queue;
}

/**
 * When a sound begins, and when it is over.
 *
 * @module
 */

import type { ClipQueue } from "./clip_queue.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { takeFound } from "./clip.ts";

/** What a trigger goes by: two thresholds, and lengths in frames. */
export interface TriggerPlan {
  /** A value of at least this opens it. */
  readonly above: number;
  /** While it is open, a value of at least this keeps it so. */
  readonly below: number;
  /** The pre-roll. */
  readonly beforeFrames: number;
  /** The post-roll. */
  readonly afterFrames: number;
  /** For how long values must be under `below` until it closes. */
  readonly holdFrames: number;
  /** How long a span may be; at least 1. */
  readonly atMostFrames: number;
}

/** A stretch that something was heard in, with what is to stand before and after it. */
export interface Span {
  /** Its first frame; may lie before frame 0. */
  readonly from: number;
  /** The frame behind its last one. */
  readonly to: number;
  /** Where the sound begins: the first frame of the hop that opened it. */
  readonly at: number;
  /** Whether it begins where the span before was cut. */
  readonly continued: boolean;
  /** Where it would begin, if the frames from there to `from` were not lost. */
  readonly lostFrom?: number;
}

/** A span that may still grow. It may be empty, behind a cut. */
interface GrowingSpan {
  from: number;
  to: number;
  at: number;
  continued: boolean;
  lostFrom?: number;
  /* Where it is cut, if it goes on for so long. */
  cutAt: number;
}

const NONE: readonly Span[] = Object.freeze([]);

/**
 * Makes spans out of values, hop by hop. In the order of frames, and all by frames:
 *
 * - A sound begins with the first hop whose value is at least `above`. It goes on with each hop that
 *   is at least `below`, until such hops have been away for `hold`; it ends with the last of them.
 * - Its span is that, with `before` and `after` around it. Spans that touch or overlap are one.
 * - A span longer than `atMost` is cut, as often as needed: the next begins where the one before
 *   ends, and is `continued`.
 *
 * A span is given out once it cannot change any more: when it has been quiet for `hold`, and for
 * longer than `before` and `after` together, as until then the pre-roll of the next sound may reach
 * it. What is cut off is given out as soon as all of it was heard.
 *
 * Frames that are lost in the midst of a span, or before it could be given out, are part of it, as
 * if they had been loud: nobody knows. It goes on behind them, where `atMost` counts anew.
 */
export class Trigger {
  readonly #plan: TriggerPlan;
  /* One past the last frame that it knows of. */
  #heardTo: number | undefined;
  /* Whether a value of `below` is enough. */
  #open = false;
  /* Where the last hop ends that was loud enough. */
  #loudTo = 0;
  #span: GrowingSpan | undefined;

  constructor(plan: TriggerPlan) {
    this.#plan = plan;
  }

  /**
   * Hears one hop: frames [from, to), behind all that it has heard. If it does not begin where the
   * last one ended, the frames between are lost.
   *
   * @param value How loud it is, or how likely.
   * @returns The spans that cannot change any more.
   */
  hear(from: number, to: number, value: number): readonly Span[] {
    if (this.#heardTo !== undefined && from > this.#heardTo) this.#lose(from);
    this.#heardTo = to;
    const { above, below, holdFrames } = this.#plan;
    if (value >= (this.#open ? below : above)) this.#grow(from, to);
    else if (to - this.#loudTo >= holdFrames) this.#open = false;
    return this.#span === undefined ? NONE : this.#settle(this.#span, to);
  }

  /**
   * No more will be heard.
   *
   * @returns The span that is left, if there is one, with its post-roll: that may lie beyond the end.
   */
  finish(): readonly Span[] {
    const span = this.#span;
    this.#span = undefined;
    this.#open = false;
    if (span === undefined) return NONE;
    const nothing = span.from >= this.#heardTo! && span.lostFrom === undefined;
    return nothing ? NONE : [given(span, Math.min(span.to, span.cutAt))];
  }

  #grow(from: number, to: number): void {
    const { beforeFrames, afterFrames, atMostFrames } = this.#plan;
    this.#open = true;
    this.#loudTo = to;
    const end = to + afterFrames;
    if (this.#span !== undefined) {
      this.#span.to = end;
      return;
    }
    const start = from - beforeFrames;
    const cutAt = start + atMostFrames;
    this.#span = { from: start, to: end, at: from, continued: false, cutAt };
  }

  #lose(to: number): void {
    const span = this.#span;
    if (span === undefined) return;
    if (isEmpty(span) && !this.#open) {
      this.#span = undefined;
      return;
    }
    const { afterFrames, atMostFrames } = this.#plan;
    span.lostFrom ??= span.from;
    span.from = span.at = this.#loudTo = to;
    span.to = to + afterFrames;
    span.cutAt = to + atMostFrames;
  }

  #settle(span: GrowingSpan, heardTo: number): readonly Span[] {
    const { beforeFrames, atMostFrames } = this.#plan;
    const spans: Span[] = [];
    while (span.cutAt <= heardTo && span.cutAt <= span.to) {
      spans.push(given(span, span.cutAt));
      span.from = span.at = span.cutAt;
      span.continued = true;
      span.lostFrom = undefined;
      span.cutAt += atMostFrames;
    }
    // The next hop begins here: would its pre-roll touch?
    if (!this.#open && heardTo - beforeFrames > span.to) {
      if (!isEmpty(span)) spans.push(given(span, span.to));
      this.#span = undefined;
    }
    return spans;
  }
}

function isEmpty(span: GrowingSpan): boolean {
  return span.from >= span.to && span.lostFrom === undefined;
}

function given({ from, at, continued, lostFrom }: GrowingSpan, to: number): Span {
  return lostFrom === undefined
    ? { from, to, at, continued }
    : { from, to, at, continued, lostFrom };
}

/** Takes out of a ring what a trigger finds, while it is there, into a queue. */
export class ClipFinder<F extends AudioFormat> {
  readonly #feed: Feed<F>;
  readonly #queue: ClipQueue<F>;
  readonly #trigger: Trigger;
  #skippedFrames = 0;

  constructor(feed: Feed<F>, plan: TriggerPlan, queue: ClipQueue<F>) {
    this.#feed = feed;
    this.#queue = queue;
    this.#trigger = new Trigger(plan);
  }

  /** See `Trigger.hear`. */
  hear(from: number, to: number, value: number): void {
    this.#take(this.#trigger.hear(from, to, value));
  }

  /** So many frames were not listened to. */
  skip(frames: number): void {
    this.#skippedFrames += frames;
  }

  /** The source has come to its end: so has what is being heard. */
  finish(): void {
    this.#take(this.#trigger.finish());
    this.#queue.end();
  }

  #take(spans: readonly Span[]): void {
    for (const span of spans) {
      this.#queue.put(takeFound(this.#feed, span, this.#skippedFrames));
      this.#skippedFrames = 0;
    }
  }
}

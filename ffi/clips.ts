/**
 * Recording by sound.
 *
 * @module
 */

import { BandFilter } from "./band_filter.ts";
import { checkNumber } from "./check.ts";
import { ClipFinder } from "./trigger.ts";
import { ClipQueue } from "./clip_queue.ts";
import type { FormatOption } from "./conversion.ts";
import { convertedFeed } from "./converter.ts";
import type { Feed } from "./feed.ts";
import { type AudioFormat, numbersOf } from "./formats.ts";
import { HopLevel } from "./level.ts";
import {
  checkNames,
  type HearingPlan,
  hopFramesOf,
  planHearing,
  type TriggerOptions,
} from "./trigger_options.ts";
import type { TriggeredClip } from "./clip.ts";

/** What `ring.clips` can be told. */
export interface ClipsOptions extends TriggerOptions {
  /**
   * How loud it must become, in dBFS from -200 to 0: the RMS of a hop, of the loudest channel. Some
   * 10 dB above the noise of the room is a good beginning; `ring.meter()` tells how much that is.
   */
  readonly above: number;
  /** How loud it must stay, in dBFS, not more than `above`; 6 dB less than that if left out. */
  readonly below?: number;
  /**
   * Listens only to what is higher than this, in hertz from 1 to 0.45 of the sample rate: 100 or so
   * keeps wind and traffic out. 12 dB an octave. The clips themselves are not filtered.
   */
  readonly highPass?: number;
  /** Listens only to what is lower than this, in hertz, and more than `highPass`. */
  readonly lowPass?: number;
  /** The stretch whose level is measured, in seconds from 0.001 to 1; 0.02 if left out. */
  readonly hop?: number;
}

const ACTION = "listen for clips";
const OWN_OPTIONS = ["above", "below", "highPass", "lowPass", "hop"];

/** How often it looks, at the most: the process sleeps in between. In seconds of audio. */
const LOOK_SECONDS = 0.1;
/** So much is copied at a time, where there is more: in seconds. */
const CHUNK_SECONDS = 0.5;

function planFilter(options: ClipsOptions, feed: Feed): BandFilter | undefined {
  const { highPass, lowPass } = options;
  const most = 0.45 * feed.sampleRate;
  if (highPass !== undefined) checkNumber(ACTION, "highPass", highPass, { least: 1, most });
  if (lowPass !== undefined) {
    checkNumber(ACTION, "lowPass", lowPass, { least: highPass ?? 1, most });
  }
  if (highPass === undefined && lowPass === undefined) return undefined;
  return new BandFilter({ highPass, lowPass }, feed.sampleRate, feed.channels);
}

/** Measures hop by hop, as they come in. */
class LevelHearing<F extends AudioFormat> {
  readonly #feed: Feed<F>;
  readonly #finder: ClipFinder<F>;
  readonly #level: HopLevel;
  readonly #hopFrames: number;
  readonly #lookFrames: number;
  readonly #chunkFrames: number;
  /* The first frame that was not measured yet. */
  #position: number;
  #stopWaiting: (() => void) | undefined;

  readonly queue: ClipQueue<F>;

  constructor(feed: Feed<F>, plan: HearingPlan, level: HopLevel) {
    this.#feed = feed;
    this.#level = level;
    this.#hopFrames = plan.hopFrames;
    this.#lookFrames = lookFrames(plan.hopFrames, LOOK_SECONDS, feed);
    this.#chunkFrames = lookFrames(plan.hopFrames, CHUNK_SECONDS, feed);
    this.#position = plan.from;
    const stop = () => this.#stopWaiting?.();
    this.queue = new ClipQueue({ limit: plan.queueLimit, signal: plan.signal, stop });
    this.#finder = new ClipFinder(feed, plan.trigger, this.queue);
    this.#wait();
  }

  #wait(): void {
    this.#stopWaiting = this.#feed.when(this.#position + this.#lookFrames, this.#look);
  }

  readonly #look = () => {
    const feed = this.#feed;
    try {
      if (feed.closed) return this.queue.end();
      // Asked first: what was written by the end is there then.
      const { ended } = feed;
      this.#measureTo(feed.writtenFrames, ended);
      if (ended) this.#finder.finish();
      else this.#wait();
    } catch (error) {
      this.queue.fail(error);
    }
  };

  /** Measures all hops that are in; at the end also what is left, and is less than one. */
  #measureTo(written: number, ended: boolean): void {
    for (;;) {
      const from = this.#position;
      const whole = Math.floor((written - from) / this.#hopFrames) * this.#hopFrames;
      const to = whole > 0 ? from + Math.min(whole, this.#chunkFrames) : ended ? written : from;
      if (to <= from) return;
      this.#measure(from, to);
    }
  }

  #measure(from: number, to: number): void {
    const feed = this.#feed;
    const { samples, startFrame } = feed.take(from, to);
    if (startFrame > from) {
      // Overtaken: on from where it is not on the verge of being overwritten.
      const on = Math.max(startFrame, feed.heldFrom);
      this.#finder.skip(on - from);
      this.#level.reset();
      this.#position = on;
      return;
    }
    const numbers = numbersOf(feed.format, samples);
    for (let at = from; at < to; at += this.#hopFrames) {
      const end = Math.min(at + this.#hopFrames, to);
      this.#finder.hear(at, end, this.#level.measure(numbers, at - from, end - at));
    }
    this.#position = to;
  }
}

/** As many whole hops as go into a length, but at the least one. */
function lookFrames(hopFrames: number, seconds: number, feed: Feed): number {
  return Math.max(1, Math.floor(seconds * feed.sampleRate / hopFrames)) * hopFrames;
}

/** See `ring.clips`. */
export function triggeredClips<R extends AudioFormat, F extends AudioFormat = R>(
  ring: Feed<R>,
  options: ClipsOptions & FormatOption<F>,
): AsyncIterableIterator<TriggeredClip<F>> & AsyncDisposable {
  checkNames(ACTION, options, OWN_OPTIONS);
  const feed = convertedFeed(ACTION, options, ring);
  const { above, below, hop = 0.02 } = options;
  checkNumber(ACTION, "above", above, { least: -200, most: 0 });
  if (below !== undefined) checkNumber(ACTION, "below", below, { least: -206, most: above });
  const level = new HopLevel(feed.channels, planFilter(options, feed));
  const hopFrames = hopFramesOf(ACTION, "hop", hop, 1, feed);
  const leastSpareFrames = lookFrames(hopFrames, LOOK_SECONDS, feed);
  const listener = {
    above,
    below: below ?? above - 6,
    hopFrames,
    lookBackFrames: 0,
    leastSpareFrames,
  };
  const plan = planHearing(ACTION, options, listener, feed);
  return new LevelHearing(feed, plan, level).queue;
}

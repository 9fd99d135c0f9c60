/**
 * How a meter is read.
 *
 * @module
 */

import type { BallisticsPlan } from "./ballistics.ts";
import { checkNumber, checkOptions, checkSignal } from "./check.ts";
import type { Feed } from "./feed.ts";

/** What `ring.meter` can be told. */
export interface MeterOptions {
  /** For how long `holdDbfs` stays where the peak was, in seconds from 0 to 3600; 1.5 if left out. */
  readonly hold?: number;
  /** How fast the peaks then fall, in dB a second from 0 to 1000; 20 if left out. */
  readonly decay?: number;
  /** Over how much the RMS is taken, in seconds from 0.001 to 60; 0.3 if left out. */
  readonly window?: number;
  /**
   * How often `for await` has a reading, in seconds of audio from 0.001 to what the ring holds; 0.05
   * if left out.
   */
  readonly every?: number;
  /** Ends each `for await` when it is aborted. `read` goes on. */
  readonly signal?: AbortSignal;
}

/** The options, checked. */
export interface MeterPlan {
  readonly ballistics: BallisticsPlan;
  readonly everyFrames: number;
  readonly signal: AbortSignal | undefined;
}

const HOLD = { least: 0, most: 3600 };
const DECAY = { least: 0, most: 1000 };
const WINDOW = { least: 0.001, most: 60 };

/** Checks the options. */
export function planMeter(options: MeterOptions, feed: Feed): MeterPlan {
  const action = "meter";
  checkOptions(action, options, ["hold", "decay", "window", "every", "signal"]);
  const { hold = 1.5, decay = 20, window = 0.3, every, signal } = options;
  const { sampleRate, windowFrames } = feed;
  checkNumber(action, "hold", hold, HOLD);
  checkNumber(action, "decay", decay, DECAY);
  checkNumber(action, "window", window, WINDOW);
  const held = windowFrames / sampleRate;
  if (every !== undefined) checkNumber(action, "every", every, { least: 0.001, most: held });
  checkSignal(action, signal);
  const everyFrames = Math.max(1, Math.round((every ?? Math.min(0.05, held)) * sampleRate));
  return {
    ballistics: {
      decay: 10 ** (-decay / 20 / sampleRate),
      holdFrames: Math.round(hold * sampleRate),
      windowFrames: Math.max(1, Math.round(window * sampleRate)),
    },
    everyFrames,
    signal,
  };
}

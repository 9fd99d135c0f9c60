/**
 * How a schedule goes.
 *
 * @module
 */

import { checkBoolean, checkOptions, checkSeconds, checkSignal, checkWord } from "./check.ts";
import { CONVERT_OPTIONS, type FormatOption, type ResultOptions } from "./conversion.ts";
import { convertedFeed } from "./converter.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat, SampleFormat } from "./formats.ts";
import type { Snapshot } from "./snapshot.ts";
import { toFrames } from "./snapshot_options.ts";

/** What is done when a run is due while one is still under way: see {@linkcode ScheduleOptions}. */
export type ScheduleOverlap = "skip" | "queue" | "parallel";

/** What is done about runs that were slept through: see {@linkcode ScheduleOptions}. */
export type ScheduleCatchUp = "skip" | "once" | "all";

/** One run of a task. */
export interface ScheduleRun {
  /** Its number, counted from 1. */
  readonly number: number;
  /** When it was due, by the wall clock. */
  readonly due: Date;
  /** How much later it began, in seconds. */
  readonly late: number;
  /** Is aborted when the schedule is stopped while this run is under way. */
  readonly signal: AbortSignal;
}

/** What a schedule calls: it gets a stretch of audio, and may be an async function. */
export type ScheduleTask<F extends AudioFormat = SampleFormat> = (
  snapshot: Snapshot<F>,
  run: ScheduleRun,
) => unknown;

/** What `ring.schedule` can be told, and what the audio is to be converted to. */
export interface ScheduleOptions extends ResultOptions {
  /**
   * How much audio each run gets: the last so many seconds, whether it was seen before or not. If
   * left out, all that has come since the run before (the first: since the schedule began), but at
   * most what the ring holds; what it holds no more is a gap of the snapshot, `missed`.
   */
  readonly seconds?: number;
  /**
   * What is done when a run is due while one is still under way:
   *
   * - `skip`, if left out: it is skipped, and what it would have got goes to the next;
   * - `queue`: it waits, and its audio is copied meanwhile, so that nothing is lost. At most 10
   *   wait; a further one is dropped, and what it would have got goes to the next;
   * - `parallel`: it runs beside the other. At most 64 do; a further one is dropped.
   */
  readonly overlap?: ScheduleOverlap;
  /**
   * What is done about runs that were due while the machine slept, or this process was stopped or
   * busy; the newest of them is late only, and runs, if that is by less than half the time to the
   * next (but never less than a second, nor more than 15):
   *
   * - `skip`: nothing;
   * - `once`, if left out: one run in place of all of them;
   * - `all`: all of them, one after the other, each with its own stretch as far as the ring has it.
   *   Of more than 1000 the newest.
   *
   * A wall clock that is set forward is a sleep, too: nothing tells one from the other.
   */
  readonly catchUp?: ScheduleCatchUp;
  /** Stops the schedule when it is aborted; one that is aborted already is an error. */
  readonly signal?: AbortSignal;
  /** Whether the process may end in spite of the schedule; if left out, it does not. */
  readonly unref?: boolean;
}

/** The options, checked. */
export interface SchedulePlan {
  /** How many frames each run gets; if undefined, those since the last one. */
  readonly frames: number | undefined;
  readonly overlap: ScheduleOverlap;
  readonly catchUp: ScheduleCatchUp;
  readonly signal: AbortSignal | undefined;
  readonly unref: boolean;
}

/** Checks the options; throws the reason of a signal that is aborted already. */
export function planSchedule<R extends AudioFormat, F extends AudioFormat = R>(
  action: string,
  options: ScheduleOptions & FormatOption<F>,
  ring: Feed<R>,
): { readonly feed: Feed<F>; readonly plan: SchedulePlan } {
  const own = ["seconds", "overlap", "catchUp", "signal", "unref"];
  checkOptions(action, options, [...own, ...CONVERT_OPTIONS]);
  const feed = convertedFeed(action, options, ring);
  const { seconds, overlap = "skip", catchUp = "once", signal, unref = false } = options;
  if (seconds !== undefined) checkSeconds(action, "seconds", seconds);
  const frames = seconds === undefined ? undefined : toFrames(`${action} runs of`, seconds, feed);
  checkWord(action, "overlap", overlap, ["skip", "queue", "parallel"]);
  checkWord(action, "catchUp", catchUp, ["skip", "once", "all"]);
  checkBoolean(action, "unref", unref);
  checkSignal(action, signal);
  return { feed, plan: { frames, overlap, catchUp, signal, unref } };
}

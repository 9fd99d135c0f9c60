/**
 * What happens to a schedule, told to whoever listens.
 *
 * @module
 */

import type { ScheduleRun } from "./schedule_options.ts";

/**
 * A task has thrown, or its promise was rejected. The schedule goes on.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * await using schedule = ring.schedule({ every: 10 }, async (snapshot) => {
 *   await fetch("https://example.com/", { method: "PUT", body: snapshot.toWav() });
 * });
 * schedule.addEventListener("error", ({ error, run }) => {
 *   console.error("Run", run.number, "of", run.due, "has failed:", error);
 * });
 * ```
 */
export class ScheduleErrorEvent extends Event {
  /** What the task threw. */
  readonly error: unknown;
  /** The run in which it did. */
  readonly run: ScheduleRun;

  /**
   * Makes an event of the type `error`; a schedule does, programs need not.
   *
   * @param error What was thrown.
   * @param run In which run.
   */
  constructor(error: unknown, run: ScheduleRun) {
    super("error");
    this.error = error;
    this.run = run;
  }
}

/** The events of a schedule, by their types. */
export interface ScheduleEventMap {
  /** A task has thrown, or its promise was rejected. */
  readonly error: ScheduleErrorEvent;
  /** No run will begin any more: it was stopped, no more frames will come, or no due time will. */
  readonly end: Event;
}

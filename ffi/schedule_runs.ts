/**
 * The runs of a schedule: what is done with each that is due, and how they went.
 *
 * @module
 */

import type { AudioFormat } from "./formats.ts";
import type { ScheduleOverlap, ScheduleRun, ScheduleTask } from "./schedule_options.ts";
import type { ScheduleStretches } from "./schedule_machine.ts";
import type { Snapshot } from "./snapshot.ts";

/** How a schedule goes; counted since its beginning. */
export interface ScheduleStats {
  /** Runs that have begun. */
  readonly runs: number;
  /** Runs whose task threw, or rejected its promise. */
  readonly failed: number;
  /** Due times without a run as one was still under way (`overlap: "skip"`). */
  readonly skipped: number;
  /** Due times without a run as too many waited or were under way, or runs that still waited when
   * the schedule was stopped. */
  readonly dropped: number;
  /** Due times without a run of their own, as the machine slept or this process was held up. By
   * `cron`, of one sleep no more than 1000 are counted. */
  readonly missed: number;
  /** Runs that are under way now. */
  readonly running: number;
  /** Runs that wait for one under way to end. */
  readonly waiting: number;
  /** The run that has begun last; `undefined` before the first. */
  readonly lastRun: ScheduleRun | undefined;
  /** What was thrown last; `undefined` as long as nothing was. */
  readonly lastError: unknown;
}

/** How many runs may wait their turn. */
const MOST_QUEUED = 10;
/** How many may be under way beside each other. */
const MOST_PARALLEL = 64;
/** How many due times that were slept through are made up for. */
export const MOST_MADE_UP = 1000;

/** A run that is due. */
interface DueRun<F extends AudioFormat> {
  readonly due: number;
  /** How late it was when it was noticed, and when that was, by the monotonic clock. */
  readonly lateMs: number;
  readonly noticed: number;
  readonly take: () => Snapshot<F>;
  /** Whether its audio is there already. */
  readonly copied: boolean;
}

/** What the runs need. */
export interface ScheduleRunsParts<F extends AudioFormat> {
  readonly task: ScheduleTask<F>;
  readonly overlap: ScheduleOverlap;
  readonly stretches: ScheduleStretches<F>;
  /** The monotonic clock. */
  readonly elapsed: () => number;
  /** Is told what a task threw. */
  readonly failed: (error: unknown, run: ScheduleRun) => void;
  /** Is told each time when a run has ended, and the next in turn has begun. */
  readonly settled: () => void;
}

/** Does it now; what it returns or throws comes out later. */
function doneNow<T>(make: () => T): () => T {
  try {
    const value = make();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

export class ScheduleRuns<F extends AudioFormat> {
  readonly #parts: ScheduleRunsParts<F>;
  readonly #counts = { runs: 0, failed: 0, skipped: 0, dropped: 0, missed: 0 };
  readonly #running = new Set<AbortController>();
  #waiting: DueRun<F>[] = [];
  /* Whether one of those is under way that go one after the other. */
  #inTurn = false;
  #lastRun: ScheduleRun | undefined;
  #lastError: unknown;

  constructor(parts: ScheduleRunsParts<F>) {
    this.#parts = parts;
  }

  stats(): ScheduleStats {
    return {
      ...this.#counts,
      running: this.running,
      waiting: this.waiting,
      lastRun: this.#lastRun,
      lastError: this.#lastError,
    };
  }

  /** How many are under way. */
  get running(): number {
    return this.#running.size;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Due times have passed without a run. */
  noteMissed(count: number): void {
    this.#counts.missed += count;
  }

  /** A run is due. */
  offer(due: number, now: number): void {
    const { overlap } = this.#parts;
    if (overlap === "parallel") {
      if (this.#running.size >= MOST_PARALLEL) this.#counts.dropped++;
      else this.#start(this.#dueRun(due, now), false);
    } else if (!this.#inTurn) this.#start(this.#dueRun(due, now), true);
    else if (overlap === "skip") this.#counts.skipped++;
    else if (this.#waiting.length >= MOST_QUEUED) this.#counts.dropped++;
    else this.#waiting.push(this.#dueRun(due, now));
  }

  /** Runs were due, one after the other, and nobody was there; the last of them is the newest. */
  makeUp(times: readonly number[], now: number): void {
    const { stretches } = this.#parts;
    const room = Math.max(0, MOST_MADE_UP - this.#waiting.length);
    const chosen = times.slice(Math.max(0, times.length - room));
    this.noteMissed(times.length - chosen.length);
    for (const due of chosen) {
      const end = due === times.at(-1) ? stretches.endNow() : stretches.endAt(due);
      // Stretches that overlap could be much more than the ring holds, all together.
      this.#waiting.push(this.#dueRun(due, now, end, stretches.disjoint));
    }
    if (!this.#inTurn) this.#startNext();
  }

  /** The ring is closed: what waits for audio that was not copied yet will not get it. */
  dropUncopied(): void {
    const copied = this.#waiting.filter((run) => run.copied);
    this.#counts.dropped += this.#waiting.length - copied.length;
    this.#waiting = copied;
  }

  /** Drops what waits, and tells what is under way. */
  stop(reason: unknown): void {
    this.#counts.dropped += this.#waiting.length;
    this.#waiting = [];
    for (const controller of [...this.#running]) controller.abort(reason);
  }

  #dueRun(
    due: number,
    now: number,
    end = this.#parts.stretches.endNow(),
    copied = true,
  ): DueRun<F> {
    const { stretches, elapsed } = this.#parts;
    const take = () => stretches.take(end);
    const lateMs = Math.max(0, now - due);
    return { due, lateMs, noticed: elapsed(), take: copied ? doneNow(take) : take, copied };
  }

  #startNext(): void {
    const next = this.#waiting.shift();
    this.#inTurn = next !== undefined;
    if (next !== undefined) this.#start(next, true);
  }

  #start(next: DueRun<F>, inTurn: boolean): void {
    const controller = new AbortController();
    const run: ScheduleRun = Object.freeze({
      number: ++this.#counts.runs,
      due: new Date(next.due),
      late: (next.lateMs + this.#parts.elapsed() - next.noticed) / 1000,
      signal: controller.signal,
    });
    this.#lastRun = run;
    this.#running.add(controller);
    if (inTurn) this.#inTurn = true;
    this.#perform(next, run).then(() => {
      this.#running.delete(controller);
      if (inTurn) this.#startNext();
      this.#parts.settled();
    });
  }

  /** Never rejects. */
  async #perform({ take }: DueRun<F>, run: ScheduleRun): Promise<void> {
    try {
      await this.#parts.task(take(), run);
    } catch (error) {
      // Who was told to stop, and does, has not failed.
      if (run.signal.aborted && error === run.signal.reason) return;
      this.#counts.failed++;
      this.#lastError = error;
      this.#parts.failed(error, run);
    }
  }
}

/**
 * When the runs of a schedule are due, in milliseconds since the Unix epoch.
 *
 * @module
 */

// In full, so that the module can be imported by its path from a project of any other configuration.
// deno-lint-ignore no-import-prefix
import { Cron } from "npm:croner@11.0.1";

/** The due times that have come. */
export interface PassedTimes {
  /** The newest of them, oldest first: at most as many as were asked for. */
  readonly times: readonly number[];
  /** How many there were. */
  readonly count: number;
}

/** Due times, one after the other. */
export interface DueTimes {
  /** The next one that has not come; `undefined` where there is none any more. */
  readonly next: number | undefined;
  /** Goes on behind a moment; returns the due times up to it, itself included. */
  pass(now: number, most: number): PassedTimes;
  /** The wall clock was set back by so many milliseconds, and shows `now`. */
  setBack(by: number, now: number): void;
}

/** Due times an interval apart. Each is counted from the beginning, so that no error adds up. */
export class EveryTimes implements DueTimes {
  readonly #interval: number;
  #start: number;
  #number = 1;

  constructor(start: number, interval: number) {
    this.#start = start;
    this.#interval = interval;
  }

  get next(): number {
    return this.#at(this.#number);
  }

  pass(now: number, most: number): PassedTimes {
    const first = this.#number;
    let last = Math.max(first - 1, Math.floor((now - this.#start) / this.#interval));
    // A quotient is rounded: what counts are the times themselves.
    while (this.#at(last + 1) <= now) last++;
    while (last >= first && this.#at(last) > now) last--;
    this.#number = last + 1;
    const count = last + 1 - first;
    const given = Math.min(count, most);
    const times = Array.from({ length: given }, (_, index) => this.#at(last + 1 - given + index));
    return { times, count };
  }

  /** An interval is a length of time: it is as long as before, whatever the clock shows. */
  setBack(by: number): void {
    this.#start -= by;
  }

  #at(number: number): number {
    return Math.round(this.#start + number * this.#interval);
  }
}

/** Due times that were run already are not run again if the clock was set back by less. */
const LEAST_REPEATED_MS = 60_000;

/** Due times of a cron expression: those of the wall clock, in a time zone. */
export class CronTimes implements DueTimes {
  readonly #cron: Cron;
  #next: number | undefined;

  /** Throws what croner says of an expression that is none. */
  constructor(start: number, expression: string, timezone: string | undefined) {
    this.#cron = new Cron(expression, timezone === undefined ? {} : { timezone });
    this.#next = this.#after(start);
  }

  /** Whether it is a single date, which croner takes, too. */
  get isDate(): boolean {
    return this.#cron.getOnce() !== null;
  }

  get next(): number | undefined {
    return this.#next;
  }

  /** Those beyond `most` are not counted: a clock that was set may have skipped years of them. */
  pass(now: number, most: number): PassedTimes {
    const first = this.#next;
    if (first === undefined || first > now) return { times: [], count: 0 };
    const times: number[] = [];
    let time = this.#before(now + 1);
    while (time !== undefined && time >= first && times.length < most) {
      times.push(time);
      time = this.#before(time);
    }
    this.#next = this.#after(now);
    return { times: times.reverse(), count: times.length };
  }

  /** After a small correction it waits; else it goes by what the clock shows now. */
  setBack(by: number, now: number): void {
    if (by >= LEAST_REPEATED_MS) this.#next = this.#after(now);
  }

  #after(time: number): number | undefined {
    return this.#cron.nextRun(new Date(time))?.getTime();
  }

  #before(time: number): number | undefined {
    return this.#cron.previousRuns(1, new Date(time))[0]?.getTime();
  }
}

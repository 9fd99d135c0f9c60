/**
 * When the runs of a schedule are due, as a program says it.
 *
 * @module
 */

// In full, so that the module can be imported by its path from a project of any other configuration.
// deno-lint-ignore no-import-prefix
import { Cron } from "npm:croner@11.0.1";
import { checkNumber, checkOptions, checkText, show } from "./check.ts";

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

/** Runs at intervals, counted from the beginning: no run is later because one before it was. */
export interface EveryTiming {
  /** The interval, in seconds: from 0.01 to 31622400, which is a leap year. */
  readonly every: number;
  /** An interval is no cron expression. */
  readonly cron?: undefined;
  /** An interval has no time zone. */
  readonly timezone?: undefined;
}

/** Runs at times of the day, by the wall clock. */
export interface CronTiming {
  /**
   * A cron expression of five parts: minute, hour, day, month and day of the week; with one more in
   * front for the second, and another behind for the year, if wanted. Also `@hourly`, `@daily` and
   * the like.
   *
   * Where clocks go forward, one time of day that is left out (`30 2 * * *`) comes as soon as they
   * have; where they go back, one that comes twice is taken the first time. With a `*`, a list or a
   * step among its hours, minutes or seconds, an expression passes over what is left out and takes
   * what comes twice both times: so that what is hourly goes on each hour.
   */
  readonly cron: string;
  /** The time zone, by its IANA name, such as `Europe/Berlin`; the system's if left out. */
  readonly timezone?: string;
  /** A cron expression has no interval. */
  readonly every?: undefined;
}

/** When the runs of a schedule are due. */
export type ScheduleTiming = EveryTiming | CronTiming;

const EVERY = { least: 0.01, most: 366 * 86_400 };

function checkTimezone(action: string, timezone: unknown): asserts timezone is string {
  checkText(action, "timezone", timezone);
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch (cause) {
    throw new RangeError(
      `Cannot ${action}: timezone is ${show(timezone)}, and there is none of this name`,
      { cause },
    );
  }
}

/** What croner says of an expression, as an error of this library. */
function refusal(action: string, cron: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message.replace(/^Cron\w*: /, "") : String(cause);
  const Refusal = cause instanceof RangeError ? RangeError : TypeError;
  return new Refusal(`Cannot ${action}: cron is ${show(cron)}: ${reason}`, { cause });
}

function cronTimes(action: string, cron: string, timezone: unknown, start: number): CronTimes {
  if (timezone !== undefined) checkTimezone(action, timezone);
  let times: CronTimes;
  try {
    times = new CronTimes(start, cron, timezone);
  } catch (error) {
    throw refusal(action, cron, error);
  }
  if (times.isDate) {
    throw new TypeError(`Cannot ${action}: cron is ${show(cron)}, a date and no cron expression`);
  }
  if (times.next === undefined) {
    throw new RangeError(`Cannot ${action}: cron is ${show(cron)}, and that never comes`);
  }
  return times;
}

/** Checks a timing, and begins it. */
export function startTimes(action: string, timing: ScheduleTiming, start: number): DueTimes {
  if (typeof timing !== "object" || timing === null) {
    throw new TypeError(
      `Cannot ${action}: the timing is ${show(timing)}, neither { every } nor { cron }`,
    );
  }
  checkOptions(action, timing, ["every", "cron", "timezone"]);
  const { every, cron, timezone } = timing;
  if (every !== undefined && cron !== undefined) {
    throw new TypeError(`Cannot ${action}: every and cron are one too many`);
  }
  if (cron !== undefined) {
    checkText(action, "cron", cron);
    return cronTimes(action, cron, timezone, start);
  }
  if (every === undefined) {
    throw new TypeError(`Cannot ${action}: the timing has neither every nor cron`);
  }
  if (timezone !== undefined) {
    throw new TypeError(`Cannot ${action}: an interval has no timezone; cron has`);
  }
  checkNumber(action, "every", every, EVERY);
  return new EveryTimes(start, 1000 * every);
}

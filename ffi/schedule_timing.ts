/**
 * When the runs of a schedule are due, as a program says it.
 *
 * @module
 */

import { checkNumber, checkOptions, checkText, show } from "./check.ts";
import { CronTimes, type DueTimes, EveryTimes } from "./schedule_times.ts";

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

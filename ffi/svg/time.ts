/**
 * Axes of time.
 *
 * @module
 */

import { multiples, niceStep } from "./ticks.ts";

/** A number on an axis, and where that is: 0 is its beginning, 1 its end. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** An axis with its name. */
export interface TimeAxis {
  readonly name: string;
  readonly ticks: readonly Tick[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What people count time in, in milliseconds. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
];

function stepOf(span: number, most: number): number {
  return STEPS.find((step) => span / step <= most) ?? DAY * Math.ceil(span / DAY / most);
}

/** How many digits behind the point a step of so many milliseconds needs. */
function digitsOf(step: number): number {
  if (step % SECOND === 0) return 0;
  return step % 100 === 0 ? 1 : step % 10 === 0 ? 2 : 3;
}

/** The parts of a time, as a clock in a time zone shows them. */
export class WallClock {
  readonly timezone: string;
  readonly #format: Intl.DateTimeFormat;

  /** @param timezone Its IANA name. */
  constructor(timezone: string) {
    this.timezone = timezone;
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      calendar: "iso8601",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "longOffset",
    });
  }

  #parts(time: number): Record<Intl.DateTimeFormatPartTypes, string> {
    const parts = this.#format.formatToParts(time).map(({ type, value }) => [type, value]);
    return Object.fromEntries(parts);
  }

  /** By how much it is ahead of UTC, in milliseconds. */
  offset(time: number): number {
    const { year, month, day, hour, minute, second } = this.#parts(time);
    const shown = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second);
    return shown - Math.floor(time / SECOND) * SECOND;
  }

  /** The time of day, with as much of it as a step of so many milliseconds needs. */
  time(time: number, step: number): string {
    const { month, day, hour, minute, second } = this.#parts(time);
    if (step % DAY === 0) return `${month}-${day}`;
    if (step % MINUTE === 0) return `${hour}:${minute}`;
    const digits = digitsOf(step);
    const parts = `.${milliseconds(time)}`.slice(0, digits === 0 ? 0 : 1 + digits);
    return `${hour}:${minute}:${second}${parts}`;
  }

  /** The date and the time, to the millisecond, with the zone. */
  date(time: number): string {
    const { year, month, day, timeZoneName } = this.#parts(time);
    const zone = this.timezone === "UTC" ? "UTC" : `${timeZoneName}, ${this.timezone}`;
    return `${year}-${month}-${day} ${this.time(time, 1)} ${zone}`;
  }
}

function milliseconds(time: number): string {
  return String(Math.floor(time) - Math.floor(time / SECOND) * SECOND).padStart(3, "0");
}

/** Whether a clock can show a time. */
export function isTime(time: number): boolean {
  return !Number.isNaN(new Date(time).getTime());
}

/**
 * An axis by the wall clock, or `undefined` where that is too coarse, or there is none.
 *
 * @param most How many ticks there may be.
 */
export function clockAxis(
  clock: WallClock,
  startTime: number,
  endTime: number,
  most: number,
): TimeAxis | undefined {
  const span = endTime - startTime;
  if (!isTime(startTime) || !isTime(endTime) || !(span >= most)) return undefined;
  const step = stepOf(span, most);
  // Round by what the clock shows: a zone may be half an hour off.
  const offset = clock.offset(startTime);
  const ticks = multiples(step, startTime + offset, endTime + offset).map((shown) => ({
    at: (shown - offset - startTime) / span,
    label: clock.time(shown - offset, step),
  }));
  return { name: `Time (${clock.timezone})`, ticks };
}

function padded(value: number): string {
  return String(value).padStart(2, "0");
}

/** An axis from the start: in milliseconds, seconds, or as a stop-watch has it. */
export function elapsedAxis(seconds: number, most: number): TimeAxis {
  if (seconds === 0) return { name: "Time from the start (s)", ticks: [] };
  const span = SECOND * seconds;
  if (seconds <= 120) {
    const [unit, scale] = seconds < 0.1 ? ["ms", 1] : ["s", SECOND];
    const step = niceStep(span / scale, most);
    const ticks = multiples(step, 0, span / scale).map((value) => ({
      at: value * scale / span,
      label: String(value),
    }));
    return { name: `Time from the start (${unit})`, ticks };
  }
  const long = span >= HOUR;
  const ticks = multiples(stepOf(span, most), 0, span).map((time) => {
    const minutes = Math.floor(time / MINUTE);
    const rest = padded(Math.round(time % MINUTE / SECOND));
    const label = long
      ? `${Math.floor(minutes / 60)}:${padded(minutes % 60)}:${rest}`
      : `${minutes}:${rest}`;
    return { at: time / span, label };
  });
  return { name: `Time from the start (${long ? "h:min:s" : "min:s"})`, ticks };
}

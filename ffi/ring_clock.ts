/**
 * Frames and times of a ring.
 *
 * @module
 */

import { checkNumber, show } from "./check.ts";

/** What a recorder knows of its timeline: see there. */
export interface Timeline {
  readonly writtenFrames: number;
  timeAt(frame: number): number;
  frameAt(time: number): number;
}

/** From as far back as a Date goes to the year 2112: the native timeline knows none beyond it. */
const TIME = { least: -8.64e15, most: 4.5e12 };
const FRAME = { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true };

/** The time that a value stands for, in milliseconds since the Unix epoch; refuses what is none. */
export function timeOf(action: string, time: unknown, name = "time"): number {
  if (time instanceof Date) {
    const value = time.getTime();
    if (Number.isNaN(value)) throw new RangeError(`Cannot ${action}: ${name} is an invalid Date`);
    checkNumber(action, name, value, TIME);
    return value;
  }
  if (typeof time !== "number") {
    throw new TypeError(
      `Cannot ${action}: ${name} is ${show(time)}, neither a Date nor a number of milliseconds`,
    );
  }
  checkNumber(action, name, time, TIME);
  return time;
}

/** Refuses what is no frame's number. */
export function checkFrameNumber(action: string, frame: unknown): asserts frame is number {
  checkNumber(action, "frame", frame, FRAME);
}

/** The wall clock, with fractions as long as the finer clock agrees with it. */
function wallTime(): number {
  const time = Date.now();
  return Math.min(Math.max(performance.timeOrigin + performance.now(), time), time + 1);
}

/** The frame that begins nearest to a time: so a frame's own time leads back to it, whatever the
 * last digits of the two clocks that were read meanwhile. */
export function nearestFrame(timeline: Timeline, time: number): number {
  const frame = timeline.frameAt(time);
  const late = time - timeline.timeAt(frame);
  return late > timeline.timeAt(frame + 1) - time ? frame + 1 : frame;
}

/** The frame that is being captured: never one that is in the ring already. */
export function frameNow(timeline: Timeline): number {
  const { writtenFrames } = timeline;
  return Math.max(timeline.frameAt(wallTime()), writtenFrames);
}

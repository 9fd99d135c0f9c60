/**
 * A schedule, from one due time to the next.
 *
 * Due times are times of the wall clock, which goes on while the machine sleeps. But it can be set:
 * by how much it was set back shows in the monotonic clock, which goes on as ever. Forward, a step
 * cannot be told from a sleep, in which the monotonic clock may stand.
 *
 * @module
 */

import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import type { ScheduleCatchUp } from "./schedule_options.ts";
import { MOST_MADE_UP, type ScheduleRuns } from "./schedule_runs.ts";
import type { DueTimes, PassedTimes } from "./schedule_timing.ts";

/** Two clocks and a timer; the machine's, or those that a test drives. */
export interface ScheduleClock {
  /** The wall clock, in milliseconds since the Unix epoch. It may be set, and jump. */
  now(): number;
  /** Milliseconds since some moment; they only ever grow, but need not while the machine sleeps. */
  elapsed(): number;
  /**
   * Calls a function once, after so many milliseconds of the monotonic clock.
   *
   * @returns What calls it off.
   */
  setTimer(call: () => void, ms: number, ref: boolean): () => void;
}

/** The machine's own. */
export const systemClock: ScheduleClock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer(call, ms, ref) {
    const timer = setTimeout(call, ms);
    if (!ref) Deno.unrefTimer(timer);
    return () => clearTimeout(timer);
  },
};

/** Steps back below this are none: to follow such a one costs a run less than this. */
const LEAST_STEP_MS = 1000;
/** Readings of both clocks so far apart are of one moment; else this thread was held up. */
const ONE_MOMENT_MS = 5;
const MOST_READINGS = 8;

/** What both clocks showed at one moment. */
export interface ClockReading {
  readonly now: number;
  readonly elapsed: number;
}

/** Reads both clocks as near to one moment as it can be had. */
export function readClocks(clock: ScheduleClock): ClockReading {
  let best: ClockReading | undefined;
  let leastApart = Infinity;
  for (let count = 0; count < MOST_READINGS && leastApart > ONE_MOMENT_MS; count++) {
    const elapsed = clock.elapsed();
    const now = clock.now();
    const apart = clock.elapsed() - elapsed;
    if (best !== undefined && apart >= leastApart) continue;
    best = { now, elapsed };
    leastApart = apart;
  }
  return best!;
}

/** Notices when the wall clock is set back. */
export class StepWatch {
  readonly #clock: ScheduleClock;
  #last: ClockReading;

  constructor(clock: ScheduleClock) {
    this.#clock = clock;
    this.#last = readClocks(clock);
  }

  /** The clocks as they were when it was asked last. */
  get last(): ClockReading {
    return this.#last;
  }

  /** Reads the clocks; returns by how many milliseconds the wall clock was set back since. */
  read(): number {
    const before = this.#last;
    this.#last = readClocks(this.#clock);
    const { now, elapsed } = this.#last;
    const back = (elapsed - before.elapsed) - (now - before.now);
    return back >= LEAST_STEP_MS ? back : 0;
  }
}

/** A sleep, or a clock that was set, is noticed after this. */
const LONGEST_TIMER_MS = 10_000;
/** What a run may be late and still be on time. */
const LATE_MS = { least: 1000, most: 15_000 };
/** For the end of the ring is waited anew so often. */
const END_WAIT_SECONDS = 3600;

/** What a loop needs. */
export interface ScheduleLoopParts<F extends AudioFormat> {
  readonly feed: Feed<F>;
  readonly times: DueTimes;
  readonly runs: ScheduleRuns<F>;
  readonly catchUp: ScheduleCatchUp;
  readonly clock: ScheduleClock;
  /** Whether it keeps the process alive. */
  readonly ref: boolean;
  /** Is told once, when the ring has come to its end or no due time is left. */
  readonly ended: () => void;
}

/** Waits for the due times of a schedule, and gives them to its runs. */
export class ScheduleLoop<F extends AudioFormat> {
  readonly #parts: ScheduleLoopParts<F>;
  readonly #steps: StepWatch;
  #ref: boolean;
  #over = false;
  #cancelTimer = () => {};
  #cancelEnd = () => {};

  constructor(parts: ScheduleLoopParts<F>) {
    this.#parts = parts;
    this.#steps = new StepWatch(parts.clock);
    this.#ref = parts.ref;
    this.#setTimer();
    this.#awaitEnd();
  }

  /** When the next run is due; `undefined` once there is none. */
  get next(): number | undefined {
    return this.#over ? undefined : this.#parts.times.next;
  }

  /** Whether it keeps the process alive. */
  set ref(ref: boolean) {
    if (this.#over || this.#ref === ref) return;
    this.#ref = ref;
    this.#look();
    this.#setTimer();
    this.#awaitEnd();
  }

  /** Gives no more due times. */
  stop(): void {
    this.#over = true;
    this.#cancelTimer();
    this.#cancelEnd();
  }

  readonly #tick = () => {
    const { feed, times } = this.#parts;
    if (feed.ended) return this.#end();
    const now = this.#look();
    const passed = times.pass(now, MOST_MADE_UP);
    // Before the runs: a task may stop the schedule.
    this.#setTimer();
    if (passed.count > 0) this.#give(passed, now);
    if (times.next === undefined && !this.#over) this.#end();
  };

  /** Reads the clocks; the due times follow where the wall clock was set back. */
  #look(): number {
    const back = this.#steps.read();
    const { now } = this.#steps.last;
    if (back > 0) this.#parts.times.setBack(back, now);
    return now;
  }

  #give({ times, count }: PassedTimes, now: number): void {
    const { runs, catchUp, times: { next } } = this.#parts;
    if (catchUp === "all" && count > 1) {
      runs.noteMissed(count - times.length);
      return runs.makeUp(times, now);
    }
    const newest = times.at(-1)!;
    const halfway = ((next ?? Infinity) - newest) / 2;
    const grace = Math.min(Math.max(halfway, LATE_MS.least), LATE_MS.most);
    const runsNow = catchUp !== "skip" || now - newest <= grace;
    runs.noteMissed(runsNow ? count - 1 : count);
    if (runsNow) runs.offer(newest, now);
  }

  #setTimer(): void {
    this.#cancelTimer();
    const { clock, times: { next } } = this.#parts;
    if (next === undefined) return;
    const wait = Math.min(Math.ceil(next - this.#steps.last.now), LONGEST_TIMER_MS);
    this.#cancelTimer = clock.setTimer(this.#tick, Math.max(wait, 0), this.#ref);
  }

  /** Who waits for the ring keeps the process alive: else the end is seen at the next look only. */
  #awaitEnd(): void {
    this.#cancelEnd();
    this.#cancelEnd = () => {};
    const { feed } = this.#parts;
    if (!this.#ref) return;
    const far = feed.closed ? 0 : feed.writtenFrames + END_WAIT_SECONDS * feed.sampleRate;
    this.#cancelEnd = feed.when(far, () => feed.ended ? this.#end() : this.#awaitEnd());
  }

  #end(): void {
    this.stop();
    this.#parts.ended();
  }
}

/**
 * By which clocks a schedule goes.
 *
 * Due times are times of the wall clock, which goes on while the machine sleeps. But it can be set:
 * by how much it was set back shows in the monotonic clock, which goes on as ever. Forward, a step
 * cannot be told from a sleep, in which the monotonic clock may stand.
 *
 * @module
 */

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

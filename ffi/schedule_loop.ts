import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { type ScheduleClock, StepWatch } from "./schedule_clock.ts";
import type { ScheduleCatchUp } from "./schedule_options.ts";
import { MOST_MADE_UP, type ScheduleRuns } from "./schedule_runs.ts";
import type { DueTimes, PassedTimes } from "./schedule_times.ts";

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

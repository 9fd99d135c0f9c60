import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import type { ScheduleClock } from "./schedule_clock.ts";
import { ScheduleErrorEvent } from "./schedule_events.ts";
import { ScheduleLoop } from "./schedule_loop.ts";
import type { SchedulePlan, ScheduleTask } from "./schedule_options.ts";
import { ScheduleRuns, type ScheduleStats } from "./schedule_runs.ts";
import { ScheduleStretches } from "./schedule_stretches.ts";
import type { DueTimes } from "./schedule_times.ts";

/** What drives a {@linkcode Schedule}; a ring makes it, programs need not. */
export interface ScheduleControl {
  /** When the next run is due, in milliseconds since the Unix epoch. */
  next(): number | undefined;
  /** See `stats` of a schedule. */
  stats(): ScheduleStats;
  /**
   * Ends it.
   *
   * @param reason What the signals of the runs under way are aborted with.
   */
  stop(reason: unknown): void;
  /**
   * Says whether it keeps the process alive.
   *
   * @param ref Whether it does.
   */
  keepAlive(ref: boolean): void;
  /** Resolves when it has ended and nothing is under way any more. */
  readonly finished: Promise<void>;
}

/** What a machine needs. */
export interface ScheduleMachineParts<F extends AudioFormat> {
  readonly feed: Feed<F>;
  readonly times: DueTimes;
  readonly task: ScheduleTask<F>;
  readonly plan: SchedulePlan;
  readonly clock: ScheduleClock;
  /** Tells an event to whoever listens. */
  readonly tell: (event: Event) => void;
}

/** A loop and its runs, and how the two end. */
export class ScheduleMachine<F extends AudioFormat> implements ScheduleControl {
  readonly #parts: ScheduleMachineParts<F>;
  readonly #runs: ScheduleRuns<F>;
  readonly #loop: ScheduleLoop<F>;
  readonly #finished = Promise.withResolvers<void>();
  /* No due time will come any more, but what waits will still run. */
  #draining = false;
  #stopped = false;
  #told = false;

  constructor(parts: ScheduleMachineParts<F>) {
    this.#parts = parts;
    const { feed, times, task, plan, clock, tell } = parts;
    const { overlap, catchUp } = plan;
    this.#runs = new ScheduleRuns({
      task,
      overlap,
      stretches: new ScheduleStretches(feed, plan.frames),
      elapsed: () => clock.elapsed(),
      failed: (error, run) => tell(new ScheduleErrorEvent(error, run)),
      settled: () => this.#settle(),
    });
    this.#loop = new ScheduleLoop({
      feed,
      times,
      runs: this.#runs,
      catchUp,
      clock,
      ref: !plan.unref,
      ended: () => this.#drain(),
    });
    plan.signal?.addEventListener("abort", this.#onAbort);
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  next(): number | undefined {
    return this.#loop.next;
  }

  stats(): ScheduleStats {
    return this.#runs.stats();
  }

  keepAlive(ref: boolean): void {
    this.#loop.ref = ref;
  }

  stop(reason: unknown): void {
    this.#stopped = true;
    this.#loop.stop();
    this.#runs.stop(reason);
    this.#settle();
  }

  readonly #onAbort = () => this.stop(this.#parts.plan.signal!.reason);

  #drain(): void {
    this.#draining = true;
    if (this.#parts.feed.closed) this.#runs.dropUncopied();
    this.#settle();
  }

  #settle(): void {
    const over = (this.#stopped || this.#draining) && this.#runs.waiting === 0;
    if (!over) return;
    if (!this.#told) {
      this.#told = true;
      this.#parts.tell(new Event("end"));
    }
    if (this.#runs.running > 0) return;
    this.#parts.plan.signal?.removeEventListener("abort", this.#onAbort);
    this.#finished.resolve();
  }
}

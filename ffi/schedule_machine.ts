import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { takeSince } from "./recent.ts";
import { type ScheduleClock, ScheduleLoop } from "./schedule_loop.ts";
import type { SchedulePlan, ScheduleRun, ScheduleTask } from "./schedule_options.ts";
import { ScheduleRuns, type ScheduleStats } from "./schedule_runs.ts";
import type { DueTimes } from "./schedule_timing.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * A task has thrown, or its promise was rejected. The schedule goes on.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * await using schedule = ring.schedule({ every: 10 }, async (snapshot) => {
 *   await fetch("https://example.com/", { method: "PUT", body: snapshot.toWav() });
 * });
 * schedule.addEventListener("error", ({ error, run }) => {
 *   console.error("Run", run.number, "of", run.due, "has failed:", error);
 * });
 * ```
 */
export class ScheduleErrorEvent extends Event {
  /** What the task threw. */
  readonly error: unknown;
  /** The run in which it did. */
  readonly run: ScheduleRun;

  /**
   * Makes an event of the type `error`; a schedule does, programs need not.
   *
   * @param error What was thrown.
   * @param run In which run.
   */
  constructor(error: unknown, run: ScheduleRun) {
    super("error");
    this.error = error;
    this.run = run;
  }
}

/** The events of a schedule, by their types. */
export interface ScheduleEventMap {
  /** A task has thrown, or its promise was rejected. */
  readonly error: ScheduleErrorEvent;
  /** No run will begin any more: it was stopped, no more frames will come, or no due time will. */
  readonly end: Event;
}

/** Which audio the runs of a schedule get: so many frames, or those since the last one. */
export class ScheduleStretches<F extends AudioFormat> {
  readonly #feed: Feed<F>;
  readonly #frames: number | undefined;
  /* Up to which frame runs have got the audio. */
  #place: number;

  /**
   * @param feed The ring.
   * @param frames How many frames a run gets; if undefined, those since the last one.
   */
  constructor(feed: Feed<F>, frames: number | undefined) {
    this.#feed = feed;
    this.#frames = frames;
    this.#place = feed.writtenFrames;
  }

  /** Whether no frame is in two of them, so that all together are no more than the ring holds. */
  get disjoint(): boolean {
    return this.#frames === undefined;
  }

  /** Where the stretch ends that a run due at a time should have had. */
  endAt(time: number): number {
    return Math.min(this.#feed.frameAt(time), this.#feed.writtenFrames);
  }

  /** Where the stretch ends of a run that is due now. */
  endNow(): number {
    return this.#feed.writtenFrames;
  }

  /** Takes the stretch that ends before a frame. */
  take(end: number): Snapshot<F> {
    const feed = this.#feed;
    if (this.#frames !== undefined) return feed.take(Math.max(0, end - this.#frames), end);
    // A clock that was set may lead back to where the last run has been.
    const to = Math.max(end, this.#place);
    const snapshot = takeSince(feed, this.#place, to, feed.windowFrames);
    this.#place = to;
    return snapshot;
  }
}

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

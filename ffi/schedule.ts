import { checkFunction } from "./check.ts";
import type { FormatOption } from "./conversion.ts";
import { MicRingError } from "./errors.ts";
import type { RingListener } from "./events.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { readClocks, type ScheduleClock, systemClock } from "./schedule_loop.ts";
import {
  type ScheduleControl,
  type ScheduleEventMap,
  ScheduleMachine,
} from "./schedule_machine.ts";
import { planSchedule, type ScheduleOptions, type ScheduleTask } from "./schedule_options.ts";
import type { ScheduleStats } from "./schedule_runs.ts";
import { type ScheduleTiming, startTimes } from "./schedule_timing.ts";

/**
 * A task that is run at its times, with audio of the ring: see `ring.schedule`.
 *
 * As an `EventTarget` it tells of an `error` that a task has thrown, after which it goes on, and of
 * its `end`.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * await using schedule = ring.schedule({ every: 0.05 }, (snapshot, run) => {
 *   console.log(run.number, run.due, snapshot.frames, snapshot.level().peakDbfs);
 *   if (run.number === 3) schedule.stop();
 * });
 * schedule.addEventListener("error", ({ error, run }) => console.error(run.number, error));
 * await schedule.finished;
 * ```
 */
export class Schedule extends EventTarget implements Disposable, AsyncDisposable {
  readonly #control: ScheduleControl;

  /**
   * Made by `ring.schedule`.
   *
   * @param begin Begins it; gets what tells an event.
   */
  constructor(begin: (tell: (event: Event) => void) => ScheduleControl) {
    super();
    this.#control = begin((event) => void this.dispatchEvent(event));
  }

  /**
   * Resolves when no run will begin any more and none is under way: it was stopped, the ring was
   * closed or has come to its end, or there is no due time left.
   */
  get finished(): Promise<void> {
    return this.#control.finished;
  }

  /**
   * Tells when the next run is due.
   *
   * @returns The time, by the wall clock; `undefined` when there will be none.
   */
  next(): Date | undefined {
    const time = this.#control.next();
    return time === undefined ? undefined : new Date(time);
  }

  /**
   * Counts how it goes.
   *
   * @returns The counters at this moment; after its end, too.
   */
  stats(): ScheduleStats {
    return this.#control.stats();
  }

  /**
   * Ends it: no run begins any more, those that wait are dropped, and the `signal` of those under
   * way is aborted. Stopping again changes nothing. A task may stop its own schedule.
   */
  stop(): void {
    this.#control.stop(new DOMException("The schedule was stopped", "AbortError"));
  }

  /** From now on it keeps the process alive; so it does unless it was told otherwise. */
  ref(): void {
    this.#control.keepAlive(true);
  }

  /** From now on the process may end in spite of it. */
  unref(): void {
    this.#control.keepAlive(false);
  }

  /** Stops it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /** Stops it at the end of an `await using` block, and waits for the runs under way. */
  [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    return this.finished;
  }

  /**
   * Calls a function with each event of a type, from now on: `error` or `end`.
   *
   * @param type The type of event.
   * @param listener What is called with it.
   * @param options As of every `EventTarget`: `once`, `signal`, `capture`.
   */
  override addEventListener<K extends keyof ScheduleEventMap>(
    type: K,
    listener: RingListener<ScheduleEventMap[K]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /**
   * Calls a function with each event of a type of your own.
   *
   * @param type The type of event.
   * @param listener What is called with it.
   * @param options As of every `EventTarget`: `once`, `signal`, `capture`.
   */
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }

  /**
   * Calls a function no more that was given to `addEventListener`.
   *
   * @param type The type of event.
   * @param listener What was given there.
   * @param options Its `capture`, if it was given one there.
   */
  override removeEventListener<K extends keyof ScheduleEventMap>(
    type: K,
    listener: RingListener<ScheduleEventMap[K]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /**
   * Calls a function no more that was given to `addEventListener` for a type of your own.
   *
   * @param type The type of event.
   * @param listener What was given there.
   * @param options Its `capture`, if it was given one there.
   */
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener, options);
  }
}

/** See `ring.schedule`. */
export function startSchedule<R extends AudioFormat, F extends AudioFormat = R>(
  ring: Feed<R>,
  timing: ScheduleTiming,
  task: ScheduleTask<F>,
  options: ScheduleOptions & FormatOption<F>,
  clock: ScheduleClock = systemClock,
): Schedule {
  const action = "schedule";
  const times = startTimes(action, timing, readClocks(clock).now);
  checkFunction(action, "the task", task);
  const { feed, plan } = planSchedule(action, options, ring);
  // Asked after the options were read: a getter of theirs may have closed it.
  if (feed.closed) throw new MicRingError("closed", `Cannot ${action}: the ring is closed`);
  return new Schedule((tell) => new ScheduleMachine({ feed, times, task, plan, clock, tell }));
}

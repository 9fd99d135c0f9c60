/**
 * A clock that goes as the test says, for schedules: it can sleep, be set, be held up.
 *
 * @module
 */

import type { ScheduleClock } from "../ffi/schedule_loop.ts";

interface Timer {
  readonly at: number;
  readonly call: () => void;
  readonly ref: boolean;
}

/** How many turns of the microtask queue a task, and what follows it, may take. */
const TURNS = 20;

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await null;
}

export class DrivenClock implements ScheduleClock {
  /** By how much timers fire before their time, in milliseconds. */
  early = 0;
  /** By how much a timer fires after its time, in milliseconds. */
  late: () => number = () => 0;
  readonly #passing: (ms: number) => void;
  readonly #timers = new Set<Timer>();
  #now: number;
  #elapsed = 0;
  #heldUpMs = 0;

  /**
   * @param now What the wall clock shows at the beginning.
   * @param passing Is told when time has passed, and how much.
   */
  constructor(now: number, passing: (ms: number) => void = () => {}) {
    this.#now = now;
    this.#passing = passing;
  }

  now(): number {
    const heldUp = this.#heldUpMs;
    this.#heldUpMs = 0;
    this.#pass(heldUp);
    return this.#now;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  setTimer(call: () => void, ms: number, ref: boolean): () => void {
    const timer = { at: this.#elapsed + Math.max(0, ms - this.early) + this.late(), call, ref };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The timers that are set; those that keep the process alive, and all. */
  get timers(): { readonly ref: number; readonly all: number } {
    const timers = [...this.#timers];
    return { ref: timers.filter(({ ref }) => ref).length, all: timers.length };
  }

  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timers.add({ at: this.#elapsed + ms, call: resolve, ref: true });
    });
  }

  /** Time passes, and timers fire; returns when nothing is left to do. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let timer = this.#first(end); timer; timer = this.#first(end)) {
      this.#pass(Math.max(0, timer.at - this.#elapsed));
      this.#timers.delete(timer);
      timer.call();
      await settle();
    }
    this.#pass(end - this.#elapsed);
    // However many tasks follow one another by themselves, they are done before this.
    await new Promise((resolve) => setTimeout(resolve));
  }

  /** The process is busy: time passes, but nothing is called. */
  block(ms: number): void {
    this.#pass(ms);
  }

  /** The machine sleeps: only the wall clock goes on. */
  sleep(ms: number): void {
    this.#now += ms;
  }

  /** The wall clock is set forward, or back. */
  set(by: number): void {
    this.#now += by;
  }

  /** The next one to read the wall clock is held up before that, for so long. */
  holdUp(ms: number): void {
    this.#heldUpMs = ms;
  }

  #first(end: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= end);
    // Of those due at one time the first to be set comes first: a sort keeps their order.
    return due.sort((a, b) => a.at - b.at)[0];
  }

  #pass(ms: number): void {
    this.#now += ms;
    this.#elapsed += ms;
    if (ms > 0) this.#passing(ms);
  }
}

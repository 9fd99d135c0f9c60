/**
 * Wakes who waits for a frame of a ring: one waker for all of them.
 *
 * @module
 */

import { STATUS } from "./abi.ts";
import { type Handle, type Library, unwrap } from "./_library.ts";

interface Wait {
  readonly frame: number;
  readonly call: () => void;
}

/** Calls to be made when a frame is there, the earliest frame first. */
export class FrameWaits {
  /* By frame, the earliest last; of the same frame, the first to come last. */
  readonly #waits: Wait[] = [];

  /** How many wait. */
  get count(): number {
    return this.#waits.length;
  }

  /** Whether nobody waits. */
  get empty(): boolean {
    return this.#waits.length === 0;
  }

  /** The earliest frame that is waited for; Infinity if none is. */
  get first(): number {
    return this.#waits.at(-1)?.frame ?? Infinity;
  }

  /**
   * Adds a call.
   *
   * @returns What takes it out again.
   */
  add(frame: number, call: () => void): () => void {
    const wait = { frame, call };
    this.#waits.splice(this.#placeOf(frame), 0, wait);
    return () => {
      const index = this.#waits.indexOf(wait, this.#placeOf(frame));
      if (index >= 0) this.#waits.splice(index, 1);
    };
  }

  /** Takes out the call of the earliest frame, if all frames before `written` are there. */
  take(written: number): (() => void) | undefined {
    return !this.empty && this.first <= written ? this.#waits.pop()!.call : undefined;
  }

  /** The first index whose frame is not after this one. */
  #placeOf(frame: number): number {
    let low = 0;
    let high = this.#waits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#waits[middle].frame > frame) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What it asks of a recorder, while that is open. */
export interface WakerSubject {
  readonly writtenFrames: number;
  readonly ended: boolean;
}

/** A wait that is longer comes back in between, should anything be lost. */
const WAIT_LIMIT_MS = 1000;

/** Deno has 32 threads for all calls that wait, a ring's closing among them: some are left to others. */
const MOST_WAITS = 24;
/** How often a ring is looked at for which there is no thread. */
const LOOK_MS = 20;

/** No ring ever has more, and nothing native waits for one beyond it. */
const MOST_FRAMES = 2 ** 53;

let waits = 0;

/** So many looks in a row without a wait: whoever does not keep up must not keep all others away. */
const MOST_LOOKS_IN_A_ROW = 32;

/**
 * A native function waits, on a thread of Deno's, and returns. It is under way only while somebody
 * waits, and keeps the process alive then.
 *
 * A callback from a native thread would cost a little less, but not be safe: what a listener throws,
 * or the end of the process, may meet the thread in the middle of its call, and free what it is
 * about to return to.
 */
export class Waker {
  readonly #native: Library;
  /* The number of the hold whose waker it is. */
  readonly #hold: number;
  readonly #subject: WakerSubject;
  readonly #waits = new FrameWaits();
  /* Made when somebody waits for the first time. */
  #handle: Handle | undefined;
  /* The frame that it is armed for; undefined if it is not. */
  #armedFor: number | undefined;
  #waiting: Promise<void> | undefined;
  #looking = false;
  #looksInARow = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closing: Promise<void> | undefined;

  constructor(native: Library, hold: number, subject: WakerSubject) {
    this.#native = native;
    this.#hold = hold;
    this.#subject = subject;
  }

  /** See `Feed.when`. */
  when(frame: number, call: () => void): () => void {
    const cancel = this.#waits.add(frame, call);
    this.#await();
    return () => {
      cancel();
      if (this.#waits.empty) this.#disarm();
    };
  }

  /** Frames may have come by this thread's own doing. */
  noteWritten(): void {
    if (!this.#waits.empty && this.#isDue()) this.#lookSoon();
  }

  /** Calls all who wait, soon; resolves when the recorder may be closed. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    // No timer outlives it: to look at once is as good. (The first use of timers takes Deno 10 ms.)
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#looksInARow = 0;
    this.#lookAtOnce();
    this.#disarm();
    await this.#waiting;
  }

  /** Whether somebody is to be called. The end of a source is not looked for: whoever waits sees it. */
  #isDue(): boolean {
    return this.#closing !== undefined || this.#waits.first <= this.#subject.writtenFrames;
  }

  #lookSoon(): void {
    if (this.#looking) return;
    this.#looking = true;
    if (++this.#looksInARow <= MOST_LOOKS_IN_A_ROW) this.#lookAtOnce();
    else this.#timer = setTimeout(() => this.#look());
  }

  #lookAtOnce(): void {
    queueMicrotask(() => this.#look());
  }

  #look(): void {
    this.#looking = false;
    if (this.#looksInARow > MOST_LOOKS_IN_A_ROW) this.#looksInARow = 0;
    if (this.#closing === undefined) this.#callThose(this.#subject.writtenFrames);
    if (this.#waits.empty) return this.#disarm();
    if (this.#isOver()) this.#callThose(Infinity);
    if (!this.#waits.empty) this.#await();
    else this.#disarm();
  }

  #await(): void {
    if (this.#isDue()) this.#lookSoon();
    else this.#arm();
  }

  #isOver(): boolean {
    return this.#closing !== undefined || this.#subject.ended;
  }

  /** Those who wait now: who waits anew meanwhile has its turn later, behind whatever else is ready. */
  #callThose(written: number): void {
    for (let left = this.#waits.count; left > 0; left--) {
      try {
        this.#waits.take(written)?.();
      } catch (error) {
        // The others are to be called all the same.
        reportError(error);
      }
    }
  }

  #arm(): void {
    if (this.#closing !== undefined) return;
    const first = Math.min(this.#waits.first, MOST_FRAMES);
    if (this.#armedFor !== undefined && this.#armedFor <= first) return;
    this.#armedFor = first;
    this.#handle ??= this.#open();
    this.#native.micring_waker_arm(this.#handle, first);
    this.#waiting ??= this.#wait();
  }

  #disarm(): void {
    if (this.#armedFor === undefined) return;
    this.#armedFor = undefined;
    this.#native.micring_waker_disarm(this.#handle!);
  }

  #open(): Handle {
    const handle = this.#native.micring_waker_of(this.#hold);
    if (handle === null) unwrap("wait for frames", STATUS.OUT_OF_MEMORY);
    return handle as Handle;
  }

  async #waitThere(): Promise<number> {
    waits++;
    try {
      return await this.#native.micring_waker_wait(this.#hold, WAIT_LIMIT_MS);
    } finally {
      waits--;
    }
  }

  async #waitHere(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    return Number(this.#closing === undefined && (this.#isDue() || this.#isOver()));
  }

  async #wait(): Promise<void> {
    let woken = 0;
    while (this.#armedFor !== undefined && woken === 0) {
      woken = waits < MOST_WAITS ? await this.#waitThere() : await this.#waitHere();
    }
    this.#waiting = undefined;
    if (woken === 0) return;
    this.#armedFor = undefined;
    this.#looksInARow = 0;
    this.#look();
  }
}

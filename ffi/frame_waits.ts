/**
 * Who waits for which frame.
 *
 * @module
 */

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

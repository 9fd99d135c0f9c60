/**
 * A ring, block by block.
 *
 * @module
 */

import type { BlockCursor } from "./block_cursor.ts";
import type { AudioFormat } from "./formats.ts";
import type { Snapshot } from "./snapshot.ts";

type Result<F extends AudioFormat> = IteratorResult<Snapshot<F>, void>;

/** Who asked for a block that is not there yet. */
interface Asker<F extends AudioFormat> {
  readonly resolve: (result: Result<F>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The blocks of a cursor. The ring is all the memory there is: who asks too late gets the next block
 * that there is, with a gap before it.
 */
export class Blocks<F extends AudioFormat>
  implements AsyncIterableIterator<Snapshot<F>>, AsyncDisposable {
  readonly #cursor: BlockCursor<F>;
  readonly #signal: AbortSignal | undefined;
  /* In the order in which they asked; while there are any, the cursor is waited for. */
  readonly #askers: Asker<F>[] = [];
  #stopWaiting: (() => void) | undefined;
  #done = false;

  constructor(cursor: BlockCursor<F>, signal: AbortSignal | undefined) {
    this.#cursor = cursor;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#end);
  }

  next(): Promise<Result<F>> {
    return new Promise((resolve, reject) => {
      this.#askers.push({ resolve, reject });
      if (this.#askers.length === 1) this.#wait();
    });
  }

  return(): Promise<Result<F>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wait(): void {
    if (this.#done) this.#dismiss();
    else this.#stopWaiting = this.#cursor.when(this.#answer);
  }

  /** Answers who asked first. */
  readonly #answer = () => {
    try {
      const value = this.#cursor.take();
      if (value !== undefined) this.#askers.shift()!.resolve({ done: false, value });
      else if (this.#cursor.over) this.#end();
      if (this.#askers.length > 0) this.#wait();
    } catch (error) {
      this.#askers.shift()?.reject(error);
      this.#end();
    }
  };

  readonly #end = () => {
    this.#done = true;
    this.#signal?.removeEventListener("abort", this.#end);
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#dismiss();
  };

  #dismiss(): void {
    for (const { resolve } of this.#askers.splice(0)) resolve({ done: true, value: undefined });
  }
}

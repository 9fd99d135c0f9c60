/**
 * A function that is called with each block of a ring.
 *
 * @module
 */

import type { BlockCursor } from "./blocks.ts";
import type { AudioFormat, SampleFormat } from "./formats.ts";
import type { Snapshot } from "./snapshot.ts";

/** What `ring.listen` calls with each block. */
export type BlockListener<F extends AudioFormat = SampleFormat> = (
  block: Snapshot<F>,
) => void | PromiseLike<void>;

/** A listener that is being called: see `ring.listen`. */
export interface Listening extends Disposable {
  /**
   * Resolves when the listener will not be called any more: it was stopped, the source has come to
   * its end, or the ring was closed.
   */
  readonly finished: Promise<void>;
  /** Calls the listener no more. Doing so again changes nothing. */
  stop(): void;
}

/** Calls a function with one block after the other. What it throws is an error nobody has caught. */
export class BlockListening<F extends AudioFormat> implements Listening {
  readonly #cursor: BlockCursor<F>;
  readonly #listener: BlockListener<F>;
  readonly #signal: AbortSignal | undefined;
  readonly #finished = Promise.withResolvers<void>();
  #stopWaiting: (() => void) | undefined;
  #stopped = false;

  constructor(
    cursor: BlockCursor<F>,
    listener: BlockListener<F>,
    signal: AbortSignal | undefined,
  ) {
    this.#cursor = cursor;
    this.#listener = listener;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#stop);
    this.#wait();
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  stop(): void {
    this.#stop();
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #wait(): void {
    if (this.#stopped) return;
    this.#stopWaiting = this.#cursor.when(this.#deliver);
  }

  readonly #deliver = () => {
    let block: Snapshot<F> | undefined;
    try {
      block = this.#cursor.take();
    } catch (error) {
      // There is no memory for it, say: it is not to wait for what will not come.
      reportError(error);
      return this.#stop();
    }
    if (block === undefined) {
      if (this.#cursor.over) this.#stop();
      else this.#wait();
      return;
    }
    let answer: void | PromiseLike<void> = undefined;
    try {
      answer = this.#listener(block);
    } catch (error) {
      reportError(error);
    }
    if (answer === undefined) return this.#wait();
    Promise.resolve(answer).catch(reportError).then(() => this.#wait());
  };

  readonly #stop = () => {
    this.#stopped = true;
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#stopWaiting?.();
    this.#finished.resolve();
  };
}

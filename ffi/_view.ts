/**
 * The ring's memory as a typed array.
 *
 * @module
 */

import { SAMPLE_BYTES, type SampleFormat, type Samples } from "./formats.ts";

/**
 * One view over a ring's native memory, cut into windows without copying.
 *
 * Native memory has no garbage collector. `detach` empties every window that was ever cut, so
 * that one kept past the ring's end reads as empty instead of as somebody else's memory.
 */
export class MemoryView<F extends SampleFormat> {
  readonly #pointer: Deno.PointerObject;
  readonly #bytes: number;
  readonly #format: F;
  #samples: Samples<F>;
  #lost = false;

  constructor(pointer: Deno.PointerObject, format: F, bytes: number) {
    this.#pointer = pointer;
    this.#bytes = bytes;
    this.#format = format;
    this.#samples = this.#create();
  }

  #create(): Samples<F> {
    const buffer = Deno.UnsafePointerView.getArrayBuffer(this.#pointer, this.#bytes);
    const length = this.#bytes / SAMPLE_BYTES[this.#format];
    return (this.#format === "s16"
      ? new Int16Array(buffer, 0, length)
      : new Float32Array(buffer, 0, length)) as Samples<F>;
  }

  /** The samples from one index to another, over the memory itself. */
  window(start: number, end: number): Samples<F> {
    if ((this.#samples.buffer as ArrayBuffer).detached) {
      // Whoever was handed a window has transferred its buffer: the memory is now theirs as
      // well, and must not be freed.
      this.#lost = true;
      this.#samples = this.#create();
    }
    return this.#samples.subarray(start, end) as Samples<F>;
  }

  /** Empties every window; returns whether a buffer over the memory is out of reach. */
  detach(): boolean {
    const buffer = this.#samples.buffer as ArrayBuffer;
    if (buffer.detached) return true;
    buffer.transfer(0);
    return this.#lost;
  }
}

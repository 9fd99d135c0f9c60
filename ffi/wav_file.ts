/**
 * A WAV that grows, and is a whole file at every moment.
 *
 * @module
 */

import type { AudioFormat, Samples } from "./formats.ts";
import { type ExistingFile, RecordOutput } from "./record_output.ts";
import { HEADER_BYTES, MOST_RIFF_BYTES, type WavDescription, wavHeader } from "./wav_header.ts";

/**
 * The file. Samples are written first, and then the header that tells of them: who opens it in
 * between, or after this process was killed, finds all but the last samples.
 */
export class WavFile implements AsyncDisposable {
  readonly #output: RecordOutput;
  readonly #description: WavDescription;
  readonly #mostRiffBytes: number;
  #dataBytes = 0;
  /* Whether there may be more in the file than the header tells of. */
  #torn = false;
  #closed = false;

  private constructor(output: RecordOutput, description: WavDescription, mostRiffBytes: number) {
    this.#output = output;
    this.#description = description;
    this.#mostRiffBytes = mostRiffBytes;
  }

  /** Begins one, without samples. */
  static async create(
    path: string | URL,
    description: WavDescription,
    exists: ExistingFile,
    mostRiffBytes = MOST_RIFF_BYTES,
  ): Promise<WavFile> {
    const output = await RecordOutput.create(path, exists);
    const wav = new WavFile(output, description, mostRiffBytes);
    try {
      await output.write(0, wav.#header(0));
      return wav;
    } catch (error) {
      await output.discard();
      throw error;
    }
  }

  /** Writes samples behind those that are there: a whole number of frames. */
  async append(samples: Samples<AudioFormat>): Promise<void> {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const dataBytes = this.#dataBytes + bytes.length;
    this.#torn = true;
    await this.#output.write(this.#endBytes, bytes);
    await this.#output.write(0, this.#header(dataBytes));
    this.#dataBytes = dataBytes;
    this.#torn = false;
    await this.#output.requireThere();
  }

  /** Closes it; again changes nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (this.#torn) await this.#output.truncate(this.#endBytes);
      // Chunks have an even length.
      if (this.#dataBytes % 2 === 1) await this.#output.write(this.#endBytes, new Uint8Array(1));
      await this.#output.requireThere();
    } finally {
      this.#output.close();
    }
  }

  /** Closes it, and removes it if there was none before. */
  async discard(): Promise<void> {
    this.#closed = true;
    await this.#output.discard();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Where the next samples are written. */
  get #endBytes(): number {
    return HEADER_BYTES + this.#dataBytes;
  }

  #header(dataBytes: number): Uint8Array<ArrayBuffer> {
    return wavHeader(this.#description, dataBytes, this.#mostRiffBytes);
  }
}

/**
 * A WAV that grows, and is a whole file at every moment.
 *
 * @module
 */

import { MicRingError } from "./errors.ts";
import type { AudioFormat, Samples } from "./formats.ts";
import { MOST_RIFF_BYTES, type WavDescription, wavHeader } from "./wav_header.ts";

/** What is done where there is a file of that name: see `RecordOptions.exists`. */
export type ExistingFile = "refuse" | "replace";

/** Why something could not be written, for people. */
export function explainWrite(action: string, error: unknown): MicRingError {
  const reason = error instanceof Deno.errors.AlreadyExists
    ? 'there is a file of that name; choose another, or exists: "replace"'
    : error instanceof Deno.errors.NotFound
    ? "the folder is not there"
    : error instanceof Error
    ? error.message.replace(/\.$/, "")
    : String(error);
  return new MicRingError("file-write-failed", `Cannot ${action}: ${reason}`, { cause: error });
}

/** Writes all of it, wherever the file stands. */
async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

/**
 * The file. Samples are written first, and then the header that tells of them: who opens it in
 * between, or after this process was killed, finds all but the last samples.
 */
export class WavFile implements AsyncDisposable {
  readonly #file: Deno.FsFile;
  readonly #description: WavDescription;
  readonly #mostRiffBytes: number;
  #dataBytes = 0;
  #closed = false;

  private constructor(file: Deno.FsFile, description: WavDescription, mostRiffBytes: number) {
    this.#file = file;
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
    const replace = exists === "replace";
    const options = replace ? { create: true, truncate: true } : { createNew: true };
    const file = await Deno.open(path, { write: true, ...options });
    const wav = new WavFile(file, description, mostRiffBytes);
    try {
      await writeAll(file, wav.#header());
      return wav;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Writes samples behind those that are there: a whole number of frames. */
  async append(samples: Samples<AudioFormat>): Promise<void> {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    await writeAll(this.#file, bytes);
    this.#dataBytes += bytes.length;
    await this.#file.seek(0, Deno.SeekMode.Start);
    await writeAll(this.#file, this.#header());
    await this.#file.seek(0, Deno.SeekMode.End);
  }

  /** Closes it; again changes nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      // Chunks have an even length.
      if (this.#dataBytes % 2 === 1) await writeAll(this.#file, new Uint8Array(1));
    } finally {
      this.#file.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #header(): Uint8Array<ArrayBuffer> {
    return wavHeader(this.#description, this.#dataBytes, this.#mostRiffBytes);
  }
}

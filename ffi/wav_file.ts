/**
 * A WAV that grows, and is a whole file at every moment.
 *
 * @module
 */

import type { AudioShape } from "./conversion.ts";
import { type AudioFormat, SAMPLE_BYTES, type Samples } from "./formats.ts";
import { type ExistingFile, RecordOutput } from "./record_output.ts";

/** What a file says of itself. */
export interface WavDescription extends AudioShape {
  /** When its first frame began, in milliseconds since the Unix epoch. */
  readonly startTime: number;
}

/** The sizes of a RIFF have 32 bits. Larger files are RF64, which has them in a chunk of its own. */
export const MOST_RIFF_BYTES = 2 ** 32 - 1;

const PCM = 1;
const IEEE_FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** The rest of the identifiers that begin with PCM or IEEE_FLOAT. */
const SUBFORMAT = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];

const DS64_BYTES = 28;
const BEXT_BYTES = 602;
const PCM_BYTES = 16;
const FLOAT_BYTES = 18;
const EXTENDED_BYTES = 40;
const FACT_BYTES = 4;

const ORIGINATOR = "MicRing";

const PAD = new Uint8Array(1);

/** Bytes written one after the other, as a RIFF has them: the lowest first. */
class Fields {
  readonly bytes = new Uint8Array(HEADER_BYTES);
  readonly #view = new DataView(this.bytes.buffer);
  #at = 0;

  text(text: string, length = text.length): void {
    new TextEncoder().encodeInto(text, this.bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
  }

  u8(value: number): void {
    this.bytes[this.#at++] = value;
  }

  u16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  u64(value: number): void {
    this.#view.setBigUint64(this.#at, BigInt(value), true);
    this.#at += 8;
  }

  skip(length: number): void {
    this.#at += length;
  }

  chunk(name: string, length: number): void {
    this.text(name);
    this.u32(length);
  }
}

/** How long the header is: what follows it are samples. */
export const HEADER_BYTES = 12 + 8 + DS64_BYTES + 8 + BEXT_BYTES + 8 + EXTENDED_BYTES + 8 +
  FACT_BYTES + 8;

/** How many bytes a frame takes. */
export function frameBytes({ format, channels }: AudioShape): number {
  return SAMPLE_BYTES[format] * channels;
}

/** Broadcast's own chunk: who made it, and when, to the frame. */
function writeOrigin(fields: Fields, { startTime, sampleRate }: WavDescription): void {
  const date = new Date(startTime).toISOString();
  fields.chunk("bext", BEXT_BYTES);
  fields.skip(256);
  fields.text(ORIGINATOR, 32);
  fields.skip(32);
  fields.text(date.slice(0, 10));
  fields.text(date.slice(11, 19));
  const sinceMidnight = startTime - Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
  fields.u64(Math.round(sinceMidnight * sampleRate / 1000));
  // The version before the one that has a loudness, which is not known.
  fields.u16(1);
  fields.skip(BEXT_BYTES - 346 - 2);
}

/** How long the chunk is: floats say that nothing follows, what needs it is extended. */
function formatBytes({ format, channels }: AudioShape): number {
  if (format === "f32") return FLOAT_BYTES;
  // What has more channels or bits than any older reader expects is to say so.
  return channels > 2 || SAMPLE_BYTES[format] > 2 ? EXTENDED_BYTES : PCM_BYTES;
}

function writeFormat(fields: Fields, description: WavDescription): void {
  const { format, channels, sampleRate } = description;
  const length = formatBytes(description);
  const tag = format === "f32" ? IEEE_FLOAT : PCM;
  const bits = 8 * SAMPLE_BYTES[format];
  fields.chunk("fmt ", length);
  fields.u16(length === EXTENDED_BYTES ? EXTENSIBLE : tag);
  fields.u16(channels);
  fields.u32(sampleRate);
  fields.u32(sampleRate * frameBytes(description));
  fields.u16(frameBytes(description));
  fields.u16(bits);
  if (length > PCM_BYTES) fields.u16(length - FLOAT_BYTES);
  if (length === EXTENDED_BYTES) {
    fields.u16(bits);
    // Which speaker a channel is of is not known.
    fields.u32(0);
    fields.u16(tag);
    for (const byte of SUBFORMAT) fields.u8(byte);
  } else {
    const rest = EXTENDED_BYTES - length - 8;
    fields.chunk("JUNK", rest);
    fields.skip(rest);
  }
}

/**
 * The header of a file with so many bytes of samples.
 *
 * @param mostRiffBytes What a RIFF may have; beyond that it is an RF64.
 */
export function wavHeader(
  description: WavDescription,
  dataBytes: number,
  mostRiffBytes: number = MOST_RIFF_BYTES,
): Uint8Array<ArrayBuffer> {
  const fields = new Fields();
  const frames = dataBytes / frameBytes(description);
  const riffBytes = HEADER_BYTES - 8 + dataBytes + dataBytes % 2;
  const large = riffBytes > mostRiffBytes;
  fields.chunk(large ? "RF64" : "RIFF", large ? MOST_RIFF_BYTES : riffBytes);
  fields.text("WAVE");
  fields.chunk(large ? "ds64" : "JUNK", DS64_BYTES);
  if (large) {
    fields.u64(riffBytes);
    fields.u64(dataBytes);
    fields.u64(frames);
    fields.u32(0);
  } else fields.skip(DS64_BYTES);
  writeOrigin(fields, description);
  writeFormat(fields, description);
  fields.chunk("fact", FACT_BYTES);
  fields.u32(Math.min(frames, MOST_RIFF_BYTES));
  fields.chunk("data", large ? MOST_RIFF_BYTES : dataBytes);
  return fields.bytes;
}

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

  /** Opens one. What was there stays until it is begun. */
  static async open(
    path: string | URL,
    description: WavDescription,
    exists: ExistingFile,
    mostRiffBytes = MOST_RIFF_BYTES,
  ): Promise<WavFile> {
    const output = await RecordOutput.create(path, exists);
    return new WavFile(output, description, mostRiffBytes);
  }

  /** Begins it, without samples. */
  async begin(): Promise<this> {
    await this.#output.empty();
    await this.#output.write(0, this.#header(0));
    return this;
  }

  /** Writes samples behind those that are there: a whole number of frames. */
  async append(samples: Samples<AudioFormat>): Promise<void> {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const dataBytes = this.#dataBytes + bytes.length;
    this.#torn = true;
    await this.#output.write(this.#endBytes, bytes);
    // Chunks have an even length; what comes next is written over it.
    if (dataBytes % 2 === 1) await this.#output.write(HEADER_BYTES + dataBytes, PAD);
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
      if (this.#torn) await this.#cut();
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

  /** Leaves what the header tells of. */
  async #cut(): Promise<void> {
    await this.#output.truncate(this.#endBytes);
    if (this.#dataBytes % 2 === 1) await this.#output.write(this.#endBytes, PAD);
  }

  /** Where the next samples are written. */
  get #endBytes(): number {
    return HEADER_BYTES + this.#dataBytes;
  }

  #header(dataBytes: number): Uint8Array<ArrayBuffer> {
    return wavHeader(this.#description, dataBytes, this.#mostRiffBytes);
  }
}

/**
 * Samples of any format as numbers, full scale ±1, a stretch of one channel at a time: a long
 * recording is never converted as a whole.
 *
 * @module
 */

import type { AudioFormat, Samples } from "../formats.ts";

/** What samples are read of. */
export interface ReadableSamples {
  readonly samples: Samples<AudioFormat>;
  readonly format: AudioFormat;
  readonly channels: number;
}

/** Reads `count` samples, each `step` samples behind the one before, from the first one on. */
type Read = (first: number, step: number, count: number, into: Float32Array) => void;

function readFloats(samples: Float32Array): Read {
  return (first, step, count, into) => {
    for (let i = 0, at = first; i < count; i++, at += step) {
      const sample = samples[at];
      // What is no number, or endless, is silence: it would take all around it with it.
      into[i] = sample - sample === 0 ? sample : 0;
    }
  };
}

function readIntegers(samples: Int16Array | Int32Array, fullScale: number): Read {
  return (first, step, count, into) => {
    for (let i = 0, at = first; i < count; i++, at += step) into[i] = samples[at] / fullScale;
  };
}

function readBytes(samples: Uint8Array): Read {
  return (first, step, count, into) => {
    for (let i = 0, at = first; i < count; i++, at += step) into[i] = (samples[at] - 128) / 128;
  };
}

function readPacked(bytes: Uint8Array): Read {
  return (first, step, count, into) => {
    for (let i = 0, at = 3 * first; i < count; i++, at += 3 * step) {
      const sample = bytes[at] << 8 | bytes[at + 1] << 16 | bytes[at + 2] << 24;
      into[i] = sample / 2 ** 31;
    }
  };
}

function readerOf(format: AudioFormat, samples: Samples<AudioFormat>): Read {
  if (format === "f32") return readFloats(samples as Float32Array);
  if (format === "s16") return readIntegers(samples as Int16Array, 2 ** 15);
  if (format === "s32") return readIntegers(samples as Int32Array, 2 ** 31);
  return format === "u8" ? readBytes(samples as Uint8Array) : readPacked(samples as Uint8Array);
}

/** Reads the samples of one channel. */
export class ChannelReader {
  readonly #read: Read;
  readonly #channels: number;
  readonly #channel: number;

  /** @param channel Which, counted from 0. */
  constructor(source: ReadableSamples, channel: number) {
    this.#read = readerOf(source.format, source.samples);
    this.#channels = source.channels;
    this.#channel = channel;
  }

  /** Reads so many frames' samples, from a frame on, to the beginning of `into`. */
  read(from: number, count: number, into: Float32Array): void {
    this.#read(from * this.#channels + this.#channel, this.#channels, count, into);
  }
}

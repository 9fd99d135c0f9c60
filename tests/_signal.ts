/**
 * A signal in which every sample can be told from every other: a hash of its frame and channel.
 *
 * @module
 */

import type { SampleFormat, Samples } from "../mod.ts";

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 16);
}

/** The sample of a frame and a channel: f32 in ±1, exact in 24 bits, or s16. */
export function sampleAt(format: SampleFormat, frame: number, channel: number): number {
  const hash = mix(frame * 257 + channel + 1);
  return format === "s16" ? hash << 16 >> 16 : (hash >> 8) / 2 ** 23;
}

/** The frames [from, to) of the signal, interleaved. */
export function signal<F extends SampleFormat>(
  format: F,
  channels: number,
  from: number,
  to: number,
): Samples<F> {
  const length = (to - from) * channels;
  const samples = format === "s16" ? new Int16Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) {
    samples[i] = sampleAt(format, from + Math.floor(i / channels), i % channels);
  }
  return samples as Samples<F>;
}

/** Where two arrays of samples differ first, in words, or `undefined`. */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): string | undefined {
  if (actual.length !== expected.length) {
    return `${actual.length} samples instead of ${expected.length}`;
  }
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] === expected[i]) continue;
    return `sample ${i} of ${actual.length} is ${actual[i]} instead of ${expected[i]}`;
  }
  return undefined;
}

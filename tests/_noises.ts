/**
 * Sounds that a detector is to find, or to leave alone, over the noise of a room.
 *
 * @module
 */

import { addNoise } from "./_speech.ts";

/** A tone: where, how high, how loud its peaks are. */
export interface ToneBurst {
  readonly at: number;
  readonly seconds: number;
  readonly hertz: number;
  readonly levelDbfs: number;
}

/** Adds a tone that begins and ends within 2 ms. */
export function addBurst(samples: Float32Array, sampleRate: number, burst: ToneBurst): void {
  const { at, seconds, hertz, levelDbfs } = burst;
  const from = Math.round(at * sampleRate);
  const frames = Math.round(seconds * sampleRate);
  const edge = 0.002 * sampleRate;
  for (let i = 0; i < frames && from + i < samples.length; i++) {
    const swell = Math.min(1, i / edge, (frames - i) / edge);
    const value = Math.sin(2 * Math.PI * hertz * i / sampleRate);
    samples[from + i] += 10 ** (levelDbfs / 20) * swell * value;
  }
}

/** A room with some noise, and tones in it. */
export function room(
  seconds: number,
  sampleRate: number,
  noiseDbfs: number,
  bursts: readonly ToneBurst[],
): Float32Array {
  const samples = new Float32Array(Math.round(seconds * sampleRate));
  addNoise(samples, noiseDbfs, 6);
  for (const burst of bursts) addBurst(samples, sampleRate, burst);
  return samples;
}

import type { BandFilter } from "./band_filter.ts";
import { fullScaleOf, type Numbers } from "./formats.ts";

/** How loud something is. */
export interface Level {
  /** The largest sample, in dBFS: 0 is full scale, -Infinity is digital silence. */
  readonly peakDbfs: number;
  /**
   * The root mean square, in dBFS: 0 is a square wave of full scale, so that a sine of full
   * scale reads -3.01; -Infinity is digital silence.
   */
  readonly rmsDbfs: number;
}

/** A ratio to full scale in decibels. */
export function toDbfs(ratio: number): number {
  return 20 * Math.log10(ratio);
}

/**
 * The level of every `step`-th sample from `first` on. A sample that is no number counts as
 * silence, so that one broken sample does not hide all others.
 */
export function measureLevel(
  samples: Numbers,
  first = 0,
  step = 1,
): Level {
  const fullScale = fullScaleOf(samples);
  let peak = 0;
  let sum = 0;
  let count = 0;
  for (let i = first; i < samples.length; i += step) {
    const size = Math.abs(samples[i]);
    count++;
    if (!(size > 0)) continue;
    if (size > peak) peak = size;
    sum += size * size;
  }
  const rms = count === 0 ? 0 : Math.sqrt(sum / count);
  return { peakDbfs: toDbfs(peak / fullScale), rmsDbfs: toDbfs(rms / fullScale) };
}

/**
 * The level of a short stretch: the RMS of its loudest channel, in dBFS, of the band only if there
 * is a filter. Not of all channels together: one that is not connected would take 3 dB of the other.
 */
export class HopLevel {
  readonly #channels: number;
  readonly #filter: BandFilter | undefined;

  constructor(channels: number, filter: BandFilter | undefined) {
    this.#channels = channels;
    this.#filter = filter;
  }

  /** The level of so many frames of interleaved samples, from the first on: the next to be heard. */
  measure(samples: Numbers, first: number, frames: number): number {
    const fullScale = fullScaleOf(samples);
    let loudest = 0;
    for (let channel = 0; channel < this.#channels; channel++) {
      loudest = Math.max(loudest, this.#energy(samples, first, frames, channel));
    }
    this.#filter?.flush();
    return toDbfs(Math.sqrt(loudest / frames) / fullScale);
  }

  /** What comes next does not go on where the last ended. */
  reset(): void {
    this.#filter?.reset();
  }

  #energy(
    samples: Numbers,
    first: number,
    frames: number,
    channel: number,
  ): number {
    const step = this.#channels;
    const end = (first + frames) * step;
    const filter = this.#filter;
    let energy = 0;
    for (let i = first * step + channel; i < end; i += step) {
      const size = filter === undefined ? samples[i] : filter.next(channel, samples[i]);
      // What is no number is silence.
      if (size === size) energy += size * size;
    }
    return energy;
  }
}

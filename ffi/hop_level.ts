import type { BandFilter } from "./band_filter.ts";
import { fullScaleOf, type Numbers } from "./formats.ts";
import { toDbfs } from "./level.ts";

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

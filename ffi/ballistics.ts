/**
 * How the needles of a meter move.
 *
 * @module
 */

import type { SampleFormat, Samples } from "./formats.ts";

/** How they move, in frames. */
export interface BallisticsPlan {
  /** By what the peak is multiplied from one frame to the next. */
  readonly decay: number;
  /** For how many frames the held peak stays. */
  readonly holdFrames: number;
  /** Over how many frames the power is averaged. */
  readonly windowFrames: number;
}

/** What they show: ratios to full scale. */
export interface Needles {
  readonly peak: number;
  readonly hold: number;
  /** The mean of the squares. */
  readonly power: number;
  readonly clipped: number;
}

/** In so many parts the average moves on. */
const PARTS = 30;
/** -200 dBFS: what has fallen below that is silence. */
const SILENCE = 1e-10;
/** The largest sample that a 16-bit device can deliver on the upper side. */
const CLIPPED = 32767 / 32768;

/**
 * The needles of one channel. They move from frame to frame, so that it makes no difference in which
 * portions the frames come; the average moves on by the thirtieth of its length, by frame numbers.
 */
export class Ballistics {
  readonly #plan: BallisticsPlan;
  readonly #partFrames: number;
  #peak = 0;
  #hold = 0;
  /* For how many frames the held peak stays yet. */
  #holdLeft = 0;
  #clipped = 0;
  /* The energy and the frames of the last parts; the part of frame n is n / partFrames. */
  readonly #energies: Float64Array;
  readonly #frames: Float64Array;
  #part = 0;

  constructor(plan: BallisticsPlan) {
    this.#plan = plan;
    this.#partFrames = Math.max(1, Math.ceil(plan.windowFrames / PARTS));
    const parts = Math.ceil(plan.windowFrames / this.#partFrames);
    this.#energies = new Float64Array(parts);
    this.#frames = new Float64Array(parts);
  }

  /**
   * Moves on by a stretch.
   *
   * @param samples All channels, interleaved.
   * @param startFrame The number of its first frame.
   */
  hear(
    samples: Samples<SampleFormat>,
    startFrame: number,
    channel: number,
    channels: number,
  ): void {
    const frames = samples.length / channels;
    for (let at = 0; at < frames;) {
      const frame = startFrame + at;
      const part = Math.floor(frame / this.#partFrames);
      if (part !== this.#part) this.#enter(part);
      const end = Math.min(frames, at + (part + 1) * this.#partFrames - frame);
      const index = part % this.#energies.length;
      const energy = this.#energies[index];
      this.#energies[index] = this.#move(
        energy,
        samples,
        at * channels + channel,
        end * channels,
        channels,
      );
      this.#frames[index] += end - at;
      at = end;
    }
  }

  /** Moves on by frames that nobody can tell anything of. */
  skip(frames: number): void {
    const { decay } = this.#plan;
    this.#peak *= decay ** frames;
    this.#hold *= decay ** Math.max(0, frames - this.#holdLeft);
    this.#holdLeft = Math.max(0, this.#holdLeft - frames);
  }

  /** What they show. Afterwards the clipped samples are counted anew. */
  read(): Needles {
    let energy = 0;
    let frames = 0;
    for (let i = 0; i < this.#energies.length; i++) {
      energy += this.#energies[i];
      frames += this.#frames[i];
    }
    const clipped = this.#clipped;
    this.#clipped = 0;
    const power = frames === 0 ? 0 : energy / frames;
    return { peak: audible(this.#peak), hold: audible(this.#hold), power, clipped };
  }

  /** Back to where nothing was heard. */
  reset(): void {
    this.#peak = this.#hold = 0;
    this.#energies.fill(0);
    this.#frames.fill(0);
  }

  /** Forgets the parts that are too old by now. */
  #enter(part: number): void {
    const parts = this.#energies.length;
    for (let gone = Math.max(this.#part + 1, part - parts + 1); gone <= part; gone++) {
      this.#energies[gone % parts] = 0;
      this.#frames[gone % parts] = 0;
    }
    this.#part = part;
    this.#peak = audible(this.#peak);
    this.#hold = audible(this.#hold);
  }

  /** Moves on sample by sample; returns the energy with theirs. */
  #move(
    before: number,
    samples: Samples<SampleFormat>,
    first: number,
    end: number,
    step: number,
  ): number {
    const scale = samples instanceof Int16Array ? 1 / 32768 : 1;
    const { decay, holdFrames } = this.#plan;
    let peak = this.#peak;
    let hold = this.#hold;
    let holdLeft = this.#holdLeft;
    let energy = before;
    for (let i = first; i < end; i += step) {
      const sample = Math.abs(samples[i]) * scale;
      // What is no finite number is silence: nothing would get the needle down again.
      const size = sample < Infinity ? sample : 0;
      energy += size * size;
      peak = Math.max(peak * decay, size);
      if (size >= hold && size > 0) {
        hold = size;
        holdLeft = holdFrames;
      } else if (holdLeft > 0) holdLeft--;
      else hold *= decay;
      if (size >= CLIPPED) this.#clipped++;
    }
    this.#peak = peak;
    this.#hold = hold;
    this.#holdLeft = holdLeft;
    return energy;
  }
}

function audible(ratio: number): number {
  return ratio < SILENCE ? 0 : ratio;
}

/**
 * Leaves of a sound what lies in a band.
 *
 * @module
 */

/** Where a band begins and ends, in hertz: there a tone is 3 dB down. */
export interface Band {
  /** Leaves out what is lower. */
  readonly highPass?: number;
  /** Leaves out what is higher. */
  readonly lowPass?: number;
}

/** A second-order section: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''. */
interface Section {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
  /** Its gain for what never changes. */
  readonly still: number;
}

/** Butterworth of second order, by the bilinear transform: exactly 3 dB down at its corner. */
function section(corner: number, sampleRate: number, kind: "highPass" | "lowPass"): Section {
  const angle = 2 * Math.PI * corner / sampleRate;
  const width = Math.sin(angle) * Math.SQRT1_2;
  const scale = 1 / (1 + width);
  // Not by 1 - cos: that has no digits left where the corner is low.
  const half = kind === "highPass" ? Math.cos(angle / 2) : Math.sin(angle / 2);
  const b0 = half * half * scale;
  return {
    b0,
    b1: kind === "highPass" ? -2 * b0 : 2 * b0,
    b2: b0,
    a1: -2 * Math.cos(angle) * scale,
    a2: (1 - width) * scale,
    still: kind === "highPass" ? 0 : 1,
  };
}

/** What is less than this is nothing: else a filter's end would be in ever smaller numbers. */
const NOTHING = 1e-30;

/** A filter for each channel of a sound: 12 dB an octave on either side, in double precision. */
export class BandFilter {
  readonly #sections: readonly Section[];
  /* Two numbers for each section of each channel. */
  readonly #memory: Float64Array;
  /* Whether a channel has had its first sample. */
  readonly #begun: Uint8Array;

  /** @param channels How many channels it keeps apart. */
  constructor({ highPass, lowPass }: Band, sampleRate: number, channels: number) {
    const sections: Section[] = [];
    if (highPass !== undefined) sections.push(section(highPass, sampleRate, "highPass"));
    if (lowPass !== undefined) sections.push(section(lowPass, sampleRate, "lowPass"));
    this.#sections = sections;
    this.#memory = new Float64Array(2 * sections.length * channels);
    this.#begun = new Uint8Array(channels);
  }

  /** Filters the next sample of a channel; one that is no finite number is silence. */
  next(channel: number, sample: number): number {
    // Nothing less would get such a sample out of its memory again.
    let value = Number.isFinite(sample) ? sample : 0;
    if (this.#begun[channel] === 0) this.#begin(channel, value);
    const memory = this.#memory;
    let at = 2 * this.#sections.length * channel;
    for (const { b0, b1, b2, a1, a2 } of this.#sections) {
      const out = b0 * value + memory[at];
      memory[at] = b1 * value - a1 * out + memory[at + 1];
      memory[at + 1] = b2 * value - a2 * out;
      at += 2;
      value = out;
    }
    return value;
  }

  /** Forgets all: the next sample is the first. */
  reset(): void {
    this.#begun.fill(0);
  }

  /** Lets what is next to nothing in its memory be nothing. Enough now and then. */
  flush(): void {
    const memory = this.#memory;
    for (let i = 0; i < memory.length; i++) {
      if (Math.abs(memory[i]) < NOTHING) memory[i] = 0;
    }
  }

  /** As if it had always been as it is: a sound that is cut into must not begin with a click. */
  #begin(channel: number, sample: number): void {
    this.#begun[channel] = 1;
    let value = sample;
    let at = 2 * this.#sections.length * channel;
    for (const { b0, b2, a2, still } of this.#sections) {
      const out = still * value;
      this.#memory[at] = out - b0 * value;
      this.#memory[at + 1] = b2 * value - a2 * out;
      at += 2;
      value = out;
    }
  }
}

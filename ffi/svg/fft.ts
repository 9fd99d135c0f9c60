/**
 * The spectrum of real samples. A library would be a second dependency for what takes half a page,
 * and what a direct sum can check to the last digit.
 *
 * @module
 */

/** A Fourier transform of so many real samples, a power of two, with its tables made once. */
export class RealFft {
  /** How many samples it takes. */
  readonly size: number;
  /** How many frequencies come out: from 0 to half of the sample rate, both included. */
  readonly bins: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  /* Where each pair of samples goes, so that the result is in order. */
  readonly #reversed: Uint32Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;

  /** @param size How many samples: a power of two, 4 at the least. */
  constructor(size: number) {
    const half = size / 2;
    this.size = size;
    this.bins = half + 1;
    this.#cos = Float64Array.from({ length: half }, (_, i) => Math.cos(2 * Math.PI * i / size));
    this.#sin = Float64Array.from({ length: half }, (_, i) => Math.sin(2 * Math.PI * i / size));
    this.#real = new Float64Array(half);
    this.#imaginary = new Float64Array(half);
    this.#reversed = new Uint32Array(half);
    for (let i = 1; i < half; i++) {
      this.#reversed[i] = (this.#reversed[i >> 1] >> 1) | (i & 1 ? half >> 1 : 0);
    }
  }

  /**
   * Measures how much of each frequency is in the samples: the square of the sum's magnitude.
   *
   * @param samples As many as `size` says.
   * @param powers Gets a number for each bin.
   */
  powers(samples: Float64Array, powers: Float64Array): void {
    const half = this.size / 2;
    // Two real samples are one complex one: half the work, and one more pass to part them.
    for (let i = 0; i < half; i++) {
      const to = this.#reversed[i];
      this.#real[to] = samples[2 * i];
      this.#imaginary[to] = samples[2 * i + 1];
    }
    for (let width = 1; width < half; width *= 2) this.#pass(width);
    this.#part(powers);
  }

  /** Makes transforms of twice the width of those of half of it. */
  #pass(width: number): void {
    const real = this.#real;
    const imaginary = this.#imaginary;
    const cos = this.#cos;
    const sin = this.#sin;
    const half = real.length;
    const stride = half / width;
    for (let start = 0; start < half; start += 2 * width) {
      for (let i = start, turn = 0; i < start + width; i++, turn += stride) {
        const j = i + width;
        const re = real[j] * cos[turn] + imaginary[j] * sin[turn];
        const im = imaginary[j] * cos[turn] - real[j] * sin[turn];
        real[j] = real[i] - re;
        imaginary[j] = imaginary[i] - im;
        real[i] += re;
        imaginary[i] += im;
      }
    }
  }

  /** Parts the transform of the pairs into that of the even samples and that of the odd ones. */
  #part(powers: Float64Array): void {
    const real = this.#real;
    const imaginary = this.#imaginary;
    const half = real.length;
    powers[0] = (real[0] + imaginary[0]) ** 2;
    powers[half] = (real[0] - imaginary[0]) ** 2;
    for (let i = 1; i < half; i++) {
      const j = half - i;
      const evenRe = (real[i] + real[j]) / 2;
      const evenIm = (imaginary[i] - imaginary[j]) / 2;
      const oddRe = (imaginary[i] + imaginary[j]) / 2;
      const oddIm = (real[j] - real[i]) / 2;
      const re = evenRe + oddRe * this.#cos[i] + oddIm * this.#sin[i];
      const im = evenIm + oddIm * this.#cos[i] - oddRe * this.#sin[i];
      powers[i] = re * re + im * im;
    }
  }
}

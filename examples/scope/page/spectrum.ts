/** The lowest level that is shown, in dBFS; the highest is 0. */
const FLOOR_DBFS = -90;

/** Swaps what has to be swapped before a transform by halves: bit-reversed positions. */
function reversedBits(size: number): Uint32Array {
  const reversed = new Uint32Array(size);
  for (let i = 1; i < size; i++) reversed[i] = (reversed[i >> 1] >> 1) | (i & 1 ? size >> 1 : 0);
  return reversed;
}

/**
 * How loud each frequency is: a Fourier transform behind a Hann window, in which a sine has the level
 * of its peaks.
 */
export class Spectrum {
  /** How many samples it looks at: a power of two. */
  readonly size: number;
  readonly #window: Float32Array;
  readonly #reversed: Uint32Array;
  readonly #cosines: Float32Array;
  readonly #sines: Float32Array;
  readonly #real: Float32Array;
  readonly #imaginary: Float32Array;
  readonly #levels: Float32Array;

  /** @param size How many samples it looks at: a power of two. */
  constructor(size: number) {
    this.size = size;
    const turn = (i: number) => 2 * Math.PI * i / size;
    this.#window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos(turn(i)));
    this.#cosines = Float32Array.from({ length: size / 2 }, (_, i) => Math.cos(turn(i)));
    this.#sines = Float32Array.from({ length: size / 2 }, (_, i) => -Math.sin(turn(i)));
    this.#reversed = reversedBits(size);
    this.#real = new Float32Array(size);
    this.#imaginary = new Float32Array(size);
    this.#levels = new Float32Array(size / 2);
  }

  /**
   * Measures samples.
   *
   * @param samples As many as `size`.
   * @returns The level of each frequency, from 0 Hz up in steps of the sample rate by `size`: 0 is
   * -90 dBFS and below, 1 is 0 dBFS. The array is the same each time.
   */
  measure(samples: Float32Array): Float32Array {
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let i = 0; i < this.size; i++) {
      real[this.#reversed[i]] = samples[i] * this.#window[i];
    }
    imaginary.fill(0);
    this.#transform();
    // Half of the energy is at negative frequencies, and half of it is lost to the window.
    const scale = 4 / this.size;
    for (let i = 0; i < this.#levels.length; i++) {
      const amplitude = scale * Math.hypot(real[i], imaginary[i]);
      const dbfs = 20 * Math.log10(amplitude);
      this.#levels[i] = Math.min(Math.max(1 - dbfs / FLOOR_DBFS, 0), 1);
    }
    return this.#levels;
  }

  #transform(): void {
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let half = 1; half < this.size; half *= 2) {
      const step = this.size / (2 * half);
      for (let start = 0; start < this.size; start += 2 * half) {
        for (let i = 0; i < half; i++) {
          const cosine = this.#cosines[i * step];
          const sine = this.#sines[i * step];
          const low = start + i;
          const high = low + half;
          const a = real[high] * cosine - imaginary[high] * sine;
          const b = real[high] * sine + imaginary[high] * cosine;
          real[high] = real[low] - a;
          imaginary[high] = imaginary[low] - b;
          real[low] += a;
          imaginary[low] += b;
        }
      }
    }
  }
}

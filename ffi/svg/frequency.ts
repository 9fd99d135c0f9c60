/**
 * How frequencies are laid out along an axis.
 *
 * @module
 */

/** Evenly, evenly by octaves, or as ears tell pitches apart. */
export type FrequencyAxis = "linear" | "log" | "mel";

/** O'Shaughnessy's mel: even up to some 700 Hz, and by octaves above. */
const MEL_HERTZ = 700;

function warp(axis: FrequencyAxis, hertz: number): number {
  if (axis === "linear") return hertz;
  return axis === "log" ? Math.log(hertz) : Math.log1p(hertz / MEL_HERTZ);
}

function unwarp(axis: FrequencyAxis, value: number): number {
  if (axis === "linear") return value;
  return axis === "log" ? Math.exp(value) : MEL_HERTZ * Math.expm1(value);
}

/** An axis of frequencies: 0 is its low end, 1 its high one. */
export class FrequencyScale {
  readonly axis: FrequencyAxis;
  /** The frequency at its low end, in hertz. */
  readonly least: number;
  /** The frequency at its high end, in hertz. */
  readonly most: number;
  readonly #low: number;
  readonly #span: number;

  /** @param least For `log`, more than 0. */
  constructor(axis: FrequencyAxis, least: number, most: number) {
    this.axis = axis;
    this.least = least;
    this.most = most;
    this.#low = warp(axis, least);
    this.#span = warp(axis, most) - this.#low;
  }

  /** Where a frequency is. */
  positionOf(hertz: number): number {
    return (warp(this.axis, hertz) - this.#low) / this.#span;
  }

  /** Which frequency is there. */
  hertzAt(position: number): number {
    return unwarp(this.axis, this.#low + position * this.#span);
  }
}

/**
 * Where a frequency stands on the spectrogram: by the mel scale, on which steps that sound alike are
 * alike.
 *
 * @module
 */

/** What is shown at the most, in hertz. */
export const MOST_HERTZ = 8000;
/** What is written beside it. */
export const MARKED_HERTZ = [0, 250, 500, 1000, 2000, 4000, 8000];

function mel(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700);
}

/** How high a frequency stands: 0 is the lower edge, 1 the upper. */
export function heightOf(hertz: number): number {
  return mel(hertz) / mel(MOST_HERTZ);
}

/** The frequency that stands so high. */
export function hertzAt(height: number): number {
  return 700 * (10 ** (height * mel(MOST_HERTZ) / 2595) - 1);
}

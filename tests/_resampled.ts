/**
 * What a change of sample rate must come to, straight from its definition and in double precision.
 *
 * @module
 */

const HALF_LENGTH = 64;
const CUTOFF = 0.47;
const WINDOW_SHAPE = 12.265;

/** Bessel's function I0. */
function bessel(x: number): number {
  let sum = 0;
  let term = 1;
  for (let k = 1; term > 1e-18 * sum; k++) {
    sum += term;
    term *= (x / (2 * k)) ** 2;
  }
  return sum;
}

function windowed(place: number): number {
  const edge = place / HALF_LENGTH;
  if (Math.abs(edge) >= 1) return 0;
  const angle = 2 * Math.PI * CUTOFF * place;
  return (angle === 0 ? 1 : Math.sin(angle) / angle) *
    bessel(WINDOW_SHAPE * Math.sqrt(1 - edge * edge));
}

/**
 * One sample of the result.
 *
 * @param frame Its number.
 * @param sampleAt The given sample of a frame.
 */
export function resampled(
  fromRate: number,
  toRate: number,
  frame: bigint,
  sampleAt: (frame: bigint) => number,
): number {
  const [from, to] = [BigInt(fromRate), BigInt(toRate)];
  const place = frame * from / to;
  const part = Number(frame * from % to) / toRate;
  const stretch = Math.max(1, fromRate / toRate);
  const margin = Math.ceil(HALF_LENGTH * stretch);
  let sum = 0;
  let weights = 0;
  for (let i = -margin + 1; i <= margin; i++) {
    const weight = windowed((i - part) / stretch);
    weights += weight;
    sum += weight * sampleAt(place + BigInt(i));
  }
  return sum / weights;
}

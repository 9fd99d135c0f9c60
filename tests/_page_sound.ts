/**
 * What is played to the page of the scope.
 *
 * @module
 */

/** Frames in a second. */
export const RATE = 48_000;

/** A sine; silence at a level of -Infinity. */
export function sine(seconds: number, frequency: number, levelDbfs: number): Float32Array {
  const peak = 10 ** (levelDbfs / 20);
  return Float32Array.from(
    { length: seconds * RATE },
    (_, i) => peak * Math.sin(2 * Math.PI * frequency * i / RATE),
  );
}

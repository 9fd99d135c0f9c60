/**
 * The numbers that the tests' microphones deliver: a counter that runs by the clock.
 *
 * Every frame is one more than the one before, and none is ever zero: what is lost, repeated,
 * moved or invented shows. The first channel has the number, the second its negative, and so on;
 * as f32 it is divided by 2^24.
 *
 * @module
 */

/** How the counter is stored. */
export type CounterFormat = "f32" | "s16";

/** The numbers go from 1 to this one, and begin anew: all of them exact, none of them 0. */
export const LAST_NUMBER = { f32: 2 ** 24 - 1, s16: 2 ** 15 - 1 } as const;

function modulo(value: number, divisor: number): number {
  return (value % divisor + divisor) % divisor;
}

/** The number that comes so many frames after a number; before it, where they are negative. */
export function nextNumber(format: CounterFormat, number: number, frames = 1): number {
  return modulo(number - 1 + frames, LAST_NUMBER[format]) + 1;
}

/** How many frames one number comes after another, by the shorter way round: may be negative. */
export function numberDistance(format: CounterFormat, from: number, to: number): number {
  const last = LAST_NUMBER[format];
  const distance = modulo(to - from, last);
  return distance > last / 2 ? distance - last : distance;
}

/** What a test's microphone is like. */
export interface CounterSource {
  /** Its id on the sound system. */
  readonly name: string;
  /** What people call it; the sound system makes something up if left out. */
  readonly description?: string;
  readonly format: CounterFormat;
  readonly sampleRate: number;
  readonly channels: number;
  /** The number that its counter had at the epoch that all sources of a server share; 1 if left
   * out. By it two sources can be told apart, though both run by the same clock. */
  readonly firstNumber?: number;
  /** By how much its clock is fast, in parts per million; 0 if left out. */
  readonly ppm?: number;
}

/**
 * Where an axis has its numbers.
 *
 * @module
 */

import type { FrequencyScale } from "./frequency.ts";

/** The least of 1, 2 and 5 times a power of ten by which `span` has at most `most` steps. */
export function niceStep(span: number, most: number): number {
  const power = 10 ** Math.floor(Math.log10(span / most));
  const step = [1, 2, 5, 10].find((factor) => span / (factor * power) <= most * (1 + 1e-9));
  return (step ?? 10) * power;
}

/** The multiples of a step from `least` to `most`, both included. */
export function multiples(step: number, least: number, most: number): number[] {
  const from = Math.ceil(least / step - 1e-9);
  const to = Math.floor(most / step + 1e-9);
  // Not by adding up: 0.1 three times is not 0.3. Nor is there a zero below zero.
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => {
    return Number(((from + i) * step).toPrecision(15)) + 0;
  });
}

/** The rounder a number, the sooner it has a tick: 1, then 5 and 2, then the others. */
const ROUND = [[1], [5, 2], [3], [7, 4], [1.5, 6, 8]];

function roundNumbers(least: number, most: number): number[] {
  const powers: number[] = [];
  const first = Math.max(0, Math.floor(Math.log10(Math.max(least, 1))));
  for (let power = first; 10 ** power <= most; power++) powers.push(10 ** power);
  const all = ROUND.flatMap((factors) =>
    factors.flatMap((factor) => powers.map((power) => factor * power))
  );
  return [0, ...all].filter((hertz) => hertz >= least && hertz <= most);
}

/**
 * The ticks of a frequency axis, in hertz, the lowest first: none closer to another than `apart`, a
 * part of its length.
 */
export function frequencyTicks(scale: FrequencyScale, apart: number): number[] {
  const { least, most } = scale;
  const even = multiples(niceStep(most - least, Math.max(1, Math.floor(1 / apart))), least, most);
  if (scale.axis === "linear") return even;
  const kept: number[] = [];
  // A short stretch of a warped axis may have no round numbers: it is all but even.
  for (const hertz of [...roundNumbers(least, most), ...even]) {
    const at = scale.positionOf(hertz);
    if (kept.every((other) => Math.abs(scale.positionOf(other) - at) >= apart)) kept.push(hertz);
  }
  return kept.sort((a, b) => a - b);
}

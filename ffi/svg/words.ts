/**
 * What a picture says of a snapshot in words.
 *
 * @module
 */

import type { Gap } from "../gaps.ts";

/** How many gaps are told one by one. */
const MOST_GAPS = 20;

/** A number with a real minus. */
export function signed(value: number, digits: number): string {
  return value.toFixed(digits).replace("-", "\u2212");
}

/** A number with at most so many digits behind the point. */
export function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)) + 0).replace("-", "\u2212");
}

/** A length of time. */
export function duration(seconds: number): string {
  if (seconds !== 0 && seconds < 0.1) return `${trimmed(1000 * seconds, 3)} ms`;
  if (seconds < 60) return `${trimmed(seconds, 3)} s`;
  const whole = Math.floor(seconds / 60);
  const rest = trimmed(seconds - 60 * whole, 3);
  const parts = [[Math.floor(whole / 60), "h"], [whole % 60, "min"], [rest, "s"]];
  return parts.filter(([value]) => Number(value) !== 0).map((part) => part.join(" ")).join(" ");
}

/** A sample rate or frequency. */
export function kilohertz(hertz: number): string {
  return `${trimmed(hertz / 1000, 3)} kHz`;
}

/** A count with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What has gaps. */
export interface Gapped {
  readonly startFrame: number;
  readonly sampleRate: number;
  readonly gaps: readonly Gap[];
  readonly complete: boolean;
}

/** A gap: why, how long, where, and how that is known. */
export function gapWords(gap: Gap, { startFrame, sampleRate }: Gapped): string {
  const frames = gap.endFrame - gap.startFrame;
  const from = (gap.startFrame - startFrame) / sampleRate;
  const where = from < 0 ? `${duration(-from)} before the start` : `${duration(from)} in`;
  const known = gap.exact ? "counted" : "by the clock";
  return `${gap.cause}: ${duration(frames / sampleRate)}, from ${where} ` +
    `(frames ${gap.startFrame} to ${gap.endFrame}, ${known})`;
}

/** Some gaps, one after the other, not endlessly many. */
export function listGaps(gaps: readonly Gap[], of: Gapped): string {
  const told = gaps.slice(0, MOST_GAPS).map((gap) => gapWords(gap, of));
  if (gaps.length > MOST_GAPS) told.push(`and ${gaps.length - MOST_GAPS} more`);
  return told.join("; ");
}

/** What is missing of it, in short, or `undefined` where nothing is. */
export function missingWords({ gaps, complete, sampleRate }: Gapped): string | undefined {
  if (gaps.length === 0) return complete ? undefined : "gaps not known";
  const frames = gaps.reduce((sum, { startFrame, endFrame }) => sum + endFrame - startFrame, 0);
  return `${counted(gaps.length, "gap")} of ${duration(frames / sampleRate)}`;
}

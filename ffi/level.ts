import { fullScaleOf, type Numbers } from "./formats.ts";

/** How loud something is. */
export interface Level {
  /** The largest sample, in dBFS: 0 is full scale, -Infinity is digital silence. */
  readonly peakDbfs: number;
  /**
   * The root mean square, in dBFS: 0 is a square wave of full scale, so that a sine of full
   * scale reads -3.01; -Infinity is digital silence.
   */
  readonly rmsDbfs: number;
}

/** A ratio to full scale in decibels. */
export function toDbfs(ratio: number): number {
  return 20 * Math.log10(ratio);
}

/**
 * The level of every `step`-th sample from `first` on. A sample that is no number counts as
 * silence, so that one broken sample does not hide all others.
 */
export function measureLevel(
  samples: Numbers,
  first = 0,
  step = 1,
): Level {
  const fullScale = fullScaleOf(samples);
  let peak = 0;
  let sum = 0;
  let count = 0;
  for (let i = first; i < samples.length; i += step) {
    const size = Math.abs(samples[i]);
    count++;
    if (!(size > 0)) continue;
    if (size > peak) peak = size;
    sum += size * size;
  }
  const rms = count === 0 ? 0 : Math.sqrt(sum / count);
  return { peakDbfs: toDbfs(peak / fullScale), rmsDbfs: toDbfs(rms / fullScale) };
}

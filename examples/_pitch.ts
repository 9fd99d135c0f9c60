/** How high a sound is, and how sure that is. */
export interface Pitch {
  readonly hertz: number;
  /** From 0 to 1: how much it is like itself a period later. */
  readonly clarity: number;
}

/** What a voice, or most instruments, may have. */
const LOWEST_HERTZ = 60;
const HIGHEST_HERTZ = 1200;
/** Of several periods that fit, the shortest that fits nearly as well as the best. */
const NEARLY = 0.9;

/** For each lag, how much a sound is like itself so much later: 1 is the same, 0 is not at all. */
function likeness(samples: Float32Array, lags: number): Float64Array {
  const result = new Float64Array(lags + 1);
  for (let lag = 0; lag <= lags; lag++) {
    let product = 0;
    let energy = 0;
    for (let i = lag; i < samples.length; i++) {
      const [now, then] = [samples[i], samples[i - lag]];
      product += now * then;
      energy += now * now + then * then;
    }
    result[lag] = energy === 0 ? 0 : 2 * product / energy;
  }
  return result;
}

/**
 * Tells how high a sound is, by autocorrelation.
 *
 * @param samples One channel: at the least two periods of the lowest tone, a thirtieth of a second.
 * @param sampleRate In hertz.
 * @returns The pitch; nothing where there is silence, or no pitch.
 */
export function pitchOf(samples: Float32Array, sampleRate: number): Pitch | undefined {
  const first = Math.floor(sampleRate / HIGHEST_HERTZ);
  const like = likeness(samples, Math.ceil(sampleRate / LOWEST_HERTZ) + 1);
  const peaks: number[] = [];
  for (let lag = Math.max(first, 1); lag < like.length - 1; lag++) {
    if (like[lag] > like[lag - 1] && like[lag] >= like[lag + 1]) peaks.push(lag);
  }
  const best = Math.max(...peaks.map((lag) => like[lag]));
  const lag = peaks.find((lag) => like[lag] >= NEARLY * best && like[lag] > 0);
  if (lag === undefined) return undefined;
  // Through the three points around it goes a parabola: its top lies between two lags.
  const [before, top, after] = like.subarray(lag - 1, lag + 2);
  const shift = (before - after) / (2 * (before - 2 * top + after));
  return { hertz: sampleRate / (lag + shift), clarity: Math.min(top, 1) };
}

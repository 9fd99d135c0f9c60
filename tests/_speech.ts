/**
 * Words that nobody has said, over the noise of a room: for listening for them.
 *
 * @module
 */

/** Numbers in [0, 1) that are the same each time. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let hash = Math.imul(state ^ (state >>> 15), state | 1);
    hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
    return ((hash ^ (hash >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where a word is: frames [from, to). */
export interface Word {
  readonly from: number;
  readonly to: number;
}

/** Adds Gaussian noise of a level, in dBFS RMS. */
export function addNoise(samples: Float32Array, levelDbfs: number, seed: number): void {
  const next = random(seed);
  const scale = 10 ** (levelDbfs / 20);
  for (let i = 0; i < samples.length; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    samples[i] += scale * radius * Math.cos(2 * Math.PI * next());
  }
}

/** Adds what a passing lorry does: low tones that come and go, of a level in dBFS RMS. */
export function addRumble(samples: Float32Array, levelDbfs: number, sampleRate: number): void {
  const scale = 10 ** (levelDbfs / 20);
  for (let i = 0; i < samples.length; i++) {
    const t = i / sampleRate;
    const swell = 1 + 0.4 * Math.sin(2 * Math.PI * 0.23 * t);
    samples[i] += scale * swell * (Math.sin(2 * Math.PI * 23 * t) +
      0.5 * Math.sin(2 * Math.PI * 31.7 * t));
  }
}

/** The first three resonances of some vowels, in hertz. */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [530, 1840, 2480],
  [570, 840, 2410],
  [300, 870, 2240],
];

/** A resonance of 90 Hz width, added to what was there. */
function resonate(source: Float64Array, hertz: number, sampleRate: number, out: Float64Array) {
  const radius = Math.exp(-Math.PI * 90 / sampleRate);
  const turn = 2 * radius * Math.cos(2 * Math.PI * hertz / sampleRate);
  let last = 0;
  let beforeLast = 0;
  for (let i = 0; i < source.length; i++) {
    const value = source[i] + turn * last - radius * radius * beforeLast;
    beforeLast = last;
    last = value;
    out[i] += value;
  }
}

/** One syllable: now and then a hiss, then a vowel of a falling voice; both come and go softly. */
function syllable(frames: number, sampleRate: number, next: () => number): Float64Array {
  const source = new Float64Array(frames);
  const hissFrames = next() < 0.4 ? Math.round(0.3 * frames) : 0;
  let phase = 0;
  const pitch = 100 + 120 * next();
  for (let i = hissFrames; i < frames; i++) {
    phase += pitch * (1 - 0.2 * i / frames) / sampleRate;
    if (phase < 1) continue;
    phase -= 1;
    source[i] = 1;
  }
  const out = new Float64Array(frames);
  for (const hertz of VOWELS[Math.floor(next() * VOWELS.length)]) {
    resonate(source, hertz, sampleRate, out);
  }
  const energy = out.reduce((sum, value) => sum + value * value, 0);
  const voice = Math.sqrt((frames - hissFrames) / energy);
  for (let i = 0; i < frames; i++) {
    const value = i < hissFrames ? 2 * (next() - 0.5) : voice * out[i];
    const t = i / sampleRate;
    const left = (frames - i) / sampleRate;
    out[i] = value * Math.min(1, t / 0.015, left / 0.05);
  }
  return out;
}

/**
 * Adds a word of a level, in dBFS RMS of its vowels: syllables of 120 to 250 ms, 30 to 90 ms apart,
 * softly limited to full scale.
 */
export function addWord(
  samples: Float32Array,
  from: number,
  levelDbfs: number,
  sampleRate: number,
  seed: number,
): Word {
  const next = random(seed);
  const scale = 10 ** (levelDbfs / 20);
  let at = from;
  for (let left = 1 + Math.floor(4 * next()); left > 0; left--) {
    const sound = syllable(Math.round((0.12 + 0.13 * next()) * sampleRate), sampleRate, next);
    sound.forEach((value, i) => samples[at + i] += Math.tanh(scale * value));
    at += sound.length;
    if (left > 1) at += Math.round((0.03 + 0.06 * next()) * sampleRate);
  }
  return { from, to: at };
}

/** How a ring stores a sample: 32-bit float, full scale ±1, or 16-bit integer. */
export type SampleFormat = "f32" | "s16";

/**
 * How a sample of converted audio is stored: as in a ring, or as an integer of 8 (128 is silence), 24
 * or 32 bits.
 */
export type AudioFormat = SampleFormat | "u8" | "s24" | "s32";

/** How a WAV stores a sample. */
export type WavFormat = AudioFormat;

/**
 * The array that holds samples of a format, interleaved. Of `s24`, each three bytes are a sample, the
 * lowest first.
 */
export type Samples<F extends AudioFormat = SampleFormat> = F extends "f32" ? Float32Array
  : F extends "s16" ? Int16Array
  : F extends "s32" ? Int32Array
  : Uint8Array;

/** The numbers that the native library has for the formats. */
export const FORMAT_NUMBERS = { f32: 0, s16: 1, s24: 2, s32: 3, u8: 4 } as const satisfies Record<
  AudioFormat,
  number
>;

/** All formats. */
export const AUDIO_FORMATS = Object.keys(FORMAT_NUMBERS) as AudioFormat[];

/** How many bytes a stored sample takes. */
export const SAMPLE_BYTES = { f32: 4, s16: 2, s24: 3, s32: 4, u8: 1 } as const satisfies Record<
  AudioFormat,
  number
>;

const ARRAYS = {
  f32: Float32Array,
  s16: Int16Array,
  u8: Uint8Array,
  s24: Uint8Array,
  s32: Int32Array,
};

/** How many of the array's elements make a sample. */
export function elementsOf(format: AudioFormat): number {
  return format === "s24" ? 3 : 1;
}

/** A fresh array for `count` samples. */
export function allocate<F extends AudioFormat>(format: F, count: number): Samples<F> {
  return new ARRAYS[format](count * elementsOf(format)) as Samples<AudioFormat> as Samples<F>;
}

/** Whether a value is the array that holds samples of this format. */
export function isSamples<F extends AudioFormat>(
  format: F,
  value: unknown,
): value is Samples<F> {
  return value instanceof ARRAYS[format];
}

const { prototype } = Object.getPrototypeOf(Float32Array);
const byteLength = Object.getOwnPropertyDescriptor(prototype, "byteLength")!.get!;

/**
 * How many samples there really are. A subclass may say otherwise of its length, and an array may
 * be disguised as another: native code would believe both.
 */
export function sampleCount(format: AudioFormat, samples: Samples<AudioFormat>): number {
  return Math.floor(byteLength.call(samples) / SAMPLE_BYTES[format]);
}

/** The name of that array's type, for messages. */
export function samplesName(format: AudioFormat): string {
  return ARRAYS[format].name;
}

/** Samples as numbers: each an element, 0 in silence, and at full scale as large as the array's goes. */
export type Numbers = Float32Array | Int16Array | Int32Array;

/** Samples as numbers: the same array where it is so already. */
export function numbersOf(format: AudioFormat, samples: Samples<AudioFormat>): Numbers {
  if (format === "u8") return Int16Array.from(samples, (sample) => (sample - 128) << 8);
  if (format !== "s24") return samples as Numbers;
  const numbers = new Int32Array(sampleCount(format, samples));
  for (let i = 0, at = 0; i < numbers.length; i++, at += 3) {
    numbers[i] = samples[at] << 8 | samples[at + 1] << 16 | samples[at + 2] << 24;
  }
  return numbers;
}

/** What full scale is in such an array. */
export function fullScaleOf(numbers: Numbers): number {
  if (numbers instanceof Int16Array) return 2 ** 15;
  return numbers instanceof Int32Array ? 2 ** 31 : 1;
}

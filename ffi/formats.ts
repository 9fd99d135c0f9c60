/** How a ring stores a sample: 32-bit float, full scale ±1, or 16-bit integer. */
export type SampleFormat = "f32" | "s16";

/** How a WAV stores a sample. */
export type WavFormat = "f32" | "s16" | "s24";

/** The array that holds samples of a format, interleaved. */
export type Samples<F extends SampleFormat = SampleFormat> = F extends "s16" ? Int16Array
  : Float32Array;

/** The numbers that the native library has for the formats. */
export const FORMAT_NUMBERS = { f32: 0, s16: 1, s24: 2 } as const satisfies Record<
  WavFormat,
  number
>;

/** How many bytes a stored sample takes. */
export const SAMPLE_BYTES = { f32: 4, s16: 2, s24: 3 } as const satisfies Record<
  WavFormat,
  number
>;

/** A fresh array for `length` samples. */
export function allocate<F extends SampleFormat>(format: F, length: number): Samples<F> {
  return (format === "s16" ? new Int16Array(length) : new Float32Array(length)) as Samples<F>;
}

/** Whether a value is the array that holds samples of this format. */
export function isSamples<F extends SampleFormat>(
  format: F,
  value: unknown,
): value is Samples<F> {
  return format === "s16" ? value instanceof Int16Array : value instanceof Float32Array;
}

const { prototype } = Object.getPrototypeOf(Float32Array);
const byteLength = Object.getOwnPropertyDescriptor(prototype, "byteLength")!.get!;

/**
 * How many samples there really are. A subclass may say otherwise of its length, and an array may
 * be disguised as another: native code would believe both.
 */
export function sampleCount(format: SampleFormat, samples: Float32Array | Int16Array): number {
  return Math.floor(byteLength.call(samples) / SAMPLE_BYTES[format]);
}

/** The name of that array's type, for messages. */
export function samplesName(format: SampleFormat): string {
  return format === "s16" ? "Int16Array" : "Float32Array";
}

/**
 * WAV files, written and read without MicRing.
 *
 * @module
 */

/** What is in a WAV. */
export interface PlainWav {
  readonly channels: number;
  readonly sampleRate: number;
  /** Interleaved; of 16 bits, whole numbers. */
  readonly samples: Float32Array | Int16Array;
}

const PCM = 1;
const FLOAT = 3;

/** Reads a WAV of 32-bit floats or 16-bit integers; refuses one that is not as it says. */
export function readPlainWav(bytes: Uint8Array): PlainWav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (name(0) !== "RIFF" || name(8) !== "WAVE" || view.getUint32(4, true) !== bytes.length - 8) {
    throw new Error(`Cannot read a WAV: ${name(0)}, ${name(8)}, ${view.getUint32(4, true)} bytes`);
  }
  const chunks = new Map<string, { at: number; size: number }>();
  for (let at = 12; at < bytes.length;) {
    const size = view.getUint32(at + 4, true);
    chunks.set(name(at), { at: at + 8, size });
    at += 8 + size + size % 2;
  }
  const format = chunks.get("fmt ")!.at;
  const data = chunks.get("data")!;
  const tag = view.getUint16(format, true);
  const bits = view.getUint16(format + 14, true);
  const length = data.size / (bits / 8);
  let samples: PlainWav["samples"];
  if (tag === FLOAT && bits === 32) {
    samples = Float32Array.from({ length }, (_, i) => view.getFloat32(data.at + i * 4, true));
  } else if (tag === PCM && bits === 16) {
    samples = Int16Array.from({ length }, (_, i) => view.getInt16(data.at + i * 2, true));
  } else throw new Error(`Cannot read a WAV of ${bits} bits, format ${tag}`);
  return {
    channels: view.getUint16(format + 2, true),
    sampleRate: view.getUint32(format + 4, true),
    samples,
  };
}

/** The bytes of a WAV of 32-bit floats. */
export function plainWav(
  samples: Float32Array,
  sampleRate: number,
  channels = 1,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 4));
  const name = (at: number, text: string) =>
    [...text].forEach((character, i) => view.setUint8(at + i, character.charCodeAt(0)));
  name(0, "RIFF");
  view.setUint32(4, view.byteLength - 8, true);
  name(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, FLOAT, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 4, true);
  view.setUint16(32, channels * 4, true);
  view.setUint16(34, 32, true);
  name(36, "data");
  view.setUint32(40, samples.length * 4, true);
  samples.forEach((sample, i) => view.setFloat32(44 + i * 4, sample, true));
  return new Uint8Array(view.buffer);
}

import { checkWord } from "./check.ts";
import {
  AUDIO_FORMATS,
  type AudioFormat,
  FORMAT_NUMBERS,
  sampleCount,
  type Samples,
  type WavFormat,
} from "./formats.ts";
import { holdLibrary, unwrap } from "./_library.ts";

/** What `toWav` can be told. */
export interface WavOptions {
  /**
   * How samples are stored in the file; the snapshot's own format if left out, which loses
   * nothing. Going to integers rounds to the nearest, and clips at full scale.
   */
  readonly format?: WavFormat;
}

/** What is to be encoded. */
export interface WavInput {
  readonly samples: Samples<AudioFormat>;
  readonly frames: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly format: AudioFormat;
}

/** The sizes in a WAV's header have 32 bits. */
const MOST_BYTES = 2 ** 32 - 1;

/** Encodes samples as a WAV file. */
export function encodeWav(input: WavInput, wavFormat: WavFormat): Uint8Array<ArrayBuffer> {
  const action = "write a WAV";
  checkWord(action, "format", wavFormat, AUDIO_FORMATS);
  const { samples, frames, channels, sampleRate, format } = input;
  const count = sampleCount(format, samples);
  if (count !== frames * channels) {
    throw new RangeError(
      `Cannot ${action}: of ${frames * channels} samples ${count} are there; was their buffer ` +
        "transferred?",
    );
  }
  const target = FORMAT_NUMBERS[wavFormat];
  using library = holdLibrary();
  const most = library.native.micring_wav_bytes(frames, channels, target);
  if (most > MOST_BYTES) {
    throw new RangeError(
      `Cannot ${action}: it would take ${most} bytes, and a WAV holds at most ${MOST_BYTES}`,
    );
  }
  const bytes = new Uint8Array(most);
  const length = new Float64Array(1);
  const status = library.native.micring_wav(
    samples,
    frames,
    channels,
    sampleRate,
    FORMAT_NUMBERS[format],
    target,
    bytes,
    length,
  );
  unwrap(action, status);
  return new Uint8Array(bytes.buffer.transfer(length[0]));
}

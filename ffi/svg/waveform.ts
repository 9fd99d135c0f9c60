import type { ChannelReader } from "./samples.ts";

/** A channel's samples, told in as many columns as a picture has; full scale is ±1. */
export interface Waveform {
  /** How many columns there are: at most as many as frames. */
  readonly columns: number;
  /** The least sample of each. */
  readonly least: Float32Array;
  /** The largest sample of each. */
  readonly most: Float32Array;
  /** The first of each column's loudest frames, counted from the beginning. */
  readonly loudest: Float64Array;
  /** The largest magnitude of all. */
  readonly peak: number;
  /** The sum of all squares. */
  readonly energy: number;
}

/** How many samples are looked at in one go. */
const CHUNK = 4096;

/** The first frame of a column; that of the column behind the last is the number of frames. */
export function columnStart(column: number, columns: number, frames: number): number {
  return Math.floor(column * frames / columns);
}

/** Measures a channel, sample by sample: no column leaves one out. */
export function measureWaveform(reader: ChannelReader, frames: number, most: number): Waveform {
  const columns = Math.min(most, frames);
  const least = new Float32Array(columns);
  const highest = new Float32Array(columns);
  const loudest = new Float64Array(columns);
  const chunk = new Float32Array(CHUNK);
  let peak = 0;
  let energy = 0;
  for (let column = 0; column < columns; column++) {
    const end = columnStart(column + 1, columns, frames);
    let low = Infinity;
    let high = -Infinity;
    let size = -1;
    for (let from = columnStart(column, columns, frames); from < end; from += CHUNK) {
      const count = Math.min(CHUNK, end - from);
      reader.read(from, count, chunk);
      for (let i = 0; i < count; i++) {
        const sample = chunk[i];
        energy += sample * sample;
        if (sample < low) low = sample;
        if (sample > high) high = sample;
        if (Math.abs(sample) <= size) continue;
        size = Math.abs(sample);
        loudest[column] = from + i;
      }
    }
    least[column] = low;
    highest[column] = high;
    peak = Math.max(peak, size);
  }
  return { columns, least, most: highest, loudest, peak, energy };
}

import { RealFft } from "./fft.ts";
import type { FrequencyScale } from "./frequency.ts";
import type { ChannelReader } from "./samples.ts";
import { columnStart, measureWaveform, type Waveform } from "./waveform.ts";

/** What a spectrogram is measured of, and how finely. */
export interface SpectrogramPlan {
  /** The channels: of each frequency, the loudest of them is shown. */
  readonly readers: readonly ChannelReader[];
  readonly frames: number;
  readonly sampleRate: number;
  /** How many frames make a spectrum; fewer, where there are fewer, down to 16. */
  readonly windowFrames: number;
  /** How many columns it may have. */
  readonly mostColumns: number;
  readonly rows: number;
  readonly scale: FrequencyScale;
  /** What was measured in `mostColumns` columns. */
  readonly waveforms: readonly Waveform[];
}

/** Levels over time and frequency. */
export interface Spectrogram {
  readonly columns: number;
  readonly rows: number;
  /** In dBFS, row by row, the highest frequency first: 0 is a sine of full scale. */
  readonly levels: Float32Array;
}

/** A window of fewer frames is none: what is missing to these is silence. */
const LEAST_WINDOW = 16;
/** Columns that are closer than this part of a window tell nothing new. */
const HOPS_PER_WINDOW = 8;
/** How many evenly spaced spectra a column is made of, at most. */
const MOST_PER_COLUMN = 4;
/** How many samples are transformed for a picture, at most, if that is one spectrum a column. */
const MOST_POINTS = 2 ** 25;

/** Of which bins a row is the loudest, or between which two it lies. */
interface Row {
  readonly first: number;
  readonly end: number;
  readonly between: number;
}

/** The rows of a spectrum, the highest frequency first. */
function planRows(scale: FrequencyScale, rows: number, hertzPerBin: number, bins: number): Row[] {
  return Array.from({ length: rows }, (_, row) => {
    const first = Math.ceil(scale.hertzAt(1 - (row + 1) / rows) / hertzPerBin);
    // The top row has its upper edge, too: the last bin may be there.
    const high = scale.hertzAt(1 - row / rows) / hertzPerBin;
    const end = Math.min(row === 0 ? Math.floor(high + 1e-9) + 1 : Math.ceil(high), bins);
    const between = scale.hertzAt(1 - (row + 0.5) / rows) / hertzPerBin;
    return { first, end, between: Math.min(between, bins - 1) };
  });
}

/** How many frames a window has. */
function windowOf({ windowFrames, frames }: SpectrogramPlan): number {
  return Math.max(Math.min(windowFrames, frames), LEAST_WINDOW);
}

/**
 * Hann's window of any length, without the zeros at its ends, and divided by its sum: then a sine
 * of full scale has the power 1 in its bin, once both of its halves are counted.
 */
function hannWindow(frames: number): Float64Array {
  const window = Float64Array.from(
    { length: frames },
    (_, i) => Math.sin(Math.PI * (i + 0.5) / frames) ** 2,
  );
  const sum = window.reduce((total, weight) => total + weight, 0);
  return window.map((weight) => 2 * weight / sum);
}

/** Transforms windows of a recording, and keeps of each bin the largest power. */
class Analyser {
  readonly #plan: SpectrogramPlan;
  readonly #window: Float64Array;
  readonly #fft: RealFft;
  readonly #chunk: Float32Array;
  readonly #input: Float64Array;
  readonly #powers: Float64Array;
  readonly #largest: Float64Array;
  readonly rows: readonly Row[];

  constructor(plan: SpectrogramPlan) {
    const { frames, sampleRate, scale, rows } = plan;
    this.#plan = plan;
    this.#window = hannWindow(windowOf(plan));
    // Twice the window, filled with zeros: a tone between two bins is then 0.35 dB too low at the
    // most, and not 1.42.
    this.#fft = new RealFft(
      2 ** Math.ceil(Math.log2(2 * Math.max(plan.windowFrames, LEAST_WINDOW))),
    );
    const { size, bins } = this.#fft;
    this.#chunk = new Float32Array(Math.min(this.#window.length, frames));
    this.#input = new Float64Array(size);
    this.#powers = new Float64Array(bins);
    this.#largest = new Float64Array(bins);
    this.rows = planRows(scale, rows, sampleRate / size, bins);
  }

  get size(): number {
    return this.#fft.size;
  }

  clear(): void {
    this.#largest.fill(0);
  }

  /** Adds the spectrum around a frame; at the recording's ends, of what is next to it. */
  add(reader: ChannelReader, centre: number): void {
    const window = this.#window;
    const { length } = this.#chunk;
    const start = Math.round(centre - length / 2);
    reader.read(Math.max(0, Math.min(start, this.#plan.frames - length)), length, this.#chunk);
    const offset = (window.length - length) >> 1;
    for (let i = 0; i < length; i++) this.#input[i] = window[offset + i] * this.#chunk[i];
    this.#fft.powers(this.#input, this.#powers);
    const last = this.#fft.bins - 1;
    const slow = this.#fft.size / length;
    for (let bin = 0; bin <= last; bin++) {
      // What is too slow for the window has both of its halves in the same bins.
      const whole = Math.min(bin, last - bin) < slow;
      const power = whole ? this.#powers[bin] / 4 : this.#powers[bin];
      if (power > this.#largest[bin]) this.#largest[bin] = power;
    }
  }

  /** The level of a row, in dBFS. */
  level({ first, end, between }: Row): number {
    const largest = this.#largest;
    if (first >= end) {
      const bin = Math.min(Math.floor(between), largest.length - 2);
      const part = between - bin;
      return (1 - part) * decibels(largest[bin]) + part * decibels(largest[bin + 1]);
    }
    let most = 0;
    for (let bin = first; bin < end; bin++) most = Math.max(most, largest[bin]);
    return decibels(most);
  }
}

/** Less than this is nothing, in dBFS: between nothing and a sound there must be a middle. */
const NOTHING_DBFS = -400;

function decibels(power: number): number {
  return Math.max(NOTHING_DBFS, 10 * Math.log10(power));
}

/** The largest magnitude in a column. */
function columnPeak({ least, most }: Waveform, column: number): number {
  return Math.max(most[column], -least[column]);
}

/** Around which frames the spectra of a column are: evenly, and where it is loudest. */
function centresOf(waveform: Waveform, column: number, plan: ColumnPlan): number[] {
  const from = columnStart(column, waveform.columns, plan.frames);
  const hop = columnStart(column + 1, waveform.columns, plan.frames) - from;
  const count = Math.max(1, Math.min(plan.mostCentres, Math.floor(hop / plan.windowFrames)));
  const centres = Array.from({ length: count }, (_, i) => from + (i + 0.5) * hop / count);
  // Where windows do not overlap by half, a short sound could fall between them.
  const far = 2 * hop > plan.windowFrames;
  if (far && columnPeak(waveform, column) > 0) centres.push(waveform.loudest[column] + 0.5);
  return centres;
}

/** The channels of a column, the loudest first. */
function byLoudness(waveforms: readonly Waveform[], column: number): number[] {
  const peaks = waveforms.map((waveform) => columnPeak(waveform, column));
  return [...peaks.keys()].sort((a, b) => peaks[b] - peaks[a]);
}

/** How a column is measured. */
interface ColumnPlan {
  readonly frames: number;
  readonly windowFrames: number;
  readonly mostCentres: number;
}

/**
 * Measures a spectrogram. How long it takes goes by its columns, and not by the frames: where a
 * column is longer than a few windows, it is the loudest of some of them, of which one is at its
 * loudest sample; where there are too many channels for that, of the loudest channels only.
 */
export function measureSpectrogram(plan: SpectrogramPlan): Spectrogram {
  const { readers, frames, rows, mostColumns } = plan;
  if (frames === 0) return { columns: 0, rows, levels: new Float32Array(0) };
  const analyser = new Analyser(plan);
  const windowFrames = windowOf(plan);
  const columns = Math.min(mostColumns, Math.ceil(HOPS_PER_WINDOW * frames / windowFrames), frames);
  const waveforms = columns === plan.waveforms[0].columns
    ? plan.waveforms
    : readers.map((reader) => measureWaveform(reader, frames, columns));
  const spectra = Math.floor(MOST_POINTS / (columns * analyser.size));
  const mostChannels = Math.max(1, Math.min(spectra, readers.length));
  const mostCentres = Math.max(1, Math.min(Math.floor(spectra / mostChannels), MOST_PER_COLUMN));
  const columnPlan = { frames, windowFrames, mostCentres };
  const levels = new Float32Array(columns * rows);
  for (let column = 0; column < columns; column++) {
    analyser.clear();
    for (const channel of byLoudness(waveforms, column).slice(0, mostChannels)) {
      for (const centre of centresOf(waveforms[channel], column, columnPlan)) {
        analyser.add(readers[channel], centre);
      }
    }
    for (let row = 0; row < rows; row++) {
      levels[row * columns + column] = analyser.level(analyser.rows[row]);
    }
  }
  return { columns, rows, levels };
}

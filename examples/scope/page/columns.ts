import { hertzAt } from "./frequency_axis.ts";
import type { History } from "./history.ts";
import { Spectrum } from "./spectrum.ts";

/** About so long is what a spectrum looks at, in seconds. */
const SPECTRUM_SECONDS = 0.064;

/** Which frequencies of a spectrum a row of the picture is. */
interface Row {
  readonly from: number;
  readonly to: number;
  readonly middle: number;
}

/** The rows from the top to the bottom; the steps are those of a spectrum. */
function rowsOf(count: number, hertzPerStep: number, steps: number): Row[] {
  return Array.from({ length: count }, (_, row) => {
    const step = (at: number) => Math.min(hertzAt(1 - at / count) / hertzPerStep, steps - 1);
    return { from: Math.ceil(step(row + 1)), to: step(row), middle: step(row + 0.5) };
  });
}

/** The loudest of what a row is; where that is less than a step, what lies between two of them. */
function levelOf({ from, to, middle }: Row, levels: Float32Array): number {
  let loudest = -1;
  for (let step = from; step < to; step++) loudest = Math.max(loudest, levels[step]);
  if (loudest >= 0) return loudest;
  const below = Math.floor(middle);
  const above = Math.min(below + 1, levels.length - 1);
  return levels[below] + (middle - below) * (levels[above] - levels[below]);
}

/** What a column of the pictures shows. */
export const NOTHING = 0;
export const AUDIO = 1;
export const GAP = 2;

/**
 * A history as columns, one a pixel: of each the lowest and the highest sample, and its spectrum.
 * A column is the same frames for as long as it is to be seen, so that pictures move, and do not
 * flicker.
 */
export class Columns {
  readonly count: number;
  readonly rows: number;
  readonly #history: History;
  readonly #framesPerColumn: number;
  readonly #kinds: Uint8Array;
  readonly #lows: Float32Array;
  readonly #highs: Float32Array;
  readonly #levels: Uint8Array;
  readonly #spectrum: Spectrum;
  readonly #rows: readonly Row[];
  readonly #samples: Float32Array;
  readonly #around: Float32Array;
  /* One past the newest column that is whole. */
  #end = 0;

  /**
   * @param history What is shown.
   * @param seconds How much of it.
   * @param count In how many columns.
   * @param rows In how many rows a spectrum is shown.
   */
  constructor(history: History, seconds: number, count: number, rows: number) {
    const { sampleRate } = history;
    this.count = count;
    this.rows = rows;
    this.#history = history;
    this.#framesPerColumn = seconds * sampleRate / count;
    this.#kinds = new Uint8Array(count);
    this.#lows = new Float32Array(count);
    this.#highs = new Float32Array(count);
    this.#levels = new Uint8Array(count * rows);
    const size = 2 ** Math.round(Math.log2(SPECTRUM_SECONDS * sampleRate));
    this.#spectrum = new Spectrum(size);
    this.#rows = rowsOf(rows, sampleRate / size, size / 2);
    this.#samples = new Float32Array(Math.ceil(this.#framesPerColumn) + 1);
    this.#around = new Float32Array(size);
  }

  /** The number behind the last frame of the last column. */
  get endFrame(): number {
    return this.#startOf(this.#end);
  }

  /** Adds the columns of what has come since. */
  advance(): void {
    // A spectrum looks a little ahead of its column.
    const known = this.#history.endFrame - this.#spectrum.size / 2;
    const end = Math.max(Math.floor(known / this.#framesPerColumn), 0);
    for (let column = Math.max(this.#end, end - this.count); column < end; column++) {
      this.#fill(column);
    }
    this.#end = Math.max(this.#end, end);
  }

  /** What the column at `x` shows, counted from the left. */
  kind(x: number): number {
    return this.number(x) < 0 ? NOTHING : this.#kinds[this.#at(x)];
  }

  /** The lowest sample of the column at `x`. */
  low(x: number): number {
    return this.#lows[this.#at(x)];
  }

  /** The highest sample of the column at `x`. */
  high(x: number): number {
    return this.#highs[this.#at(x)];
  }

  /** The levels of the column at `x` from the top, 0 to 255. */
  levels(x: number): Uint8Array {
    const at = this.#at(x) * this.rows;
    return this.#levels.subarray(at, at + this.rows);
  }

  /** Which column it is that is at `x`: it keeps its number while it moves. */
  number(x: number): number {
    return this.#end - this.count + x;
  }

  #at(x: number): number {
    return (this.number(x) + this.count) % this.count;
  }

  #startOf(column: number): number {
    return Math.floor(column * this.#framesPerColumn);
  }

  #kindOf(from: number, to: number): number {
    if (this.#history.hasGap(from, to)) return GAP;
    // A spectrum of what is half unknown would show the edge.
    return from - this.#spectrum.size / 2 < this.#history.startFrame ? NOTHING : AUDIO;
  }

  #fill(column: number): void {
    const at = column % this.count;
    const from = this.#startOf(column);
    const to = this.#startOf(column + 1);
    this.#kinds[at] = this.#kindOf(from, to);
    const samples = this.#samples.subarray(0, to - from);
    this.#history.read(from, samples);
    this.#lows[at] = samples.reduce((low, sample) => Math.min(low, sample), Infinity);
    this.#highs[at] = samples.reduce((high, sample) => Math.max(high, sample), -Infinity);
    this.#history.read(Math.round((from + to - this.#spectrum.size) / 2), this.#around);
    const levels = this.#spectrum.measure(this.#around);
    this.#rows.forEach((row, i) => {
      this.#levels[at * this.rows + i] = Math.round(255 * levelOf(row, levels));
    });
  }
}

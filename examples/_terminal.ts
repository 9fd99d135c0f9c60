/**
 * Drawing audio in a terminal: bars, waveforms, and lines that are redrawn in place.
 *
 * What draws is pure and returns text; only what is named a screen or an interrupt touches the
 * terminal.
 *
 * @module
 */

import type { Level } from "@x/micring";
import { bold, brightBlack, green, red, setColorEnabled, yellow } from "@std/fmt/colors";

/** Whether a person watches; a pipe or a file gets plain lines without any escape code. */
export const isTerminal = Deno.stdout.isTerminal();
// Where NO_COLOR is set this stays without effect.
setColorEnabled(isTerminal);

/** The quietest level that a bar shows, in dBFS. */
const FLOOR = -60;
/** From here on a bar is yellow, and red: little room left below full scale. */
const WARM = -18;
const HOT = -6;
const HOLD_MS = 1500;

/** How wide the terminal is, in characters; 80 where there is none. */
export function terminalWidth(): number {
  if (!isTerminal) return 80;
  // A terminal that does not know its size says 0.
  return Deno.consoleSize().columns || 80;
}

/** A level in dBFS as text of six characters, such as ` -12.0`. */
export function decibels(dbfs: number): string {
  return (dbfs === -Infinity ? "-inf" : dbfs.toFixed(1)).padStart(6);
}

/** A time in milliseconds since the epoch, as a clock on the wall shows it, and milliseconds. */
export function clockTime(timeMs: number): string {
  const date = new Date(timeMs);
  return `${date.toTimeString().slice(0, 8)}.${`${date.getMilliseconds()}`.padStart(3, "0")}`;
}

/** Breaks text between words into lines of at most `width` characters, if its words allow. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** How many of `width` characters a level fills: none at -60 dBFS, all at 0. */
function filled(dbfs: number, width: number): number {
  const share = (dbfs - FLOOR) / -FLOOR;
  return Math.round(Math.min(Math.max(share, 0), 1) * width);
}

/** A bar of `width` characters: solid up to the RMS, shaded up to the peak, a line at the hold. */
export function bar(level: Level, holdDbfs: number, width: number): string {
  const rms = filled(level.rmsDbfs, width);
  const peak = filled(level.peakDbfs, width);
  const hold = filled(holdDbfs, width) - 1;
  const cells = Array.from({ length: width }, (_, cell) => {
    if (cell < rms) return "█";
    if (cell === hold) return "│";
    return cell < peak ? "▒" : "·";
  });
  const end = Math.max(peak, hold + 1);
  const warm = filled(WARM, width);
  const hot = filled(HOT, width);
  const stretch = (from: number, to: number) => cells.slice(from, Math.min(to, end)).join("");
  return green(stretch(0, warm)) + yellow(stretch(warm, hot)) + red(stretch(hot, width)) +
    brightBlack(cells.slice(end).join(""));
}

/** A whole line of a meter, `width` characters long: a channel's number, its bar, its numbers. */
export function meterLine(channel: number, level: Level, holdDbfs: number, width: number): string {
  const label = `${channel + 1}`.padStart(3);
  const numbers = `peak ${decibels(level.peakDbfs)}  rms ${decibels(level.rmsDbfs)} dBFS`;
  const barWidth = Math.max(width - label.length - numbers.length - 3, 0);
  return `${label} ${bar(level, holdDbfs, barWidth)}  ${numbers}`;
}

/** The highest peak of the last while. */
export interface HeldPeak {
  readonly dbfs: number;
  readonly untilMs: number;
}

/** What is held before anything was heard. */
export const NOTHING_HELD: HeldPeak = { dbfs: -Infinity, untilMs: 0 };

/** Holds a new peak if it is higher, or if the held one has been shown for long enough. */
export function holdPeak(held: HeldPeak, peakDbfs: number, nowMs: number): HeldPeak {
  if (peakDbfs < held.dbfs && nowMs < held.untilMs) return held;
  return { dbfs: peakDbfs, untilMs: nowMs + HOLD_MS };
}

/* A Braille character is 2 dots wide and 4 high; these are the bits of its dots. */
const BLANK = 0x2800;
const DOTS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/** The lowest and the highest of the samples from `first` to `last`, both included. */
function extremes(samples: Float32Array, first: number, last: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = first; i <= last; i++) {
    if (samples[i] < low) low = samples[i];
    if (samples[i] > high) high = samples[i];
  }
  return low <= high ? [low, high] : [0, 0];
}

/**
 * Draws one channel in Braille: a vertical line from the lowest to the highest sample at every
 * dot, so that nothing short is missed.
 *
 * @param samples The channel.
 * @param columns How many characters wide.
 * @param rows How many lines high.
 * @param scale The sample value at the upper edge; the lower edge is its negative.
 * @returns The lines.
 */
export function waveform(
  samples: Float32Array,
  columns: number,
  rows: number,
  scale: number,
): string[] {
  const cells = Array.from({ length: rows }, () => Array<number>(columns).fill(BLANK));
  const dotColumns = columns * 2;
  const lowest = rows * 4 - 1;
  const dotRow = (value: number) => (1 - Math.min(Math.max(value / scale, -1), 1)) / 2 * lowest;
  for (let x = 0; x < dotColumns; x++) {
    // The next dot's first sample belongs to this one too: that joins the lines to a curve.
    const first = Math.floor(x / dotColumns * samples.length);
    const next = Math.floor((x + 1) / dotColumns * samples.length);
    const [low, high] = extremes(samples, first, Math.min(next, samples.length - 1));
    // Outwards to whole dots, above and below alike.
    for (let y = Math.floor(dotRow(high)); y <= Math.ceil(dotRow(low)); y++) {
      cells[y >> 2][x >> 1] |= DOTS[y % 4][x % 2];
    }
  }
  return cells.map((row) => String.fromCharCode(...row));
}

/**
 * Lines that are redrawn in place. The cursor is hidden until the screen is disposed: declare it
 * with `using`, so that it comes back whatever happens.
 */
export class LiveScreen implements Disposable {
  #drawn = 0;

  constructor() {
    // No wrapping either: a line that became two would be redrawn in the wrong place.
    this.#write("\x1b[?25l\x1b[?7l");
  }

  draw(lines: string[]): void {
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : "";
    this.#write(up + lines.map((line) => `\r\x1b[K${line}\n`).join(""));
    this.#drawn = lines.length;
  }

  [Symbol.dispose](): void {
    // The line below is emptied of the ^C that the terminal wrote, if any.
    this.#write("\r\x1b[K\x1b[?7h\x1b[?25h");
  }

  #write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  }
}

/** While it is not disposed, Ctrl-C aborts its signal instead of ending the program. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #stop = () => this.#controller.abort();

  constructor() {
    Deno.addSignalListener("SIGINT", this.#stop);
  }

  get interrupted(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits so long, or until Ctrl-C. */
  async sleep(ms: number): Promise<void> {
    const { signal } = this.#controller;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener("abort", wake);
    });
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#stop);
  }
}

/** Titles of a report. */
export const title = bold;
/** What is less important. */
export const faint = brightBlack;

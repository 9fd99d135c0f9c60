/**
 * Where in a picture everything is, in pixels from its left upper corner.
 *
 * @module
 */

import type { Heading } from "./heading.ts";
import { DRAW, MOST_HEIGHT, type SvgPlan } from "./options.ts";
import { checkNumber } from "../check.ts";

/** A part of the picture from top to bottom. */
export interface Band {
  readonly top: number;
  readonly height: number;
}

/** Where everything is. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Where time begins. */
  readonly left: number;
  /** How long it is. */
  readonly plotWidth: number;
  readonly title: string;
  readonly titleLine: number;
  /** The facts, in as many lines as they take. */
  readonly factLines: readonly string[];
  readonly firstFactLine: number;
  /** The waveforms' rows, one a channel. */
  readonly rows: readonly Band[];
  /** All of them. */
  readonly waves: Band;
  readonly spectrogram: Band;
}

const LEFT = 60;
const RIGHT = 80;
const TITLE_LINE = 30;
const FACT_LINE = 18;
const HEAD_SPACE = 18;
const BETWEEN = 16;
/** The time axis, with its numbers and its name. */
const FOOT = 46;

const SPECTROGRAM = 260;
const LEAST_SPECTROGRAM = 64;
const LEAST_ROW = 12;
/** How high a waveform is, of one channel, of two, or of how many. */
const ROWS = [120, 84];
const MOST_ROW = 64;
const ALL_ROWS = 360;

/** How wide a character is, for its size, on the average of these fonts; rather more than less. */
const CHARACTER = 0.58;
const TITLE_SIZE = 15;
const FACT_SIZE = 12;
const SEPARATOR = "  \u00b7  ";

/** How many pixels a picture has for its time. */
export function plotWidthOf(width: number): number {
  return width - LEFT - RIGHT;
}

function shorten(text: string, width: number, size: number): string {
  const most = Math.floor(width / (CHARACTER * size));
  const characters = [...text];
  if (characters.length <= most) return text;
  return `${characters.slice(0, most - 1).join("").trimEnd()}\u2026`;
}

/** Puts facts into lines, no fact into two. */
function wrap(facts: readonly string[], width: number): string[] {
  const most = width / (CHARACTER * FACT_SIZE);
  const lines: string[] = [];
  for (const fact of facts) {
    const last = lines.at(-1);
    const longer = `${last}${SEPARATOR}${fact}`;
    if (last === undefined || longer.length > most) lines.push(fact);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function spaceBetween(rows: number): number {
  if (rows <= 4) return 14;
  return rows <= 8 ? 6 : 2;
}

/** Splits what is there into rows that end on whole pixels. */
function splitRows(top: number, height: number, count: number): Band[] {
  const space = spaceBetween(count);
  const each = (height - space * (count - 1)) / count;
  return Array.from({ length: count }, (_, row) => {
    const start = Math.round(top + row * (each + space));
    return { top: start, height: Math.round(top + row * (each + space) + each) - start };
  });
}

/** Settles where everything is; refuses a height that is not enough. */
export function layOut(plan: SvgPlan, heading: Heading): Layout {
  const { width } = plan;
  const factLines = wrap(heading.facts, width - LEFT - 12);
  const count = plan.channels.length;
  const spaces = spaceBetween(count) * (count - 1);
  const wavesTop = TITLE_LINE + factLines.length * FACT_LINE + HEAD_SPACE;
  const fixed = wavesTop + BETWEEN + FOOT + spaces;
  const row = ROWS[count - 1] ?? Math.max(LEAST_ROW, Math.min(MOST_ROW, ALL_ROWS / count));
  const usual = Math.round(count * row);
  const least = fixed + count * LEAST_ROW + LEAST_SPECTROGRAM;
  const height = plan.height ?? fixed + usual + SPECTROGRAM;
  checkNumber(DRAW, "height", height, { least, most: MOST_HEIGHT });
  // What there is more or less than usual, both have their share of.
  const free = height - fixed;
  const share = Math.round(free * usual / (usual + SPECTROGRAM));
  const waves = Math.min(Math.max(share, count * LEAST_ROW), free - LEAST_SPECTROGRAM);
  const spectrogramTop = wavesTop + waves + spaces + BETWEEN;
  return {
    width,
    height,
    left: LEFT,
    plotWidth: plotWidthOf(width),
    title: shorten(heading.title, width - LEFT - 12, TITLE_SIZE),
    titleLine: TITLE_LINE,
    factLines,
    firstFactLine: TITLE_LINE + FACT_LINE + 3,
    rows: splitRows(wavesTop, waves + spaces, count),
    waves: { top: wavesTop, height: waves + spaces },
    spectrogram: { top: spectrogramTop, height: free - waves },
  };
}

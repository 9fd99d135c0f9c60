/**
 * How a snapshot is drawn.
 *
 * @module
 */

import { checkNumber, checkOptions, checkText, checkWord, show } from "../check.ts";
import { COLOR_MAPS, type ColorMap } from "./colors.ts";
import { FrequencyScale } from "./frequency.ts";

/** What `toSvg` can be told. */
export interface SvgOptions {
  /** What it is headed with; when the audio begins, if left out. */
  readonly title?: string;
  /** How wide it is, in pixels, from 320 to 4096; 960 if left out. */
  readonly width?: number;
  /**
   * How high it is, in pixels, at most 4320. If left out, as high as its channels need; it cannot
   * be much less.
   */
  readonly height?: number;
  /** One channel only, counted from 0; all of them if left out. */
  readonly channel?: number;
  /**
   * What time is told in: by the wall `clock`, as if left out, or in `seconds` from the start. The
   * clock takes some milliseconds of audio, and a time that a clock can show.
   */
  readonly timeAxis?: "clock" | "seconds";
  /** The clock's time zone, by its IANA name, such as `Europe/Berlin`; `UTC` if left out. */
  readonly timezone?: string;
  /**
   * What the waveform is told in: parts of full scale (`linear`, as if left out), or in decibels
   * (`dbfs`), by which also what is quiet can be seen.
   */
  readonly levelAxis?: "linear" | "dbfs";
  /**
   * How frequencies are laid out: evenly (`linear`, as if left out), by octaves (`log`), or as ears
   * tell pitches apart (`mel`).
   */
  readonly frequencyAxis?: "linear" | "log" | "mel";
  /** The lowest frequency, in hertz; 0 if left out, or for `log` 50. */
  readonly minFrequency?: number;
  /** The highest frequency, in hertz: at most half the sample rate, as if left out. */
  readonly maxFrequency?: number;
  /** The level of the first colour, in dBFS, from -200; -100 if left out. */
  readonly minDbfs?: number;
  /** The level of the last colour, in dBFS, up to 100; 0, a sine of full scale, if left out. */
  readonly maxDbfs?: number;
  /**
   * How much audio makes a spectrum, in seconds, from 0.001 to 0.25; 0.04 if left out. More of it
   * tells frequencies better apart, less of it times.
   */
  readonly window?: number;
  /** The spectrogram's colours; `magma` if left out. */
  readonly colors?: "magma" | "viridis" | "gray";
  /** What it is drawn on: `light`, `dark`, or as who looks at it prefers (`auto`, if left out). */
  readonly theme?: "auto" | "light" | "dark";
}

/** What of a snapshot the options go by. */
export interface Drawable {
  readonly channels: number;
  readonly sampleRate: number;
}

/** The options, checked; `height` only as far as it does not go by what is drawn. */
export interface SvgPlan {
  readonly title: string | undefined;
  readonly width: number;
  readonly height: number | undefined;
  /** The channels that are drawn. */
  readonly channels: readonly number[];
  readonly timeAxis: "clock" | "seconds";
  readonly timezone: string;
  readonly levelAxis: "linear" | "dbfs";
  readonly scale: FrequencyScale;
  readonly minDbfs: number;
  readonly maxDbfs: number;
  readonly windowFrames: number;
  readonly colors: ColorMap;
  readonly theme: "auto" | "light" | "dark";
}

/** What all refusals begin with. */
export const DRAW = "draw a snapshot";

const NAMES = [
  ...["title", "width", "height", "channel", "timeAxis", "timezone", "levelAxis"],
  ...["frequencyAxis", "minFrequency", "maxFrequency", "minDbfs", "maxDbfs", "window"],
  ...["colors", "theme"],
];

const WIDTH = { least: 320, most: 4096 };
/** The most that a picture is high, in pixels. */
export const MOST_HEIGHT = 4320;
const WINDOW = { least: 0.001, most: 0.25 };
const LEVELS = { least: -200, most: 100 };
/** How far the levels, and the frequencies, must be apart. */
const LEAST_DECIBELS = 10;
const LEAST_HERTZ = 10;
const LOG_HERTZ = { least: 1, usual: 50 };

function checkTimezone(timezone: unknown): asserts timezone is string {
  checkText(DRAW, "timezone", timezone);
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch (cause) {
    throw new RangeError(
      `Cannot ${DRAW}: timezone is ${show(timezone)}, and there is none of this name`,
      { cause },
    );
  }
}

function planScale(options: SvgOptions, sampleRate: number): FrequencyScale {
  const { frequencyAxis = "linear", maxFrequency = sampleRate / 2 } = options;
  checkWord(DRAW, "frequencyAxis", frequencyAxis, ["linear", "log", "mel"]);
  const least = frequencyAxis === "log" ? LOG_HERTZ.least : 0;
  const bounds = { least: least + LEAST_HERTZ, most: sampleRate / 2 };
  checkNumber(DRAW, "maxFrequency", maxFrequency, bounds);
  const usual = frequencyAxis === "log" ? Math.min(LOG_HERTZ.usual, maxFrequency / 10) : 0;
  const { minFrequency = Math.max(least, usual) } = options;
  checkNumber(DRAW, "minFrequency", minFrequency, { least, most: maxFrequency - LEAST_HERTZ });
  return new FrequencyScale(frequencyAxis, minFrequency, maxFrequency);
}

/** Checks the options. */
export function planSvg(options: SvgOptions, snapshot: Drawable): SvgPlan {
  checkOptions(DRAW, options, NAMES);
  const { title, width = 960, height, channel, window = 0.04 } = options;
  const { timeAxis = "clock", timezone = "UTC", levelAxis = "linear" } = options;
  const { minDbfs = -100, maxDbfs = 0, colors = "magma", theme = "auto" } = options;
  if (title !== undefined) checkText(DRAW, "title", title);
  checkNumber(DRAW, "width", width, WIDTH);
  if (height !== undefined) checkNumber(DRAW, "height", height, { least: 1, most: MOST_HEIGHT });
  if (channel !== undefined) {
    const bounds = { least: 0, most: snapshot.channels - 1, whole: true };
    checkNumber(DRAW, "channel", channel, bounds);
  }
  checkWord(DRAW, "timeAxis", timeAxis, ["clock", "seconds"]);
  checkTimezone(timezone);
  checkWord(DRAW, "levelAxis", levelAxis, ["linear", "dbfs"]);
  checkNumber(DRAW, "maxDbfs", maxDbfs, { ...LEVELS, least: LEVELS.least + LEAST_DECIBELS });
  checkNumber(DRAW, "minDbfs", minDbfs, { ...LEVELS, most: maxDbfs - LEAST_DECIBELS });
  checkNumber(DRAW, "window", window, WINDOW);
  checkWord(DRAW, "colors", colors, COLOR_MAPS);
  checkWord(DRAW, "theme", theme, ["auto", "light", "dark"]);
  return {
    title,
    width: Math.round(width),
    height: height === undefined ? undefined : Math.round(height),
    channels: channel === undefined ? [...Array(snapshot.channels).keys()] : [channel],
    timeAxis,
    timezone,
    levelAxis,
    scale: planScale(options, snapshot.sampleRate),
    minDbfs,
    maxDbfs,
    windowFrames: Math.max(2, Math.round(window * snapshot.sampleRate)),
    colors,
    theme,
  };
}

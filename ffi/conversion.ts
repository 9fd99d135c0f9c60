/**
 * What audio can be converted to.
 *
 * @module
 */

import { checkNumber, checkWord, show } from "./check.ts";
import { AUDIO_FORMATS, type AudioFormat } from "./formats.ts";
import { CHANNELS, RATE } from "./open_options.ts";

/** What audio is to become; what is left out stays as it is. */
export interface ResultOptions {
  /** Frames in a second, from 8000 to 384000. */
  readonly sampleRate?: number;
  /**
   * How many channels, from 1 to 254: one is the mean of all, one of a kind is copied to all, and
   * others are mixed as the usual speaker layouts of so many channels are.
   */
  readonly channels?: number;
  /** Instead of `channels`: for each channel of the result the number of the one it is taken from. */
  readonly channelMap?: readonly number[];
}

/** How the samples of the result are stored. */
export interface FormatOption<F extends AudioFormat = AudioFormat> {
  /**
   * How a sample is stored; as it is, if left out. Integers are rounded to the nearest, and clipped at
   * full scale.
   */
  readonly format?: F;
}

/** What `snapshot.convert` can be told. */
export interface ConvertOptions<F extends AudioFormat = AudioFormat>
  extends ResultOptions, FormatOption<F> {}

/** The names of these options. */
export const CONVERT_OPTIONS = ["sampleRate", "channels", "channelMap", "format"];

/** What says how audio is stored. */
export interface AudioShape<F extends AudioFormat = AudioFormat> {
  readonly format: F;
  readonly channels: number;
  readonly sampleRate: number;
}

/** The options, checked. */
export interface ConversionPlan<F extends AudioFormat = AudioFormat> {
  readonly from: AudioShape;
  readonly to: AudioShape<F>;
  readonly channelMap: Uint32Array<ArrayBuffer> | undefined;
}

function planMap(action: string, map: unknown, channels: number): Uint32Array<ArrayBuffer> {
  if (!Array.isArray(map)) {
    throw new TypeError(`Cannot ${action}: channelMap is ${show(map)}, not an array of channels`);
  }
  const copy = [...map];
  checkNumber(action, "the length of channelMap", copy.length, CHANNELS);
  const bounds = { least: 0, most: channels - 1, whole: true };
  copy.forEach((channel, i) => checkNumber(action, `channelMap[${i}]`, channel, bounds));
  return Uint32Array.from(copy);
}

/** Checks the options; `undefined` when they change nothing. */
export function planConversion<F extends AudioFormat>(
  action: string,
  options: ConvertOptions<F>,
  { format, channels, sampleRate }: AudioShape,
): ConversionPlan<F> | undefined {
  const from = { format, channels, sampleRate };
  const wanted = {
    format: options.format,
    channels: options.channels,
    sampleRate: options.sampleRate,
  };
  const { channelMap } = options;
  if (wanted.format !== undefined) checkWord(action, "format", wanted.format, AUDIO_FORMATS);
  if (wanted.channels !== undefined) checkNumber(action, "channels", wanted.channels, CHANNELS);
  if (wanted.sampleRate !== undefined) {
    checkNumber(action, "sampleRate", wanted.sampleRate, RATE);
  }
  if (wanted.channels !== undefined && channelMap !== undefined) {
    throw new TypeError(`Cannot ${action}: channels and channelMap are one too many`);
  }
  const map = channelMap === undefined ? undefined : planMap(action, channelMap, channels);
  const to = {
    format: wanted.format ?? format as F,
    channels: map?.length ?? wanted.channels ?? channels,
    sampleRate: wanted.sampleRate ?? sampleRate,
  };
  const same = to.format === format && to.channels === channels && to.sampleRate === sampleRate;
  if (same && (map === undefined || map.every((channel, i) => channel === i))) return undefined;
  return { from, to, channelMap: map };
}

/**
 * Where frames of one sample rate stand in another, counted from the same instant; exact for all
 * there are.
 */
export class FrameScale {
  readonly #from: number;
  readonly #to: number;

  constructor(fromRate: number, toRate: number) {
    this.#from = fromRate;
    this.#to = toRate;
  }

  /** The first frame of the one that is not before a frame of the other. */
  up(frame: number): number {
    const rest = frame % this.#from;
    return (frame - rest) / this.#from * this.#to + Math.ceil(rest * this.#to / this.#from);
  }

  /** The last frame of the other that is not behind a frame of the one. */
  down(frame: number): number {
    const rest = frame % this.#to;
    return (frame - rest) / this.#to * this.#from + Math.floor(rest * this.#from / this.#to);
  }

  /** By how much that is before it, as a part of a frame of the other. */
  rest(frame: number): number {
    return frame % this.#to * this.#from % this.#to / this.#to;
  }
}

/** A stretch of audio whose times are known. */
export interface TimedSpan {
  readonly startFrame: number;
  readonly frames: number;
  readonly startTime: number;
  readonly endTime: number;
  readonly sampleRate: number;
}

/**
 * When a frame of a stretch began, or one before or behind it would have: in milliseconds since the
 * Unix epoch.
 *
 * @param rest A part of a frame more.
 */
export function timeIn(span: TimedSpan, frame: number, rest = 0): number {
  const { startFrame, frames, startTime, endTime, sampleRate } = span;
  const milliseconds = frames === 0 ? 1000 / sampleRate : (endTime - startTime) / frames;
  // Two large numbers that are near to each other: first their difference, then its fraction.
  return startTime + (frame - startFrame + rest) * milliseconds;
}

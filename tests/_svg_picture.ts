/**
 * Snapshots drawn, and the pictures measured: with a ruler, by their own axes.
 *
 * @module
 */

import { toSvg } from "../ffi/svg/to_svg.ts";
import type { SvgOptions } from "../ffi/svg/options.ts";
import type { AudioFormat } from "../ffi/formats.ts";
import { Snapshot, type SnapshotParts } from "../ffi/snapshot.ts";
import { type DecodedPng, decodePng } from "./_png.ts";
import { elements, numberOf, onlyElement, parseXml, textOf, type XmlElement } from "./_svg.ts";

/** A time that is no round one: 2026-11-23 07:49:31.250 UTC. */
export const START_TIME = Date.UTC(2026, 10, 23, 7, 49, 31, 250);

/** Makes a snapshot; one channel of `f32`, unless told otherwise. */
export function snapshotOf<F extends AudioFormat = "f32">(
  parts: Partial<SnapshotParts<F>> & Pick<SnapshotParts<F>, "samples" | "sampleRate">,
): Snapshot<F> {
  const channels = parts.channels ?? 1;
  const frames = parts.samples.length / channels;
  return new Snapshot<F>({
    format: "f32" as F,
    channels,
    startFrame: 0,
    startTime: START_TIME,
    endTime: START_TIME + 1000 * frames / parts.sampleRate,
    ...parts,
  });
}

/** One channel of `f32`, by a function of the time in seconds. */
export function sampled(
  seconds: number,
  sampleRate: number,
  sampleAt: (time: number) => number,
): Float32Array {
  const frames = Math.round(seconds * sampleRate);
  return Float32Array.from({ length: frames }, (_, i) => sampleAt(i / sampleRate));
}

/** A sine of a level in dBFS. */
export function sine(hertz: number, levelDbfs: number): (time: number) => number {
  const amplitude = 10 ** (levelDbfs / 20);
  return (time) => amplitude * Math.sin(2 * Math.PI * hertz * time + 0.3);
}

/** A number as people write it. */
export function written(text: string): number {
  return Number(text.replace("\u2212", "-"));
}

/** The numbers in what a path is drawn by. */
export function numbersIn(text: string): number[] {
  return (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
}

/** A number of an axis, and where it is, in pixels. */
export interface AxisTick {
  readonly at: number;
  readonly label: string;
}

/** A picture. */
export class Picture {
  readonly text: string;
  readonly root: XmlElement;
  readonly image: DecodedPng;
  /** The spectrogram's place. */
  readonly place: { readonly x: number; readonly y: number; width: number; height: number };

  constructor(text: string, root: XmlElement, image: DecodedPng) {
    this.text = text;
    this.root = root;
    this.image = image;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => {
      return numberOf(onlyElement(root, "image"), name);
    });
    this.place = { x, y, width, height };
  }

  #texts(className: string): XmlElement[] {
    return elements(this.root, "text", className).filter((text) => "y" in text.attributes);
  }

  /** The numbers of the frequency axis; a word's middle is 4 pixels above its line. */
  frequencyTicks(): AxisTick[] {
    const { x, y, height } = this.place;
    return this.#texts("end")
      .map((text) => ({
        x: numberOf(text, "x"),
        at: numberOf(text, "y") - 4,
        label: textOf(text),
      }))
      .filter((tick) => tick.x < x && tick.at >= y - 0.5 && tick.at <= y + height + 0.5);
  }

  /** The numbers beside the waveforms. */
  levelTicks(): AxisTick[] {
    return this.#texts("end")
      .map((text) => ({ at: numberOf(text, "y") - 4, label: textOf(text) }))
      .filter((tick) => tick.at < this.place.y - 8);
  }

  /** The numbers of the time axis. */
  timeTicks(): AxisTick[] {
    const bottom = this.place.y + this.place.height;
    return this.#texts("middle")
      .filter((text) => numberOf(text, "y") === bottom + 18)
      .map((text) => ({ at: numberOf(text, "x"), label: textOf(text) }));
  }

  /** Which frequency a row's middle is, in hertz, by the axis: between the numbers next to it. */
  hertzOfRow(row: number, warp: (hertz: number) => number, unwarp: (value: number) => number) {
    const ticks = this.frequencyTicks();
    const [low, high] = [ticks[0], ticks.at(-1)!].map(({ at, label }) => ({
      at,
      value: warp(1000 * written(label)),
    }));
    const at = this.place.y + (row + 0.5) * this.place.height / this.image.height;
    return unwarp(low.value + (high.value - low.value) * (at - low.at) / (high.at - low.at));
  }

  /** The colour's number of a pixel of the spectrogram. */
  index(column: number, row: number): number {
    return this.image.pixels[row * this.image.width + column];
  }

  /** The level of a pixel, in dBFS. */
  level(column: number, row: number, minDbfs = -100, maxDbfs = 0): number {
    return minDbfs + (maxDbfs - minDbfs) * this.index(column, row) / 255;
  }

  /** The row of a column that is brightest, the first of several. */
  brightestRow(column: number): number {
    const rows = Array.from({ length: this.image.height }, (_, row) => this.index(column, row));
    return rows.indexOf(Math.max(...rows));
  }
}

/** Draws, and reads what was drawn: the XML, and the PNG in it. */
export async function draw<F extends AudioFormat>(
  snapshot: Snapshot<F>,
  options: SvgOptions = {},
): Promise<Picture> {
  const text = await toSvg(snapshot, options);
  const root = parseXml(text);
  const { href } = onlyElement(root, "image").attributes;
  const prefix = "data:image/png;base64,";
  if (!href.startsWith(prefix)) throw new Error(`an image is at ${href.slice(0, 40)}`);
  const png = Uint8Array.fromBase64(href.slice(prefix.length));
  return new Picture(text, root, await decodePng(png));
}

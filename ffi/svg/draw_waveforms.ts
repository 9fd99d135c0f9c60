/**
 * Draws waveforms.
 *
 * @module
 */

import { toDbfs } from "../level.ts";
import type { Band, Layout } from "./layout.ts";
import { element, shortNumber, words } from "./markup.ts";
import type { SvgPlan } from "./options.ts";
import type { Tick } from "./time.ts";
import type { Waveform } from "./waveform.ts";

/** The level that is the middle of an axis in dBFS; what is less is there, too. */
const FLOOR_DBFS = -60;
/** From how many pixels a sample on it has a dot. */
const DOT_SPACE = 6;
/** Less height than this is not enough for a level axis, and this for all of its numbers. */
const SMALL = 32;
const TALL = 72;

/** How high a sample is drawn: from -1 to 1, where all that is louder is, too. */
export function heightOf(sample: number, axis: "linear" | "dbfs"): number {
  const size = Math.min(1, Math.abs(sample));
  if (axis === "linear") return Math.sign(sample) * size;
  return Math.sign(sample) * Math.max(0, 1 - toDbfs(size) / FLOOR_DBFS);
}

function tenth(value: number): string {
  return shortNumber(Math.round(10 * value) / 10);
}

/** Rows of points, joined by lines. */
function pathOf(points: readonly (readonly [number, number])[]): string {
  return `M${points.map(([x, y]) => `${tenth(x)} ${tenth(y)}`).join(" ")}`;
}

/** A waveform of as many columns as there are pixels: all that is between its extremes. */
function drawArea(waveform: Waveform, y: (sample: number) => number): string {
  const columns = [...waveform.most.keys()];
  const upper = columns.map((column) => [column, y(waveform.most[column])] as const);
  const lower = columns.map((column) => [column, y(waveform.least[column])] as const);
  return element("path", { class: "area", d: `${pathOf([...upper, ...lower.reverse()])}Z` });
}

/** A waveform of fewer samples than there are pixels: each of them, joined. */
function drawCurve(waveform: Waveform, y: (sample: number) => number, width: number): string {
  const step = width / waveform.columns;
  const points = Array.from(waveform.most, (sample, i) => {
    return [(i + 0.5) * step - 0.5, y(sample)] as const;
  });
  const curve = element("path", { class: "curve", d: pathOf(points) });
  if (step < DOT_SPACE) return curve;
  const dots = points.map(([x, at]) => `M${tenth(x)} ${tenth(at)}h0`).join("");
  return curve + element("path", { class: "dots", d: dots });
}

/** The numbers of a level axis; where a sample is drawn that has this height. */
function levelTicks(axis: "linear" | "dbfs", height: number): Tick[] {
  if (axis === "linear") {
    const values = height < TALL ? [1, 0, -1] : [1, 0.5, 0, -0.5, -1];
    return values.map((at) => ({ at, label: String(at).replace("-", "\u2212") }));
  }
  const levels = height < TALL ? [0] : [0, -20, -40];
  const upper = levels.map((dbfs) => ({
    at: 1 - dbfs / FLOOR_DBFS,
    label: String(dbfs).replace("-", "\u2212"),
  }));
  const middle = { at: 0, label: String(FLOOR_DBFS).replace("-", "\u2212") };
  return [...upper, middle, ...upper.map(({ at, label }) => ({ at: -at, label })).reverse()];
}

/** A row's grid and numbers. */
function drawAxis(band: Band, layout: Layout, plan: SvgPlan, channel: number): string {
  const { left, plotWidth } = layout;
  const middle = band.top + band.height / 2;
  const label = { class: "end", x: left - 8 };
  if (band.height < SMALL) return words("text", { ...label, y: middle + 4 }, String(channel));
  const ticks = levelTicks(plan.levelAxis, band.height);
  const yOf = ({ at }: Tick) => middle - at * band.height / 2;
  const inner = ticks.filter(({ at }) => Math.abs(at) < 1);
  const grid = inner.map((tick) => `M${left} ${shortNumber(yOf(tick))}h${plotWidth}`).join("");
  const marks = ticks.map((tick) => `M${left - 4} ${shortNumber(yOf(tick))}h4`).join("");
  return element("path", { class: "grid", d: grid }) +
    element("path", { class: "ticks", d: marks }) +
    ticks.map((tick) => words("text", { ...label, y: yOf(tick) + 4 }, tick.label)).join("");
}

/** The name of the axis, along it. */
function drawName(layout: Layout, plan: SvgPlan): string {
  const small = layout.rows[0].height < SMALL;
  const name = plan.levelAxis === "linear" ? "Full scale" : "Level (dBFS)";
  const y = layout.waves.top + layout.waves.height / 2;
  const transform = `translate(18 ${shortNumber(y)}) rotate(-90)`;
  return words("text", { class: "middle", transform }, small ? "Channel" : name);
}

/** Draws the waveforms, one below the other, each over its part of the grid of times. */
export function drawWaveforms(
  waveforms: readonly Waveform[],
  layout: Layout,
  plan: SvgPlan,
  times: readonly Tick[],
): string {
  const { left, plotWidth } = layout;
  const rows = waveforms.map((waveform, row) => {
    const band = layout.rows[row];
    const y = (sample: number) => -heightOf(sample, plan.levelAxis) * band.height / 2;
    const shape = waveform.columns < plotWidth
      ? drawCurve(waveform, y, plotWidth)
      : drawArea(waveform, y);
    const grid = times.map(({ at }) => {
      return `M${shortNumber(left + at * plotWidth)} ${band.top}v${band.height}`;
    });
    const transform = `translate(${left + 0.5} ${shortNumber(band.top + band.height / 2)})`;
    const parts = [
      element("path", { class: "grid", d: grid.join("") }),
      drawAxis(band, layout, plan, plan.channels[row]),
      waveform.columns === 0 ? "" : element("g", { class: "wave", transform }, shape),
    ];
    return element("g", { class: "channel" }, ...parts);
  });
  return [drawName(layout, plan), ...rows].join("\n");
}

/** The rows' frames, and which channel each is: above the waveforms and the gaps. */
export function drawRowFrames(layout: Layout, plan: SvgPlan): string {
  const { left, plotWidth } = layout;
  return layout.rows.map(({ top, height }, row) => {
    const frame = { class: "frame", x: left, y: top, width: plotWidth, height };
    const tagged = plan.channels.length > 1 && height >= SMALL;
    const tag = { class: "tag start", x: left + 8, y: top + 15 };
    return element("rect", frame) +
      (tagged ? words("text", tag, `channel ${plan.channels[row]}`) : "");
  }).join("\n");
}

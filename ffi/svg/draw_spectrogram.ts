/**
 * Draws a spectrogram.
 *
 * @module
 */

import { encodePng } from "./png.ts";
import type { Spectrogram } from "./spectrogram.ts";
import { paletteIndices, paletteOf } from "./colors.ts";
import type { Layout } from "./layout.ts";
import { element, shortNumber, words } from "./markup.ts";
import type { SvgPlan } from "./options.ts";
import { gradientOf } from "./style.ts";
import { frequencyTicks, multiples, niceStep } from "./ticks.ts";
import type { TimeAxis } from "./time.ts";
import { signed, trimmed } from "./words.ts";

/** How far apart numbers are, at the least, in pixels. */
const FREQUENCY_SPACE = 24;
const LEVEL_SPACE = 32;
const BAR_SPACE = 14;
const BAR_WIDTH = 12;

/** The picture itself, which is a file within the file. */
export async function drawLevels(
  spectrogram: Spectrogram,
  layout: Layout,
  plan: SvgPlan,
): Promise<string> {
  const { columns, rows, levels } = spectrogram;
  const { top, height } = layout.spectrogram;
  const place = { x: layout.left, y: top, width: layout.plotWidth, height };
  if (columns === 0) return "";
  const png = await encodePng({
    width: columns,
    height: rows,
    pixels: paletteIndices(levels, plan.minDbfs, plan.maxDbfs),
    palette: paletteOf(plan.colors),
  });
  const href = `data:image/png;base64,${png.toBase64()}`;
  return element("image", { ...place, preserveAspectRatio: "none", href });
}

function drawFrequencies(layout: Layout, plan: SvgPlan): string {
  const { top, height } = layout.spectrogram;
  const x = layout.left;
  const ticks = frequencyTicks(plan.scale, Math.min(1, FREQUENCY_SPACE / height)).map((hertz) => ({
    y: top + height * (1 - plan.scale.positionOf(hertz)),
    label: trimmed(hertz / 1000, 4),
  }));
  const marks = ticks.map(({ y }) => `M${x - 4} ${shortNumber(y)}h4`).join("");
  const transform = `translate(18 ${shortNumber(top + height / 2)}) rotate(-90)`;
  return element("path", { class: "ticks", d: marks }) +
    ticks.map(({ y, label }) => words("text", { class: "end", x: x - 8, y: y + 4 }, label)).join(
      "",
    ) +
    words("text", { class: "middle", transform }, "Frequency (kHz)");
}

/** Which colour is which level. */
function drawBar(layout: Layout, plan: SvgPlan): string {
  const { top, height } = layout.spectrogram;
  const { minDbfs, maxDbfs } = plan;
  const x = layout.left + layout.plotWidth + BAR_SPACE;
  const right = x + BAR_WIDTH;
  const span = maxDbfs - minDbfs;
  const step = niceStep(span, Math.max(1, Math.floor(height / LEVEL_SPACE)));
  const ticks = multiples(step, minDbfs, maxDbfs).map((dbfs) => ({
    y: top + height * (maxDbfs - dbfs) / span,
    label: signed(dbfs, Number.isInteger(step) ? 0 : 1),
  }));
  const marks = ticks.map(({ y }) => `M${right} ${shortNumber(y)}h4`).join("");
  const bar = { x, y: top, width: BAR_WIDTH, height };
  const middle = shortNumber(top + height / 2);
  const transform = `translate(${right + 48} ${middle}) rotate(-90)`;
  return element("rect", { ...bar, fill: gradientOf(plan.colors) }) +
    element("rect", { ...bar, class: "frame" }) +
    element("path", { class: "ticks", d: marks }) +
    ticks.map(({ y, label }) => words("text", { class: "start", x: right + 8, y: y + 4 }, label))
      .join("") +
    words("text", { class: "middle", transform }, "Level (dBFS)");
}

function drawTimes(layout: Layout, axis: TimeAxis): string {
  const { left, plotWidth } = layout;
  const bottom = layout.spectrogram.top + layout.spectrogram.height;
  const ticks = axis.ticks.map(({ at, label }) => ({ x: left + at * plotWidth, label }));
  const marks = ticks.map(({ x }) => `M${shortNumber(x)} ${bottom}v4`).join("");
  const name = { class: "middle", x: left + plotWidth / 2, y: bottom + 37 };
  return element("path", { class: "ticks", d: marks }) +
    ticks.map(({ x, label }) => words("text", { class: "middle", x, y: bottom + 18 }, label))
      .join("") +
    words("text", name, axis.name);
}

/** The spectrogram's frame, and its three axes. */
export function drawSpectrogramAxes(layout: Layout, plan: SvgPlan, axis: TimeAxis): string {
  const { top, height } = layout.spectrogram;
  const frame = { class: "frame", x: layout.left, y: top, width: layout.plotWidth, height };
  return [
    element("rect", frame),
    drawFrequencies(layout, plan),
    drawBar(layout, plan),
    drawTimes(layout, axis),
  ].join("\n");
}

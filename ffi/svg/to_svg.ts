/**
 * Draws a snapshot: the waveform of each channel, and below them a spectrogram, with axes, gaps and
 * levels.
 *
 * A module of its own, so that who draws nothing does not load what draws.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 * import { toSvg } from "@x/micring/svg";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * const svg = await toSvg(ring.snapshot(), { title: "A tone", maxFrequency: 4000 });
 * console.log(svg.length);
 * ```
 *
 * @module
 */

import { show } from "../check.ts";
import { type AudioFormat, sampleCount } from "../formats.ts";
import type { Snapshot } from "../snapshot.ts";
import { measureSpectrogram } from "./spectrogram.ts";
import { drawGaps } from "./gaps.ts";
import { type Heading, headingOf } from "./heading.ts";
import { type Layout, layOut, plotWidthOf } from "./layout.ts";
import { element, words } from "./markup.ts";
import { DRAW, planSvg, type SvgOptions, type SvgPlan } from "./options.ts";
import { ChannelReader } from "./samples.ts";
import { drawLevels, drawSpectrogramAxes } from "./draw_spectrogram.ts";
import { definitions, rootClass } from "./style.ts";
import { clockAxis, elapsedAxis, type TimeAxis, WallClock } from "./time.ts";
import { drawRowFrames, drawWaveforms } from "./draw_waveforms.ts";
import { measureWaveform, type Waveform } from "./waveform.ts";

export type { SvgOptions };

/** How much room a time takes, in pixels. */
const CLOCK_SPACE = 92;
const ELAPSED_SPACE = 64;

/** Refuses what is no snapshot. One that came from a Worker is one without its methods. */
function checkSnapshot(snapshot: unknown): void {
  const { samples, sampleRate, channels, frames, gaps } = Object(snapshot);
  const numbers = [sampleRate, channels, frames].every((value) => typeof value === "number");
  if (numbers && ArrayBuffer.isView(samples) && Array.isArray(gaps)) return;
  throw new TypeError(`Cannot ${DRAW}: ${show(snapshot)} is no snapshot`);
}

function checkSamples({ samples, format, frames, channels }: Snapshot<AudioFormat>): void {
  const count = sampleCount(format, samples);
  if (count === frames * channels) return;
  throw new RangeError(
    `Cannot ${DRAW}: of ${frames * channels} samples ${count} are there; was their buffer ` +
      "transferred?",
  );
}

function timeAxisOf(snapshot: Snapshot<AudioFormat>, plan: SvgPlan, width: number): TimeAxis {
  const { frames, sampleRate, startTime, endTime } = snapshot;
  const elapsed = () => elapsedAxis(frames / sampleRate, Math.max(2, width / ELAPSED_SPACE));
  if (plan.timeAxis === "seconds" || frames === 0) return elapsed();
  const most = Math.max(2, width / CLOCK_SPACE);
  return clockAxis(new WallClock(plan.timezone), startTime, endTime, most) ?? elapsed();
}

function drawHeading(layout: Layout): string {
  const { left, title, titleLine, factLines, firstFactLine } = layout;
  const facts = factLines.map((line, i) => {
    return words("text", { class: "facts", x: left, y: firstFactLine + 18 * i }, line);
  });
  return [words("text", { class: "title", x: left, y: titleLine }, title), ...facts].join("\n");
}

/** What is said instead of drawn where there is nothing to be drawn. */
function drawNothing({ left, plotWidth, spectrogram }: Layout): string {
  const y = spectrogram.top + spectrogram.height / 2;
  return words("text", { class: "middle", x: left + plotWidth / 2, y }, "There are no frames.");
}

async function drawBody(
  snapshot: Snapshot<AudioFormat>,
  plan: SvgPlan,
  layout: Layout,
  waveforms: readonly Waveform[],
  readers: readonly ChannelReader[],
): Promise<string[]> {
  const { frames, sampleRate } = snapshot;
  const axis = timeAxisOf(snapshot, plan, layout.plotWidth);
  const spectrogram = measureSpectrogram({
    readers,
    frames,
    sampleRate,
    windowFrames: plan.windowFrames,
    mostColumns: layout.plotWidth,
    rows: layout.spectrogram.height,
    scale: plan.scale,
    waveforms,
  });
  return [
    drawHeading(layout),
    drawWaveforms(waveforms, layout, plan, axis.ticks),
    await drawLevels(spectrogram, layout, plan),
    frames === 0 ? drawNothing(layout) : drawGaps(snapshot, layout, plan.theme),
    drawRowFrames(layout, plan),
    drawSpectrogramAxes(layout, plan, axis),
  ];
}

function drawRoot(plan: SvgPlan, layout: Layout, heading: Heading, body: string[]): string {
  const { width, height } = layout;
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    class: rootClass(plan.theme),
    role: "img",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  };
  const parts = [
    words("title", {}, heading.title),
    words("desc", {}, heading.description),
    definitions(plan.theme, plan.colors),
    element("rect", { class: "page", width, height }),
    ...body,
  ];
  return `${element("svg", attributes, `\n${parts.filter((part) => part !== "").join("\n")}\n`)}\n`;
}

/**
 * Draws a snapshot, or a clip, of any format. What is drawn is what is in it at the call, which takes
 * a tenth of a second for some seconds of audio, and a second or two for an hour.
 *
 * @param snapshot What is drawn.
 * @param options How.
 * @returns One SVG that needs nothing else.
 * @throws {TypeError} For what is no snapshot, and an option of the wrong type or name.
 * @throws {RangeError} For an option out of its bounds, a channel there is not, and samples that
 * are not there any more.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 * import { toSvg } from "@x/micring/svg";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * const path = await Deno.makeTempFile({ suffix: ".svg" });
 * await Deno.writeTextFile(path, await toSvg(ring.snapshot(), { frequencyAxis: "mel" }));
 * await Deno.remove(path);
 * ```
 */
export async function toSvg(
  snapshot: Snapshot<AudioFormat>,
  options: SvgOptions = {},
): Promise<string> {
  checkSnapshot(snapshot);
  const plan = planSvg(options, snapshot);
  checkSamples(snapshot);
  const readers = plan.channels.map((channel) => new ChannelReader(snapshot, channel));
  const columns = plotWidthOf(plan.width);
  const waveforms = readers.map((reader) => measureWaveform(reader, snapshot.frames, columns));
  const heading = headingOf(snapshot, plan, waveforms);
  const layout = layOut(plan, heading);
  return drawRoot(
    plan,
    layout,
    heading,
    await drawBody(snapshot, plan, layout, waveforms, readers),
  );
}

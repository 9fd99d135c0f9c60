/**
 * What stands above a picture, and what is read out in its place.
 *
 * @module
 */

import { toDbfs } from "../level.ts";
import type { Snapshot } from "../snapshot.ts";
import type { AudioFormat } from "../formats.ts";
import type { SvgPlan } from "./options.ts";
import { isTime, WallClock } from "./time.ts";
import { counted, duration, kilohertz, listGaps, missingWords, signed } from "./words.ts";
import type { Waveform } from "./waveform.ts";

/** The words for a picture. */
export interface Heading {
  readonly title: string;
  /** What is known of the audio, each for itself. */
  readonly facts: readonly string[];
  /** All of it, and what the picture shows, as sentences. */
  readonly description: string;
}

/** How loud all that is drawn is: peak and RMS. */
function loudness(frames: number, waveforms: readonly Waveform[]): string[] {
  if (frames === 0) return [];
  const peak = Math.max(...waveforms.map((waveform) => waveform.peak));
  if (peak === 0) return ["digital silence"];
  const energy = waveforms.reduce((sum, waveform) => sum + waveform.energy, 0);
  const rms = Math.sqrt(energy / frames / waveforms.length);
  return [`peak ${signed(toDbfs(peak), 1)} dBFS`, `RMS ${signed(toDbfs(rms), 1)} dBFS`];
}

function channelWords({ channels }: SvgPlan, of: number): string {
  return channels.length === of ? counted(of, "channel") : `channel ${channels[0]} of ${of}`;
}

function describe(snapshot: Snapshot<AudioFormat>, plan: SvgPlan, facts: string[]): string {
  const { least, most } = plan.scale;
  const levels = `${signed(plan.minDbfs, 0)} to ${signed(plan.maxDbfs, 0)} dBFS`;
  const gaps = snapshot.gaps.length === 0 ? "" : ` Gaps: ${listGaps(snapshot.gaps, snapshot)}.`;
  return `A waveform, and below it a spectrogram from ${kilohertz(least)} to ${kilohertz(most)}, ` +
    `its colors from ${levels}. The audio: ${facts.join(", ")}.${gaps}`;
}

/** Finds the words for a snapshot. */
export function headingOf(
  snapshot: Snapshot<AudioFormat>,
  plan: SvgPlan,
  waveforms: readonly Waveform[],
): Heading {
  const { frames, channels, sampleRate, format, startTime } = snapshot;
  const date = isTime(startTime) ? new WallClock(plan.timezone).date(startTime) : undefined;
  const missing = missingWords(snapshot);
  const facts = [
    duration(frames / sampleRate),
    kilohertz(sampleRate),
    channelWords(plan, channels),
    format,
    ...loudness(frames, waveforms),
    ...missing === undefined ? [] : [missing],
  ];
  const all = date === undefined ? facts : [`from ${date}`, ...facts];
  return {
    title: plan.title ?? date ?? "Audio",
    facts: plan.title === undefined || date === undefined ? facts : [date, ...facts],
    description: describe(snapshot, plan, all),
  };
}

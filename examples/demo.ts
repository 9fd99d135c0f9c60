/**
 * MicRing in five seconds: shows the level of the microphone for three, then writes the last two
 * to a WAV and draws them. Without a microphone the built-in tone takes its place.
 *
 *     deno task demo
 *
 * @module
 */

import { cyan } from "@std/fmt/colors";
import { MicRing, MicRingError, type MicRingErrorCode, type Snapshot, tone } from "@x/micring";
import { showLevels } from "./level_meter.ts";
import {
  clockTime,
  decibels,
  faint,
  Interrupt,
  terminalWidth,
  title,
  waveform,
  wrap,
} from "./_terminal.ts";

const SHOW_SECONDS = 3;
const KEEP_SECONDS = 2;
const CLOSE_UP_SECONDS = 0.01;
const FILE = "last-two-seconds.wav";

/** The failures that a tone instead of the microphone gets around. */
const NO_MICROPHONE: readonly MicRingErrorCode[] = [
  "no-backend",
  "no-device",
  "access-denied",
  "device-busy",
  "device-failed",
  "format-refused",
  "no-frames",
];

/** The microphone, or the tone where there is none. */
async function openRing(): Promise<MicRing<"f32">> {
  try {
    return await MicRing.open({ seconds: KEEP_SECONDS });
  } catch (error) {
    if (!(error instanceof MicRingError) || !NO_MICROPHONE.includes(error.code)) throw error;
    console.log("There is no microphone to record:");
    for (const line of wrap(error.message, terminalWidth() - 2)) console.log(faint(`  ${line}`));
    console.log("So this is the built-in tone, a sine of 440 Hz.");
    return await MicRing.open({ seconds: KEEP_SECONDS, source: tone({ frequency: 440 }) });
  }
}

/** Draws the first channel with a scale at its left, as wide as the terminal. */
function drawWaveform(samples: Float32Array, rows: number, scale: number): void {
  const label = scale.toPrecision(2);
  const gutter = label.length + 4;
  const lines = waveform(samples, Math.max(terminalWidth() - gutter, 1), rows, scale);
  lines.forEach((line, row) => {
    const mark = row === 0 ? `+${label} ┤` : row === rows - 1 ? `-${label} ┤` : "│";
    console.log(`${faint(mark.padStart(gutter - 1))} ${cyan(line)}`);
  });
}

/** Shows what was recorded. */
function describe(snapshot: Snapshot<"f32">, device: string): void {
  const { channels, frames, sampleRate } = snapshot;
  const { peakDbfs, rmsDbfs } = snapshot.level();
  const samples = snapshot.channel(0);
  // Silence has no peak to scale to.
  const scale = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) || 1;
  const which = channels > 1 ? `, channel 1 of ${channels}` : "";

  console.log();
  console.log(title(`The last ${snapshot.seconds} seconds${which}`));
  drawWaveform(samples, 6, scale);

  console.log();
  console.log(title(`The last ${CLOSE_UP_SECONDS * 1000} milliseconds of them`));
  drawWaveform(samples.subarray(-CLOSE_UP_SECONDS * sampleRate), 4, scale);

  const facts = {
    "Peak": `${decibels(peakDbfs)} dBFS`,
    "RMS": `${decibels(rmsDbfs)} dBFS`,
    "Duration": `${snapshot.seconds} s, ${frames} frames`,
    "Sample rate": `${sampleRate} Hz`,
    "Channels": `${channels}`,
    "Start": clockTime(snapshot.startTime),
    "End": clockTime(snapshot.endTime),
    "Device": device,
    "File": `${Deno.cwd()}/${FILE}`,
  };
  console.log();
  for (const [name, fact] of Object.entries(facts)) {
    console.log(`${faint(name.padEnd(13))}${fact.trimStart()}`);
  }
}

using interrupt = new Interrupt();
await using ring = await openRing();
const device = ring.device?.name ?? "none: the built-in tone";

console.log();
console.log(title(`The level of ${ring.device?.name ?? "the tone"}, for ${SHOW_SECONDS} seconds`));
await showLevels(ring, SHOW_SECONDS, interrupt);

if (!interrupt.interrupted) {
  const snapshot = ring.snapshot();
  await Deno.writeFile(FILE, snapshot.toWav());
  describe(snapshot, device);
}

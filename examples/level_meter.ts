/**
 * A live level meter in the terminal: solid is the RMS, shaded the peak, the line the highest
 * peak of the last while. Ctrl-C ends it.
 *
 *     deno run --allow-ffi examples/level_meter.ts [--device name] [--tone] [--seconds N]
 *
 * Where the output is no terminal it prints a plain line a second.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type Level, MicRing, MicRingError, type OpenOptions, tone } from "@x/micring";
import {
  decibels,
  holdPeak,
  Interrupt,
  isTerminal,
  LiveScreen,
  meterLine,
  NOTHING_HELD,
  terminalWidth,
} from "./_terminal.ts";

const REDRAWS_PER_SECOND = 20;

/** The level of each channel over the last so many seconds. */
function levels(ring: MicRing, seconds: number): Level[] {
  const snapshot = ring.snapshot({ seconds });
  return Array.from({ length: ring.channels }, (_, channel) => snapshot.level(channel));
}

/** Redraws the bars until the time is over, or Ctrl-C. */
async function drawLevels(ring: MicRing, seconds: number, interrupt: Interrupt): Promise<void> {
  using screen = new LiveScreen();
  const held = Array(ring.channels).fill(NOTHING_HELD);
  const redraws = seconds * REDRAWS_PER_SECOND;
  for (let redraw = 0; redraw < redraws && !interrupt.interrupted; redraw++) {
    const now = performance.now();
    const width = terminalWidth();
    const lines = levels(ring, 1 / REDRAWS_PER_SECOND).map((level, channel) => {
      held[channel] = holdPeak(held[channel], level.peakDbfs, now);
      return meterLine(channel, level, held[channel].dbfs, width);
    });
    screen.draw(lines);
    await interrupt.sleep(1000 / REDRAWS_PER_SECOND);
  }
}

/** Prints a line a second until the time is over, or Ctrl-C. */
async function printLevels(ring: MicRing, seconds: number, interrupt: Interrupt): Promise<void> {
  for (let second = 1; second <= seconds; second++) {
    await interrupt.sleep(1000);
    if (interrupt.interrupted) return;
    const channels = levels(ring, 1).map(({ peakDbfs, rmsDbfs }, channel) =>
      `  ${channel + 1}: peak ${decibels(peakDbfs)}  rms ${decibels(rmsDbfs)} dBFS`
    );
    console.log(`${second} s`.padStart(6) + channels.join(""));
  }
}

/**
 * Shows a ring's levels as they change.
 *
 * @param ring Holds one second at least.
 * @param seconds For how long.
 * @param interrupt Ends it earlier.
 */
export async function showLevels(
  ring: MicRing,
  seconds: number,
  interrupt: Interrupt,
): Promise<void> {
  const show = isTerminal ? drawLevels : printLevels;
  await show(ring, seconds, interrupt);
}

/** What to open, and for how long, from the command line. */
function readArguments(): { options: OpenOptions<"f32">; seconds: number } {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      device: { type: "string" },
      tone: { type: "boolean", default: false },
      seconds: { type: "string", default: "Infinity" },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) {
    throw new TypeError(`Cannot run for ${values.seconds} seconds: it must be a number above 0`);
  }
  const options = {
    seconds: 1,
    ...(values.device === undefined ? {} : { device: values.device }),
    ...(values.tone ? { source: tone() } : {}),
  };
  return { options, seconds };
}

async function main(): Promise<void> {
  const { options, seconds } = readArguments();
  await using ring = await MicRing.open(options);
  console.log(`${ring.device?.name ?? "The built-in tone"}, ${ring.sampleRate} Hz`);
  using interrupt = new Interrupt();
  await showLevels(ring, seconds, interrupt);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    // What a person can mend needs no stack trace: a wrong option, a missing microphone.
    if (!(error instanceof MicRingError || error instanceof TypeError)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}

/**
 * Plays a WAV, FLAC or MP3 through the ring, faster than real time, as if a microphone had heard
 * it: prints the level of every second as it passes, and can save the last ones.
 *
 *     deno run --allow-ffi --allow-read examples/file_through_ring.ts song.flac [--speed 10]
 *     deno run --allow-ffi --allow-read --allow-write examples/file_through_ring.ts song.flac \
 *       --last 5 --out end-of-song.wav
 *
 * @module
 */

import { parseArgs } from "node:util";
import { file, MicRing, MicRingError } from "@x/micring";
import { decibels } from "./_terminal.ts";

/** Room for a script that looks late: at ten times real time these 30 seconds pass in three. */
const RING_SECONDS = 30;
const LOOK_EVERY_MS = 50;

/** The command line: a file, and what to do with it. */
function readArguments() {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      speed: { type: "string", default: "10" },
      last: { type: "string", default: "2" },
      out: { type: "string" },
    },
  });
  if (positionals.length !== 1) {
    throw new TypeError(`Cannot play ${positionals.length} files: give one WAV, FLAC or MP3`);
  }
  const [path] = positionals;
  return { path, speed: Number(values.speed), last: Number(values.last), out: values.out };
}

/** Prints the level of the frames from one number to another. */
function printLevel(ring: MicRing, from: number, to: number): void {
  const time = `${(from / ring.sampleRate).toFixed(1)} s`.padStart(8);
  // By number, not "the last second": the script never looks exactly when a second is full.
  const { peakDbfs, rmsDbfs } = ring.snapshot({ from, to }).level();
  console.log(`${time}  peak ${decibels(peakDbfs)}  rms ${decibels(rmsDbfs)} dBFS`);
}

async function main(): Promise<void> {
  const { path, speed, last, out } = readArguments();
  const seconds = Math.max(RING_SECONDS, last);
  await using ring = await MicRing.open({ seconds, source: file(path, { speed }) });
  console.log(`${path}: ${ring.sampleRate} Hz, ${ring.channels} channel(s), ${speed} x real time`);

  let next = 0;
  const printPassedSeconds = () => {
    const { writtenFrames, oldestFrame } = ring.stats();
    if (next < oldestFrame) {
      console.log(`     ...  (${oldestFrame - next} frames passed unseen)`);
      next = oldestFrame;
    }
    for (; next + ring.sampleRate <= writtenFrames; next += ring.sampleRate) {
      printLevel(ring, next, next + ring.sampleRate);
    }
  };
  const timer = setInterval(printPassedSeconds, LOOK_EVERY_MS);
  await ring.finished();
  clearInterval(timer);

  // What came in since the timer looked, and the rest that is no whole second.
  printPassedSeconds();
  const { writtenFrames } = ring.stats();
  if (next < writtenFrames) printLevel(ring, next, writtenFrames);

  if (out === undefined) return;
  const snapshot = ring.snapshot({ seconds: last });
  await Deno.writeFile(out, snapshot.toWav());
  console.log(`The last ${snapshot.seconds} s are in ${out}`);
}

try {
  await main();
} catch (error) {
  // What a person can mend needs no stack trace: a wrong option, a file that is not there.
  const expected = [MicRingError, TypeError, RangeError, Deno.errors.NotCapable];
  if (!expected.some((kind) => error instanceof kind)) throw error;
  console.error((error as Error).message);
  Deno.exitCode = 1;
}

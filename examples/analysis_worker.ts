/**
 * Analysis in a Worker: this thread opens the microphone, the Worker reads the same memory and tells
 * how high what it hears is, as a tuner does. However long one of them is busy, the other is not
 * disturbed, and the recording is not either.
 *
 *     deno run --allow-ffi --allow-read=. examples/analysis_worker.ts [options]
 *
 *     --seconds=N      how long; until Ctrl-C if left out
 *     --quiet=DBFS     what is not as loud as that is no tone; -50 if left out
 *     --source=WHAT    tone:440 or an audio file instead of the microphone: see _source.ts
 *
 * Needs --allow-ffi for the microphone. Deno reads the module of a Worker with --allow-read, where it
 * is a local file.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { MicRing } from "@x/micring";
import { numberFrom } from "./_number.ts";
import type { FromWorker, Heard, ToWorker } from "./_pitch_worker.ts";
import { run } from "./_run.ts";
import { nameOf, SOURCE_OPTIONS, sourceFrom } from "./_source.ts";

/** So long may the Worker be busy, or late at the beginning, and nothing is lost. */
const RING_SECONDS = 10;
const NOTES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const CLEAR = 0.9;

/** A Worker that has not ended well. */
export class WorkerError extends Error {
  readonly code = "worker-failed";

  constructor(reason: string) {
    super(`Cannot analyse: the Worker has ended, with ${reason}`);
  }
}

/** The name of a pitch, and by how many cents it is off: `A4 +3`. */
export function noteOf(hertz: number): string {
  const semitones = 69 + 12 * Math.log2(hertz / 440);
  const key = Math.round(semitones);
  const cents = Math.round(100 * (semitones - key));
  return `${NOTES[key % 12]}${Math.floor(key / 12) - 1} ${cents < 0 ? "" : "+"}${cents}`;
}

/**
 * Lets a Worker analyse a ring, until the ring has ended or the signal is aborted.
 *
 * @param ring What is listened to. It may be closed meanwhile.
 * @param tell Is told what was heard, block by block.
 * @param signal Ends it: the Worker lets the ring go, and ends.
 * @returns When the Worker has ended.
 * @throws {WorkerError} When something went wrong in the Worker.
 */
export async function analyseInWorker(
  ring: MicRing,
  tell: (heard: Heard) => void,
  signal: AbortSignal,
): Promise<void> {
  const worker = new Worker(new URL("./_pitch_worker.ts", import.meta.url), { type: "module" });
  const post = (message: ToWorker) => worker.postMessage(message);
  const stop = () => post("stop");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if ("heard" in data) return tell(data.heard);
    if (data.ended === "") resolve();
    else reject(new WorkerError(data.ended));
  };
  // What nobody catches over there comes here; without this it would end the program.
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new WorkerError(event.message));
  };
  signal.addEventListener("abort", stop);
  post({ token: ring.share() });
  if (signal.aborted) stop();
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    // If it was in the middle of something, what it holds of the ring is let go for it.
    worker.terminate();
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      ...SOURCE_OPTIONS,
      seconds: { type: "string" },
      quiet: { type: "string", default: "-50" },
    },
  });
  const quietDbfs = numberFrom("quiet", values.quiet);
  const seconds = values.seconds === undefined ? [] : [numberFrom("seconds", values.seconds, 0)];
  await using ring = await MicRing.open({ seconds: RING_SECONDS, ...sourceFrom(values) });
  console.log(`Listening to ${nameOf(ring)}.`);
  const over = seconds.map((seconds) => AbortSignal.timeout(1000 * seconds));
  let last = "";
  await analyseInWorker(ring, ({ time, rmsDbfs, pitch, missedSeconds }) => {
    if (missedSeconds > 0) console.log(`${missedSeconds.toFixed(2)} s were not analysed`);
    if (pitch === undefined || pitch.clarity < CLEAR || rmsDbfs < quietDbfs) return;
    const note = noteOf(pitch.hertz);
    // One that is held is said once.
    if (note === last) return;
    last = note;
    console.log(`${new Date(time).toISOString()}  ${pitch.hertz.toFixed(1)} Hz  ${note}`);
  }, AbortSignal.any([signal, ...over]));
}

if (import.meta.main) await run(main);

/**
 * Hands speech to a function that makes text of it: chunks of 16 kHz, mono, 16 bits, as speech models
 * take them, which overlap, so that a word at a seam is whole in one of the two.
 *
 *     deno run --allow-ffi examples/speech_to_text.ts [options]
 *     deno run --allow-ffi --allow-net=127.0.0.1 examples/speech_to_text.ts \
 *       --url=http://127.0.0.1:8080/v1/audio/transcriptions --model=whisper-1
 *
 *     --url=URL        a server that takes a form with a WAV and answers with JSON, as those of
 *                      faster-whisper and whisper.cpp (there it ends with /inference); without one,
 *                      YOUR FUNCTION below
 *     --model=NAME     which model it is to take
 *     --seconds=S      how long a chunk is; 5 if left out
 *     --overlap=S      how much of that is the end of the chunk before; 1 if left out
 *     --gate=DBFS      leaves out chunks that are nowhere as loud as that: -45, or so
 *     --patience=S     how long a chunk is waited for; 60 if left out
 *     --source=WHAT    tone or an audio file instead of the microphone: see _source.ts
 *
 * The function is given one chunk after the other. If it is slower than speech, the ring has room for
 * 30 seconds; what is lost behind that is said, and never piles up. Ctrl-C hands over what is left.
 *
 * Needs --allow-ffi for the microphone, and --allow-net for the server.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { MicRing, Snapshot } from "@x/micring";
import { numberFrom } from "./_number.ts";
import { type ChunkOptions, overlapping } from "./_overlapping.ts";
import { run } from "./_run.ts";
import { nameOf, SOURCE_OPTIONS, sourceFrom } from "./_source.ts";

/**
 * Makes text of speech.
 *
 * @param samples 16 kHz, mono; they are its own to keep.
 * @param at When the first of them was spoken.
 * @param signal Is aborted when nobody waits for the text any more.
 */
export type Transcriber = (samples: Int16Array, at: Date, signal: AbortSignal) => Promise<string>;

const RING_SECONDS = 30;
const SAMPLE_RATE = 16_000;
const FULL_SCALE = 32_768;

/** YOUR FUNCTION: this one only says how loud it is. */
function describe(samples: Int16Array): Promise<string> {
  const seconds = samples.length / SAMPLE_RATE;
  const words = `${seconds.toFixed(1)} s, ${rmsDbfs(samples).toFixed(1)} dBFS`;
  return Promise.resolve(words);
}

/** Asks a server: it gets a form with a WAV, and answers with `{ text }`. */
export function serverAt(url: string, model?: string): Transcriber {
  return async (samples, at, signal) => {
    const wav = new Snapshot({
      samples,
      format: "s16",
      channels: 1,
      sampleRate: SAMPLE_RATE,
      startFrame: 0,
      startTime: at.getTime(),
      endTime: at.getTime() + 1000 * samples.length / SAMPLE_RATE,
    }).toWav();
    const form = new FormData();
    form.set("file", new Blob([wav], { type: "audio/wav" }), "speech.wav");
    form.set("response_format", "json");
    if (model !== undefined) form.set("model", model);
    const response = await fetch(url, { method: "POST", body: form, signal });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 200).trim()}`);
    return (JSON.parse(text) as { text: string }).text.trim();
  };
}

/** What became of a stretch of speech. */
export type Told =
  | { readonly at: Date; readonly text: string }
  /** So much of it was lost, or nobody made text of it, and why. */
  | { readonly at: Date; readonly lostSeconds: number; readonly reason: string };

/** How speech is handed over. */
export interface TranscribeOptions extends ChunkOptions {
  /** Leaves out chunks that are nowhere as loud as that. */
  readonly gateDbfs?: number;
  /** How long a chunk's text is waited for, in seconds. */
  readonly patience: number;
}

function rmsDbfs(samples: Int16Array): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  return 20 * Math.log10(Math.sqrt(energy / samples.length) / FULL_SCALE);
}

/** How loud the loudest tenth of a second is: a short word is not to be lost in a long chunk. */
function loudestDbfs(samples: Int16Array): number {
  const step = SAMPLE_RATE / 10;
  let loudest = -Infinity;
  for (let at = 0; at < samples.length; at += step) {
    loudest = Math.max(loudest, rmsDbfs(samples.subarray(at, at + step)));
  }
  return loudest;
}

/** Calls something that may take long, or for ever. */
async function within<T>(seconds: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const reason = new Error(`there was no answer within ${seconds} s`);
    late.abort(reason);
    reject(reason);
  }, 1000 * seconds);
  try {
    return await Promise.race([call(late.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Makes text of what a ring hears, from its first frame on.
 *
 * @param ring What is listened to. It is all the memory that waiting speech takes.
 * @param transcribe Is called with one chunk after the other. What it throws is told, and it goes on.
 * @returns The text of each chunk, and what was lost. Words in an overlap are in two of them.
 */
export async function* transcribed(
  ring: MicRing,
  transcribe: Transcriber,
  options: TranscribeOptions,
): AsyncGenerator<Told> {
  const { gateDbfs = -Infinity, patience } = options;
  for await (const { audio, overlapFrames, missedFrames } of overlapping(ring, options)) {
    const { samples, startTime, sampleRate } = audio;
    if (missedFrames > 0) {
      const lostSeconds = missedFrames / sampleRate;
      const at = new Date(startTime - 1000 * lostSeconds);
      yield { at, lostSeconds, reason: "the text takes longer than the speech" };
    }
    if (loudestDbfs(samples) < gateDbfs) continue;
    const at = new Date(startTime);
    try {
      const own = samples.slice();
      yield { at, text: await within(patience, (signal) => transcribe(own, at, signal)) };
    } catch (error) {
      const lostSeconds = (audio.frames - overlapFrames) / sampleRate;
      yield { at, lostSeconds, reason: (error as Error).message };
    }
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      ...SOURCE_OPTIONS,
      url: { type: "string" },
      model: { type: "string" },
      seconds: { type: "string", default: "5" },
      overlap: { type: "string", default: "1" },
      gate: { type: "string" },
      patience: { type: "string", default: "60" },
    },
  });
  const seconds = numberFrom("seconds", values.seconds, 0.1);
  const overlap = numberFrom("overlap", values.overlap, 0);
  if (overlap >= seconds) {
    throw new TypeError(`Cannot use --overlap=${overlap}: a chunk has ${seconds} s`);
  }
  const gateDbfs = values.gate === undefined ? -Infinity : numberFrom("gate", values.gate);
  const patience = numberFrom("patience", values.patience, 0.1);
  if (values.url !== undefined) new URL(values.url);
  const transcribe = values.url === undefined ? describe : serverAt(values.url, values.model);
  const ringSeconds = Math.max(RING_SECONDS, 2 * seconds);
  await using ring = await MicRing.open({ seconds: ringSeconds, ...sourceFrom(values) });
  console.log(`Listening to ${nameOf(ring)}.`);
  const options = { seconds, overlap, gateDbfs, patience, signal };
  for await (const told of transcribed(ring, transcribe, options)) {
    const time = told.at.toISOString();
    if ("text" in told) console.log(`${time}  ${told.text}`);
    else console.log(`${time}  (${told.lostSeconds.toFixed(1)} s lost: ${told.reason})`);
  }
}

if (import.meta.main) await run(main);

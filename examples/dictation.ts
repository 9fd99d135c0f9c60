/**
 * Push to talk, and nothing of the first word is lost: who presses a key has often begun to speak
 * already. Enter begins a dictation, with the 0.7 s before it, Enter again ends it, and there it is as
 * a WAV. Ctrl-D ends the program, and what is being said at that moment is written, too.
 *
 *     deno run --allow-ffi --allow-write=. examples/dictation.ts [options]
 *
 *     --before=S       how much before the key, in seconds; 0.7 if left out
 *     --out=FOLDER     where the files go; here if left out
 *     --format=F       how samples are stored in them: s16 if left out, or s24, s32, f32, u8
 *     --source=WHAT    tone, sequence, or an audio file, instead of the microphone: see _source.ts
 *
 * Needs --allow-ffi for the microphone, and --allow-write for the folder.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { MicRing, Snapshot, type WavFormat } from "@x/micring";
import { missingSeconds, writeClip } from "./_clip_file.ts";
import { numberFrom } from "./_number.ts";
import { run } from "./_run.ts";
import { nameOf, SOURCE_OPTIONS, sourceFrom } from "./_source.ts";

/** So long may this script be busy with something else, and nothing is lost. */
const ROOM_SECONDS = 10;
const BLOCK_SECONDS = 0.05;
const ENTER = "\n".charCodeAt(0);

/** One of them out of blocks that follow each other, up to a frame; what is missing is silence. */
function join(blocks: readonly Snapshot<"f32">[], to: number, endTime: number): Snapshot<"f32"> {
  const [first] = blocks;
  const { channels, startFrame } = first;
  const samples = new Float32Array((to - startFrame) * channels);
  for (const block of blocks) {
    const wanted = block.samples.subarray(0, (to - block.startFrame) * channels);
    samples.set(wanted, (block.startFrame - startFrame) * channels);
  }
  const gaps = blocks.flatMap((block) => block.gaps).filter((gap) => gap.startFrame < to);
  return new Snapshot({ ...first, samples, endTime, gaps, complete: gaps.length === 0 });
}

/**
 * Begins a dictation.
 *
 * @param ring What is listened to.
 * @param before How much before now it begins, in seconds.
 * @returns The frame of now, and what ends it: that resolves with all there is from `before` to the
 * moment at which it was called, and with nothing where nothing came.
 */
export function dictate(
  ring: MicRing<"f32">,
  before: number,
): { readonly atFrame: number; readonly end: () => Promise<Snapshot<"f32"> | undefined> } {
  const atFrame = ring.now();
  const from = Math.max(0, atFrame - Math.round(before * ring.sampleRate));
  let to = Infinity;
  const collect = async () => {
    const blocks: Snapshot<"f32">[] = [];
    for await (const block of ring.blocks({ from, seconds: BLOCK_SECONDS })) {
      if (block.startFrame < to) blocks.push(block);
      if (block.endFrame >= to) break;
    }
    const last = blocks.at(-1);
    if (last === undefined) return undefined;
    const end = Math.min(to, last.endFrame);
    return join(blocks, end, ring.closed ? last.endTime : ring.timeAt(end));
  };
  const said = collect();
  return {
    atFrame,
    end() {
      to = ring.now();
      return said;
    },
  };
}

/** Checked before anyone speaks: afterwards it would be too late. */
function formatFrom(name: string): WavFormat {
  const format = (["s16", "s24", "s32", "f32", "u8"] as const).find((known) => known === name);
  if (format !== undefined) return format;
  throw new TypeError(`Cannot use --format=${name}: it must be s16, s24, s32, f32 or u8`);
}

/** Each Enter, as it comes; ends with the input, or when it is aborted. */
async function* enters(signal: AbortSignal): AsyncGenerator<void> {
  const reader = Deno.stdin.readable.getReader();
  const stop = () => void reader.cancel();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const byte of value) if (byte === ENTER) yield;
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      ...SOURCE_OPTIONS,
      before: { type: "string", default: "0.7" },
      out: { type: "string", default: "." },
      format: { type: "string", default: "s16" },
    },
  });
  const before = numberFrom("before", values.before, 0);
  const format = formatFrom(values.format);
  await Deno.mkdir(values.out, { recursive: true });
  await using ring = await MicRing.open({ seconds: before + ROOM_SECONDS, ...sourceFrom(values) });
  console.log(`Listening to ${nameOf(ring)}.`);
  console.log("Enter begins a dictation, Enter again ends it; Ctrl-D ends the program.");

  const keep = async (ended: Promise<Snapshot | undefined>) => {
    try {
      const said = await ended;
      if (said === undefined) return console.log("Nothing came.");
      const path = await writeClip(values.out, "dictation", said, format);
      const missing = said.complete ? "" : `, ${missingSeconds(said).toFixed(2)} s of it missing`;
      console.log(`${said.seconds.toFixed(2)} s${missing}: ${path}`);
    } catch (error) {
      // The next one may fare better.
      console.error(`Cannot keep a dictation: ${(error as Error).message}`);
      Deno.exitCode = 1;
    }
  };
  let dictation: ReturnType<typeof dictate> | undefined;
  // A file is written while the next key is waited for: the moment of a key must be right.
  const kept: Promise<void>[] = [];
  for await (const _ of enters(signal)) {
    if (dictation === undefined) {
      dictation = dictate(ring, before);
      const preRoll = Math.min(before, dictation.atFrame / ring.sampleRate);
      console.log(`Speak: frame ${dictation.atFrame}, with ${preRoll.toFixed(2)} s before it.`);
    } else {
      kept.push(keep(dictation.end()));
      dictation = undefined;
    }
  }
  if (dictation !== undefined) kept.push(keep(dictation.end()));
  await Promise.all(kept);
}

if (import.meta.main) await run(main);

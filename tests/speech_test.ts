/**
 * Words over the noise of a room: each in one clip, and none for the room alone.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type ClipsOptions, file, MicRing, push, Snapshot, type TriggeredClip } from "../mod.ts";
import { difference } from "./_signal.ts";
import { addNoise, addRumble, addWord, random, type Word } from "./_speech.ts";

const SAMPLE_RATE = 16_000;
const HOP = 320;
const BEFORE = 0.3 * SAMPLE_RATE;
const AFTER = 0.2 * SAMPLE_RATE;

interface Recording {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly words: readonly Word[];
}

/**
 * Words that are too far apart to be one clip, 18 dB above a noise floor, between two stretches of
 * the floor alone.
 */
function record(floorDbfs: number, count: number, aloneSeconds: number): Recording {
  const next = random(-floorDbfs);
  const samples = new Float32Array((2 * aloneSeconds + 2.5 * count) * SAMPLE_RATE);
  addNoise(samples, floorDbfs, 100 - floorDbfs);
  const words: Word[] = [];
  let at = aloneSeconds * SAMPLE_RATE;
  for (let i = 0; i < count; i++) {
    const word = addWord(samples, at, floorDbfs + 18, SAMPLE_RATE, 1000 * i - floorDbfs);
    words.push(word);
    at = word.to + Math.round((0.65 + 0.3 * next()) * SAMPLE_RATE);
  }
  return { samples, words };
}

function options(floorDbfs: number): ClipsOptions {
  return { above: floorDbfs + 8, before: 0.3, after: 0.2, past: 5, queue: 1000 };
}

/** Each word is in exactly one clip, with its pre-roll, and each clip is what was recorded. */
function check({ samples, words }: Recording, clips: readonly TriggeredClip<"f32">[]): void {
  assertEquals(clips.length, words.length);
  words.forEach(({ from, to }, i) => {
    const clip = clips[i];
    const { startFrame, endFrame, atFrame } = clip;
    const recorded = samples.subarray(startFrame, endFrame);
    assertEquals(difference(clip.samples, recorded), undefined, `word ${i}`);
    assertEquals(startFrame, atFrame - BEFORE, `word ${i}`);
    assertEquals(atFrame % HOP, 0, `word ${i}`);
    // A hiss comes up softly: two hops may pass until it is above the threshold.
    const found = atFrame > from - HOP && atFrame <= from + 2 * HOP;
    assert(found, `word ${i} begins at ${from}, and was found at ${atFrame}`);
    const whole = endFrame >= to + AFTER - 3 * HOP && endFrame <= to + AFTER + HOP;
    assert(whole, `word ${i} ends at ${to}, and its clip at ${endFrame}`);
    assertEquals([clip.missingFrames, clip.complete, clip.continued], [0, true, false]);
    assertEquals([clip.droppedClips, clip.skippedFrames], [0, 0]);
  });
}

/** Pushes a recording, as fast as it is listened to. */
async function pushAll(
  ring: MicRing<"f32">,
  { samples }: Recording,
): Promise<void> {
  const portion = 3571;
  for (let at = 0; at < samples.length; at += portion) {
    ring.push(samples.subarray(at, Math.min(samples.length, at + portion)));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

for (const floorDbfs of [-40, -30, -20]) {
  Deno.test(`each word over a floor of ${floorDbfs} dBFS is one clip, minutes of it are none`, async () => {
    const recording = record(floorDbfs, 40, 90);
    const ring = await MicRing.open({
      seconds: 6,
      source: push(),
      sampleRate: SAMPLE_RATE,
      channels: 1,
    });
    const found = Array.fromAsync(ring.clips(options(floorDbfs)));
    await pushAll(ring, recording);
    await ring.close();
    check(recording, await found);
  });
}

Deno.test("each word over a floor and loud rumble is one clip, with the rumble in it", async () => {
  const recording = record(-40, 20, 20);
  addRumble(recording.samples, -18, SAMPLE_RATE);
  await using ring = await MicRing.open({
    seconds: 6,
    source: push(),
    sampleRate: SAMPLE_RATE,
    channels: 1,
  });
  const found = Array.fromAsync(ring.clips({ ...options(-40), highPass: 200 }));
  const unfiltered = ring.clips(options(-40));
  await pushAll(ring, recording);
  const { value } = await unfiltered.next();
  assertEquals((value as TriggeredClip).atFrame, 0);
  await unfiltered.return!();
  await ring.close();
  check(recording, await found);
});

Deno.test("each word of a WAV that is played eight times as fast is one clip", async () => {
  const recording = record(-30, 6, 2);
  const wav = new Snapshot({
    samples: recording.samples,
    format: "f32",
    channels: 1,
    sampleRate: SAMPLE_RATE,
    startFrame: 0,
    startTime: 0,
    endTime: 0,
  }).toWav();
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  try {
    await Deno.writeFile(path, wav);
    await using ring = await MicRing.open({ seconds: 30, source: file(path, { speed: 8 }) });
    const found = await Array.fromAsync(ring.clips(options(-30)));
    check(recording, found);
  } finally {
    await Deno.remove(path);
  }
});

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { convertedFeed } from "../ffi/converter.ts";
import { allocate } from "../ffi/formats.ts";
import { type AudioFormat, file, type Gap, MicRing, push, Snapshot } from "../mod.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { seeded } from "./_seeded.ts";
import { difference } from "./_signal.ts";

/* What a ring converts as it gives it out is what the whole of it comes to, converted at once. */

const SPEECH = { sampleRate: 16_000, channels: 1, format: "s16" } as const;

function noise(seed: number, length: number): Float32Array<ArrayBuffer> {
  const random = seeded(seed);
  return Float32Array.from({ length }, () => Math.fround(random() - 0.5));
}

function openPush(sampleRate: number, seconds = 3): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds, source: push(), sampleRate, channels: 2 });
}

/** The whole, with its samples by the numbers that frames have in it. */
function check(part: Snapshot<AudioFormat>, whole: Snapshot<AudioFormat>): void {
  assertEquals([part.sampleRate, part.channels, part.format], [
    whole.sampleRate,
    whole.channels,
    whole.format,
  ]);
  const bytes = part.format === "s24" ? 3 : 1;
  const at = (frame: number) => (frame - whole.startFrame) * whole.channels * bytes;
  const wanted = whole.samples.subarray(at(part.startFrame), at(part.endFrame));
  assertEquals(difference(part.samples, wanted), undefined);
}

const RESULTS = [
  SPEECH,
  { sampleRate: 16_000 },
  { sampleRate: 44_100, format: "s24" },
  { sampleRate: 48_000, channels: 1 },
  { sampleRate: 8000, channelMap: [1], format: "u8" },
  { channelMap: [1, 0], format: "s32" },
] as const;

for (const result of RESULTS) {
  Deno.test(`blocks as ${JSON.stringify(result)} laid end to end are the whole, converted`, async () => {
    await using ring = await openPush(44_100);
    const samples = noise(1, 2 * 2 * 44_100);
    const random = seeded(2);
    const blocks = ring.blocks({ seconds: 0.013, from: 0, ...result });
    const seen: Snapshot<AudioFormat>[] = [];
    const reading = (async () => {
      for await (const block of blocks) if (seen.push(block) === 130) break;
    })();
    for (let at = 0; at < samples.length;) {
      const to = Math.min(samples.length, at + 2 * Math.ceil(random() * 4000));
      ring.push(samples.subarray(at, to));
      at = to;
      await new Promise((resolve) => setTimeout(resolve));
    }
    await reading;
    const whole = ring.snapshot().convert(result);
    const frames = Math.round(0.013 * whole.sampleRate);
    seen.forEach((block, i) => {
      assertEquals([block.startFrame, block.frames], [i * frames, frames]);
      assert(block.complete);
      check(block, whole);
    });
  });
}

Deno.test("a block comes as soon as the frames are in that its last one is made of", async () => {
  await using ring = await openPush(48_000);
  const blocks = ring.blocks({ seconds: 0.01, from: 0, ...SPEECH });
  let block: Snapshot<"s16"> | undefined;
  const coming = blocks.next().then(({ value }) => block = value as Snapshot<"s16">);
  const turn = () => new Promise((resolve) => setTimeout(resolve, 50));
  // The last of 160 stands at frame 477, and is made of 192 on either side.
  const needed = 159 * 3 + 192 + 1;
  ring.push(noise(3, 2 * (needed - 1)));
  await turn();
  assertEquals(block, undefined);
  ring.push(noise(3, 2));
  await coming;
  assertEquals([block?.startFrame, block?.endFrame], [0, 160]);
});

Deno.test("nobody is woken before", async () => {
  const feed = new FakeFeed({ sampleRate: 48_000 });
  const converted = convertedFeed("test", { sampleRate: 16_000 }, feed);
  let calls = 0;
  converted.when(160, () => calls++);
  const cancel = converted.when(160, () => assert(false));
  feed.writeRamp(159 * 3 + 192);
  await Promise.resolve();
  assertEquals([calls, converted.writtenFrames], [0, 159]);
  cancel();
  feed.writeRamp(1);
  await Promise.resolve();
  assertEquals([calls, converted.writtenFrames], [1, 160]);
  feed.end();
  assertEquals(converted.writtenFrames, Math.ceil((159 * 3 + 193) / 3));
});

Deno.test("what a source ends with comes, too, with silence behind it", async () => {
  const samples = noise(4, 33_333);
  const given = new Snapshot({
    samples,
    format: "f32",
    channels: 1,
    sampleRate: 44_100,
    startFrame: 0,
    startTime: 0,
    endTime: 1000 * samples.length / 44_100,
  });
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  try {
    await Deno.writeFile(path, given.toWav());
    const source = file(path, { speed: 50 });
    await using ring = await MicRing.open({ seconds: 2, source });
    const whole = given.convert(SPEECH);
    let end = 0;
    for await (const block of ring.blocks({ seconds: 0.1, from: 0, ...SPEECH })) {
      assertEquals(block.startFrame, end);
      check(block, whole);
      end = block.endFrame;
    }
    assertEquals(end, whole.endFrame);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a stream, a listener, a clip, found clips and a schedule convert in the same way", async () => {
  await using ring = await openPush(44_100, 4);
  const quiet = noise(5, 2 * 44_100).map((sample) => sample / 1000);
  const loud = noise(6, 2 * 22_050);
  const all: Snapshot<"s16">[] = [];
  const options = { ...SPEECH, before: 0.1, after: 0.1 };

  const stream = ring.readable({ seconds: 0.05, from: 0, ...SPEECH }).getReader();
  const listened = Promise.withResolvers<Snapshot<"s16">>();
  using _listening = ring.listen((block) => listened.resolve(block), { seconds: 0.07, ...SPEECH });
  await using clips = ring.clips({ above: -20, ...options });
  const detector = (block: Snapshot<"s16">) => block.level().peakDbfs > -20;
  await using found = ring.detect(detector, { hop: 0.05, ...options });
  const task = Promise.withResolvers<Snapshot<"s16">>();
  using _schedule = ring.schedule({ every: 0.02 }, (snapshot) => {
    if (snapshot.frames > 8000) task.resolve(snapshot);
  }, { seconds: 0.6, ...SPEECH });
  const clipped = ring.clip({ at: 16_001, before: 0.25, after: 0.25, ...SPEECH });

  for (const part of [quiet, loud, quiet, quiet]) {
    for (let at = 0; at < part.length; at += 4410) {
      ring.push(part.subarray(at, at + 4410));
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  all.push((await stream.read()).value!, await listened.promise, await clipped, await task.promise);
  const [sound, seen] = await Promise.all([clips.next(), found.next()]);
  all.push(sound.value!, seen.value!);
  await stream.cancel();
  assertEquals([all[2].startFrame, all[2].endFrame], [12_001, 20_001]);
  // It begins with the second second, to within a hop.
  assert(Math.abs(sound.value!.atFrame - 16_000) <= 320, `${sound.value!.atFrame}`);
  assert(Math.abs(sound.value!.frames - 8000 - 3200) <= 640, `${sound.value!.frames}`);
  assert(Math.abs(seen.value!.atFrame - 16_000) <= 800, `${seen.value!.atFrame}`);
  const whole = ring.snapshot().convert(SPEECH);
  for (const snapshot of all) {
    assert(snapshot.samples instanceof Int16Array && snapshot.frames > 0);
    check(snapshot, whole);
  }
});

Deno.test("times and frames lead to each other, at every rate", () => {
  const feed = new FakeFeed({ sampleRate: 44_100, windowFrames: 44_100, startTime: 1.7e12 });
  feed.writeRamp(44_100);
  for (const sampleRate of [8000, 16_000, 48_000, 192_000]) {
    const converted = convertedFeed("test", { sampleRate }, feed);
    for (const frame of [0, 1, 2, 7999, 8000, 12_345, 10_000_001]) {
      const time = converted.timeAt(frame);
      assert(Math.abs(time - 1.7e12 - 1000 * frame / sampleRate) < 2e-3, `${frame}: ${time}`);
      assertEquals(converted.frameAt(time), frame);
    }
    assertEquals(converted.now(), Math.ceil(44_100 * sampleRate / 44_100));
    assertEquals(converted.windowFrames, sampleRate);
  }
});

Deno.test("gaps stand where their silence is, and what was overwritten is missed", () => {
  const feed = new FakeFeed({ sampleRate: 48_000, windowFrames: 48_000 });
  const gap = (startFrame: number, endFrame: number): Gap => ({
    startFrame,
    endFrame,
    cause: "overrun",
    exact: true,
  });
  feed.gaps.push(gap(60_001, 60_300), gap(70_000, 70_001), gap(90_000, 200_000));
  feed.writeRamp(100_000);
  const converted = convertedFeed("test", { sampleRate: 16_000 }, feed);
  const whole = converted.take(0, 33_000);
  // 52,000 frames are gone.
  const missed = { startFrame: 0, endFrame: 17_334, cause: "missed", exact: true };
  assertEquals(whole.startFrame, 17_334);
  // The one of a single frame lies between two frames of the result.
  const shortest = gap(23_334, 23_335);
  assertEquals(whole.gaps, [missed as Gap, gap(20_001, 20_100), shortest, gap(30_000, 33_000)]);
  assertEquals(whole.complete, false);
  assertEquals(converted.take(20_050, 20_200).gaps, [gap(20_050, 20_100)]);
  // Only what a frame is made of lies in the gap, not the frame.
  const beside = converted.take(19_000, 20_001);
  assertEquals([beside.gaps.length, beside.complete], [0, true]);
  // Only what lies before it is gone.
  const brink = converted.take(17_334, 18_000);
  assertEquals([brink.startFrame, brink.gaps.length, brink.complete], [17_334, 0, true]);
  const near = converted.take(17_340, 18_000);
  assertEquals([near.startFrame, near.gaps.length, near.complete], [17_340, 0, true]);
  assertEquals(converted.take(0, 10).frames, 0);
  const [early] = converted.take(0, 10).gaps;
  assertEquals([early.startFrame, early.endFrame, early.cause], [0, 10, "missed"]);
  const empty = converted.take(20_000, 20_000);
  assertEquals([empty.frames, empty.startTime], [0, 1250]);
  const forgotten = new Snapshot({ ...feed.take(80_000, 81_000), complete: false });
  assertEquals(forgotten.convert({ channels: 2 }).complete, false);
  // A snapshot that is converted keeps what it missed.
  const again = feed.take(50_000, 60_000).convert({ sampleRate: 16_000 });
  assertEquals(again.gaps, [{ ...missed, startFrame: 16_667, endFrame: 17_334 } as Gap]);
});

Deno.test("a slow reader is told what it missed, in its own frames", async () => {
  await using ring = await openPush(48_000, 0.5);
  const blocks = ring.blocks({ seconds: 0.1, from: 0, sampleRate: 16_000 });
  const samples = noise(7, 2 * 100_000);
  for (let at = 0; at < samples.length; at += 9600) ring.push(samples.subarray(at, at + 9600));
  const { value: block } = await blocks.next();
  assert(block !== undefined);
  const [gap] = block.gaps;
  assertEquals([gap.startFrame, gap.endFrame, gap.cause], [0, block.startFrame, "missed"]);
  const whole = new Snapshot({
    samples,
    format: "f32",
    channels: 2,
    sampleRate: 48_000,
    startFrame: 0,
    startTime: 0,
    endTime: 0,
  }).convert({ sampleRate: 16_000 });
  const settled = new Snapshot({
    ...block,
    samples: block.samples.subarray(2 * 64) as Float32Array,
    startFrame: block.startFrame + 64,
  });
  check(settled, whole);
});

const BAD: [Record<string, unknown>, typeof TypeError | typeof RangeError, string][] = [
  [{ sampleRate: 7999 }, RangeError, "sampleRate is 7999"],
  [{ sampleRate: "16000" }, TypeError, "sampleRate is"],
  [{ sampleRate: 16_000.5 }, RangeError, "must be a whole number"],
  [{ channels: 0 }, RangeError, "channels is 0"],
  [{ channels: 255 }, RangeError, "channels is 255"],
  [{ channelMap: [] }, RangeError, "the length of channelMap is 0"],
  [{ channelMap: [2] }, RangeError, "channelMap[0] is 2"],
  [{ channelMap: [0, -1] }, RangeError, "channelMap[1] is -1"],
  [{ channelMap: "0" }, TypeError, 'channelMap is "0"'],
  [{ channelMap: [0], channels: 1 }, TypeError, "one too many"],
  [{ format: "s8" }, TypeError, 'format is "s8"'],
];

for (const [bad, error, words] of BAD) {
  Deno.test(`refused: ${JSON.stringify(bad)}`, async () => {
    await using ring = await openPush(8000);
    ring.push(new Float32Array(1600));
    const snapshot = ring.snapshot();
    const refused = (run: () => unknown) => assertThrows(run, error, words);
    const options = bad as object;
    refused(() => snapshot.convert(options));
    refused(() => ring.blocks(options));
    refused(() => ring.readable(options));
    refused(() => ring.listen(() => {}, options));
    refused(() => ring.clips({ ...options, above: -20 }));
    refused(() => ring.detect(() => true, { before: 0.1, after: 0.1, ...options }));
    refused(() => ring.schedule({ every: 1 }, () => {}, options));
    await assertRejects(() => ring.clip({ before: 0.1, ...options }), error, words);
    assertEquals(ring.snapshot().frames, 800);
  });
}

Deno.test("a name that there is not is refused, with those that there are", async () => {
  await using ring = await openPush(8000);
  const wrong = { samplerate: 16_000 } as object;
  assertThrows(() => ring.snapshot().convert(wrong), TypeError, "there are sampleRate, channels,");
  assertThrows(() => ring.blocks(wrong), TypeError, "sampleRate, channels, channelMap, format");
});

Deno.test("samples whose buffer is gone, or that are fewer than they say, are refused", () => {
  const samples = allocate("f32", 100);
  const parts = { format: "f32", channels: 1, sampleRate: 8000, startFrame: 0 } as const;
  const snapshot = new Snapshot({ ...parts, samples, startTime: 0, endTime: 1 });
  const forged = Object.assign(new Snapshot({ ...snapshot }), { frames: 1_000_000 });
  assertThrows(() => forged.convert(SPEECH), RangeError, "of 1000000 samples 100 are there");
  (samples.buffer as ArrayBuffer).transfer();
  assertThrows(() => snapshot.convert(SPEECH), RangeError, "of 100 samples 0 are there");
});

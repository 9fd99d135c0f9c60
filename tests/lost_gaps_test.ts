import { assertEquals } from "@std/assert";
import { convertedFeed } from "../ffi/converter.ts";
import { BlockCursor } from "../ffi/blocks.ts";
import { lostGaps, missedFrames } from "../ffi/gaps.ts";
import { Recent } from "../ffi/recent.ts";
import { startRecording } from "../ffi/record_to.ts";
import { type Gap, MicRing, push, type RecordOptions, tone } from "../mod.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { inFolder, sidecarOf } from "./_in_folder.ts";
import { until } from "./_wait.ts";

/* Of what is not there to be read any more, what was recorded and what was not. */

function gap(startFrame: number, endFrame: number, cause: Gap["cause"] = "missed"): Gap {
  return { startFrame, endFrame, cause, exact: cause === "missed" };
}

Deno.test("what is lost was missed, but for what is known not to have been recorded", () => {
  const known = [gap(0, 10, "pause"), gap(20, 30, "sleep"), gap(30, 40, "device")];
  assertEquals(lostGaps(known, 5, 50), [
    gap(5, 10, "pause"),
    gap(10, 20),
    gap(20, 30, "sleep"),
    gap(30, 40, "device"),
    gap(40, 50),
  ]);
  assertEquals(lostGaps(known, 22, 25), [gap(22, 25, "sleep")]);
  assertEquals(lostGaps([], 3, 9), [gap(3, 9)]);
  assertEquals(lostGaps([gap(5, Infinity, "stall")], 0, 9), [gap(0, 5), gap(5, 9, "stall")]);
  assertEquals(lostGaps(known, 10, 10), []);
  // Converted, they may overlap by a frame.
  assertEquals(lostGaps([gap(0, 5, "stall"), gap(4, 6, "pause"), gap(4, 5, "wipe")], 0, 6), [
    gap(0, 5, "stall"),
    gap(5, 6, "pause"),
  ]);
  assertEquals(missedFrames(lostGaps(known, 5, 50)), 20);
});

/** 1 s was recorded, for 6 s the machine slept, and 1 s was recorded; the ring holds 2 s. */
function sleeper(sampleRate = 1000): FakeFeed {
  const feed = new FakeFeed({ sampleRate, windowFrames: 2 * sampleRate });
  feed.writeRamp(sampleRate);
  feed.gaps.push({ ...gap(sampleRate, 7 * sampleRate, "sleep"), exact: false });
  feed.write(new Float32Array(6 * sampleRate));
  feed.writeRamp(sampleRate);
  return feed;
}

const SLEPT = { cause: "sleep", exact: false } as const;

Deno.test("a block behind a sleep that was longer than the ring says so", () => {
  const feed = sleeper();
  const cursor = new BlockCursor({ feed, blockFrames: 1500, from: 500 });
  const block = cursor.take()!;
  assertEquals([block.startFrame, block.lostFrames, block.complete], [6000, 5500, false]);
  assertEquals(block.gaps, [
    gap(500, 1000),
    { ...SLEPT, startFrame: 1000, endFrame: 6000 },
    { ...SLEPT, startFrame: 6000, endFrame: 7000 },
  ]);
});

Deno.test("what has come since says so, too, and less of it that was wanted", () => {
  for (const seconds of [2, 0.5]) {
    const feed = new FakeFeed({ windowFrames: 2000 });
    const recent = new Recent(feed);
    recent.read({ sinceLast: "a" });
    feed.writeRamp(1000);
    feed.gaps.push({ ...gap(1000, 7000), ...SLEPT });
    feed.write(new Float32Array(6000));
    feed.writeRamp(1000);
    const { gaps, startFrame, lostFrames } = recent.read({ sinceLast: "a", seconds });
    assertEquals([startFrame, lostFrames], [8000 - 1000 * seconds, 8000 - 1000 * seconds]);
    assertEquals(gaps.slice(0, 2), [
      gap(0, 1000),
      { ...SLEPT, startFrame: 1000, endFrame: Math.min(startFrame, 7000) },
    ]);
    assertEquals(
      gaps[2],
      seconds === 2 ? { ...SLEPT, startFrame, endFrame: 7000 } : gap(7000, 7500),
    );
  }
});

Deno.test("converted, it says the same in frames of the result", () => {
  const feed = sleeper(48_000);
  const speech = convertedFeed("read", { sampleRate: 16_000 }, feed);
  const taken = speech.take(8000, 112_000);
  assertEquals([taken.startFrame, taken.lostFrames], [96_000, 88_000]);
  const wanted = [
    gap(8000, 16_000),
    { ...SLEPT, startFrame: 16_000, endFrame: 96_000 },
    { ...SLEPT, startFrame: 96_000, endFrame: 112_000 },
  ];
  assertEquals(taken.gaps, wanted);
  assertEquals(speech.lost(8000, 8000), []);
  // And a snapshot that is converted later.
  const later = feed.take(24_000, 336_000).convert({ sampleRate: 16_000 });
  assertEquals([later.startFrame, later.lostFrames, later.gaps], [96_000, 88_000, wanted]);
});

Deno.test("converted, what was lost is of the frames that are there none", () => {
  const feed = new FakeFeed({ sampleRate: 48_000, windowFrames: 48_000 });
  // Both are shorter than a frame of the result, and round up to its first one.
  feed.gaps.push({ ...gap(1, 2), ...SLEPT });
  feed.writeRamp(48_002);
  const { gaps, startFrame } = feed.take(0, 48_002).convert({ sampleRate: 16_000 });
  assertEquals([startFrame, gaps], [1, [gap(0, 1)]]);
});

for (const result of [{}, { sampleRate: 16_000 }] as RecordOptions[]) {
  Deno.test(`a recording as ${JSON.stringify(result)} tells a sleep from what it missed`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/night.wav`;
      const feed = new FakeFeed({ sampleRate: 8000, windowFrames: 2000 });
      const recording = await startRecording(feed, 0, path, result, () => undefined);
      // All at once, as after a sleep: nobody could write the first second.
      feed.writeRamp(1000);
      feed.gaps.push({ ...gap(1000, 7000), ...SLEPT });
      feed.write(new Float32Array(6000));
      feed.writeRamp(1000);
      feed.end();
      const { frames, missedFrames } = await recording.finished;
      const rate = (result.sampleRate ?? 8000) / 8000;
      assertEquals([frames, missedFrames], [8000 * rate, 1000 * rate]);
      const { gaps, complete } = await sidecarOf(path) as { gaps: Gap[]; complete: boolean };
      assertEquals(complete, false);
      assertEquals(gaps.map(({ startFrame, endFrame, cause }) => [startFrame, endFrame, cause]), [
        [0, 1000 * rate, "missed"],
        [1000 * rate, 7000 * rate, "sleep"],
      ]);
    }));
}

Deno.test("a ring tells a pause that was longer than itself", async () => {
  await using ring = await MicRing.open({ seconds: 0.1, source: tone() });
  await using blocks = ring.blocks({ seconds: 0.05, from: 0 });
  await ring.pause();
  const from = ring.stats().writtenFrames;
  await new Promise((resolve) => setTimeout(resolve, 500));
  await ring.resume();
  await until("it is gone", () => ring.stats().oldestFrame > from + 4800);
  const { value } = await blocks.next();
  const [first, second] = value!.gaps.slice(value!.gaps[0].cause === "missed" ? 0 : 1);
  assertEquals([first.cause, first.endFrame], ["missed", from]);
  assertEquals([second.cause, second.startFrame], ["pause", from]);
});

Deno.test("what is pushed has nothing but what was missed", async () => {
  await using ring = await MicRing.open({ seconds: 0.1, source: push(), sampleRate: 8000 });
  await using blocks = ring.blocks({ seconds: 0.05, from: 0 });
  ring.push(new Float32Array(8000));
  const { value } = await blocks.next();
  assertEquals(value!.gaps, [gap(0, value!.startFrame)]);
  assertEquals(value!.lostFrames, value!.startFrame);
});

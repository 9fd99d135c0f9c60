import { assertEquals } from "@std/assert";
import { planBlocks } from "../ffi/blocks.ts";
import { triggeredClips } from "../ffi/clips.ts";
import { detectedClips } from "../ffi/detect.ts";
import { startSchedule } from "../ffi/schedule.ts";
import type { Snapshot } from "../ffi/snapshot.ts";
import { turn } from "./_detecting.ts";
import { DrivenClock } from "./_driven_clock.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { START } from "./_schedule_rig.ts";

/* Where something else is asked for than what the ring has, seconds and hertz are of that. */

const RING_RATE = 48_000;
const SPEECH = { sampleRate: 16_000 } as const;

Deno.test("converted blocks begin as many seconds ago as they are to", () => {
  const feed = new FakeFeed({ sampleRate: RING_RATE, windowFrames: 10 * RING_RATE });
  feed.writeRamp(10 * RING_RATE);
  const { from, feed: converted } = planBlocks("test", { past: 1, ...SPEECH }, feed);
  assertEquals(from, converted.writtenFrames - 16_000);
});

Deno.test("a detector's blocks, hops and rolls are of the rate that it is given", async () => {
  const feed = new FakeFeed({ sampleRate: RING_RATE });
  const shown: [from: number, to: number][] = [];
  const detector = ({ startFrame, endFrame }: Snapshot) => {
    shown.push([startFrame, endFrame]);
    return startFrame === 16_000;
  };
  const options = { hop: 0.1, seconds: 0.25, before: 0.2, after: 0.3, hold: 0, ...SPEECH };
  const clips = detectedClips(feed, detector, options);
  for (let i = 0; i < 20; i++) {
    feed.writeRamp(RING_RATE / 10);
    await turn();
  }
  const { value } = await clips.next();
  await clips.return!();
  assertEquals(shown.slice(0, 3), [[0, 4000], [1600, 5600], [3200, 7200]]);
  assertEquals([value?.startFrame, value?.endFrame], [16_000 - 3200, 20_000 + 4800]);
});

Deno.test("a trigger's filter is of the rate that it listens to", async () => {
  const feed = new FakeFeed({ sampleRate: RING_RATE });
  const rolls = { before: 0, after: 0, hold: 0 };
  const clips = triggeredClips(feed, { above: -15, highPass: 1000, sampleRate: 8000, ...rolls });
  // Loud, but 16 dB less behind the filter.
  const turns = 2 * Math.PI * 400 / RING_RATE;
  feed.write(Float32Array.from({ length: RING_RATE }, (_, i) => 0.5 * Math.sin(turns * i)));
  feed.end();
  assertEquals((await Array.fromAsync(clips)).length, 0);
});

Deno.test("a run has as many seconds as it is to, in its own rate", async () => {
  const feed = new FakeFeed({ sampleRate: 16_000, windowFrames: 240_000, startTime: START });
  const clock = new DrivenClock(START, (ms) => feed.writeRamp(16 * ms));
  const lengths: [rate: number, frames: number][] = [];
  const task = ({ sampleRate, frames }: Snapshot) => void lengths.push([sampleRate, frames]);
  using schedule = startSchedule(
    feed,
    { every: 10 },
    task,
    { seconds: 2, sampleRate: 8000 },
    clock,
  );
  await clock.advance(20_000);
  schedule.stop();
  assertEquals(lengths, [[8000, 16_000], [8000, 16_000]]);
});

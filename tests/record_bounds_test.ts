import { assertEquals } from "@std/assert";
import { startRecording } from "../ffi/record_to.ts";
import type { RecordOptions } from "../mod.ts";
import { CountingSignal } from "./_counting_signal.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { inFolder, sidecarOf } from "./_in_folder.ts";
import { until } from "./_wait.ts";

/* Where a recording begins and where it ends, to the frame. */

function start(feed: FakeFeed, path: string, options: RecordOptions = {}, asked = 0) {
  return startRecording(feed, asked, path, options, () => undefined);
}

Deno.test("what came while it was begun is in it", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    feed.writeRamp(1000);
    const asked = feed.writtenFrames;
    feed.writeRamp(200);
    const now = await start(feed, `${folder}/now.wav`, {}, asked);
    const past = await start(feed, `${folder}/past.wav`, { past: 0.5 }, asked);
    assertEquals([(await now.stop()).frames, (await past.stop()).frames], [200, 700]);
  }));

Deno.test("it ends where it was stopped first", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const recording = await start(feed, `${folder}/a.wav`);
    feed.writeRamp(500);
    const first = recording.stop();
    feed.writeRamp(500);
    assertEquals([(await recording.stop()).frames, (await first).frames], [500, 500]);
  }));

Deno.test("stopped while it is behind, it needs nothing more to come", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const recording = await start(feed, `${folder}/a.wav`);
    // More than is written in one go, and in the end less than is waited for.
    feed.writeRamp(2050);
    assertEquals((await recording.stop()).frames, 2050);
  }));

Deno.test("of a ring that is shorter than what is written in one go nothing is missed", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed({ windowFrames: 60 });
    const recording = await start(feed, `${folder}/a.wav`);
    for (let written = 0; written < 600; written += 15) {
      feed.writeRamp(15);
      await until("it is written", () => recording.frames === written + 15);
    }
    assertEquals((await recording.stop()).missedFrames, 0);
  }));

Deno.test("one without a frame ended when it began", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed({ startTime: 1.7e12 });
    await (await start(feed, `${folder}/a.wav`)).stop();
    const { start: begin, end, startTime, endTime } = await sidecarOf(`${folder}/a.wav`);
    assertEquals([end, endTime], [begin, startTime]);
  }));

Deno.test("ended, or never begun, it leaves nothing behind at its signal", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const counting = new CountingSignal();
    const { signal } = counting;
    const recording = await start(feed, `${folder}/a.wav`, { signal });
    assertEquals(counting.count, 1);
    await recording.stop();
    assertEquals(counting.count, 0);
    await start(feed, `${folder}/none/a.wav`, { signal }).catch(() => {});
    assertEquals(counting.count, 0);
  }));

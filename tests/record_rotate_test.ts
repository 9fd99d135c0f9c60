import { assert, assertEquals } from "@std/assert";
import { startRecording } from "../ffi/record_to.ts";
import { rotatedPath } from "../ffi/recording.ts";
import { HEADER_BYTES } from "../ffi/wav_file.ts";
import type { Gap, RecordOptions } from "../mod.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { inFolder, sidecarOf } from "./_in_folder.ts";
import { until } from "./_wait.ts";

/* Recordings of several files: where each ends, what it is called, and what it says of itself. */

function start(feed: FakeFeed, path: string, options: RecordOptions) {
  return startRecording(feed, 0, path, options, () => undefined);
}

Deno.test("a file's time stands before its ending, wherever else there is a dot", () => {
  const time = Date.UTC(2026, 10, 23, 6);
  const text = "2026-11-23T06-00-00.000Z";
  assertEquals(rotatedPath("bird.wav", time), `bird-${text}.wav`);
  assertEquals(rotatedPath("/a.b/bird", time), `/a.b/bird-${text}`);
  assertEquals(rotatedPath("./bird.song.wav", time), `./bird.song-${text}.wav`);
});

Deno.test("of seconds and bytes what comes first ends a file, and no file has more", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const rotate = { seconds: 1, bytes: 1e6 };
    const recording = await start(feed, `${folder}/seconds.wav`, { rotate });
    feed.writeRamp(3000);
    assertEquals((await recording.stop()).files.length, 3);
    const fast = new FakeFeed({ sampleRate: 8000, windowFrames: 200_000 });
    const bytes = 65_537;
    const odd = await start(fast, `${folder}/bytes.wav`, { rotate: { bytes }, format: "u8" });
    fast.writeRamp(150_000);
    const { files } = await odd.stop();
    for (const path of files) assert((await Deno.stat(path)).size <= bytes, path);
    assertEquals(files.length, 3);
  }));

Deno.test("seconds and bytes are those of the file, whatever the ring is", () =>
  inFolder(async (folder) => {
    const wanted = [
      [{ seconds: 0.5 }, 4000],
      [{ bytes: 65_536 }, Math.floor((65_536 - HEADER_BYTES - 1) / 2)],
    ] as const;
    for (const [rotate, frames] of wanted) {
      const feed = new FakeFeed({ sampleRate: 48_000, channels: 2, windowFrames: 960_000 });
      const options = { sampleRate: 8000, channels: 1, format: "s16", rotate } as const;
      const recording = await start(feed, `${folder}/${frames}.wav`, options);
      feed.writeRamp(480_000);
      const { files } = await recording.stop();
      assertEquals((await sidecarOf(files[0])).frames, frames);
    }
  }));

Deno.test("each file says when it began and ended, and how far a gap goes on in it", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const gap: Gap = { startFrame: 300, endFrame: 1700, cause: "pause", exact: false };
    feed.gaps.push(gap);
    const recording = await start(feed, `${folder}/a.wav`, { rotate: { seconds: 1 } });
    // Both files, and the gap in each, grow by and by.
    for (let written = 0; written < 2000; written += 200) {
      feed.writeRamp(200);
      await until("it is written", () => recording.frames === written + 200);
    }
    const { files } = await recording.stop();
    const sidecars = await Promise.all(files.map(sidecarOf));
    const times = sidecars.map(({ start, end, endTime }) => [
      Date.parse(start),
      Date.parse(end),
      endTime,
    ]);
    assertEquals(times, [[0, 1000, 1000], [1000, 2000, 2000]]);
    const gaps = sidecars.map(({ gaps: [gap] }) => [Date.parse(gap.start), Date.parse(gap.end)]);
    assertEquals(gaps, [[300, 1000], [1000, 1700]]);
  }));

Deno.test("the next file has the device of its own beginning, and replaces what was there", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const path = `${folder}/a.wav`;
    await Deno.writeTextFile(rotatedPath(path, feed.timeAt(1000)), "old");
    let device = "first";
    const options = { rotate: { seconds: 1 }, exists: "replace" } as const;
    const recording = await startRecording(feed, 0, path, options, () => device);
    feed.writeRamp(500);
    await until("it is written", () => recording.frames === 500);
    device = "second";
    feed.writeRamp(1000);
    const { files } = await recording.stop();
    const devices = (await Promise.all(files.map(sidecarOf))).map(({ device }) => device);
    assertEquals(devices, ["first", "second"]);
  }));

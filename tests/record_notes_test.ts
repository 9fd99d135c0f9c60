import { assert, assertEquals, assertRejects } from "@std/assert";
import { startRecording } from "../ffi/record_to.ts";
import { SidecarFile } from "../ffi/sidecar.ts";
import { MicRing, push, type RecordOptions, Snapshot } from "../mod.ts";
import { FakeFeed, rampAt } from "./_fake_feed.ts";
import { inFolder, sidecarOf } from "./_in_folder.ts";
import { difference } from "./_signal.ts";
import { until } from "./_wait.ts";
import { floatsOf, readWav } from "./_wav_reader.ts";

/* How files are named, what stands beside them, and when they end. */

const DEVICE = "Mikrofon für die Küche";

function start(feed: FakeFeed, path: string, options: RecordOptions = {}) {
  return startRecording(feed, 0, path, options, () => DEVICE);
}

Deno.test("files that begin in the same millisecond have names of their own", () =>
  inFolder(async (folder) => {
    for (const exists of ["refuse", "replace"] as const) {
      const feed = new FakeFeed({ sampleRate: 384_000, channels: 254, windowFrames: 2000 });
      const recording = await start(feed, `${folder}/${exists}.wav`, {
        rotate: { bytes: 65_536 },
        exists,
      });
      feed.writeRamp(1000);
      const { files } = await recording.stop();
      assertEquals(files.length, Math.ceil(1000 / 63));
      assertEquals([...files].sort(), files);
      const all: number[] = [];
      for (const path of files) all.push(...floatsOf(readWav(await Deno.readFile(path))));
      const wanted = Float32Array.from(
        { length: 254_000 },
        (_, i) => rampAt("f32", Math.floor(i / 254), i % 254),
      );
      assertEquals(difference(all, wanted), undefined);
    }
  }));

Deno.test("a signal that is aborted while the file is begun ends it, too", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const controller = new AbortController();
    const starting = start(feed, `${folder}/a.wav`, { signal: controller.signal });
    controller.abort();
    feed.writeRamp(500);
    const recording = await starting;
    assertEquals((await recording.finished).frames, 0);
    assertEquals(feed.waiting, 0);
    assertEquals((await sidecarOf(`${folder}/a.wav`)).finished, true);
  }));

Deno.test("how wrong its times may be is known while it is written", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const path = `${folder}/a.wav`;
    await using recording = await start(feed, path);
    const before = await sidecarOf(path);
    assertEquals([before.timeUncertainty, before.finished], [undefined, false]);
    feed.writeRamp(500);
    await until("it is written", () => recording.frames === 500);
    const during = await sidecarOf(path);
    assertEquals([during.timeUncertainty, during.finished], [0.001, false]);
  }));

Deno.test("what is written again and again beside a file does not grow", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const path = `${folder}/Vögel.wav`;
    const gap = { startFrame: 0, endFrame: 20_000, cause: "pause", exact: false } as const;
    feed.gaps.push(gap);
    const recording = await start(feed, path);
    for (let written = 0; written < 20_000; written += 200) {
      feed.writeRamp(200);
      await until("it is written", () => recording.frames === written + 200);
    }
    const { device, file, gaps } = await sidecarOf(path);
    assertEquals([device, file, gaps.length], [DEVICE, "Vögel.wav", 1]);
    assertEquals([gaps[0].startFrame, gaps[0].endFrame], [0, 20_000]);
    const text = await Deno.readTextFile(`${path}.json`);
    assert(text.length < text.trimEnd().length + 50, `${text.length}`);
    await recording.stop();
  }));

Deno.test("what becomes shorter has nothing left of what was there before", () =>
  inFolder(async (folder) => {
    const about = {
      file: "a.wav",
      finished: false,
      start: "",
      startTime: 0,
      sampleRate: 8000,
      channels: 1,
      format: "f32",
      startFrame: 0,
      complete: true,
      gaps: [],
    } as const;
    const first = { ...about, device: DEVICE };
    const sidecar = await SidecarFile.open(`${folder}/a.wav`, "refuse");
    await sidecar.write(first);
    assertEquals(await sidecarOf(`${folder}/a.wav`), first);
    const { size } = await Deno.stat(`${folder}/a.wav.json`);
    for (const device of [undefined, "x", DEVICE]) {
      await sidecar.write({ ...about, device });
      assertEquals((await sidecarOf(`${folder}/a.wav`)).device, device);
      assertEquals((await Deno.stat(`${folder}/a.wav.json`)).size, size);
    }
    sidecar.close();
  }));

Deno.test("thousands of gaps are noted, and not all of them with every one", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const gapAt = (frame: number) =>
      ({ startFrame: frame, endFrame: frame + 10, cause: "overrun", exact: true }) as const;
    for (let frame = 50; frame < 200_000; frame += 100) feed.gaps.push(gapAt(frame));
    const path = `${folder}/gaps.wav`;
    const { write } = Deno.FsFile.prototype;
    let bytes = 0;
    Deno.FsFile.prototype.write = function (data) {
      bytes += data.length;
      return write.call(this, data);
    };
    try {
      const recording = await start(feed, path);
      for (let written = 0; written < 200_000; written += 500) {
        feed.writeRamp(500);
        await until("it is written", () => recording.frames === written + 500);
      }
      const { length } = (await sidecarOf(path)).gaps;
      assert(length > 1900, `${length} gaps while it is recorded`);
      await recording.stop();
    } finally {
      Deno.FsFile.prototype.write = write;
    }
    const { gaps } = await sidecarOf(path);
    assertEquals(gaps.length, 2000);
    gaps.forEach(({ startFrame, endFrame }: Record<string, number>, i: number) =>
      assertEquals([startFrame, endFrame], [100 * i + 50, 100 * i + 60])
    );
    // 100,000 bytes a second at most; all of them each time are five times as many.
    assert(bytes < 200 * 100_000 + 2e6, `${bytes} bytes`);
  }));

Deno.test("all that a ring holds may be recorded, and read on, whatever it becomes", () =>
  inFolder(async (folder) => {
    await using ring = await MicRing.open({
      seconds: 1 / 3,
      source: push(),
      sampleRate: 44_100,
      channels: 1,
    });
    ring.push(new Float32Array(30_000).fill(0.25));
    const result = { past: 1 / 3, sampleRate: 16_000 };
    const recording = await ring.recordTo(`${folder}/a.wav`, result);
    const { frames } = await recording.stop();
    assert(frames > 5200, `${frames}`);
    await using blocks = ring.blocks({ ...result, seconds: 0.3 });
    assertEquals((await blocks.next()).value?.frames, 4800);
    await assertRejects(
      () => ring.recordTo(new URL(`file://${folder}/a%00b.wav`)),
      TypeError,
      "the path is text with a NUL character",
    );
  }));

Deno.test("of all uncertainties of its times the worst is told", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const { take } = feed;
    const uncertainties = [0.001, 0.05, 0.002];
    feed.take = (from, to) => {
      const timeUncertainty = uncertainties.shift() ?? 0.002;
      return new Snapshot({ ...take.call(feed, from, to), timeUncertainty });
    };
    const recording = await start(feed, `${folder}/a.wav`);
    for (let i = 1; i <= 3; i++) {
      feed.writeRamp(200);
      await until("it is written", () => recording.frames === 200 * i);
    }
    await recording.stop();
    assertEquals((await sidecarOf(`${folder}/a.wav`)).timeUncertainty, 0.05);
  }));

Deno.test("with gaps that nobody knows any more it is not complete", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const { take } = feed;
    feed.take = (from, to) => new Snapshot({ ...take.call(feed, from, to), complete: false });
    const recording = await start(feed, `${folder}/a.wav`);
    feed.writeRamp(500);
    await recording.stop();
    const { complete, gaps } = await sidecarOf(`${folder}/a.wav`);
    assertEquals([complete, gaps], [false, []]);
  }));

Deno.test("of a longer JSON that is replaced nothing is left", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    await Deno.writeTextFile(`${path}.json`, `"${"x".repeat(5000)}"`);
    await (await start(new FakeFeed(), path, { exists: "replace" })).stop();
    assertEquals((await sidecarOf(path)).finished, true);
  }));

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type FinishedRecording,
  MicRing,
  MicRingError,
  push,
  type RecordOptions,
  sequence,
} from "../mod.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { startRecording } from "../ffi/record_to.ts";
import { difference, signal } from "./_signal.ts";
import { sleep, until } from "./_wait.ts";
import { floatsOf, readWav } from "./_wav_reader.ts";
import { inFolder, sidecarOf } from "./_in_folder.ts";

const RATE = 8000;

function openPush(seconds = 5): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds, source: push(), sampleRate: RATE, channels: 2 });
}

/** The files' frames, laid end to end; each says itself when it began. */
async function framesOf({ files }: FinishedRecording): Promise<Float32Array> {
  const all: number[] = [];
  for (const path of files) {
    const wav = readWav(await Deno.readFile(path));
    const sidecar = await sidecarOf(path);
    assertEquals([sidecar.finished, sidecar.frames], [true, wav.frames]);
    assertEquals(path.endsWith(`/${sidecar.file}`), true);
    assert(Math.abs(wav.startTime - sidecar.startTime) < 1, `${wav.startTime}`);
    all.push(...floatsOf(wav));
  }
  return Float32Array.from(all);
}

Deno.test("a recording has every frame from where it began to where it was stopped", () =>
  inFolder(async (folder) => {
    await using ring = await openPush();
    ring.push(signal("f32", 2, 0, 1234));
    const recording = await ring.recordTo(`${folder}/all.wav`);
    const late = await ring.recordTo(new URL(`file://${folder}/past.wav`), { past: 0.05 });
    assertEquals([recording.path, recording.frames], [`${folder}/all.wav`, 0]);
    for (let at = 1234; at < 60_000; at += 777) {
      ring.push(signal("f32", 2, at, at + 777));
      await sleep(0.001);
    }
    const written = ring.stats().writtenFrames;
    const done = await recording.stop();
    assertEquals(done, {
      files: [`${folder}/all.wav`],
      frames: written - 1234,
      missedFrames: 0,
    });
    assertEquals([recording.frames, recording.seconds], [done.frames, done.frames / RATE]);
    assertEquals(difference(await framesOf(done), signal("f32", 2, 1234, written)), undefined);
    const past = await late.stop();
    assertEquals(difference(await framesOf(past), signal("f32", 2, 834, written)), undefined);
    const { start, end, complete, gaps, startFrame, channels, format, sampleRate } =
      await sidecarOf(`${folder}/past.wav`);
    assertEquals(
      { complete, gaps, startFrame, channels, format, sampleRate },
      { complete: true, gaps: [], startFrame: 834, channels: 2, format: "f32", sampleRate: RATE },
    );
    assert(Date.parse(end) > Date.parse(start));
    assertEquals(await recording.stop(), done);
  }));

/** What the frames are of a recording that begins at one. */
async function recordedFrom(ring: MicRing<"f32">, from: number, folder: string) {
  const recording = await ring.recordTo(`${folder}/${from}.wav`, { from });
  return { recording, from, path: `${folder}/${from}.wav` };
}

Deno.test("a recording begins at the frame that it is told, or with the oldest there is", () =>
  inFolder(async (folder) => {
    await using ring = await openPush(1);
    ring.push(signal("f32", 2, 0, 20_000));
    const oldest = 20_000 - RATE;
    const begun = [];
    for (const from of [0, 15_000, 20_000, 26_000]) {
      begun.push(await recordedFrom(ring, from, folder));
    }
    const never = await recordedFrom(ring, 1e9, folder);
    for (let at = 20_000; at < 30_000; at += 500) {
      ring.push(signal("f32", 2, at, at + 500));
      await sleep(0.002);
    }
    for (const { recording, from, path } of begun) {
      const done = await recording.stop();
      const first = Math.max(from, oldest);
      assertEquals([done.missedFrames, done.frames], [0, 30_000 - first]);
      assertEquals(difference(await framesOf(done), signal("f32", 2, first, 30_000)), undefined);
      assertEquals((await sidecarOf(path)).startFrame, first);
    }
    assertEquals((await never.recording.stop()).frames, 0);
  }));

Deno.test("a converted recording begins at a frame of its own rate", () =>
  inFolder(async (folder) => {
    await using ring = await openPush();
    ring.push(signal("f32", 2, 0, 20_000));
    const wanted = ring.snapshot({ from: 0, to: 20_000 }).convert({ sampleRate: 16_000 });
    const options = { from: 12_345, sampleRate: 16_000 } as const;
    const done = await (await ring.recordTo(`${folder}/x.wav`, options)).stop();
    const expected = wanted.samples.subarray(2 * 12_345, 2 * (12_345 + done.frames));
    assert(done.frames > 27_000);
    assertEquals(difference(await framesOf(done), expected), undefined);
  }));

for (const rotate of [{ seconds: 0.3 }, { bytes: 65_536 }, { seconds: 2, bytes: 65_537 }]) {
  Deno.test(`rotated by ${JSON.stringify(rotate)}, the files laid end to end are the recording`, () =>
    inFolder(async (folder) => {
      await using ring = await openPush();
      const recording = await ring.recordTo(`${folder}/part.wav`, { rotate });
      for (let at = 0; at < 40_000; at += 1111) {
        ring.push(signal("f32", 2, at, at + 1111));
        await sleep(0.002);
      }
      const written = ring.stats().writtenFrames;
      const done = await recording.stop();
      assertEquals(difference(await framesOf(done), signal("f32", 2, 0, written)), undefined);
      assert(done.files.length > 4, done.files.join());
      assertEquals(new Set(done.files).size, done.files.length);
      for (const path of done.files) {
        assert(/\/part-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.wav$/.test(path), path);
        const { size } = await Deno.stat(path);
        const { frames } = readWav(await Deno.readFile(path));
        assert(size <= (rotate.bytes ?? Infinity) && frames <= (rotate.seconds ?? 10) * RATE);
      }
      const full = readWav(await Deno.readFile(done.files[0])).frames;
      assertEquals(full, rotate.bytes ? Math.floor((rotate.bytes - 727) / 8) : 2400);
    }));
}

Deno.test("what is recorded can be converted", () =>
  inFolder(async (folder) => {
    await using ring = await openPush();
    const result = { sampleRate: 16_000, channels: 1, format: "s16" } as const;
    const recording = await ring.recordTo(`${folder}/speech.wav`, result);
    ring.push(signal("f32", 2, 0, 20_000));
    const { files, frames } = await recording.stop();
    const wav = readWav(await Deno.readFile(files[0]));
    assertEquals([wav.sampleRate, wav.channels, wav.bits], [16_000, 1, 16]);
    const whole = ring.snapshot().convert(result).samples.subarray(0, frames);
    assertEquals(difference(new Int16Array(wav.data.slice().buffer), whole), undefined);
    assert(frames > 39_000, `${frames}`);
  }));

Deno.test("the source's end, the ring's closing and a signal end it", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed({ sampleRate: RATE });
    const start = (name: string, options: RecordOptions = {}) =>
      startRecording(feed, 0, `${folder}/${name}.wav`, options, () => undefined);
    const ended = await start("ended");
    feed.writeRamp(5001);
    feed.end();
    const { frames } = await ended.finished;
    assertEquals(frames, 5001);
    assertEquals((await sidecarOf(`${folder}/ended.wav`)).endTime, 1000 * 5001 / RATE);

    await using ring = await openPush();
    const controller = new AbortController();
    const aborted = await ring.recordTo(`${folder}/aborted.wav`, { signal: controller.signal });
    const closed = await ring.recordTo(`${folder}/closed.wav`);
    ring.push(signal("f32", 2, 0, 100));
    controller.abort();
    assertEquals((await aborted.finished).frames, 100);
    ring.push(signal("f32", 2, 100, 6000));
    await until("it is written", () => closed.frames === 6000);
    await ring.close();
    assertEquals((await closed.finished).frames, 6000);
    assertEquals((await closed.stop()).frames, 6000);
    const error = await assertRejects(() => ring.recordTo(`${folder}/no.wav`), MicRingError);
    assertEquals(error.code, "closed");
  }));

Deno.test("pauses are silence, and stand in the sidecar, with their times", () =>
  inFolder(async (folder) => {
    const source = sequence();
    await using ring = await MicRing.open({ seconds: 5, source, sampleRate: RATE });
    const recording = await ring.recordTo(`${folder}/pause.wav`, { past: 5 });
    await sleep(0.3);
    await ring.pause();
    await sleep(0.4);
    await ring.resume();
    await sleep(0.3);
    const done = await recording.stop();
    const [gap, ...others] = (await sidecarOf(`${folder}/pause.wav`)).gaps;
    assertEquals([gap.cause, others], ["pause", []]);
    assert(gap.endFrame - gap.startFrame > 0.3 * RATE, JSON.stringify(gap));
    const seconds = (Date.parse(gap.end) - Date.parse(gap.start)) / 1000;
    assert(Math.abs(seconds - (gap.endFrame - gap.startFrame) / RATE) < 0.05, `${seconds} s`);
    const frames = await framesOf(done);
    frames.forEach((sample, i) => {
      const lost = i >= gap.startFrame && i < gap.endFrame;
      assertEquals(sample, lost ? 0 : i, `frame ${i}`);
    });
  }));

Deno.test("what was overwritten before it was written is silence, and is told", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed({ sampleRate: RATE, windowFrames: 4000, format: "s16" });
    const recording = await startRecording(feed, 0, `${folder}/late.wav`, {
      format: "u8",
      rotate: { seconds: 1 },
    }, () => "a microphone");
    // All at once, as if the disk had been slow: 26,000 of 30,000 are gone.
    feed.writeRamp(30_000);
    const { files, frames, missedFrames } = await recording.stop();
    assertEquals([frames, missedFrames, files.length], [30_000, 26_000, 4]);
    const bytes: number[] = [];
    for (const path of files) bytes.push(...readWav(await Deno.readFile(path)).data);
    const whole = feed.take(26_000, 30_000).convert({ format: "u8" }).samples;
    const wanted = [...new Uint8Array(26_000).fill(128), ...whole];
    assertEquals(difference(bytes, wanted), undefined);
    const sidecars = await Promise.all(files.map(sidecarOf));
    assertEquals(
      sidecars.map(({ gaps }) =>
        gaps.map((
          { startFrame, endFrame, cause }: Record<string, never>,
        ) => [startFrame, endFrame, cause])
      ),
      [[[0, 8000, "missed"]], [[0, 8000, "missed"]], [[0, 8000, "missed"]], [[0, 2000, "missed"]]],
    );
    assertEquals(
      sidecars.map(({ complete, device }) => [complete, device]),
      Array(4).fill([
        false,
        "a microphone",
      ]),
    );
    assertEquals(sidecars.map(({ startFrame }) => startFrame), [0, 8000, 16_000, 24_000]);
  }));

const BAD: [unknown, unknown, new (...args: never[]) => Error, string][] = [
  [3, {}, TypeError, "the path is 3"],
  ["", {}, TypeError, "the path is empty"],
  ["a\0b", {}, TypeError, "NUL"],
  [new URL("https://x/y"), {}, TypeError, "not a path or a file: URL"],
  ["x", null, TypeError, "the options are null"],
  ["x", { rotation: 1 }, TypeError, '"rotation"'],
  ["x", { rotate: 5 }, TypeError, "the options are 5"],
  ["x", { rotate: {} }, TypeError, "neither seconds nor bytes"],
  ["x", { rotate: { seconds: 0.05 } }, RangeError, "rotate.seconds is 0.05"],
  ["x", { rotate: { bytes: 1000 } }, RangeError, "rotate.bytes is 1000"],
  ["x", { rotate: { minutes: 1 } }, TypeError, '"minutes"'],
  ["x", { past: 6 }, RangeError, "past is 6"],
  ["x", { past: "1" }, TypeError, "past is"],
  ["x", { from: 0.5 }, RangeError, "from is 0.5"],
  ["x", { from: -1 }, RangeError, "from is -1"],
  ["x", { from: "0" }, TypeError, "from is"],
  ["x", { from: 0, past: 0 }, TypeError, "from and past are one too many"],
  ["x", { exists: "append" }, TypeError, 'exists is "append"'],
  ["x", { signal: 1 }, TypeError, "not an AbortSignal"],
  ["x", { sampleRate: 1 }, RangeError, "sampleRate is 1"],
  ["x", { signal: AbortSignal.abort() }, DOMException, "abort"],
];

Deno.test("whatever is wrong is refused, and no file is begun", () =>
  inFolder(async (folder) => {
    await using ring = await openPush();
    for (const [path, options, error, words] of BAD) {
      const where = path === "x" ? `${folder}/x.wav` : path as string;
      await assertRejects(() => ring.recordTo(where, options as RecordOptions), error, words);
    }
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    const code = async (path: string) => {
      const error = await assertRejects(() => ring.recordTo(path), MicRingError);
      return [error.code, error.message];
    };
    assertEquals(await code(`${folder}/none/x.wav`), [
      "file-write-failed",
      `Cannot record to ${folder}/none/x.wav: the folder is not there`,
    ]);
    await Deno.writeTextFile(`${folder}/there.wav`, "mine");
    assertEquals(await code(`${folder}/there.wav`), [
      "file-write-failed",
      `Cannot record to ${folder}/there.wav: there is a file of that name; choose another, or ` +
      'exists: "replace"',
    ]);
    assertEquals(await Deno.readTextFile(`${folder}/there.wav`), "mine");
    const replaced = await ring.recordTo(`${folder}/there.wav`, { exists: "replace" });
    assertEquals((await replaced.stop()).frames, 0);
    assertEquals(readWav(await Deno.readFile(`${folder}/there.wav`)).frames, 0);
  }));

Deno.test("a folder that vanishes ends the recording with an error, and not the ring", () =>
  inFolder(async (folder) => {
    await using ring = await openPush();
    await Deno.mkdir(`${folder}/gone`);
    const rotate = { seconds: 0.5 };
    const recording = await ring.recordTo(`${folder}/gone/part.wav`, { rotate });
    const { finished } = recording;
    ring.push(signal("f32", 2, 0, 3000));
    await until("it is written", () => recording.frames === 3000);
    await Deno.remove(`${folder}/gone`, { recursive: true });
    ring.push(signal("f32", 2, 3000, 9000));
    const error = await assertRejects(() => finished, MicRingError, "is not there any more");
    assertEquals(error.code, "file-write-failed");
    await assertRejects(() => recording.stop(), MicRingError);
    const { samples, startFrame, endFrame } = ring.snapshot();
    assertEquals(difference(samples, signal("f32", 2, startFrame, endFrame)), undefined);
    assertEquals(endFrame, 9000);
  }));

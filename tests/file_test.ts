import { assert, assertEquals, assertRejects } from "@std/assert";
import { file, MicRing, MicRingError, type SampleFormat, Snapshot, tone } from "../mod.ts";
import { difference, signal } from "./_signal.ts";
import { testWith } from "./_tools.ts";
import { until } from "./_wait.ts";

const FRAMES = 20_011;
const SAMPLE_RATE = 16_000;

function wavOf<F extends SampleFormat>(format: F, channels: number, frames = FRAMES) {
  return new Snapshot({
    samples: signal(format, channels, 0, frames),
    format,
    channels,
    sampleRate: SAMPLE_RATE,
    startFrame: 0,
    startTime: 0,
    endTime: 0,
  }).toWav();
}

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "micring-file-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const format of ["f32", "s16"] as const) {
  for (const channels of [1, 2]) {
    Deno.test(`a WAV of ${channels} channels in ${format} goes through the ring sample by sample`, () =>
      withFolder(async (folder) => {
        const path = `${folder}/á b.wav`;
        await Deno.writeFile(path, wavOf(format, channels));
        await using ring = await MicRing.open({
          seconds: 2,
          source: file(path, { speed: 20 }),
          format,
        });
        assertEquals([ring.sampleRate, ring.channels], [SAMPLE_RATE, channels]);
        await ring.finished();
        assertEquals(ring.stats().ended, true);
        const { samples, startFrame } = ring.snapshot();
        assertEquals(startFrame, 0);
        assertEquals(difference(samples, signal(format, channels, 0, FRAMES)), undefined);
      }));
  }
}

Deno.test("what has ended is not changed by a pause", () =>
  withFolder(async (folder) => {
    const path = `${folder}/ended.wav`;
    await Deno.writeFile(path, wavOf("f32", 1));
    await using ring = await MicRing.open({ seconds: 2, source: file(path, { speed: 20 }) });
    await ring.finished();
    for (let round = 0; round < 2; round++) {
      await ring.pause();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await ring.resume();
      const { samples, gaps, startFrame } = ring.snapshot();
      assertEquals([ring.state, startFrame, gaps], ["ended", 0, []]);
      assertEquals(difference(samples, signal("f32", 1, 0, FRAMES)), undefined);
    }
  }));

Deno.test("paths may have a percent sign, as text and in a URL", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/100%.wav`, wavOf("f32", 1));
    for (const path of [`${folder}/100%.wav`, new URL(`file://${folder}/100%.wav`)]) {
      await using ring = await MicRing.open({ seconds: 2, source: file(path, { speed: 20 }) });
      await ring.finished();
      assertEquals(ring.snapshot().frames, FRAMES);
    }
  }));

Deno.test("a looped file goes on without a seam", () =>
  withFolder(async (folder) => {
    const path = new URL(`file://${folder}/loop.wav`);
    await Deno.writeFile(path, wavOf("f32", 1, 997));
    const source = file(path, { loop: true, speed: 20 });
    await using ring = await MicRing.open({ seconds: 1, source });
    await until("three seconds of it", () => ring.stats().writtenFrames > 3 * SAMPLE_RATE);
    const { samples, startFrame } = ring.snapshot();
    const period = signal("f32", 1, 0, 997);
    const expected = samples.map((_, i) => period[(startFrame + i) % 997]);
    assertEquals(difference(samples, expected), undefined);
    assertEquals(ring.stats().ended, false);
  }));

Deno.test("asked for another rate or channels, a file is converted", () =>
  withFolder(async (folder) => {
    const path = `${folder}/tone.wav`;
    const samples = Float32Array.from(
      { length: SAMPLE_RATE },
      (_, i) => 0.5 * Math.sin(2 * Math.PI * 500 * i / SAMPLE_RATE),
    );
    const parts = { samples, format: "f32", channels: 1, sampleRate: SAMPLE_RATE } as const;
    const snapshot = new Snapshot({ ...parts, startFrame: 0, startTime: 0, endTime: 0 });
    await Deno.writeFile(path, snapshot.toWav());
    const source = file(path, { speed: 20 });
    const options = { seconds: 2, source, sampleRate: 48_000, channels: 2 };
    await using ring = await MicRing.open(options);
    await ring.finished();
    const got = ring.snapshot();
    assert(Math.abs(got.frames - 48_000) < 100, `${got.frames} frames`);
    assertEquals(difference(got.channel(0), got.channel(1)), undefined);
    assert(Math.abs(got.level(0).peakDbfs + 6.02) < 0.2, `${got.level(0).peakDbfs} dBFS`);
  }));

const SOX = "sox libsox-fmt-mp3";

/** Encodes with a program that has nothing in common with the decoder under test. */
async function sox(from: string, to: string): Promise<string> {
  const { success, stderr } = await new Deno.Command("sox", { args: [from, to] }).output();
  if (success) return to;
  throw new Error(`Cannot encode ${to}: ${new TextDecoder().decode(stderr)} (${SOX})`);
}

async function encode(folder: string, ending: string): Promise<string> {
  const wav = `${folder}/in.wav`;
  await Deno.writeFile(wav, wavOf("s16", 2));
  return await sox(wav, `${folder}/out.${ending}`);
}

testWith(
  ["sox"],
  SOX,
  "a FLAC goes through the ring sample by sample",
  () =>
    withFolder(async (folder) => {
      const source = file(await encode(folder, "flac"), { speed: 20 });
      await using ring = await MicRing.open({ seconds: 2, source, format: "s16" });
      await ring.finished();
      assertEquals(difference(ring.snapshot().samples, signal("s16", 2, 0, FRAMES)), undefined);
    }),
);

interface BadFile {
  readonly what: string;
  readonly code: string;
  readonly says: string;
  /** Puts it there; returns its path. */
  readonly make: (folder: string) => Promise<string> | string;
}

function written(bytes: Uint8Array, name = "bad.wav"): BadFile["make"] {
  return async (folder) => {
    await Deno.writeFile(`${folder}/${name}`, bytes);
    return `${folder}/${name}`;
  };
}

const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3)) & 0x7f);

const BAD_FILES: BadFile[] = [
  {
    what: "that is missing",
    code: "file-unreadable",
    says: "no such file",
    make: (folder) => `${folder}/nowhere.wav`,
  },
  {
    what: "that is a directory",
    code: "file-unreadable",
    says: "it is a directory",
    make: (folder) => folder,
  },
  {
    what: "that is empty",
    code: "file-not-audio",
    says: "it is empty",
    make: written(new Uint8Array(0)),
  },
  {
    what: "of text",
    code: "file-not-audio",
    says: "no WAV, FLAC or MP3",
    make: written(new TextEncoder().encode("This is not audio.\n".repeat(500))),
  },
  {
    what: "of bytes that mean nothing",
    code: "file-not-audio",
    says: "no WAV, FLAC or MP3",
    make: written(noise, "bad.mp3"),
  },
  {
    what: "that ends within its header",
    code: "file-truncated",
    says: "its header promises 80088 bytes, it has 30",
    make: written(wavOf("f32", 1).subarray(0, 30)),
  },
  {
    what: "with a header and no audio",
    code: "file-not-audio",
    says: "no audio in it",
    make: written(wavOf("f32", 1, 0)),
  },
  {
    what: "that is cut off in the middle",
    code: "file-truncated",
    says: "its header promises 80088 bytes, it has 40000",
    make: written(wavOf("f32", 1).subarray(0, 40_000)),
  },
  {
    what: "that is cut off at its last frame",
    code: "file-truncated",
    says: "it is cut off",
    make: written(wavOf("s16", 2).subarray(0, -2)),
  },
];

for (const { what, code, says, make } of BAD_FILES) {
  Deno.test(`open refuses a file ${what}`, () =>
    withFolder(async (folder) => {
      const path = await make(folder);
      const error = await assertRejects(
        () => MicRing.open({ seconds: 1, source: file(path) }),
        MicRingError,
        says,
      );
      assertEquals((error as MicRingError).code, code);
      assert((error as Error).message.startsWith(`Cannot open the file ${path}: `));
    }));
}

testWith(["sox"], SOX, "a FLAC that is cut off is refused", () =>
  withFolder(async (folder) => {
    const path = await encode(folder, "flac");
    const whole = await Deno.readFile(path);
    await Deno.writeFile(path, whole.subarray(0, whole.length / 2));
    const error = await assertRejects(
      () => MicRing.open({ seconds: 1, source: file(path) }),
      MicRingError,
      "promises 20011 frames, and the last is missing",
    );
    assertEquals((error as MicRingError).code, "file-truncated");
  }));

Deno.test("a WAV whose header does not know its length is played to its end", () =>
  withFolder(async (folder) => {
    const path = `${folder}/piped.wav`;
    const bytes = wavOf("f32", 1);
    new DataView(bytes.buffer).setUint32(4, 0xffffffff, true);
    await Deno.writeFile(path, bytes);
    await using ring = await MicRing.open({ seconds: 2, source: file(path, { speed: 20 }) });
    await ring.finished();
    assertEquals(difference(ring.snapshot().samples, signal("f32", 1, 0, FRAMES)), undefined);
  }));

testWith(
  ["sox"],
  SOX,
  "an MP3 goes through the ring, and one that is cut off ends early",
  () =>
    withFolder(async (folder) => {
      const wav = `${folder}/tone.wav`;
      await using first = await MicRing.open({ seconds: 1, source: tone({ speed: 50 }) });
      await until("a second", () => first.stats().writtenFrames >= first.frames);
      await Deno.writeFile(wav, first.snapshot().toWav({ format: "s16" }));
      const path = await sox(wav, `${folder}/tone.mp3`);
      const play = async () => {
        await using ring = await MicRing.open({ seconds: 2, source: file(path, { speed: 50 }) });
        await ring.finished();
        return ring.snapshot();
      };
      const whole = await play();
      assertEquals([whole.sampleRate, whole.channels], [48_000, 1]);
      assert(whole.frames >= 48_000 && whole.frames < 54_000, `${whole.frames} frames`);
      const middle = whole.samples.subarray(12_000, 36_000);
      const level = new Snapshot({ ...whole, samples: middle }).level();
      // The encoder takes off half a decibel, lest it clip.
      assert(Math.abs(level.rmsDbfs + 15.01) < 0.6, `${level.rmsDbfs} dBFS`);
      const bytes = await Deno.readFile(path);
      await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
      const { frames } = await play();
      assert(frames > 20_000 && frames < 30_000, `${frames} frames of half a file`);
    }),
);

import { assert, assertEquals, assertRejects } from "@std/assert";
import { allocate, AUDIO_FORMATS, type AudioFormat, type Samples } from "../ffi/formats.ts";
import { WavFile } from "../ffi/wav_file.ts";
import { file, MicRing, Snapshot } from "../mod.ts";
import { difference, signal } from "./_signal.ts";
import { testWith } from "./_tools.ts";
import { readWav } from "./_wav_reader.ts";
import { inFolder } from "./_in_folder.ts";

const START = Date.UTC(2026, 10, 23, 23, 59, 58, 250);

function samplesOf(format: AudioFormat, channels: number, frames: number): Samples<AudioFormat> {
  const samples = signal("f32", channels, 0, frames);
  const parts = { samples, format: "f32", channels, sampleRate: 8000, startFrame: 0 } as const;
  return new Snapshot({ ...parts, startTime: 0, endTime: 1 }).convert({ format }).samples;
}

const bytesOf = (samples: Samples<AudioFormat>) => new Uint8Array(samples.buffer);

for (const format of AUDIO_FORMATS) {
  for (const channels of [1, 2, 3]) {
    Deno.test(`${format}, ${channels} channels: the file is whole after each step`, () =>
      inFolder(async (folder) => {
        const path = `${folder}/grows.wav`;
        const about = { format, channels, sampleRate: 44_100, startTime: START };
        await using wav = await (await WavFile.open(path, about, "refuse")).begin();
        const samples = samplesOf(format, channels, 333);
        const width = samples.length / 333;
        for (const [from, to] of [[0, 0], [0, 1], [1, 100], [100, 333]]) {
          if (to > 0) await wav.append(samples.subarray(from * width, to * width));
          const written = await Deno.readFile(path);
          const read = readWav(written);
          // Killed now, it would be as long as it says, to the byte.
          assertEquals(written.length, 8 + new DataView(written.buffer).getUint32(4, true));
          assertEquals(
            { ...read, data: undefined },
            {
              form: "RIFF",
              tag: format === "f32" ? 3 : 1,
              channels,
              sampleRate: 44_100,
              bits: { f32: 32, s16: 16, s24: 24, s32: 32, u8: 8 }[format],
              dataBytes: bytesOf(samples).length / 333 * to,
              data: undefined,
              frames: to,
              startTime: read.startTime,
              originator: "MicRing",
            },
          );
          assert(Math.abs(read.startTime - START) < 0.02, `${read.startTime}`);
          assertEquals(
            difference(
              read.data.subarray(0, read.dataBytes),
              bytesOf(samples).subarray(0, read.dataBytes),
            ),
            undefined,
          );
        }
        await wav.close();
        const closed = await Deno.readFile(path);
        assertEquals(closed.length % 2, 0);
        assertEquals(readWav(closed).frames, 333);
      }));
  }
}

Deno.test("what could be written in part only is cut off, to an even length", () =>
  inFolder(async (folder) => {
    const path = `${folder}/cut.wav`;
    const about = { format: "u8", channels: 1, sampleRate: 8000, startTime: START } as const;
    const wav = await (await WavFile.open(path, about, "refuse")).begin();
    const samples = samplesOf("u8", 1, 600);
    await wav.append(samples.subarray(0, 333));
    const { write } = Deno.FsFile.prototype;
    let room = 100;
    Deno.FsFile.prototype.write = function (bytes) {
      if (room === 0) return Promise.reject(new Error("No space left on device"));
      const written = bytes.subarray(0, room);
      room -= written.length;
      return write.call(this, written);
    };
    try {
      await assertRejects(() => wav.append(samples.subarray(333)), Error, "No space left");
    } finally {
      Deno.FsFile.prototype.write = write;
    }
    await wav.close();
    const cut = await Deno.readFile(path);
    assertEquals(cut.length, 8 + new DataView(cut.buffer).getUint32(4, true));
    const { data, frames } = readWav(cut);
    assertEquals([frames, data.length], [333, 334]);
    assertEquals(difference(data.subarray(0, 333), bytesOf(samples).subarray(0, 333)), undefined);
  }));

/** What the ring's own decoder reads of a file. */
async function decoded(path: string, channels: number): Promise<Float32Array> {
  const source = file(path, { speed: 1000 });
  await using ring = await MicRing.open({ seconds: 1, source, channels });
  await ring.finished();
  return ring.snapshot().samples;
}

Deno.test("another decoder reads every format, beyond the limit of a RIFF, too", () =>
  inFolder(async (folder) => {
    for (const format of AUDIO_FORMATS) {
      for (const limit of [undefined, 4000]) {
        const path = `${folder}/${format}-${limit}.wav`;
        const about = { format, channels: 2, sampleRate: 8000, startTime: START };
        const wav = await (await WavFile.open(path, about, "refuse", limit)).begin();
        const samples = samplesOf(format, 2, 4000);
        for (let i = 0; i < 4; i++) {
          await wav.append(samples.subarray(samples.length * i / 4, samples.length * (i + 1) / 4));
          const { form, frames } = readWav(await Deno.readFile(path));
          const large = 718 + bytesOf(samples).length * (i + 1) / 4 > 4000;
          assertEquals([form, frames], [limit && large ? "RF64" : "RIFF", 1000 * (i + 1)]);
        }
        await wav.close();
        const parts = { samples, format, channels: 2, sampleRate: 8000, startFrame: 0 };
        const wanted = new Snapshot({ ...parts, startTime: 0, endTime: 1 }).convert({
          format: "f32",
        });
        const got = await decoded(path, 2);
        // Its own scale of eight bits has 255 steps, not 256.
        if (format !== "u8") assertEquals(difference(got, wanted.samples), undefined, path);
        assert(got.every((sample, i) => Math.abs(sample - wanted.samples[i]) < 0.008), path);
        assertEquals(got.length, wanted.samples.length);
      }
    }
  }));

testWith(
  ["sox"],
  "sox",
  "SoX reads every format, without a complaint",
  () =>
    inFolder(async (folder) => {
      for (const format of AUDIO_FORMATS) {
        for (const channels of [1, 3]) {
          const path = `${folder}/${format}-${channels}.wav`;
          const about = { format, channels, sampleRate: 8000, startTime: START };
          const samples = samplesOf(format, channels, 501);
          const wav = await (await WavFile.open(path, about, "refuse")).begin();
          await wav.append(samples);
          await wav.close();
          const { stdout, stderr } = await new Deno.Command("sox", {
            args: [path, "-t", "raw", "-"],
          }).output();
          assertEquals(new TextDecoder().decode(stderr), "");
          assertEquals(difference(stdout, bytesOf(samples)), undefined, path);
        }
      }
    }),
);

Deno.test("a file that is there is refused, or replaced if that is wanted", () =>
  inFolder(async (folder) => {
    const path = `${folder}/there.wav`;
    const about = { format: "s16", channels: 1, sampleRate: 8000, startTime: START } as const;
    await Deno.writeTextFile(path, "x".repeat(10_000));
    await assertRejects(() => WavFile.open(path, about, "refuse"), Deno.errors.AlreadyExists);
    assertEquals((await Deno.readTextFile(path)).length, 10_000);
    const wav = await (await WavFile.open(path, about, "replace")).begin();
    await wav.append(allocate("s16", 100));
    await wav.close();
    await wav.close();
    assertEquals(readWav(await Deno.readFile(path)).frames, 100);
    assertEquals((await Deno.stat(path)).size, readWav(await Deno.readFile(path)).dataBytes + 726);
  }));

Deno.test("its time is in UTC, wherever it is recorded", () =>
  inFolder(async (folder) => {
    const zone = Deno.env.get("TZ");
    Deno.env.set("TZ", "Asia/Kathmandu");
    try {
      const path = `${folder}/a.wav`;
      const about = { format: "s16", channels: 1, sampleRate: 8000, startTime: START } as const;
      await (await (await WavFile.open(path, about, "refuse")).begin()).close();
      assertEquals(new Date(START).getTimezoneOffset(), -345);
      const { startTime } = readWav(await Deno.readFile(path));
      assert(Math.abs(startTime - START) < 1, `${startTime}`);
    } finally {
      if (zone === undefined) Deno.env.delete("TZ");
      else Deno.env.set("TZ", zone);
    }
  }));

const PLAIN = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

Deno.test("its format chunk has the tag, the bytes a second and a frame's", () =>
  inFolder(async (folder) => {
    const forms = [
      ["u8", 1, 1, PLAIN],
      ["s16", 2, 4, PLAIN],
      ["s16", 3, 6, EXTENSIBLE],
      ["s24", 1, 3, EXTENSIBLE],
      ["f32", 3, 12, FLOAT],
    ] as const;
    for (const [format, channels, frameBytes, tag] of forms) {
      const path = `${folder}/${format}-${channels}.wav`;
      const about = { format, channels, sampleRate: 8000, startTime: START };
      await (await (await WavFile.open(path, about, "refuse")).begin()).close();
      const bytes = await Deno.readFile(path);
      const at = new TextDecoder("latin1").decode(bytes).indexOf("fmt ") + 8;
      const chunk = new DataView(bytes.buffer, at);
      const said = [chunk.getUint16(0, true), chunk.getUint32(8, true), chunk.getUint16(12, true)];
      assertEquals(said, [tag, 8000 * frameBytes, frameBytes], path);
    }
  }));

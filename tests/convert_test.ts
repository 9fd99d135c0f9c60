import { assert, assertEquals } from "@std/assert";
import { STATUS } from "../ffi/abi.ts";
import { holdLibrary } from "../ffi/_library.ts";
import { allocate, AUDIO_FORMATS } from "../ffi/formats.ts";
import { type AudioFormat, type Samples, Snapshot } from "../mod.ts";
import { resampled } from "./_resampled.ts";
import { seeded } from "./_seeded.ts";
import { difference } from "./_signal.ts";

interface Given<F extends AudioFormat> {
  readonly samples: Samples<F>;
  readonly format: F;
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly startFrame?: number;
}

/** A snapshot whose frame 0 began at time 0. */
function make<F extends AudioFormat>(given: Given<F>): Snapshot<F> {
  const { samples, format, channels = 1, sampleRate = 48_000, startFrame = 0 } = given;
  const bytes = { f32: 4, s16: 2, s24: 3, s32: 4, u8: 1 }[format];
  const frames = samples.byteLength / bytes / channels;
  const timeOf = (frame: number) => 1000 * frame / sampleRate;
  return new Snapshot({
    samples,
    format,
    channels,
    sampleRate,
    startFrame,
    startTime: timeOf(startFrame),
    endTime: timeOf(startFrame + frames),
  });
}

function noise(seed: number, length: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length }, () => Math.fround(random() - 0.5));
}

/* How each format writes and reads one sample, by itself. */
const WRITE: Record<AudioFormat, (value: number) => number[]> = {
  f32: (value) => [value],
  s16: (value) => [Math.round(value * 2 ** 15)],
  s32: (value) => [Math.round(value * 2 ** 31)],
  u8: (value) => [Math.round(value * 2 ** 7) + 128],
  s24: (value) => {
    const number = Math.round(value * 2 ** 23);
    return [number & 255, number >> 8 & 255, number >> 16 & 255];
  },
};

function write(format: AudioFormat, values: ArrayLike<number>): Samples<AudioFormat> {
  const samples = allocate(format, values.length);
  samples.set(Array.from(values).flatMap(WRITE[format]));
  return samples;
}

for (const from of AUDIO_FORMATS) {
  for (const to of AUDIO_FORMATS) {
    Deno.test(`${from} becomes ${to}: every step of eight bits exactly`, () => {
      const values = Array.from({ length: 256 }, (_, i) => (i - 128) / 128);
      const given = make({ samples: write(from, values), format: from });
      const snapshot = given.convert({ format: to });
      assertEquals(snapshot.format, to);
      assertEquals(difference(snapshot.samples, write(to, values)), undefined);
      assert(snapshot.samples !== given.samples && snapshot.frames === 256);
    });
  }
}

Deno.test("integers are rounded to the nearest, and clipped; what is no number is silence", () => {
  const samples = Float32Array.of(1, -1, 2, -2, Infinity, -Infinity, NaN, 0.6 / 128, -0.4 / 128);
  const given = make({ samples, format: "f32" });
  const last = { s16: 2 ** 15 - 1, s32: 2 ** 31 - 1 };
  const u8 = given.convert({ format: "u8" }).samples;
  assertEquals([...u8], [255, 0, 255, 0, 255, 0, 128, 129, 128]);
  for (const format of ["s16", "s32"] as const) {
    const { samples } = given.convert({ format });
    const [most, least] = [last[format], -last[format] - 1];
    assertEquals([...samples].slice(0, 7), [most, least, most, least, most, least, 0]);
  }
  const s24 = given.convert({ format: "s24" }).samples;
  assertEquals([...s24.subarray(0, 6)], [255, 255, 127, 0, 0, 128]);
});

Deno.test("a converted format has channels, a level and a WAV of its own", () => {
  const samples = Float32Array.from({ length: 400 }, (_, i) => i % 2 === 0 ? 0.5 : -0.25);
  const given = make({ samples, format: "f32", channels: 2 });
  for (const format of AUDIO_FORMATS) {
    const snapshot = given.convert({ format });
    const [left, right] = snapshot.planar();
    assertEquals(difference(left, write(format, Array(200).fill(0.5))), undefined);
    assertEquals(difference(right, write(format, Array(200).fill(-0.25))), undefined);
    assertEquals(snapshot.level(0), given.level(0));
    assertEquals(snapshot.level(), given.level());
    const wav = snapshot.toWav();
    const bits = new DataView(wav.buffer).getUint16(34, true);
    assertEquals(bits, { f32: 32, s16: 16, s24: 24, s32: 32, u8: 8 }[format]);
    const bytes = new Uint8Array(snapshot.samples.buffer);
    assertEquals(difference(wav.subarray(wav.length - bytes.length), bytes), undefined);
  }
});

Deno.test("one channel is the mean of all, and is copied to all", () => {
  const samples = noise(1, 6000);
  const given = make({ samples, format: "f32", channels: 6 });
  const mono = given.convert({ channels: 1 }).samples;
  for (let frame = 0; frame < 1000; frame++) {
    let sum = 0;
    for (let channel = 0; channel < 6; channel++) sum += samples[6 * frame + channel];
    assert(Math.abs(mono[frame] - sum / 6) < 1e-6, `frame ${frame} is ${mono[frame]}`);
  }
  const three = make({ samples: mono, format: "f32" }).convert({ channels: 3 });
  for (const channel of three.planar()) assertEquals(difference(channel, mono), undefined);
});

Deno.test("a channel map takes channels as they are: fewer, more, in another order", () => {
  const samples = noise(2, 3000);
  const given = make({ samples, format: "f32", channels: 3 });
  for (const channelMap of [[2], [2, 0], [1, 0, 2], [0, 0, 1, 2, 2], [0, 1, 2]]) {
    const snapshot = given.convert({ channelMap });
    assertEquals(snapshot.channels, channelMap.length);
    snapshot.planar().forEach((channel, i) =>
      assertEquals(difference(channel, given.channel(channelMap[i])), undefined)
    );
  }
});

/** Rates, of which some take a table of all places and some one that is read between. */
const RATES = [
  [48_000, 16_000],
  [44_100, 16_000],
  [16_000, 48_000],
  [48_000, 44_100],
  [8000, 384_000],
  [384_000, 8000],
  [44_100, 44_101],
  [48_000, 47_999],
  [11_025, 8000],
];

for (const [from, to] of RATES) {
  Deno.test(`${from} to ${to} Hz: each sample is what its definition says, wherever it stands`, () => {
    const frames = 6000;
    const samples = noise(3, 2 * frames);
    for (const startFrame of [0, 123_457, 2 ** 40 + 1]) {
      const given = make({
        samples,
        format: "f32",
        channels: 2,
        sampleRate: from,
        startFrame,
      });
      const snapshot = given.convert({ sampleRate: to });
      const up = (frame: number) => Number((BigInt(frame) * BigInt(to) - 1n) / BigInt(from)) + 1;
      assertEquals(
        [snapshot.startFrame, snapshot.endFrame],
        [startFrame === 0 ? 0 : up(startFrame), up(startFrame + frames)],
      );
      const { startTime, endTime } = snapshot;
      const timeOf = (frame: number) => 1000 * frame / to;
      assert(Math.abs(startTime - timeOf(snapshot.startFrame)) < 1e-3, `from ${startTime}`);
      assert(Math.abs(endTime - timeOf(snapshot.endFrame)) < 1e-3, `to ${endTime}`);
      for (let i = 0; i < snapshot.frames; i += 1 + (snapshot.frames / 61 | 0)) {
        for (const channel of [0, 1]) {
          const sampleAt = (frame: bigint) => {
            const at = Number(frame - BigInt(startFrame));
            return at < 0 || at >= frames ? 0 : samples[2 * at + channel];
          };
          const wanted = resampled(from, to, BigInt(snapshot.startFrame + i), sampleAt);
          const got = snapshot.samples[2 * i + channel];
          assert(Math.abs(got - wanted) < 1e-6, `sample ${i} is ${got} instead of ${wanted}`);
        }
      }
    }
  });
}

Deno.test("what is converted in pieces that know their neighbours is the whole, bit by bit", () => {
  const samples = noise(4, 20_000);
  const whole = make({ samples, format: "f32", sampleRate: 44_100 }).convert({
    sampleRate: 16_000,
  });
  const margin = Math.ceil(64 * 44_100 / 16_000);
  for (const [first, last] of [[0, 5000], [4777, 4800 + 2 * margin], [9000, 20_000]]) {
    const piece = make({
      samples: samples.slice(first, last),
      format: "f32",
      sampleRate: 44_100,
      startFrame: first,
    }).convert({ sampleRate: 16_000 });
    const from = first === 0 ? 0 : Math.ceil((first + margin) * 16_000 / 44_100);
    const to = last === 20_000 ? piece.endFrame : Math.floor((last - margin) * 16_000 / 44_100);
    assert(to > from);
    assertEquals(
      difference(
        piece.samples.subarray(from - piece.startFrame, to - piece.startFrame),
        whole.samples.subarray(from, to),
      ),
      undefined,
    );
  }
});

Deno.test("rate, channels and format at once are one after the other", () => {
  const given = make({ samples: noise(5, 8000), format: "f32", channels: 2 });
  const at = { sampleRate: 16_000, channels: 1, format: "s16" } as const;
  const together = given.convert(at);
  const apart = given.convert({ channels: 1 }).convert({ sampleRate: 16_000 })
    .convert({ format: "s16" });
  assertEquals(difference(together.samples, apart.samples), undefined);
  const wide = given.convert({ sampleRate: 96_000, channelMap: [1, 0, 1] });
  const swapped = given.convert({ sampleRate: 96_000 }).convert({ channelMap: [1, 0, 1] });
  assertEquals(difference(wide.samples, swapped.samples), undefined);
});

Deno.test("nothing of nothing is nothing", () => {
  const empty = make({ samples: new Float32Array(0), format: "f32", startFrame: 100 })
    .convert({ sampleRate: 16_000, format: "u8" });
  assertEquals([empty.frames, empty.startFrame, empty.samples.length], [0, 34, 0]);
});

Deno.test("one sample that is no number, or has no end, spoils no other", () => {
  const samples = noise(6, 6000);
  const spoilt = samples.slice();
  spoilt[1000] = NaN;
  spoilt[3000] = Infinity;
  spoilt[5000] = -Infinity;
  samples[1000] = 0;
  samples[3000] = 1;
  samples[5000] = -1;
  for (const to of [{ sampleRate: 16_000 }, { sampleRate: 96_000 }, { channels: 2 }]) {
    const wanted = make({ samples, format: "f32" }).convert(to);
    const got = make({ samples: spoilt, format: "f32" }).convert(to);
    assertEquals(difference(got.samples, wanted.samples), undefined);
  }
});

Deno.test("the native library refuses what makes no sense", () => {
  using library = holdLibrary();
  const { native } = library;
  const good = [0, 2, 48_000, 0, 100, 1, 3, 48_000, 0, 100];
  const map = Uint32Array.of(0, 1, 0);
  const run = (fields: number[], channelMap: Uint32Array<ArrayBuffer> | null = map) =>
    native.micring_convert(
      Float64Array.from(fields),
      channelMap,
      null,
      new Float32Array(200),
      new Int16Array(300),
    );
  assertEquals(run(good), STATUS.OK);
  const bad = [
    [0, 5],
    [0, -1],
    [1, 0],
    [1, 255],
    [1, 1.5],
    [2, 0],
    [2, 16_000],
    [3, -1],
    [4, NaN],
    [5, 0.5],
    [6, 255],
    [7, 800_000],
    [8, -1],
    [9, Infinity],
  ];
  for (const [index, value] of bad) {
    assertEquals(run(good.with(index, value)), STATUS.BAD_ARGUMENT, `${index}: ${value}`);
  }
  assertEquals(run(good, Uint32Array.of(0, 2, 0)), STATUS.BAD_ARGUMENT);
  assertEquals(native.micring_convert(null, null, null, null, null), STATUS.BAD_ARGUMENT);
  for (const [from, to] of [[0, 8000], [8000, 0], [8000, 8000], [2 ** 20, 8000]]) {
    assertEquals(native.micring_filter_length(from, to), 0);
    assertEquals(native.micring_filter_margin(from, to), 0);
    assertEquals(native.micring_filter(from, to, new Float32Array(1)), STATUS.BAD_ARGUMENT);
  }
});

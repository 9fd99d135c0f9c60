import { assert, assertEquals, assertThrows } from "@std/assert";
import { MicRing, push, type SampleFormat, Snapshot, tone, type WavFormat } from "../mod.ts";
import { difference, sampleAt, signal } from "./_signal.ts";

function make<F extends SampleFormat>(format: F, channels: number, frames: number): Snapshot<F> {
  return new Snapshot({
    samples: signal(format, channels, 0, frames),
    format,
    channels,
    sampleRate: 16_000,
    startFrame: 0,
    startTime: 0,
    endTime: 1000 * frames / 16_000,
  });
}

for (const format of ["f32", "s16"] as const) {
  Deno.test(`${format}: channels come out each by itself`, () => {
    const snapshot = make(format, 3, 100);
    const planar = snapshot.planar();
    assertEquals(planar.length, 3);
    for (let channel = 0; channel < 3; channel++) {
      const expected = Array.from({ length: 100 }, (_, frame) => sampleAt(format, frame, channel));
      assertEquals(difference(planar[channel], expected), undefined);
      assertEquals(difference(snapshot.channel(channel), expected), undefined);
    }
  });
}

Deno.test("a channel that is not there is refused", () => {
  const snapshot = make("f32", 2, 10);
  for (const channel of [2, -1, 0.5, NaN]) {
    assertThrows(() => snapshot.channel(channel), RangeError, "channel");
    assertThrows(() => snapshot.level(channel), RangeError, "channel");
  }
  assertThrows(() => snapshot.channel("0" as unknown as number), TypeError, "not a number");
});

function near(actual: number, expected: number, tolerance = 1e-4): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);
}

Deno.test("level: known signals have their known levels", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: push(), channels: 2 });
  const frames = ring.frames;
  const samples = new Float32Array(2 * frames);
  for (let frame = 0; frame < frames; frame++) {
    samples[2 * frame] = Math.sin(2 * Math.PI * 1000 * frame / 48_000);
    samples[2 * frame + 1] = frame % 2 === 0 ? 0.5 : -0.5;
  }
  ring.push(samples);
  const snapshot = ring.snapshot();
  near(snapshot.level(0).peakDbfs, 0);
  near(snapshot.level(0).rmsDbfs, -3.0103);
  near(snapshot.level(1).peakDbfs, -6.0206);
  near(snapshot.level(1).rmsDbfs, -6.0206);
  near(snapshot.level().peakDbfs, 0);
  near(snapshot.level().rmsDbfs, 10 * Math.log10((0.5 + 0.25) / 2));
});

Deno.test("level: full scale of s16 is 0 dBFS, silence is -Infinity, one broken sample is not all", () => {
  const of = (samples: Float32Array | Int16Array, format: SampleFormat) =>
    new Snapshot({ ...make("f32", 1, 1), samples, format }).level();
  assertEquals(of(Int16Array.of(-32768), "s16"), { peakDbfs: 0, rmsDbfs: 0 });
  assertEquals(of(new Int16Array(4), "s16"), { peakDbfs: -Infinity, rmsDbfs: -Infinity });
  const broken = of(Float32Array.of(NaN, 1, 1, 1), "f32");
  assertEquals(broken.peakDbfs, 0);
  near(broken.rmsDbfs, 10 * Math.log10(3 / 4));
});

for (const [format, levelDbfs] of [["f32", -6], ["s16", -20], ["f32", 0]] as const) {
  Deno.test(`tone: a sine of ${levelDbfs} dBFS in ${format}, sample by sample`, async () => {
    const frequency = 997;
    await using ring = await MicRing.open({
      seconds: 0.5,
      source: tone({ frequency, levelDbfs, speed: 20 }),
      format,
      channels: 2,
    });
    const { samples, startFrame } = ring.snapshot();
    const amplitude = 10 ** (levelDbfs / 20);
    const [scale, tolerance] = format === "s16" ? [32767, 0.5000001] : [1, 1e-7];
    for (let i = 0; i < samples.length; i++) {
      const turns = (startFrame + (i >> 1)) * frequency / 48_000;
      near(samples[i], scale * amplitude * Math.sin(2 * Math.PI * turns), tolerance);
    }
  });
}

interface Wav {
  readonly tag: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  readonly data: DataView;
}

/** Reads a WAV by its own rules, so that the writer is not its own judge. */
function parseWav(bytes: Uint8Array<ArrayBuffer>): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = (at: number) => new TextDecoder("latin1").decode(bytes.subarray(at, at + 4));
  assertEquals([id(0), id(8)], ["RIFF", "WAVE"]);
  assertEquals(view.getUint32(4, true), bytes.length - 8);
  const chunks = new Map<string, DataView>();
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    chunks.set(id(at), new DataView(bytes.buffer, at + 8, size));
    at += 8 + size + size % 2;
  }
  const format = chunks.get("fmt ")!;
  return {
    tag: format.getUint16(0, true),
    channels: format.getUint16(2, true),
    sampleRate: format.getUint32(4, true),
    bits: format.getUint16(14, true),
    data: chunks.get("data")!,
  };
}

function readSample({ tag, bits, data }: Wav, at: number): number {
  if (tag === 3) return data.getFloat32(4 * at, true);
  if (bits === 16) return data.getInt16(2 * at, true);
  return data.getInt8(3 * at + 2) * 65536 + data.getUint16(3 * at, true);
}

/** What a sample of one format is in another, before it is rounded to a whole number. */
function converted(sample: number, from: SampleFormat, to: WavFormat): number {
  const value = from === "s16" ? sample / 32768 : sample;
  if (to === "f32") return Math.fround(value);
  const scale = to === "s16" ? 32768 : 2 ** 23;
  return Math.min(scale - 1, value * scale);
}

for (const from of ["f32", "s16"] as const) {
  for (const to of ["f32", "s16", "s24"] as const) {
    for (const channels of [1, 2, 7]) {
      Deno.test(`WAV of ${channels} channels from ${from} as ${to}: every sample`, () => {
        const snapshot = make(from, channels, 1001);
        const wav = parseWav(snapshot.toWav({ format: to }));
        const bits = { f32: 32, s16: 16, s24: 24 }[to];
        assertEquals([wav.tag, wav.bits], [to === "f32" ? 3 : 1, bits]);
        assertEquals([wav.channels, wav.sampleRate], [channels, 16_000]);
        assertEquals(wav.data.byteLength, 1001 * channels * bits / 8);
        snapshot.samples.forEach((sample: number, at: number) => {
          const difference = Math.abs(readSample(wav, at) - converted(sample, from, to));
          // Only from 24 bits of f32 to 16 is there something to round: to the nearest.
          const exact = from === "s16" || to !== "s16";
          assert(difference <= (exact ? 0 : 0.5), `sample ${at}: off by ${difference}`);
        });
      });
    }
  }
}

Deno.test("WAV: integers clip at full scale, and a sample that is no number is silence", () => {
  const samples = Float32Array.of(1, -1, 2, -2, Infinity, -Infinity, NaN, 32767.4 / 32768);
  const snapshot = new Snapshot({ ...make("f32", 1, 1), samples });
  const wav = parseWav(snapshot.toWav({ format: "s16" }));
  const read = Array.from(samples, (_, at) => readSample(wav, at));
  assertEquals(read, [32767, -32768, 32767, -32768, 32767, -32768, 0, 32767]);
});

Deno.test("WAV: the format left out is the snapshot's own, and an empty one is a file, too", () => {
  assertEquals(parseWav(make("s16", 2, 5).toWav()).bits, 16);
  assertEquals(parseWav(make("f32", 2, 5).toWav()).tag, 3);
  assertEquals(parseWav(make("f32", 2, 0).toWav()).data.byteLength, 0);
});

Deno.test("WAV: what cannot be written is refused", () => {
  const snapshot = make("f32", 1, 1);
  assertThrows(() => snapshot.toWav({ format: "u16" as WavFormat }), TypeError, '"u16"');
  const gone = make("f32", 1, 100);
  (gone.samples.buffer as ArrayBuffer).transfer();
  assertThrows(() => gone.toWav(), RangeError, "of 100 samples 0 are there");
  const forged = Object.assign(make("f32", 1, 100), { frames: 1_000_000 });
  assertThrows(() => forged.toWav(), RangeError, "of 1000000 samples 100 are there");
  assertThrows(() => make("f32", NaN, 1), RangeError, "no whole number of frames");
  assertThrows(() => snapshot.toWav({ bits: 16 } as unknown as object), TypeError, '"bits"');
});

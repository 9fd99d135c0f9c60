import { assert, assertEquals, assertThrows } from "@std/assert";
import { allocate, type SampleFormat, type Samples } from "../ffi/formats.ts";
import { measureLevel, toDbfs } from "../ffi/level.ts";
import { openMeter } from "../ffi/ring_meter.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { random } from "./_speech.ts";

function close(actual: number, expected: number, what: string): void {
  const near = actual === expected || Math.abs(actual - expected) < 1e-6;
  assert(near, `${what} is ${actual} instead of ${expected}`);
}

/** Noise that swells and fades, with silence and clipped samples in it; of two channels. */
function sound<F extends SampleFormat>(format: F, frames: number): Samples<F> {
  const next = random(7);
  const samples = allocate(format, 2 * frames);
  for (let i = 0; i < samples.length; i++) {
    const swell = 0.001 + Math.sin(i / 3000) ** 8 * (i % 2 === 0 ? 1.2 : 0.3);
    const sample = Math.max(-1, Math.min(1, swell * (2 * next() - 1)));
    samples[i] = format === "s16" ? Math.min(32767, Math.round(32768 * sample)) : sample;
  }
  return samples;
}

/** What a meter shows after some frames of a channel, by all that has ever come. */
function peakAfter(samples: ArrayLike<number>, end: number, channel: number, fullScale: number) {
  let peak = -Infinity;
  for (let frame = 0; frame < end; frame++) {
    const size = Math.abs(samples[2 * frame + channel]) / fullScale;
    // 20 dB a second, at 1000 Hz.
    peak = Math.max(peak, toDbfs(size) - 0.02 * (end - 1 - frame));
  }
  return peak;
}

for (const format of ["f32", "s16"] as const) {
  Deno.test(`peak, RMS and clipped samples, by what was written (${format})`, () => {
    const fullScale = format === "s16" ? 32768 : 1;
    const feed = new FakeFeed({ format, channels: 2 });
    const meter = openMeter(feed, {});
    const samples = sound(format, 5000);
    let last = 0;
    for (const end of [1, 2, 299, 300, 301, 700, 705, 1999, 3000, 3001, 5000]) {
      feed.write(samples.slice(2 * last, 2 * end) as Samples<typeof format>);
      const reading = meter.read();
      assertEquals([reading.endFrame, reading.missedFrames], [end, 0]);
      // The average goes on by ten frames at a time, and is of 300 at the most.
      const from = Math.max(0, Math.floor((end - 1) / 10) * 10 - 290);
      const stretch = samples.slice(2 * from, 2 * end);
      const fresh = samples.slice(2 * last, 2 * end);
      let clipped = 0;
      reading.channels.forEach((shown, channel) => {
        close(shown.peakDbfs, peakAfter(samples, end, channel, fullScale), `peak at ${end}`);
        const { rmsDbfs } = measureLevel(stretch, channel, 2);
        close(shown.rmsDbfs, rmsDbfs, `RMS at ${end}`);
        const full = [...fresh].filter((sample, i) =>
          i % 2 === channel && Math.abs(sample) / fullScale >= 32767 / 32768
        );
        assertEquals(shown.clipped, full.length, `clipped at ${end}`);
        clipped += full.length;
      });
      const [left, right] = reading.channels;
      close(reading.rmsDbfs, measureLevel(stretch).rmsDbfs, `RMS of both at ${end}`);
      assertEquals(reading.peakDbfs, Math.max(left.peakDbfs, right.peakDbfs));
      assertEquals(reading.holdDbfs, Math.max(left.holdDbfs, right.holdDbfs));
      assertEquals(reading.clipped, clipped);
      last = end;
    }
    assert(measureLevel(samples).peakDbfs > -0.001, "it was loud enough to clip");
  });
}

Deno.test("read often or rarely, it shows the same", () => {
  const samples = sound("f32", 5000);
  const readings = [1, 7, 10, 50, 130, 1000, 5000].map((portion) => {
    const feed = new FakeFeed({ channels: 2 });
    const meter = openMeter(feed, { hold: 0.2, decay: 30, window: 0.1 });
    let clipped = 0;
    for (let at = 0; at < 5000; at += portion) {
      feed.write(samples.slice(2 * at, 2 * Math.min(5000, at + portion)));
      clipped += meter.read().clipped;
    }
    return { ...meter.read(), clipped };
  });
  for (const reading of readings.slice(1)) assertEquals(reading, readings[0]);
});

/** What a meter shows while the frames of a feed come: at these frames. */
function watch(options: Parameters<typeof openMeter>[1], samples: number[], ends: number[]) {
  const feed = new FakeFeed();
  const meter = openMeter(feed, options);
  return ends.map((end) => {
    feed.write(Float32Array.from(samples.slice(feed.writtenFrames, end)));
    return meter.read();
  });
}

Deno.test("the held peak stays for as long as it should, and falls then", () => {
  const samples = Array<number>(4000).fill(0);
  samples[99] = 0.5;
  const top = toDbfs(0.5);
  const shown = watch({ hold: 0.5, decay: 20 }, samples, [99, 100, 350, 600, 601, 700, 1100]);
  const expected = [-Infinity, top, top, top, top - 0.02, top - 2, top - 10];
  shown.forEach(({ holdDbfs }, i) => close(holdDbfs, expected[i], `held peak ${i}`));
  close(shown[2].peakDbfs, top - 5, "the peak meanwhile");
  // One that is as high holds anew; a higher one is the peak; a lower one is none.
  samples[499] = 0.5;
  samples[799] = 0.25;
  samples[2499] = 0.8;
  const again = watch({ hold: 0.5, decay: 20 }, samples, [1000, 1050, 2499, 2500]);
  const later = [top, top - 1, top - 29.98, toDbfs(Math.fround(0.8))];
  again.forEach(({ holdDbfs }, i) => close(holdDbfs, later[i], `held peak ${i}, again`));
});

Deno.test("silence is -Infinity: at once for the RMS, for a peak when it is 200 dB down", () => {
  const samples = Array<number>(9000).fill(0);
  samples[0] = 1;
  const [before, after] = watch({ decay: 100, hold: 0 }, samples, [1900, 2101]);
  assertEquals(before.rmsDbfs, -Infinity);
  close(before.peakDbfs, -189.9, "the peak");
  assertEquals([after.peakDbfs, after.holdDbfs], [-Infinity, -Infinity]);
  const [endless] = watch({ decay: 0, hold: 0 }, samples, [9000]);
  assertEquals([endless.peakDbfs, endless.holdDbfs, endless.clipped], [0, 0, 1]);
});

Deno.test("samples that are no finite numbers are silence, and do not stay", () => {
  const samples = Array<number>(100).fill(0.25);
  samples.splice(10, 3, NaN, Infinity, -Infinity);
  const [reading] = watch({ decay: 0 }, samples, [100]);
  close(reading.peakDbfs, toDbfs(0.25), "the peak");
  close(reading.rmsDbfs, toDbfs(Math.sqrt(0.0625 * 97 / 100)), "the RMS");
  assertEquals(reading.clipped, 0);
});

Deno.test("it begins with what comes, and again after a reset", () => {
  const feed = new FakeFeed();
  feed.write(new Float32Array(100).fill(1));
  const meter = openMeter(feed, {});
  const nothing = { peakDbfs: -Infinity, holdDbfs: -Infinity, rmsDbfs: -Infinity, clipped: 0 };
  assertEquals(meter.read(), { ...nothing, channels: [nothing], endFrame: 100, missedFrames: 0 });
  feed.write(new Float32Array(100).fill(1));
  assertEquals(meter.read().clipped, 100);
  feed.write(new Float32Array(100).fill(1));
  meter.reset();
  assertEquals(meter.read(), { ...nothing, channels: [nothing], endFrame: 300, missedFrames: 0 });
});

Deno.test("of more than the ring holds the newest count; the needles have fallen meanwhile", () => {
  const feed = new FakeFeed({ windowFrames: 1000 });
  const meter = openMeter(feed, { hold: 0.5, decay: 20 });
  feed.write(Float32Array.of(0.5));
  meter.read();
  feed.write(new Float32Array(4000).fill(1));
  feed.write(new Float32Array(999));
  feed.write(Float32Array.of(0.001));
  const reading = meter.read();
  assertEquals([reading.endFrame, reading.missedFrames, reading.clipped], [5001, 4000, 0]);
  // 5000 frames later, of which 500 do not count for the held one: it is higher than 0.001 yet.
  close(reading.peakDbfs, toDbfs(Math.fround(0.001)), "the peak");
  close(reading.holdDbfs, toDbfs(Math.fround(0.001)), "the held peak");
  close(reading.rmsDbfs, toDbfs(Math.fround(0.001) / Math.sqrt(291)), "the RMS");
  assertEquals(meter.read().missedFrames, 0);

  const short = openMeter(feed, { hold: 0.5, decay: 20 });
  feed.write(Float32Array.of(0.5));
  short.read();
  feed.skipTo(feed.writtenFrames + 700);
  const fallen = short.read();
  close(fallen.peakDbfs, toDbfs(0.5) - 14, "the peak");
  close(fallen.holdDbfs, toDbfs(0.5) - 4, "the held peak");
  assertEquals(fallen.missedFrames, 700);
});

// deno-lint-ignore no-explicit-any
type Anything = any;

const BAD_OPTIONS: [options: Anything, error: Anything, says: string][] = [
  [null, TypeError, "Cannot meter: the options are null"],
  [{ hold: -1 }, RangeError, "hold is -1, and must be a number from 0 to 3600"],
  [{ hold: "1" }, TypeError, 'hold is "1", not a number'],
  [{ decay: -1 }, RangeError, "decay is -1, and must be a number from 0 to 1000"],
  [{ decay: Infinity }, RangeError, "decay is Infinity"],
  [{ window: 0 }, RangeError, "window is 0, and must be a number from 0.001 to 60"],
  [{ every: 0 }, RangeError, "every is 0, and must be a number from 0.001 to 10"],
  [{ every: 10.1 }, RangeError, "every is 10.1"],
  [{ signal: {} }, TypeError, "signal is an object of type Object, not an AbortSignal"],
  [{ signal: AbortSignal.abort(new SyntaxError("gone")) }, SyntaxError, "gone"],
  [{ seconds: 1 }, TypeError, 'there is no option "seconds"; there are hold, decay, window, every'],
];

for (const [options, error, says] of BAD_OPTIONS) {
  Deno.test(`meter refuses what says: ${says}`, () => {
    assertThrows(() => openMeter(new FakeFeed(), options), error, says);
  });
}

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { frameNow, nearestFrame, type Timeline } from "../ffi/ring_clock.ts";
import { MicRing, push, sequence, Snapshot, type Source, tone } from "../mod.ts";
import { until } from "./_wait.ts";

interface Refusal {
  readonly what: string;
  readonly error: typeof TypeError | typeof RangeError;
  readonly says: string;
}

/** The last digits of two clocks that are read one after the other. */
const DIGITS_MS = 0.01;

const FRAMES = [0, 1, 2, 479, 480, 48_000, 123_457, 10 ** 7, 10 ** 9 + 1, 10 ** 10];

for (const sampleRate of [8000, 44_100, 48_000, 192_000]) {
  Deno.test(`at ${sampleRate} Hz a frame's time leads back to it, and goes by the rate`, async () => {
    await using ring = await MicRing.open({ seconds: 1, source: tone(), sampleRate });
    const origin = ring.timeAt(0);
    for (const frame of FRAMES) {
      const time = ring.timeAt(frame);
      assertEquals(ring.frameAt(time), frame);
      const expected = origin + 1000 * frame / sampleRate;
      assert(Math.abs(time - expected) < DIGITS_MS, `frame ${frame}: off by ${time - expected} ms`);
    }
    const near = Array.from({ length: 200 }, (_, i) => ring.timeAt(ring.frames + i));
    assertEquals(near, near.toSorted((one, other) => one - other));
    assertEquals(new Set(near).size, near.length);
  });
}

Deno.test("a time means the frame that begins nearest to it, and none before the first", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: tone(), sampleRate: 8000 });
  const time = ring.timeAt(4000);
  const of = (frames: number) => ring.frameAt(time + frames / 8);
  assertEquals([of(-0.6), of(-0.4), of(0.4), of(0.6), of(8000)], [3999, 4000, 4000, 4001, 12_000]);
  assertEquals([0, -1, -8.64e15].map((time) => ring.frameAt(time)), [0, 0, 0]);
  assertEquals(ring.frameAt(ring.timeAt(0) - 0.01), 0);
  // As far as the native timeline goes; a conversion does not look for what is beyond it for ever.
  assert(ring.frameAt(4.5e12) > 8 * (4.5e12 - ring.timeAt(0)) - 1);
  const says = /Cannot .*: at is \d+, and must be a number from -8640000000000000 to 4500000000000/;
  for (const late of [4.5e12 + 1, new Date(4.5e12 + 1), new Date("2200-01-01"), 8.64e15]) {
    assertThrows(() => ring.frameAt(late), RangeError, "Cannot tell the frame at a time: time is ");
  }
  const at = new Date("2200-01-01");
  for (const options of [{ at, after: 1 }, { at, after: 1, sampleRate: 16_000 }]) {
    assertMatch((await assertRejects(() => ring.clip(options), RangeError)).message, says);
  }
  const date = new Date(Math.floor(time));
  assertEquals(ring.frameAt(date), ring.frameAt(date.getTime()));
});

Deno.test("a time is rounded to the frame that begins nearest, at every place between two", () => {
  const timeline: Timeline = {
    writtenFrames: 0,
    timeAt: (frame) => 1000 + 10 * frame,
    frameAt: (time) => Math.max(0, Math.floor((time - 1000) / 10)),
  };
  const rounded = [-5000, 0, 999, 1000, 1004, 1006, 1010, 1014, 1016, 11_009].map((time) =>
    nearestFrame(timeline, time)
  );
  assertEquals(rounded, [0, 0, 0, 0, 0, 1, 1, 1, 2, 1001]);
});

Deno.test("the clock of the ring is the wall clock", async () => {
  const before = Date.now();
  await using ring = await MicRing.open({ seconds: 1, source: sequence() });
  const after = Date.now() + 1;
  // Frame 0 begins when the source is started; the wall clock may be slewed meanwhile.
  const start = ring.timeAt(0);
  assert(start > before - 5 && start < after + 5, `${start} is not in ${before} to ${after}`);
  for (let round = 0; round < 100; round++) {
    const earliest = ring.frameAt(Date.now());
    const now = ring.now();
    const latest = ring.frameAt(Date.now() + 1);
    assert(now >= earliest - 1 && now <= latest + 1, `${now} is not in ${earliest} to ${latest}`);
  }
});

for (const [name, source] of [["tone", tone()], ["push", push()]] as [string, Source][]) {
  Deno.test(`${name}: now goes by the clock, never back, and never behind what is written`, async () => {
    await using ring = await MicRing.open({ seconds: 1, source });
    if (source.kind === "push") ring.push(new Float32Array(480));
    const began = performance.now();
    const first = ring.now();
    const latest = performance.now();
    let last = first;
    await until("half a second has passed", () => {
      for (let round = 0; round < 100; round++) {
        const { writtenFrames } = ring.stats();
        const now = ring.now();
        assert(now >= writtenFrames, `frame ${now} is written: ${writtenFrames} are`);
        assert(now >= last, `${now} came after ${last}`);
        last = now;
      }
      return performance.now() - began > 500;
    });
    const least = performance.now() - latest;
    const end = ring.now();
    const most = performance.now() - began;
    const passed = 1000 * (end - first) / ring.sampleRate;
    // Besides the two readings: the tick of the wall clock, where it is slewed.
    assert(passed > least - 5 && passed < most + 5, `${passed} ms, not ${least} to ${most}`);
  });
}

Deno.test("now is never behind what is written, even if the clock says so", () => {
  const timeline = { writtenFrames: 500, timeAt: () => 0, frameAt: () => 499 };
  assertEquals(frameNow(timeline), 500);
  assertEquals(frameNow({ ...timeline, frameAt: () => 501 }), 501);
});

Deno.test("time goes on in a pause, and every frame behind it keeps its time", async () => {
  await using ring = await MicRing.open({ seconds: 10, source: sequence() });
  const origin = ring.timeAt(0);
  await ring.pause();
  const paused = ring.now();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert(ring.now() >= paused + 0.09 * ring.sampleRate);
  await ring.resume();
  const { writtenFrames } = ring.stats();
  await until("more frames", () => ring.stats().writtenFrames > writtenFrames + 4800);
  const [gap] = ring.snapshot({ from: 0 }).gaps;
  assert(gap.endFrame - gap.startFrame >= 0.09 * ring.sampleRate);
  for (const frame of [gap.startFrame - 1, gap.startFrame, gap.endFrame - 1, gap.endFrame]) {
    const expected = origin + 1000 * frame / ring.sampleRate;
    assert(Math.abs(ring.timeAt(frame) - expected) < DIGITS_MS);
    assertEquals(ring.frameAt(ring.timeAt(frame)), frame);
  }
});

Deno.test("a snapshot's times are those of its frames, and say how uncertain they are", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: tone() });
  const snapshot = ring.snapshot();
  const { startFrame, endFrame, startTime, endTime, timeUncertainty } = snapshot;
  assert(Math.abs(startTime - ring.timeAt(startFrame)) < DIGITS_MS);
  assert(Math.abs(endTime - ring.timeAt(endFrame)) < DIGITS_MS);
  assertEquals(timeUncertainty, 0);
  await using pushed = await MicRing.open({ seconds: 1, source: push() });
  pushed.push(new Float32Array(480));
  assertEquals(pushed.snapshot().timeUncertainty, 0.01);
  await using device = await MicRing.open({ seconds: 1, backend: "null", periodMs: 20 });
  const uncertain = device.snapshot().timeUncertainty;
  assert(uncertain >= 0.001 && uncertain < 1, `${uncertain} s`);
  const { samples, format, channels, sampleRate } = snapshot;
  const parts = { samples, format, channels, sampleRate, startFrame, startTime, endTime };
  assertEquals(new Snapshot(parts).timeUncertainty, 0);
  assertEquals(new Snapshot({ ...parts, timeUncertainty: 0.25 }).timeUncertainty, 0.25);
});

const BAD_TIMES: (Refusal & { time: unknown })[] = [
  { what: "nothing", time: undefined, error: TypeError, says: "time is undefined" },
  { what: "a word", time: "now", error: TypeError, says: 'time is "now", neither a Date nor' },
  { what: "a bigint", time: 5n, error: TypeError, says: "neither a Date nor" },
  { what: "NaN", time: NaN, error: RangeError, says: "time is NaN" },
  { what: "no end of time", time: Infinity, error: RangeError, says: "time is Infinity" },
  { what: "more than a Date holds", time: 8.7e15, error: RangeError, says: "time is 87" },
  { what: "an invalid Date", time: new Date(NaN), error: RangeError, says: "an invalid Date" },
];

for (const { what, time, error, says } of BAD_TIMES) {
  Deno.test(`no frame is captured at a time that is ${what}`, async () => {
    await using ring = await MicRing.open({ seconds: 1, source: tone() });
    assertThrows(() => ring.frameAt(time as number), error, says);
  });
}

const BAD_FRAMES: (Refusal & { frame: unknown })[] = [
  { what: "nothing", frame: undefined, error: TypeError, says: "frame is undefined" },
  { what: "a word", frame: "1", error: TypeError, says: 'frame is "1"' },
  { what: "a bigint", frame: 1n, error: TypeError, says: "not a number" },
  { what: "-1", frame: -1, error: RangeError, says: "frame is -1" },
  { what: "a half", frame: 0.5, error: RangeError, says: "a whole number" },
  { what: "NaN", frame: NaN, error: RangeError, says: "frame is NaN" },
  { what: "2^60", frame: 2 ** 60, error: RangeError, says: "and must be a whole number from 0" },
];

for (const { what, frame, error, says } of BAD_FRAMES) {
  Deno.test(`no time is told of a frame that is ${what}`, async () => {
    await using ring = await MicRing.open({ seconds: 1, source: tone() });
    assertThrows(() => ring.timeAt(frame as number), error, says);
  });
}

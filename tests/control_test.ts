import { assert, assertEquals } from "@std/assert";
import { MicRing, MicRingError, push, sequence, tone } from "../mod.ts";
import { difference, signal } from "./_signal.ts";
import { until } from "./_wait.ts";

Deno.test("a pause becomes silence of its length, and the frames on both sides keep their numbers", async () => {
  await using ring = await MicRing.open({ seconds: 4, source: sequence({ speed: 10 }) });
  await until("some frames", () => ring.stats().writtenFrames > 10_000);
  await ring.pause();
  await ring.pause();
  const paused = ring.stats();
  assertEquals([paused.paused, paused.lostFrames], [true, 0]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(ring.stats().writtenFrames, paused.writtenFrames);
  assertEquals(ring.snapshot().endFrame, paused.writtenFrames);
  await ring.resume();
  await ring.resume();
  const { lostFrames } = ring.stats();
  assert(
    lostFrames >= 0.05 * 10 * ring.sampleRate,
    `${lostFrames} frames lost in 50 ms at speed 10`,
  );
  const end = paused.writtenFrames + lostFrames;
  await until("more frames", () => ring.stats().writtenFrames > end + 10_000);
  const { samples, startFrame } = ring.snapshot({ from: paused.writtenFrames - 5000 });
  const expected = samples.map((_, i) => {
    const frame = startFrame + i;
    return frame >= paused.writtenFrames && frame < end ? 0 : frame;
  });
  assertEquals(difference(samples, expected), undefined);
  assertEquals(ring.stats().lostFrames, lostFrames);
});

Deno.test("what is pushed in a pause is dropped, and nothing stands for it", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: push() });
  ring.push(signal("f32", 1, 0, 100));
  await ring.pause();
  ring.push(signal("f32", 1, 500, 700));
  await ring.resume();
  ring.push(signal("f32", 1, 100, 300));
  const { samples } = ring.snapshot();
  assertEquals(difference(samples, signal("f32", 1, 0, 300)), undefined);
  assertEquals(ring.stats().lostFrames, 0);
});

Deno.test("a wipe leaves nothing to be had, nothing in memory, and the numbers go on", async () => {
  await using ring = await MicRing.open({ seconds: 0.5, source: push(), channels: 2 });
  ring.push(signal("f32", 2, 0, 30_000));
  const before = ring.stats().oldestFrame;
  await ring.wipe();
  const empty = ring.snapshot();
  assertEquals([empty.frames, empty.startFrame, empty.endFrame], [0, 30_000, 30_000]);
  assert(before < 30_000);
  assertEquals(ring.stats().oldestFrame, 30_000);
  try {
    ring.snapshot({ from: 29_999, to: 30_000 });
    throw new Error("a wiped frame was given out");
  } catch (error) {
    assert(error instanceof RangeError, String(error));
  }
  // The whole of the native memory, behind an empty window over its start.
  const bytes = ring.peek({}, (samples) => samples.buffer);
  assertEquals(bytes.byteLength, ring.stats().memoryBytes);
  assert(new Float64Array(bytes).every((value) => value === 0));
  ring.push(signal("f32", 2, 30_000, 30_010));
  const after = ring.snapshot();
  assertEquals(after.startFrame, 30_000);
  assertEquals(difference(after.samples, signal("f32", 2, 30_000, 30_010)), undefined);
});

Deno.test("a wipe while the source writes: everything after it is right, nothing before it is left", async () => {
  await using ring = await MicRing.open({ seconds: 2, source: sequence({ speed: 50 }) });
  for (let round = 0; round < 20; round++) {
    const newest = ring.stats().writtenFrames;
    await ring.wipe();
    const { oldestFrame } = ring.stats();
    assert(oldestFrame >= newest);
    await until("frames after the wipe", () => ring.stats().writtenFrames > oldestFrame + 1000);
    const { samples, startFrame } = ring.snapshot();
    assert(startFrame >= oldestFrame);
    // A block that came in the very moment the gate opened again is silence, and counted.
    const wrong = samples.findIndex((sample, i) => sample !== startFrame + i && sample !== 0);
    assertEquals(wrong, -1);
    const zeros = samples.reduce((count, sample) => count + Number(sample === 0), 0);
    assert(zeros <= ring.stats().lostFrames, `${zeros} frames of silence`);
  }
});

Deno.test("a wipe in a pause leaves the ring paused", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: tone() });
  await ring.pause();
  await ring.wipe();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals([ring.stats().paused, ring.snapshot().frames], [true, 0]);
  await ring.resume();
  const { writtenFrames } = ring.stats();
  await until("frames", () => ring.stats().writtenFrames > writtenFrames);
});

Deno.test("controls called at once are carried out one after the other", async () => {
  // A wipe of so much takes a while; a gate opened in its midst would let frames be wiped.
  await using ring = await MicRing.open({
    seconds: 5,
    source: sequence({ speed: 20 }),
    channels: 8,
  });
  for (let round = 0; round < 20; round++) {
    const lostBefore = ring.stats().lostFrames;
    const order: string[] = [];
    await Promise.all((["wipe", "pause", "resume"] as const).map(async (control) => {
      await ring[control]();
      order.push(control);
    }));
    assertEquals(order, ["wipe", "pause", "resume"]);
    const { paused, writtenFrames, lostFrames } = ring.stats();
    assertEquals(paused, false);
    const lost = lostFrames - lostBefore;
    await until("more frames", () => ring.stats().writtenFrames > writtenFrames + 2000);
    const { samples, startFrame } = ring.snapshot();
    let zeros = 0;
    for (let i = 0; i < samples.length; i++) {
      if (samples[i] === 0) zeros++;
      else assertEquals(samples[i], startFrame + (i >> 3));
    }
    assert(zeros / 8 <= lost, `${zeros / 8} frames of silence, ${lost} lost`);
  }
});

Deno.test("a control under way when the ring is closed is let finish, and the next is refused", async () => {
  const ring = await MicRing.open({ seconds: 1, source: tone() });
  const pausing = ring.pause().catch((error) => error);
  const closing = ring.close();
  const outcome = await pausing;
  assert(outcome === undefined || outcome instanceof MicRingError, String(outcome));
  await closing;
});

Deno.test("rings opened and closed a hundred times leave no resource open", async () => {
  for (let round = 0; round < 100; round++) {
    await using ring = await MicRing.open({ seconds: 0.1, source: sequence() });
    assert(ring.snapshot().frames > 0);
  }
});

Deno.test("times: a snapshot ends now, spans its frames, and follows on the one before", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: sequence() });
  await until("a second", () => ring.stats().writtenFrames >= ring.frames);
  const earliest = Date.now();
  const one = ring.snapshot({ seconds: 0.5 });
  const latest = performance.timeOrigin + performance.now();
  // The wall clock may be set meanwhile, and the machine may be busy: seconds, not milliseconds.
  assert(one.endTime > earliest - 2000 && one.endTime < latest + 2000);
  assert(Math.abs(one.endTime - one.startTime - 500) < 0.01);
  const overlap = ring.snapshot({ from: one.startFrame, seconds: 0.25 });
  assert(Math.abs(overlap.startTime - one.startTime) < 250);
});

Deno.test("of what is pushed, the last seconds are there at once, whatever the clock says", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: push(), sampleRate: 8000 });
  ring.push(new Float32Array(8000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { startFrame, endFrame } = await ring.clip({ before: 0.5 });
  assertEquals([startFrame, endFrame], [4000, 8000]);
});

Deno.test("times: what is pushed is dated by when it was pushed", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: push() });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = performance.timeOrigin + performance.now();
  ring.push(new Float32Array(4800));
  const { startTime, endTime } = ring.snapshot();
  // The system's tick, and a wall clock that is being adjusted; the opening was 200 ms ago.
  const after = performance.timeOrigin + performance.now();
  assert(endTime > before - 50 && endTime < after + 50, `${endTime - before} ms`);
  assert(Math.abs(endTime - startTime - 100) < 0.01);
});

import { assert, assertEquals } from "@std/assert";
import { clipGaps } from "../ffi/gaps.ts";
import { type Gap, MicRing, push, sequence, Snapshot } from "../mod.ts";
import { until } from "./_wait.ts";

function gap(
  startFrame: number,
  endFrame: number,
  exact = false,
  cause: Gap["cause"] = "pause",
): Gap {
  return { startFrame, endFrame, cause, exact };
}

Deno.test("of gaps, the parts within a stretch", () => {
  const gaps = [gap(0, 10), gap(20, 30), gap(40, 50)];
  assertEquals(clipGaps(gaps, 5, 45), [gap(5, 10), gap(20, 30), gap(40, 45)]);
  assertEquals(clipGaps(gaps, 10, 20), []);
  assertEquals(clipGaps(gaps, 22, 28), [gap(22, 28)]);
  assertEquals(clipGaps(gaps, 25, 25), []);
  // One that has not ended ends, for who asks, with what was asked for.
  const lasting = [...gaps, gap(60, Infinity)];
  assertEquals(clipGaps(lasting, 45, 80), [gap(45, 50), gap(60, 80)]);
  assertEquals(clipGaps(lasting, 60, 61), [gap(60, 61)]);
  assertEquals(clipGaps(lasting, 50, 60), []);
});

/** Every frame of the sequence is itself, or silence within a gap, and no frame is both. */
function checkAccount(snapshot: Snapshot<"f32">): void {
  const { samples, startFrame, gaps, complete } = snapshot;
  assertEquals(complete, gaps.length === 0);
  const silent = new Set<number>();
  for (const { startFrame, endFrame } of gaps) {
    for (let frame = startFrame; frame < endFrame; frame++) silent.add(frame);
  }
  for (let i = 0; i < samples.length; i++) {
    const frame = startFrame + i;
    assertEquals(samples[i], silent.has(frame) ? 0 : frame, `frame ${frame}`);
  }
}

Deno.test("each pause is one gap, exactly where the silence is, and a snapshot has its own", async () => {
  await using ring = await MicRing.open({ seconds: 60, source: sequence({ speed: 20 }) });
  const pauses: [number, number][] = [];
  let lostBefore = 0;
  for (let round = 0; round < 3; round++) {
    const { writtenFrames } = ring.stats();
    await until("more frames", () => ring.stats().writtenFrames > writtenFrames + 20_000);
    assertEquals([ring.snapshot().gaps.length, ring.stats().gaps], [round, round]);
    await ring.pause();
    const begins = ring.stats().writtenFrames;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await ring.resume();
    const { lostFrames } = ring.stats();
    pauses.push([begins, begins + lostFrames - lostBefore]);
    lostBefore = lostFrames;
  }
  await until("more frames", () => ring.stats().writtenFrames > pauses[2][1] + 1000);
  const whole = ring.snapshot();
  assertEquals(whole.gaps, pauses.map(([from, to]) => gap(from, to)));
  checkAccount(whole);
  const [from, to] = pauses[1];
  const cut = ring.snapshot({ from: from + 10, to: to + 100 });
  assertEquals(cut.gaps, [gap(from + 10, to)]);
  checkAccount(cut);
  const between = ring.snapshot({ from: to, to: pauses[2][0] });
  assertEquals([between.gaps, between.complete], [[], true]);
  checkAccount(between);
});

Deno.test("frames that a wipe refuses are in a gap, and counted", async () => {
  await using ring = await MicRing.open({ seconds: 20, source: sequence({ speed: 50 }) });
  for (let round = 0; round < 50; round++) {
    await ring.wipe();
    const { writtenFrames } = ring.stats();
    await until("more frames", () => ring.stats().writtenFrames > writtenFrames + 1000);
    const snapshot = ring.snapshot();
    checkAccount(snapshot);
    assert(snapshot.gaps.every((gap) => gap.cause === "wipe" && gap.exact));
  }
});

Deno.test("more gaps than are remembered: what is before the oldest is not called complete", async () => {
  await using ring = await MicRing.open({ seconds: 100, source: sequence({ speed: 10 }) });
  for (let round = 0; round < 300; round++) {
    await ring.pause();
    await new Promise((resolve) => setTimeout(resolve, 1));
    await ring.resume();
    const { writtenFrames } = ring.stats();
    await until("a frame", () => ring.stats().writtenFrames > writtenFrames);
  }
  const { gaps } = ring.snapshot();
  assertEquals(gaps.length, 256);
  const early = ring.snapshot({ from: 0, to: 10 });
  assertEquals([early.gaps, early.complete], [[], false]);
  const { endFrame } = gaps[1];
  const late = ring.snapshot({ from: endFrame, to: gaps[2].startFrame });
  assertEquals([late.gaps, late.complete], [[], true]);
  checkAccount(late);
});

Deno.test("a ring without a gap is complete, and so is a snapshot that nobody took from one", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: push() });
  ring.push(new Float32Array(100));
  assertEquals([ring.snapshot().gaps, ring.snapshot().complete], [[], true]);
  const { samples, format, channels, sampleRate } = ring.snapshot();
  const parts = { samples, format, channels, sampleRate, startFrame: 0, startTime: 0, endTime: 0 };
  assertEquals(new Snapshot(parts).complete, true);
  assertEquals(new Snapshot({ ...parts, gaps: [gap(0, 1)] }).complete, false);
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Clip, MicRing, MicRingError, push, sequence } from "../mod.ts";
import { seeded } from "./_seeded.ts";
import { difference, signal } from "./_signal.ts";
import { until } from "./_wait.ts";

const RATE = 8000;

function openPush(seconds = 0.5): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds, source: push(), sampleRate: RATE });
}

function pushFrames(ring: MicRing<"f32">, from: number, to: number): void {
  ring.push(signal("f32", 1, from, to));
}

Deno.test("1,000 clips at random instants, past and to come: every sample, every boundary", async () => {
  await using ring = await openPush();
  const random = seeded(4);
  const wanted: { clip: Promise<Clip<"f32">>; from: number; to: number; at: number }[] = [];
  let written = 0;
  while (wanted.length < 1000 || written < Math.max(...wanted.map(({ to }) => to))) {
    const count = Math.floor(random() * 300);
    pushFrames(ring, written, written + count);
    written += count;
    for (let i = 0; i < 10 && wanted.length < 1000; i++) {
      const before = Math.floor(random() * 2000);
      const after = 1 + Math.floor(random() * 1999);
      // As far back as the ring goes with all of the pre-roll, or further; and as far ahead.
      const at = Math.max(Math.floor(written - 2500 + random() * 5000), 0);
      const options = { at, before: before / RATE, after: after / RATE };
      wanted.push({ clip: ring.clip(options), from: at - before, to: at + after, at });
    }
    // Those that can be are taken here: a script that is busy for longer would miss some.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  let short = 0;
  for (const { clip, from, to, at } of wanted) {
    const taken = await clip;
    assertEquals([taken.endFrame, taken.atFrame], [Math.max(to, 0), at]);
    assert(taken.startFrame >= from);
    const expected = signal("f32", 1, taken.startFrame, taken.endFrame);
    assertEquals(difference(taken.samples, expected), undefined);
    assertEquals(taken.missingFrames, taken.startFrame - from);
    assertEquals(taken.complete, taken.missingFrames === 0);
    const lost = Math.max(from, 0);
    assertEquals(
      taken.gaps,
      taken.startFrame === lost
        ? []
        : [{ startFrame: lost, endFrame: taken.startFrame, cause: "missed", exact: true }],
    );
    if (taken.missingFrames > 0) short++;
  }
  assert(short > 20 && short < 500, `${short} without all of their pre-roll`);
});

Deno.test("a clip is around this moment, a time or a frame", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: sequence() });
  const { sampleRate } = ring;
  await ring.clip({ at: 4800, after: 0.01 });
  const before = ring.now();
  const now = ring.clip({ before: 0.01, after: 0.02 });
  const after = ring.now();
  const instant = new Date(Date.now() + 30);
  const timed = ring.clip({ at: instant, before: 0.05 });
  const framed = ring.clip({ at: before + 2000, after: 0.01 });
  for (const clip of await Promise.all([now, timed, framed])) {
    assert(clip instanceof Clip);
    assertEquals([clip.complete, clip.missingFrames], [true, 0]);
    const expected = Float32Array.from(clip.samples, (_, i) => clip.startFrame + i);
    assertEquals(difference(clip.samples, expected), undefined);
    // The wall clock was read at another moment.
    assert(Math.abs(clip.atTime - ring.timeAt(clip.atFrame)) < 1);
  }
  const [first, second, third] = await Promise.all([now, timed, framed]);
  assert(first.atFrame >= before && first.atFrame <= after);
  assertEquals(
    [first.startFrame, first.endFrame],
    [first.atFrame - 0.01 * sampleRate, first.atFrame + 0.02 * sampleRate],
  );
  assert(Math.abs(ring.timeAt(second.atFrame) - instant.getTime()) < 1);
  assertEquals(
    [second.startFrame, second.endFrame],
    [second.atFrame - 0.05 * sampleRate, second.atFrame],
  );
  assertEquals([third.startFrame, third.endFrame], [before + 2000, before + 2480]);
});

Deno.test("in a ring that is pushed to, a clip of now is at the end of what is there", async () => {
  await using ring = await openPush();
  pushFrames(ring, 0, 1000);
  await until("time to pass", () => ring.now() > 1000);
  // By the clock it would wait for what may never come.
  const signal = AbortSignal.timeout(20_000);
  const clip = await ring.clip({ before: 0.1, signal });
  assertEquals([clip.atFrame, clip.startFrame, clip.endFrame], [1000, 200, 1000]);
});

Deno.test("what is gone, was never there, or will never be is counted as missing", async () => {
  const ring = await openPush();
  pushFrames(ring, 0, 100);
  const early = await ring.clip({ at: 40, before: 0.025, after: 0.005 });
  assertEquals([early.startFrame, early.endFrame, early.missingFrames], [0, 80, 160]);
  assertEquals([early.gaps, early.complete], [[], false]);

  pushFrames(ring, 100, 50_000);
  const gone = await ring.clip({ at: 1000, before: 0.1, after: 0.1 });
  assertEquals([gone.frames, gone.missingFrames, gone.endFrame], [0, 1600, 1800]);
  assertEquals(gone.gaps, [{ startFrame: 200, endFrame: 1800, cause: "missed", exact: true }]);

  const cut = ring.clip({ at: 50_100, before: 0.1, after: 0.1 });
  const refused = assertRejects(() => cut, MicRingError, "Cannot take a clip: the ring is closed");
  await ring.close();
  await refused;
});

Deno.test("what was overwritten stands before the gaps of what is left", async () => {
  await using ring = await MicRing.open({ seconds: 2, source: sequence({ speed: 5 }) });
  await ring.clip({ at: 96_000, before: 0.01 });
  await ring.pause();
  await ring.resume();
  const [pause] = ring.snapshot({ seconds: 1 }).gaps;
  const { windowFrames, capacityFrames } = { windowFrames: ring.frames, ...ring.stats() };
  // Overwritten up to the middle of what is before the pause.
  const from = pause.endFrame - windowFrames;
  await ring.clip({ at: Math.round((from + pause.startFrame) / 2) + capacityFrames, before: 0.01 });
  const clip = await ring.clip({ at: pause.endFrame, before: 2 });
  assertEquals(clip.gaps.map(({ cause }) => cause), ["missed", "pause"]);
  assertEquals(clip.gaps[0], { ...clip.gaps[0], startFrame: from, endFrame: clip.startFrame });
  assertEquals(clip.gaps[1], pause);
});

Deno.test("a clip of a file that ends has what there is", async () => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  try {
    await using first = await openPush();
    pushFrames(first, 0, 1000);
    await Deno.writeFile(path, first.snapshot().toWav());
    const { file } = await import("../mod.ts");
    await using ring = await MicRing.open({ seconds: 1, source: file(path), sampleRate: RATE });
    const clip = await ring.clip({ at: 900, before: 0.1, after: 0.1 });
    assertEquals([clip.startFrame, clip.endFrame, clip.missingFrames], [100, 1000, 700]);
    assertEquals(difference(clip.samples, signal("f32", 1, 100, 1000)), undefined);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a clip that is called off is rejected with the reason, and waits no more", async () => {
  await using ring = await openPush();
  const controller = new AbortController();
  const reason = new Error("not any more");
  const clip = ring.clip({ at: 100, after: 0.1, signal: controller.signal });
  const other = ring.clip({ at: 100, after: 0.1 });
  const rejected = assertRejects(() => clip, Error, "not any more");
  controller.abort(reason);
  await rejected;
  pushFrames(ring, 0, 900);
  assertEquals((await other).frames, 800);
});

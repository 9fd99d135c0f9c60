import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Gap, MicRing, push, sequence, type Snapshot } from "../mod.ts";
import { BlockCursor, Blocks } from "../ffi/blocks.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { difference, signal } from "./_signal.ts";

const RATE = 8000;

/** A ring of a quarter of a second, that is 2000 frames in stereo, which the test fills. */
function openPush(): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds: 0.25, source: push(), sampleRate: RATE, channels: 2 });
}

function pushFrames(ring: MicRing<"f32">, from: number, to: number): void {
  ring.push(signal("f32", 2, from, to));
}

/** What it says it is, sample by sample. */
function checkContent(block: Snapshot<"f32">): [number, number] {
  const { startFrame, endFrame } = block;
  assertEquals(difference(block.samples, signal("f32", 2, startFrame, endFrame)), undefined);
  return [startFrame, endFrame];
}

/** The frames of the next blocks, each as it should be. */
async function take(blocks: AsyncIterator<Snapshot<"f32">>, count: number) {
  const spans: [number, number][] = [];
  for (let i = 0; i < count; i++) spans.push(checkContent((await blocks.next()).value));
  return spans;
}

function missed(startFrame: number, endFrame: number): Gap {
  return { startFrame, endFrame, cause: "missed", exact: true };
}

const finished = { done: true, value: undefined };

Deno.test("blocks begin with the next frame, and go on without a seam", async () => {
  await using ring = await openPush();
  pushFrames(ring, 0, 333);
  await using blocks = ring.blocks({ seconds: 0.0125 });
  const first = take(blocks, 1);
  pushFrames(ring, 333, 432);
  let waiting = true;
  first.then(() => waiting = false);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert(waiting, "a frame is missing yet");
  pushFrames(ring, 432, 700);
  assertEquals(await first, [[333, 433]]);
  assertEquals(await take(blocks, 2), [[433, 533], [533, 633]]);
});

Deno.test("who pushes and reads on the same thread waits for no other thread", async () => {
  await using ring = await openPush();
  const block = ring.blocks({ seconds: 0.0125 }).next();
  pushFrames(ring, 0, 100);
  let come = false;
  block.then(() => come = true);
  // Nothing but what is ready to run on this thread.
  for (let turn = 0; turn < 20; turn++) await undefined;
  assert(come);
});

Deno.test("the next blocks may be asked for before they are there, in any number", async () => {
  await using ring = await openPush();
  await using blocks = ring.blocks({ seconds: 0.0125 });
  const asked = [blocks.next(), blocks.next(), blocks.next()];
  pushFrames(ring, 0, 299);
  const spans = (await Promise.all(asked.slice(0, 2))).map(({ value }) => checkContent(value));
  assertEquals(spans, [[0, 100], [100, 200]]);
  pushFrames(ring, 299, 300);
  assertEquals(checkContent((await asked[2]).value), [200, 300]);
});

Deno.test("blocks begin in the past, or in the future, if they are told to", async () => {
  await using ring = await openPush();
  pushFrames(ring, 0, 1000);
  const options = { seconds: 0.025 };
  assertEquals(await take(ring.blocks({ ...options, past: 0.05 }), 2), [[600, 800], [800, 1000]]);
  assertEquals(await take(ring.blocks({ ...options, past: 0.25 }), 1), [[0, 200]]);
  assertEquals(await take(ring.blocks({ ...options, from: 123 }), 1), [[123, 323]]);
  const later = take(ring.blocks({ ...options, from: 1100 }), 1);
  pushFrames(ring, 1000, 1300);
  assertEquals(await later, [[1100, 1300]]);
  // Of what was told, not of what is left when the first one is asked for.
  const past = ring.blocks({ ...options, past: 0.0125 });
  pushFrames(ring, 1300, 1400);
  assertEquals(await take(past, 1), [[1200, 1400]]);
});

Deno.test("who is too late finds a gap that says how much, and goes on with whole blocks", async () => {
  await using ring = await openPush();
  await using blocks = ring.blocks({ seconds: 0.0125 });
  pushFrames(ring, 0, 100);
  await take(blocks, 1);
  pushFrames(ring, 100, 10_000);
  const { value } = await blocks.next();
  // What the window holds is not on the verge of being overwritten.
  assertEquals(checkContent(value), [8000, 8100]);
  assertEquals(value.gaps, [missed(100, 8000)]);
  assertEquals(value.complete, false);
  const next = await blocks.next();
  assertEquals(checkContent(next.value), [8100, 8200]);
  assertEquals([next.value.gaps, next.value.complete], [[], true]);
});

Deno.test("what was wiped is missed", async () => {
  await using ring = await openPush();
  await using blocks = ring.blocks({ seconds: 0.0125 });
  pushFrames(ring, 0, 250);
  await take(blocks, 1);
  await ring.wipe();
  pushFrames(ring, 250, 400);
  const { value } = await blocks.next();
  assertEquals(checkContent(value), [250, 350]);
  assertEquals(value.gaps, [missed(100, 250)]);
});

Deno.test("a pause is a gap of the blocks that it is in", async () => {
  await using ring = await MicRing.open({ seconds: 2, source: sequence({ speed: 10 }) });
  await using blocks = ring.blocks({ seconds: 0.1, past: 2 });
  await ring.pause();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await ring.resume();
  const [gap] = ring.snapshot().gaps;
  const lost: Gap[] = [];
  for await (const { startFrame: start, endFrame, samples, gaps } of blocks) {
    const silent = gaps.flatMap((part) => {
      const frames = part.endFrame - part.startFrame;
      return Array.from({ length: frames }, (_, i) => part.startFrame + i);
    });
    const expected = Float32Array.from(
      samples,
      (_, i) => silent.includes(start + i) ? 0 : start + i,
    );
    assertEquals(difference(samples, expected), undefined);
    lost.push(...gaps);
    if (endFrame >= gap.endFrame) break;
  }
  assertEquals([lost[0].startFrame, lost.at(-1)!.endFrame], [gap.startFrame, gap.endFrame]);
  assertEquals(new Set(lost.map(({ cause }) => cause)), new Set(["pause"]));
});

Deno.test("a loop that is left, a signal and a close end it, also in the middle of a wait", async () => {
  const ring = await openPush();
  const left = ring.blocks();
  const waiting = [left.next(), left.next()];
  await left.return!();
  assertEquals(await Promise.all(waiting), [finished, finished]);
  assertEquals(await left.next(), finished);

  const controller = new AbortController();
  const aborted = ring.blocks({ signal: controller.signal });
  const answer = aborted.next();
  controller.abort();
  assertEquals(await answer, finished);
  assertEquals(await aborted.next(), finished);

  const closed = ring.blocks({ seconds: 0.0125 });
  const late = closed.next();
  pushFrames(ring, 0, 50);
  const closing = ring.close();
  assertEquals(await late, finished);
  assertEquals(await closed.next(), finished);
  await closing;
});

Deno.test("each goes its own way in the same ring", async () => {
  await using ring = await openPush();
  const slow = ring.blocks({ seconds: 0.1 });
  const fast = ring.blocks({ seconds: 0.01 });
  const spans = Promise.all([take(slow, 2), take(fast, 20)]);
  for (let frame = 0; frame < 1600; frame += 37) {
    pushFrames(ring, frame, Math.min(frame + 37, 1600));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const [longs, shorts] = await spans;
  assertEquals(longs, [[0, 800], [800, 1600]]);
  assertEquals(shorts, Array.from({ length: 20 }, (_, i) => [80 * i, 80 * i + 80]));
});

Deno.test("who cannot keep up does not keep the others away", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: sequence({ speed: 50 }) });
  let timers = 0;
  const timer = setInterval(() => timers++, 1);
  let blocks = 0;
  // Never without a next block, and never a moment for anybody else between two.
  for await (const block of ring.blocks({ seconds: 0.001, past: 1 })) {
    const until = performance.now() + 0.5;
    while (performance.now() < until) block.level();
    if (++blocks === 400) break;
  }
  clearInterval(timer);
  assert(timers >= 5, `${timers} timers`);
});

Deno.test("a source that ends gives its rest as a shorter block", async () => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  try {
    await using first = await openPush();
    pushFrames(first, 0, 1234);
    await Deno.writeFile(path, first.snapshot().toWav());
    const { file } = await import("../mod.ts");
    await using ring = await MicRing.open({
      seconds: 1,
      source: file(path, { speed: 5 }),
      sampleRate: RATE,
      channels: 2,
    });
    const spans: [number, number][] = [];
    for await (const block of ring.blocks({ seconds: 0.0625, from: 0 })) {
      spans.push(checkContent(block));
    }
    assertEquals(spans, [[0, 500], [500, 1000], [1000, 1234]]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("an error on the way is the loop's, and ends it", async () => {
  const feed = new FakeFeed();
  const blocks = new Blocks(new BlockCursor({ feed, blockFrames: 200, from: 0 }), undefined);
  const answer = blocks.next();
  feed.take = () => {
    throw new RangeError("no room for 200");
  };
  feed.writeRamp(500);
  await assertRejects(() => answer, RangeError, "no room for 200");
  assertEquals(await blocks.next(), finished);
});

Deno.test("more rings than Deno has threads for are all read on, and can be closed meanwhile", async () => {
  const rings = await Promise.all(
    Array.from({ length: 40 }, () => MicRing.open({ seconds: 1, source: sequence() })),
  );
  const readThree = async (ring: MicRing<"f32">) => {
    let read = 0;
    for await (const { samples, startFrame } of ring.blocks({ seconds: 0.02 })) {
      const expected = Float32Array.from(samples, (_, i) => startFrame + i);
      assertEquals(difference(samples, expected), undefined);
      if (++read === 3) return read;
    }
  };
  assertEquals(await Promise.all(rings.map(readThree)), rings.map(() => 3));
  // All the threads that there are for it wait for something that is far away.
  const [waiting, left] = [rings.slice(0, 30), rings.slice(30)];
  const far = waiting.map((ring) => ring.clip({ at: 1e9, after: 0.1 }).catch(({ code }) => code));
  assertEquals(await Promise.all(left.map(readThree)), left.map(() => 3));
  await Promise.all(rings.map((ring) => ring.close()));
  assertEquals(await Promise.all(far), waiting.map(() => "closed"));
});

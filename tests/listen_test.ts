import { assert, assertEquals } from "@std/assert";
import { BlockCursor } from "../ffi/blocks.ts";
import { BlockListening } from "../ffi/listening.ts";
import { MicRing, push, type Snapshot } from "../mod.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { difference, signal } from "./_signal.ts";
import { until } from "./_wait.ts";

function openPush(): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds: 0.5, source: push(), sampleRate: 8000 });
}

function pushFrames(ring: MicRing<"f32">, from: number, to: number): void {
  ring.push(signal("f32", 1, from, to));
}

function checkContent({ samples, startFrame, endFrame }: Snapshot<"f32">): [number, number] {
  assertEquals(difference(samples, signal("f32", 1, startFrame, endFrame)), undefined);
  return [startFrame, endFrame];
}

Deno.test("a listener is called with each block, until it is stopped", async () => {
  await using ring = await openPush();
  const spans: [number, number][] = [];
  const listening = ring.listen((block) => {
    spans.push(checkContent(block));
  }, { seconds: 0.0125 });
  pushFrames(ring, 0, 350);
  assertEquals(spans, [], "never while the caller is still at it");
  await until("three blocks", () => spans.length === 3);
  listening.stop();
  listening.stop();
  pushFrames(ring, 350, 1000);
  await listening.finished;
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(spans, [[0, 100], [100, 200], [200, 300]]);
});

Deno.test("a block that cannot be had ends it, and is told", async () => {
  const told: unknown[] = [];
  const note = (event: ErrorEvent) => {
    event.preventDefault();
    told.push(event.error);
  };
  globalThis.addEventListener("error", note);
  const feed = new FakeFeed();
  const error = new RangeError("Array buffer allocation failed");
  feed.take = () => {
    throw error;
  };
  try {
    const controller = new AbortController();
    const cursor = new BlockCursor({ feed, blockFrames: 100, from: 0 });
    const listening = new BlockListening(cursor, () => {}, controller.signal);
    feed.writeRamp(100);
    await listening.finished;
    assertEquals([told, feed.waiting], [[error], 0]);
  } finally {
    globalThis.removeEventListener("error", note);
  }
});

Deno.test("a listener that takes its time is called with the next block afterwards", async () => {
  await using ring = await openPush();
  const running: number[] = [];
  let most = 0;
  let calls = 0;
  using _listening = ring.listen(async ({ startFrame }) => {
    running.push(startFrame);
    most = Math.max(most, running.length);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running.shift();
    calls++;
  }, { seconds: 0.0125 });
  pushFrames(ring, 0, 500);
  await until("five calls", () => calls === 5);
  assertEquals(most, 1);
});

Deno.test("a listener with much to catch up with lets others have their turn", async () => {
  await using ring = await openPush();
  pushFrames(ring, 0, 4000);
  let calls = 0;
  const callsSeen: number[] = [];
  using _listening = ring.listen(() => void calls++, { seconds: 0.0125, past: 0.5 });
  while (calls < 20) {
    await undefined;
    callsSeen.push(calls);
  }
  // One call at a time between those who are ready.
  assertEquals(callsSeen.filter((seen, i) => seen > (callsSeen[i - 1] ?? 0) + 1), []);
});

Deno.test("stopped within its own call, by a signal, or by the closing, it is finished", async () => {
  const ring = await openPush();
  const stopped = ring.listen(() => {
    stopped.stop();
  }, { seconds: 0.0125 });
  const controller = new AbortController();
  const aborted = ring.listen(() => {}, { signal: controller.signal });
  let closing: Promise<void> | undefined;
  let after = 0;
  const closed = ring.listen(() => {
    if (closing !== undefined) after++;
    closing = ring.close();
  }, { seconds: 0.025 });
  controller.abort();
  await aborted.finished;
  pushFrames(ring, 0, 400);
  await Promise.all([stopped.finished, closed.finished]);
  await closing;
  assertEquals([ring.closed, after], [true, 0]);
});

Deno.test("what a listener throws is an uncaught error, and it is called again", async () => {
  await using ring = await openPush();
  const caught: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    caught.push(event.error);
  };
  addEventListener("error", onError);
  try {
    let calls = 0;
    const first = new Error("thrown");
    const second = new Error("rejected");
    using _listening = ring.listen(() => {
      if (++calls === 1) throw first;
      if (calls === 2) return Promise.reject(second);
    }, { seconds: 0.0125 });
    pushFrames(ring, 0, 300);
    await until("three calls", () => calls === 3);
    assertEquals(caught, [first, second]);
  } finally {
    removeEventListener("error", onError);
  }
});

Deno.test("a stream of blocks pipes, takes nothing before it is asked, and ends", async () => {
  await using ring = await openPush();
  const spans: [number, number][] = [];
  const controller = new AbortController();
  const stream = ring.readable({ seconds: 0.0125, signal: controller.signal });
  pushFrames(ring, 0, 20_000);
  // Not asked yet: it kept nothing, and what it begins with is gone.
  const reader = stream.getReader();
  const { value } = await reader.read();
  assertEquals(checkContent(value!), [16_000, 16_100]);
  assertEquals(value!.gaps[0].startFrame, 0);
  reader.releaseLock();
  const piped = stream.pipeTo(
    new WritableStream({
      write(block) {
        spans.push(checkContent(block));
        if (spans.length === 3) controller.abort();
      },
    }),
  );
  await piped;
  assertEquals(spans, [[16_100, 16_200], [16_200, 16_300], [16_300, 16_400]]);
});

Deno.test("a stream that is cancelled waits no more", async () => {
  await using ring = await openPush();
  const reader = ring.readable().getReader();
  const read = reader.read();
  await reader.cancel();
  assertEquals(await read, { done: true, value: undefined });
  assert(ring.stats().writtenFrames === 0);
});

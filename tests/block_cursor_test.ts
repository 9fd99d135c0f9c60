import { assertEquals } from "@std/assert";
import { BlockCursor, Blocks, planBlocks, streamBlocks } from "../ffi/blocks.ts";
import { clipAround } from "../ffi/clip.ts";
import { BlockListening } from "../ffi/listening.ts";
import { triggeredClips } from "../ffi/clips.ts";
import { CountingSignal } from "./_counting_signal.ts";
import { FakeFeed } from "./_fake_feed.ts";

/* What cannot be brought about with a real ring at will, or not be seen there. */

function cursorOf(feed: FakeFeed, blockFrames = 10): BlockCursor<"f32"> {
  return new BlockCursor({ feed, blockFrames, from: 0 });
}

/** Its source ends, with some last frames, in the very moment in which somebody asks. */
class EndingFeed extends FakeFeed {
  override get ended(): boolean {
    if (!super.ended) {
      this.writeRamp(12);
      this.end();
    }
    return true;
  }
}

Deno.test("what comes with the end of a source is in whole blocks as long as there are any", () => {
  const feed = new EndingFeed();
  feed.writeRamp(5);
  const cursor = cursorOf(feed);
  const spans = [cursor.take(), cursor.take()].map((block) => [block?.startFrame, block?.endFrame]);
  assertEquals(spans, [[0, 10], [10, 17]]);
  assertEquals([cursor.take(), cursor.over], [undefined, true]);
});

/** Its source ends between two looks. */
class LateEndingFeed extends FakeFeed {
  looks = 0;

  override get ended(): boolean {
    if (++this.looks === 2) {
      this.writeRamp(5);
      this.end();
    }
    return super.ended;
  }
}

Deno.test("a source that ends behind a look still has its rest to give", () => {
  const feed = new LateEndingFeed();
  feed.writeRamp(5);
  const cursor = cursorOf(feed);
  assertEquals([cursor.take(), cursor.over], [undefined, false]);
  assertEquals(cursor.take()?.frames, 10);
});

/** A writer that is so fast that what is asked for is gone when it is taken. */
class RacingFeed extends FakeFeed {
  races = 3;

  override take(from: number, to: number) {
    if (this.races-- > 0) this.writeRamp(this.windowFrames);
    return super.take(from, to);
  }
}

Deno.test("a cursor that is overtaken while it takes goes on where something is held", () => {
  const feed = new RacingFeed({ windowFrames: 100 });
  feed.writeRamp(50);
  const cursor = cursorOf(feed);
  const block = cursor.take()!;
  assertEquals([block.startFrame, block.frames], [250, 10]);
  assertEquals(block.gaps, [{ startFrame: 0, endFrame: 250, cause: "missed", exact: true }]);
  assertEquals(cursor.take()!.startFrame, 260);
});

Deno.test("whatever is left, stopped or aborted waits no more", async () => {
  const feed = new FakeFeed();
  const blocks = new Blocks(cursorOf(feed), undefined);
  const asked = blocks.next();
  assertEquals(feed.waiting, 1);
  await blocks.return();
  assertEquals([feed.waiting, (await asked).done], [0, true]);

  const controller = new AbortController();
  const { signal } = controller;
  const listening = new BlockListening(cursorOf(feed), () => {}, signal);
  const aborted = new Blocks(cursorOf(feed), signal).next();
  const clip = clipAround(feed, { at: 100, after: 0.1, signal }).catch((reason) => reason);
  assertEquals(feed.waiting, 3);
  controller.abort("enough");
  assertEquals([feed.waiting, (await aborted).done, await clip], [0, true, "enough"]);
  await listening.finished;

  const stopped = new BlockListening(cursorOf(feed), () => {}, undefined);
  stopped.stop();
  assertEquals(feed.waiting, 0);
  await stopped.finished;
});

Deno.test("a listener that stops itself, or is stopped while it takes its time, waits no more", async () => {
  const feed = new FakeFeed();
  let calls = 0;
  const itself: BlockListening<"f32"> = new BlockListening(
    cursorOf(feed),
    () => {
      calls++;
      itself.stop();
    },
    undefined,
  );
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = new BlockListening(
    cursorOf(feed),
    () => {
      calls++;
      return promise;
    },
    undefined,
  );
  feed.writeRamp(30);
  await itself.finished;
  slow.stop();
  resolve();
  await promise;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([feed.waiting, calls], [0, 2]);
});

Deno.test("what has ended leaves nothing behind at its signal", async () => {
  const feed = new FakeFeed();
  const counting = new CountingSignal();
  const { signal } = counting;
  const clip = clipAround(feed, { at: 5, after: 0.005, signal });
  const blocks = new Blocks(cursorOf(feed), signal);
  const listening: BlockListening<"f32"> = new BlockListening(
    cursorOf(feed),
    () => listening.stop(),
    signal,
  );
  const clips = triggeredClips(feed, { above: -10, signal });
  assertEquals(counting.count, 4);
  feed.writeRamp(10);
  assertEquals([(await clip).frames, (await blocks.next()).value?.frames], [5, 10]);
  await blocks.return();
  await listening.finished;
  await clips.return!();
  assertEquals(counting.count, 0);
});

Deno.test("behind a wipe the past begins where something is held", () => {
  const feed = new FakeFeed();
  feed.writeRamp(2000);
  feed.skipTo(2000);
  feed.writeRamp(500);
  assertEquals(planBlocks("test", { past: 2 }, feed).from, 2000);
});

Deno.test("a stream asks when it is asked, and no more once it is cancelled", async () => {
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const feed = new FakeFeed();
  const stream = streamBlocks(new Blocks(cursorOf(feed), undefined));
  await turn();
  assertEquals(feed.waiting, 0);
  const reader = stream.getReader();
  const read = reader.read();
  await turn();
  assertEquals(feed.waiting, 1);
  await reader.cancel();
  assertEquals([(await read).done, feed.waiting], [true, 0]);
});

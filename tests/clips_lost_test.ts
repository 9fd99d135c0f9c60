import { assertEquals } from "@std/assert";
import { triggeredClips } from "../ffi/clips.ts";
import { takeFound, TriggeredClip } from "../ffi/clip.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { LOUD, next, OPTIONS, QUIET, rest, Room } from "./_room.ts";

Deno.test("frames that nobody heard are counted, and what is behind them is heard", async () => {
  const room = new Room();
  const clips = triggeredClips(room.feed, { ...OPTIONS, queue: 1 });
  room.live(500, QUIET);
  // The thread is busy: 6000 frames come, of which the ring holds 4000.
  room.write(6000, QUIET);
  room.live(100, QUIET);
  room.live(100, LOUD, LOUD);
  room.live(400, QUIET);
  room.live(100, LOUD);
  room.live(400, QUIET);
  // The clip that could have said so was dropped.
  const clip = await next(clips);
  room.check(clip, 7000, 7260);
  assertEquals([clip.droppedClips, clip.skippedFrames, clip.gaps], [1, 2000, []]);
  await clips.return!();
});

Deno.test("a sound that is lost in part goes on behind that, with a gap that says so", async () => {
  const room = new Room();
  const clips = triggeredClips(room.feed, OPTIONS);
  room.live(400, QUIET);
  room.live(300, LOUD);
  room.write(6000, LOUD);
  room.live(300, QUIET);
  room.feed.end();
  const found = await rest(clips);
  const [first] = found;
  room.check(first, 2700, 3700);
  assertEquals(first.gaps, [{ startFrame: 300, endFrame: 2700, cause: "missed", exact: true }]);
  assertEquals([first.missingFrames, first.skippedFrames, first.complete], [2400, 2000, false]);
  assertEquals([first.atFrame, first.continued], [2700, false]);
  assertEquals(found.map(({ endFrame }) => endFrame), [3700, 4700, 5700, 6700, 6760]);
  found.slice(1).forEach((clip, i) => {
    room.check(clip, found[i].endFrame, clip.endFrame);
    assertEquals([clip.continued, clip.skippedFrames, clip.missingFrames], [true, 0, 0]);
  });
});

Deno.test("what is gone before a clip is taken, and what was lost before, are one gap", () => {
  const room = new Room();
  room.write(5000, QUIET);
  const span = { from: 500, to: 1300, at: 600, continued: true, lostFrom: 100 };
  const parts = takeFound(room.feed, span, 7);
  const clip = new TriggeredClip({ ...parts, droppedClips: 0 });
  room.check(clip, 1000, 1300);
  assertEquals(clip.gaps, [{ startFrame: 100, endFrame: 1000, cause: "missed", exact: true }]);
  assertEquals([clip.missingFrames, clip.skippedFrames, clip.continued], [900, 7, true]);
});

Deno.test("behind frames that nobody heard a filter begins anew: there is no click", async () => {
  const feed = new FakeFeed({ windowFrames: 4000 });
  const clips = triggeredClips(feed, { ...OPTIONS, above: -40, highPass: 100 });
  feed.write(new Float32Array(500));
  feed.write(new Float32Array(5000).fill(0.5));
  feed.write(new Float32Array(500).fill(0.5));
  feed.end();
  assertEquals(await rest(clips), []);
});

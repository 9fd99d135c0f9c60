import { assertEquals, assertRejects } from "@std/assert";
import { type ClipsOptions, triggeredClips } from "../ffi/clips.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { LOUD, next, OPTIONS, QUIET, rest, Room } from "./_room.ts";

for (const format of ["f32", "s16"] as const) {
  Deno.test(`each sound is a clip with its rolls, frame by frame (${format})`, async () => {
    const room = new Room(format, 2);
    room.write(1000, QUIET, QUIET);
    const clips = triggeredClips(room.feed, OPTIONS);
    // One on the right only; two that are one, as their rolls touch; and quiet ones in between.
    room.live(400, QUIET, 0.05);
    room.live(200, QUIET, LOUD);
    room.live(400, QUIET, QUIET);
    room.live(100, LOUD, LOUD);
    room.live(100, QUIET, QUIET);
    room.live(100, LOUD, LOUD);
    room.live(1000, QUIET, QUIET);
    room.feed.end();
    const [first, second, ...others] = await rest(clips);
    assertEquals(others, []);
    room.check(first, 1300, 1660);
    room.check(second, 1900, 2360);
    assertEquals([first.atFrame, first.atTime, second.atFrame], [1400, 1400, 2000]);
    for (const clip of [first, second]) {
      assertEquals([clip.continued, clip.droppedClips, clip.skippedFrames], [false, 0, 0]);
      assertEquals([clip.complete, clip.missingFrames, clip.gaps], [true, 0, []]);
    }
  });
}

Deno.test("a clip is given out as soon as nothing can change it, to who waits", async () => {
  const room = new Room();
  const clips = triggeredClips(room.feed, OPTIONS);
  room.live(400, QUIET);
  room.live(100, LOUD);
  let given = 0;
  const waiting = next(clips).then((clip) => {
    given = room.all.length;
    return clip;
  });
  for (let i = 0; i < 10; i++) {
    room.write(20, QUIET);
    await new Promise((resolve) => setTimeout(resolve));
  }
  room.check(await waiting, 300, 560);
  // Known at 680, when there is a hop whose pre-roll cannot reach 560; looked at by then at 700.
  assertEquals(given, 700);
  await clips.return!();
});

Deno.test("the sound of the beginning has the pre-roll that the ring has of it", async () => {
  const room = new Room();
  room.write(60, QUIET);
  // There is less than it asks for: that is no loss.
  const clips = triggeredClips(room.feed, { ...OPTIONS, past: 4 });
  room.live(100, LOUD);
  room.live(300, QUIET);
  const clip = await next(clips);
  room.check(clip, 0, 220);
  assertEquals([clip.missingFrames, clip.complete, clip.gaps], [40, false, []]);
  assertEquals(clip.skippedFrames, 0);
  await clips.return!();
});

Deno.test("it begins in the past if asked, as far as the ring goes", async () => {
  const room = new Room();
  room.write(3000, QUIET);
  room.write(200, LOUD);
  room.write(3000, QUIET);
  for (const past of [3.2, 4]) {
    const clips = triggeredClips(room.feed, { ...OPTIONS, past });
    const clip = await next(clips);
    room.check(clip, 2900, 3260);
    await clips.return!();
  }
  const clips = triggeredClips(room.feed, { ...OPTIONS, past: 2.9 });
  room.live(200, LOUD);
  room.live(300, QUIET);
  room.check(await next(clips), 6100, 6460);
  await clips.return!();
});

Deno.test("what is too long is cut, and no frame is in two clips or in none", async () => {
  const room = new Room();
  const clips = triggeredClips(room.feed, OPTIONS);
  room.live(500, QUIET);
  room.live(2500, LOUD);
  room.live(500, QUIET);
  room.feed.end();
  const found = await rest(clips);
  const bounds = [400, 1400, 2400, 3060];
  assertEquals(found.length, 3);
  found.forEach((clip, i) => {
    room.check(clip, bounds[i], bounds[i + 1]);
    assertEquals([clip.continued, clip.atFrame], [i > 0, i > 0 ? bounds[i] : 500]);
  });
});

Deno.test("below keeps it open, and is 6 dB less than above if left out", async () => {
  // -20 and -26 dBFS are 0.1 and 0.0501; each sample is up to 9 % less than its level.
  for (
    const { level, options, to } of [
      { level: 0.06, options: {}, to: 960 },
      { level: 0.047, options: {}, to: 560 },
      { level: 0.047, options: { below: -30 }, to: 960 },
      { level: 0.06, options: { below: -20 }, to: 560 },
    ]
  ) {
    const room = new Room();
    const clips = triggeredClips(room.feed, { ...OPTIONS, ...options });
    room.live(400, QUIET);
    room.live(100, LOUD);
    room.live(400, level);
    room.live(400, QUIET);
    room.check(await next(clips), 300, to);
    await clips.return!();
  }
});

Deno.test("a source's end is a sound's end: with what there is of it", async () => {
  const room = new Room();
  const clips = triggeredClips(room.feed, OPTIONS);
  room.live(400, QUIET);
  // The last hop is a short one, and loud.
  room.write(5, LOUD);
  const waiting = next(clips);
  room.feed.end();
  const clip = await waiting;
  room.check(clip, 300, 405);
  assertEquals([clip.missingFrames, clip.complete], [60, false]);
  assertEquals(await clips.next(), { done: true, value: undefined });
  assertEquals(room.feed.waiting, 0);
});

Deno.test("clips that are not asked for wait, and of too many the oldest are dropped", async () => {
  const room = new Room();
  const clips = triggeredClips(room.feed, { ...OPTIONS, queue: 3 });
  for (let i = 0; i < 8; i++) {
    room.live(100, LOUD);
    room.live(900, QUIET);
  }
  const found = [];
  for (let i = 0; i < 3; i++) found.push(await next(clips));
  room.live(100, LOUD);
  room.live(900, QUIET);
  found.push(await next(clips));
  assertEquals(found.map(({ droppedClips }) => droppedClips), [5, 0, 0, 0]);
  found.forEach((clip, i) => {
    const from = 1000 * (5 + i);
    room.check(clip, from - 100, from + 160);
  });
  room.feed.end();
  assertEquals(await rest(clips), []);
});

Deno.test("rumble does not count where it is filtered out", async () => {
  const heard = async (options: Partial<ClipsOptions>) => {
    const feed = new FakeFeed({ sampleRate: 8000 });
    const clips = triggeredClips(feed, { above: -40, ...options });
    for (let at = 0; at < 80_000; at += 800) {
      const samples = new Float32Array(800);
      samples.forEach((_, i) => {
        const tone = at >= 40_000 && at < 48_000 ? 0.05 * Math.sin((at + i) * 0.8) : 0;
        samples[i] = 0.3 * Math.sin((at + i) * 2 * Math.PI * 20 / 8000) + tone;
      });
      feed.write(samples);
    }
    feed.end();
    return (await rest(clips)).map(({ atFrame, endFrame }) => [atFrame, endFrame]);
  };
  assertEquals(await heard({ highPass: 300 }), [[40_000, 52_000]]);
  assertEquals(await heard({ highPass: 300, lowPass: 400 }), []);
  assertEquals((await heard({}))[0][0], 0);
});

Deno.test("whoever leaves, leaves nothing behind", async () => {
  const room = new Room();
  const left = triggeredClips(room.feed, OPTIONS);
  const waiting = [left.next(), left.next()];
  assertEquals(room.feed.waiting, 1);
  await left.return!();
  assertEquals(room.feed.waiting, 0);
  for (const one of waiting) assertEquals((await one).done, true);
  assertEquals((await left.next()).done, true);

  const broken = triggeredClips(room.feed, OPTIONS);
  room.live(100, LOUD);
  room.live(300, QUIET);
  for await (const _ of broken) break;
  assertEquals(room.feed.waiting, 0);
  {
    await using _disposed = triggeredClips(room.feed, OPTIONS);
    assertEquals(room.feed.waiting, 1);
  }
  assertEquals(room.feed.waiting, 0);
});

Deno.test("a signal ends it, with what waits; a ring that is closed leaves what waits", async () => {
  const room = new Room();
  const aborting = new AbortController();
  const aborted = triggeredClips(room.feed, { ...OPTIONS, signal: aborting.signal });
  const closed = triggeredClips(room.feed, OPTIONS);
  room.live(100, LOUD);
  room.live(300, QUIET);
  room.live(100, LOUD);
  aborting.abort();
  assertEquals(room.feed.waiting, 1);
  assertEquals(await rest(aborted), []);
  room.feed.close();
  assertEquals(room.feed.waiting, 0);
  const found = await rest(closed);
  assertEquals(found.length, 1);
  room.check(found[0], 0, 160);
});

Deno.test("a fault on the way is told to who asks next, once, and ends it", async () => {
  const room = new Room();
  const clips = triggeredClips(room.feed, OPTIONS);
  const left = triggeredClips(room.feed, OPTIONS);
  room.live(100, LOUD);
  room.live(300, QUIET);
  room.feed.take = () => {
    throw new Error("memory is short");
  };
  room.live(100, QUIET);
  assertEquals(room.feed.waiting, 0);
  assertEquals((await next(clips)).frames, 160);
  await assertRejects(() => clips.next(), Error, "memory is short");
  assertEquals((await clips.next()).done, true);
  // Who has left does not ask.
  await left.return!();
  assertEquals((await left.next()).done, true);
});

Deno.test("the longest pre-roll, and the longest clip, are there", async () => {
  const room = new Room();
  // A clip of 2.2 s is known to be over 1.52 s later, and a look may come 0.1 s after that.
  const clips = triggeredClips(room.feed, { above: -20, before: 1.5, after: 0.5, atMost: 2.38 });
  room.live(2000, QUIET);
  room.live(380, LOUD);
  room.live(2200, QUIET);
  const clip = await next(clips);
  room.check(clip, 500, 2880);
  assertEquals(clip.missingFrames, 0);
  await clips.return!();
});

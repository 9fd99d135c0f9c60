import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { detectedClips, type Detector } from "../ffi/detect.ts";
import { live, OPTIONS, turn } from "./_detecting.ts";
import { FakeFeed } from "./_fake_feed.ts";

Deno.test("what a detector throws is told, and everything is freed", async () => {
  const fault = new Error("no model");
  const throwing: Detector[] = [
    () => {
      throw fault;
    },
    () => Promise.reject(fault),
  ];
  for (const detector of throwing) {
    const feed = new FakeFeed();
    const clips = detectedClips(feed, detector, OPTIONS);
    const waiting = clips.next();
    live(feed, 100);
    assertStrictEquals(await assertRejects(() => waiting), fault);
    assertEquals(feed.waiting, 0);
    assertEquals((await clips.next()).done, true);
  }
});

for (const answer of [undefined, null, "yes", NaN, {}, 1n]) {
  Deno.test(`an answer that is none is refused: ${typeof answer} ${String(answer)}`, async () => {
    for (const promised of [false, true]) {
      const feed = new FakeFeed();
      // deno-lint-ignore no-explicit-any
      const detector = () => (promised ? Promise.resolve(answer) : answer) as any;
      const clips = detectedClips(feed, detector, OPTIONS);
      live(feed, 100);
      await assertRejects(() => clips.next(), TypeError, "must return true, false or a number");
      assertEquals(feed.waiting, 0);
    }
  });
}

Deno.test("an answer that comes when nobody wants it is nothing, nor is a late fault", async () => {
  const feed = new FakeFeed();
  let [answer, fail] = [(_: boolean) => {}, (_: Error) => {}];
  const detector = () =>
    new Promise<boolean>((resolve, reject) => [answer, fail] = [resolve, reject]);
  for (const settle of [() => answer(true), () => fail(new Error("late"))]) {
    const clips = detectedClips(feed, detector, OPTIONS);
    live(feed, 100);
    await clips.return!();
    settle();
    await turn();
    assertEquals(feed.waiting, 0);
    assertEquals((await clips.next()).done, true);
  }
});

Deno.test("an answer that comes when the ring is closed is the end, whatever it is", async () => {
  const feed = new FakeFeed();
  let answer = (_: boolean) => {};
  const clips = detectedClips(feed, () => new Promise((resolve) => answer = resolve), OPTIONS);
  for (const found of [true, false, false]) {
    live(feed, 100);
    answer(found);
    await turn();
  }
  live(feed, 100);
  feed.close();
  // By this one the clip would be whole.
  answer(false);
  await turn();
  assertEquals(await Array.fromAsync(clips), []);
  assertEquals(feed.waiting, 0);
});

Deno.test("a detector may call it off itself", async () => {
  const feed = new FakeFeed();
  const calling = new AbortController();
  let calls = 0;
  const clips = detectedClips(feed, () => {
    calls++;
    calling.abort();
    return true;
  }, { ...OPTIONS, signal: calling.signal });
  live(feed, 500);
  assertEquals(calls, 1);
  assertEquals(await Array.fromAsync(clips), []);
  assertEquals(feed.waiting, 0);
});

// deno-lint-ignore no-explicit-any
type Anything = any;

const BAD_OPTIONS: [options: Anything, error: Anything, says: string][] = [
  [null, TypeError, "the options are null"],
  [{ above: "1" }, TypeError, 'above is "1", not a number'],
  [{ above: NaN }, RangeError, "above is NaN"],
  [{ above: 0.5, below: 0.6 }, RangeError, "below is 0.6, and must be a number from"],
  [{ hop: 0 }, RangeError, "hop is 0, and must be a number from 0.001 to 10"],
  [{ seconds: 0 }, RangeError, "seconds is 0"],
  [{ seconds: 11 }, RangeError, "Cannot detect 11 s: the ring holds 10 s"],
  [{ seconds: 5, before: 1 }, RangeError, "takes a ring of 12.1 s, and it holds 10 s"],
  [{ before: -1 }, RangeError, "before is -1"],
  [{ after: -1 }, RangeError, "after is -1"],
  [{ hold: -1 }, RangeError, "hold is -1"],
  [{ atMost: 10 }, RangeError, "atMost is 10, and must be a number from 0.6 to 9.3"],
  [{ queue: 0 }, RangeError, "queue is 0"],
  [{ signal: 1 }, TypeError, "signal is 1, not an AbortSignal"],
  [{ signal: AbortSignal.abort(new SyntaxError("gone")) }, SyntaxError, "gone"],
  [{ highPass: 100 }, TypeError, 'there is no option "highPass"'],
];

for (const [options, error, says] of BAD_OPTIONS) {
  Deno.test(`detect refuses what says: ${says}`, () => {
    const feed = new FakeFeed();
    assertThrows(() => detectedClips(feed, () => true, options), error, says);
    assertEquals(feed.waiting, 0);
  });
}

Deno.test("detect refuses what is no function", () => {
  const refused = () => detectedClips(new FakeFeed(), true as Anything, OPTIONS);
  assertThrows(refused, TypeError, "Cannot detect: the detector is true, not a function");
});

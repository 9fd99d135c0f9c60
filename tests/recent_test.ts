import { assertEquals, assertThrows } from "@std/assert";
import { MicRingError } from "../ffi/errors.ts";
import { Recent, type RecentOptions } from "../ffi/recent.ts";
import type { SampleFormat, Snapshot } from "../mod.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { rampFault } from "./_schedule_rig.ts";

/** Where a snapshot begins and ends, and which frames were missed before it. */
function spanOf(snapshot: Snapshot): unknown {
  assertEquals(rampFault(snapshot), undefined);
  const { startFrame, endFrame, complete, gaps } = snapshot;
  const missed = gaps.filter(({ cause }) => cause === "missed").map((gap) => {
    assertEquals(gap.exact, true);
    return [gap.startFrame, gap.endFrame];
  });
  return { startFrame, endFrame, complete, missed };
}

function whole(startFrame: number, endFrame: number): unknown {
  return { startFrame, endFrame, complete: true, missed: [] };
}

for (const [format, channels] of [["f32", 1], ["s16", 3]] as [SampleFormat, number][]) {
  Deno.test(`recent, ${format}, ${channels} channels: each name reads each frame once`, () => {
    const feed = new FakeFeed({ format, channels });
    const recent = new Recent(feed);
    feed.writeRamp(300);
    assertEquals(spanOf(recent.read({ sinceLast: "first" })), whole(0, 300));
    feed.writeRamp(200);
    assertEquals(spanOf(recent.read({ sinceLast: "first" })), whole(300, 500));
    assertEquals(spanOf(recent.read({ sinceLast: "second" })), whole(0, 500));
    assertEquals(spanOf(recent.read({ sinceLast: "first" })), whole(500, 500));
    feed.writeRamp(1);
    assertEquals(spanOf(recent.read({ sinceLast: "second" })), whole(500, 501));
    assertEquals(spanOf(recent.read({ sinceLast: "first" })), whole(500, 501));
    const { samples, sampleRate, channels: count, startTime, endTime, timeUncertainty } = recent
      .read({ sinceLast: "third", seconds: 0.001 });
    assertEquals([samples.length, sampleRate, count], [channels, 1000, channels]);
    assertEquals([startTime, endTime, timeUncertainty], [500, 501, 0.001]);
  });
}

Deno.test("recent: a thousand reads at odd moments, joined together, are the signal", () => {
  const feed = new FakeFeed();
  const recent = new Recent(feed);
  let place = 0;
  for (let i = 0; i < 1000; i++) {
    feed.writeRamp(i * 7919 % 401);
    const snapshot = recent.read({ sinceLast: "it", seconds: 0.5 });
    assertEquals(spanOf(snapshot), whole(place, feed.writtenFrames));
    place = snapshot.endFrame;
  }
});

Deno.test("recent: at a name's first time it is the newest there is, and nothing is missed", () => {
  const feed = new FakeFeed();
  const recent = new Recent(feed);
  assertEquals(spanOf(recent.read({ sinceLast: "before all" })), whole(0, 0));
  feed.writeRamp(25_000);
  assertEquals(spanOf(recent.read({ sinceLast: "a" })), whole(15_000, 25_000));
  assertEquals(spanOf(recent.read({ sinceLast: "b", seconds: 2 })), whole(23_000, 25_000));
  // Wiped: what is there is less than what is asked for.
  feed.skipTo(30_000);
  feed.writeRamp(100);
  assertEquals(spanOf(recent.read({ sinceLast: "c" })), whole(30_000, 30_100));
});

Deno.test("recent: after a long absence what was missed is one gap, and all of it", () => {
  const feed = new FakeFeed();
  const recent = new Recent(feed);
  recent.read({ sinceLast: "a" });
  recent.read({ sinceLast: "b" });
  recent.read({ sinceLast: "c" });
  feed.writeRamp(1_000_000);
  const missed = (startFrame: number, endFrame: number) => ({
    startFrame,
    endFrame,
    complete: false,
    missed: [[0, startFrame]],
  });
  assertEquals(spanOf(recent.read({ sinceLast: "a" })), missed(990_000, 1_000_000));
  // Asked for less, it skips what the ring still has.
  assertEquals(spanOf(recent.read({ sinceLast: "b", seconds: 1 })), missed(999_000, 1_000_000));
  assertEquals(spanOf(recent.read({ sinceLast: "b" })), whole(1_000_000, 1_000_000));
  // Both: asked for less, and of that the ring has the end only.
  feed.skipTo(1_500_000);
  feed.writeRamp(300);
  assertEquals(spanOf(recent.read({ sinceLast: "c", seconds: 1 })), missed(1_500_000, 1_500_300));
});

Deno.test("recent: the ring's own gaps stand behind what was missed", () => {
  const feed = new FakeFeed();
  const recent = new Recent(feed);
  recent.read({ sinceLast: "a" });
  feed.writeRamp(1000);
  feed.gaps.push({ startFrame: 1000, endFrame: 1200, cause: "pause", exact: false });
  feed.write(new Float32Array(200));
  feed.writeRamp(300);
  const { gaps, complete } = recent.read({ sinceLast: "a", seconds: 1 });
  assertEquals(gaps.map((gap) => [gap.cause, gap.startFrame, gap.endFrame]), [
    ["missed", 0, 500],
    ["pause", 1000, 1200],
  ]);
  assertEquals(complete, false);
});

Deno.test("recent: a read that fails takes nothing", () => {
  const feed = new FakeFeed();
  const recent = new Recent(feed);
  feed.writeRamp(100);
  recent.read({ sinceLast: "a" });
  feed.writeRamp(100);
  assertThrows(() => recent.read({ sinceLast: "a", seconds: 11 }), RangeError);
  // Nor does one for which there is no memory.
  const { take } = feed;
  feed.take = () => {
    throw new RangeError("Array buffer allocation failed");
  };
  assertThrows(() => recent.read({ sinceLast: "a" }), RangeError, "allocation");
  feed.take = take;
  assertEquals(spanOf(recent.read({ sinceLast: "a" })), whole(100, 200));
});

const REFUSED: [unknown, ErrorConstructor, string][] = [
  [undefined, TypeError, "Cannot read the recent: the options are undefined, not an object"],
  ["a", TypeError, 'Cannot read the recent: the options are "a", not an object'],
  [{}, TypeError, "Cannot read the recent: sinceLast is undefined, not a string"],
  [{ sinceLast: 5 }, TypeError, "Cannot read the recent: sinceLast is 5, not a string"],
  [{ sinceLast: "" }, TypeError, "Cannot read the recent: sinceLast is empty"],
  [{ sinceLast: "a", second: 1 }, TypeError, 'there is no option "second"'],
  [{ sinceLast: "a", seconds: "1" }, TypeError, 'seconds is "1", not a number of seconds'],
  [{ sinceLast: "a", seconds: 0 }, RangeError, "seconds is 0, and must be more than 0"],
  [{ sinceLast: "a", seconds: NaN }, RangeError, "seconds is NaN"],
  [{ sinceLast: "a", seconds: 30 }, RangeError, "Cannot read the recent 30 s: the ring holds 10 s"],
  [{ sinceLast: "a", seconds: 1e-9 }, RangeError, "that is less than one frame"],
];

for (const [options, type, message] of REFUSED) {
  Deno.test(`recent refuses: ${message}`, () => {
    const recent = new Recent(new FakeFeed());
    assertThrows(() => recent.read(options as RecentOptions), type, message);
  });
}

Deno.test("recent of a ring that is closed, by one of its own options even, is refused", () => {
  const feed = new FakeFeed();
  const options = {
    get sinceLast(): string {
      feed.close();
      return "a";
    },
  };
  const message = "Cannot read the recent: the ring is closed";
  const error = assertThrows(() => new Recent(feed).read(options), MicRingError, message);
  assertEquals((error as MicRingError).code, "closed");
});

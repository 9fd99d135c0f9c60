import { assertEquals } from "@std/assert";
import { detectedClips, type DetectOptions } from "../ffi/detect.ts";
import type { Snapshot } from "../ffi/snapshot.ts";
import type { TriggeredClip } from "../ffi/clip.ts";
import { live, OPTIONS, turn } from "./_detecting.ts";
import { FakeFeed, rampAt } from "./_fake_feed.ts";

/** Whether a block has a frame of one of these stretches; what the detector was shown is kept. */
function finding(...stretches: [from: number, to: number][]) {
  const shown: [from: number, to: number][] = [];
  const detector = (block: Snapshot) => {
    checkRamp(block);
    const { startFrame, endFrame } = block;
    shown.push([startFrame, endFrame]);
    return stretches.some(([from, to]) => from < endFrame && to > startFrame);
  };
  return { shown, detector };
}

/** Each sample is its frame's number. */
function checkRamp({ samples, startFrame, endFrame }: Snapshot): void {
  const expected = Array.from(
    { length: endFrame - startFrame },
    (_, i) => rampAt("f32", startFrame + i),
  );
  assertEquals([...samples], expected);
}

function bounds(clips: TriggeredClip[]): [number, number][] {
  clips.forEach(checkRamp);
  return clips.map(({ startFrame, endFrame }) => [startFrame, endFrame]);
}

Deno.test("a detector sees each block once, and what it finds is a clip", async () => {
  const feed = new FakeFeed();
  feed.writeRamp(230);
  const { shown, detector } = finding([650, 660], [900, 901], [1500, 1710]);
  const clips = detectedClips(feed, detector, OPTIONS);
  live(feed, 2550);
  feed.end();
  // Hops are 230 to 330 and so on: 630 to 730 and 830 to 930 are one, as 780 is touched by 680.
  const found = await Array.fromAsync(clips);
  assertEquals(bounds(found), [[480, 980], [1280, 1780]]);
  assertEquals(found.map(({ atFrame }) => atFrame), [630, 1430]);
  const hops = Array.from({ length: 25 }, (_, i) => [230 + 100 * i, 330 + 100 * i]);
  assertEquals(shown, [...hops, [2680, 2780]] as [number, number][]);
  assertEquals(feed.waiting, 0);
});

Deno.test("blocks longer than the hop overlap, are whole, and the pre-roll is before them", async () => {
  const feed = new FakeFeed();
  const { shown, detector } = finding([1000, 1001]);
  const clips = detectedClips(feed, detector, { ...OPTIONS, seconds: 0.35 });
  live(feed, 2000);
  feed.end();
  const found = await Array.fromAsync(clips);
  assertEquals(shown.slice(0, 3), [[0, 350], [100, 450], [200, 550]]);
  assertEquals(shown.slice(-2), [[1600, 1950], [1650, 2000]]);
  // The first that has frame 1000 is 700 to 1050, the last is 1000 to 1350.
  assertEquals(bounds(found), [[550, 1400]]);
  assertEquals(found[0].atFrame, 950);
});

Deno.test("blocks shorter than the hop are the newest of it", async () => {
  const feed = new FakeFeed();
  const { shown, detector } = finding();
  const clips = detectedClips(feed, detector, { ...OPTIONS, seconds: 0.02 });
  live(feed, 300);
  assertEquals(shown, [[80, 100], [180, 200], [280, 300]]);
  await clips.return!();
});

Deno.test("a source shorter than a block is shown as it is", async () => {
  const feed = new FakeFeed();
  const { shown, detector } = finding([0, 60]);
  const clips = detectedClips(feed, detector, { ...OPTIONS, seconds: 0.5 });
  live(feed, 60);
  feed.end();
  assertEquals(bounds(await Array.fromAsync(clips)), [[0, 60]]);
  assertEquals(shown, [[0, 60]]);
});

Deno.test("scores have two thresholds", async () => {
  const scores = [0, 3, 4.9, 5, 3, 3.1, 2.9, 0, 0, 0, 4.9, 3, 0, 0, 0, 0];
  const run = async (options: DetectOptions) => {
    const feed = new FakeFeed();
    let call = 0;
    const clips = detectedClips(feed, () => scores[call++] ?? 0, { ...OPTIONS, ...options });
    live(feed, 1600);
    feed.end();
    return bounds(await Array.fromAsync(clips));
  };
  assertEquals(await run({ above: 5, below: 3 }), [[150, 650]]);
  assertEquals(await run({ above: 5 }), [[150, 450]]);
  assertEquals(await run({ above: 5, below: 2.9 }), [[150, 750]]);
});

Deno.test("true is 1 and false is 0, of a promise as well", async () => {
  const feed = new FakeFeed();
  const answers = [false, true, 0.5, 0.49, true, false, false, false, false, false];
  let call = 0;
  const detector = (): Promise<boolean | number> => Promise.resolve(answers[call++]);
  const clips = detectedClips(feed, detector, OPTIONS);
  for (let i = 0; i < answers.length; i++) {
    feed.writeRamp(100);
    await turn();
  }
  // Heard from 100 to 300, and from 400 to 500; 0.49 is too little.
  const { value } = await clips.next() as IteratorYieldResult<TriggeredClip>;
  assertEquals(bounds([value]), [[0, 550]]);
  assertEquals([value.atFrame, value.missingFrames], [100, 50]);
  await clips.return!();
});

Deno.test("the next block waits for the answer; too far behind, blocks are skipped", async () => {
  const feed = new FakeFeed({ windowFrames: 2000 });
  const shown: [number, number][] = [];
  let answer = (_: boolean) => {};
  const clips = detectedClips(feed, (block) => {
    shown.push([block.startFrame, block.endFrame]);
    return new Promise<boolean>((resolve) => answer = resolve);
  }, { ...OPTIONS, atMost: 0.95 });
  live(feed, 500);
  assertEquals(shown, [[0, 100]]);
  assertEquals(feed.waiting, 0);
  // Of 2000 frames 950 are for a clip and 250 until it is given out: 800 may be left behind.
  for (let i = 0; i < 4; i++) {
    answer(false);
    await turn();
  }
  assertEquals(shown.slice(1), [[100, 200], [200, 300], [300, 400], [400, 500]]);
  live(feed, 900);
  answer(false);
  await turn();
  assertEquals(shown.at(-1), [500, 600]);
  live(feed, 200);
  answer(false);
  await turn();
  // 600 to 1600 are there: nine blocks were never shown, and count as the newest does.
  assertEquals(shown.at(-1), [1500, 1600]);
  answer(true);
  for (let i = 0; i < 4; i++) {
    live(feed, 100);
    await turn();
    answer(false);
    await turn();
  }
  const { value } = await clips.next() as IteratorYieldResult<TriggeredClip>;
  assertEquals(bounds([value]), [[450, 1400]]);
  assertEquals([value.skippedFrames, value.atFrame, value.missingFrames], [900, 600, 0]);
  await clips.return!();
});

Deno.test("a detector that is overtaken goes on where blocks are whole", async () => {
  const feed = new FakeFeed({ windowFrames: 2000 });
  const { shown, detector } = finding([200, 300], [5300, 5500]);
  const clips = detectedClips(feed, detector, { ...OPTIONS, seconds: 0.3 });
  live(feed, 300);
  feed.writeRamp(5000);
  live(feed, 1500);
  feed.end();
  const found = await Array.fromAsync(clips);
  assertEquals(shown[0], [0, 300]);
  // Held are 3300 to 5300, where blocks end from 3600 on: the newest, as it is too far behind.
  assertEquals(shown.slice(1, 3), [[5000, 5300], [5100, 5400]]);
  const [first, second, ...others] = found;
  assertEquals(first.gaps, [{ startFrame: 0, endFrame: 3300, cause: "missed", exact: true }]);
  // It has none of the 150 frames before frame 0, either.
  assertEquals([first.missingFrames, first.skippedFrames], [3450, 3000 + 1700]);
  assertEquals(bounds([first, second]), [[3300, 3350], [4950, 5750]]);
  assertEquals([second.atFrame, second.gaps, others], [5300, [], []]);
});

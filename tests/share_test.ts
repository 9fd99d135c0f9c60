import { assert, assertEquals, assertThrows } from "@std/assert";
import { type AttachedRing, MicRing, MicRingError, push, sequence } from "../mod.ts";
import { noise, wrongIn } from "./_share_pieces.ts";
import { SharingWorker } from "./_share_worker.ts";
import { until } from "./_wait.ts";

/* A ring that is read beside its owner, in this thread and in Workers. */

const RATE = 8000;
/** Of a frame, in milliseconds: each reading of the clocks has its own error. */
const HALF_FRAME_MS = 500 / RATE;

function openPush(seconds = 0.5, channels = 1): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds, source: push(), sampleRate: RATE, channels });
}

function pushTo(ring: MicRing<"f32">, to: number): void {
  const { writtenFrames } = ring.stats();
  ring.push(noise(ring.channels, writtenFrames, to - writtenFrames));
}

Deno.test("what a Worker reads of a ring is what its owner reads", async () => {
  await using ring = await openPush(0.5, 2);
  using worker = new SharingWorker();
  const there = await worker.call("attach", ring.share());
  const { sampleRate, channels, format, frames, seconds, state, closed } = ring;
  const settings = { ...ring.source.settings };
  const facts = { sampleRate, channels, format, frames, seconds, state, closed, settings };
  assertEquals(await worker.call("facts", there), facts);
  for (const to of [0, 1, 480, 3999, 4000, 9001]) {
    pushTo(ring, to);
    const { samples, startFrame, endFrame, gaps, complete } = ring.snapshot();
    assertEquals([startFrame, endFrame], [Math.max(0, to - 4000), to]);
    assertEquals(samples, noise(2, startFrame, to - startFrame));
    const here = { samples, startFrame, endFrame, gaps, complete };
    assertEquals(await worker.call("take", there), here);
    assertEquals(await worker.call("stats", there), ring.stats());
  }
});

Deno.test("in one Worker a ring is attached to twice: one closes, the other reads on", async () => {
  await using ring = await openPush();
  pushTo(ring, 1000);
  using worker = new SharingWorker();
  const [one, other] = [
    await worker.call("attach", ring.share()),
    await worker.call("attach", ring.share()),
  ];
  await worker.call("close", one);
  assertEquals((await worker.call("facts", one)).state, "closed");
  pushTo(ring, 6000);
  const checkOther = async () => {
    const { samples, startFrame } = await worker.call("take", other);
    assertEquals([startFrame, samples], [2000, noise(1, 2000, 4000)]);
  };
  await checkOther();
  await ring.close();
  assertEquals((await worker.call("facts", other)).state, "ended");
  await checkOther();
});

Deno.test("beside its owner in one thread: its own views, its own end, and no way to write", async () => {
  await using ring = await openPush();
  const attached: AttachedRing<"f32"> = await MicRing.attach(ring.share());
  pushTo(ring, 3000);
  const views = [ring, attached].map((held) => held.peek({}, (samples) => samples));
  assertEquals(views, [noise(1, 0, 3000), noise(1, 0, 3000)]);
  for (const verb of ["push", "pause", "resume", "wipe"]) assert(!(verb in attached), verb);

  await attached.close();
  assertEquals(views, [noise(1, 0, 3000), new Float32Array()]);
  assertEquals([ring.state, attached.state], ["running", "closed"]);
  for (const call of [() => attached.snapshot(), () => attached.share()]) {
    const { code } = assertThrows(call, MicRingError) as MicRingError;
    assertEquals(code, "closed");
  }
  pushTo(ring, 3001);
  assertEquals(ring.snapshot().samples, noise(1, 0, 3001));
});

Deno.test("a Worker passes on what it is attached to, and both before it may go", async () => {
  const ring = await openPush();
  using second = new SharingWorker();
  let there: number;
  {
    using first = new SharingWorker();
    const token = await first.call("share", await first.call("attach", ring.share()));
    assertEquals(token, ring.share());
    there = await second.call("attach", token);
    pushTo(ring, 5000);
  }
  await ring.close();
  await second.call("finished", there);
  const { samples, startFrame } = await second.call("take", there);
  assertEquals([startFrame, samples], [1000, noise(1, 1000, 4000)]);
});

Deno.test("gaps, states and times are the same on both sides", async () => {
  const source = sequence({ speed: 4 });
  const ring = await MicRing.open({ seconds: 60, source, sampleRate: RATE });
  using worker = new SharingWorker();
  const there = await worker.call("attach", ring.share());
  const record = async (frames: number) => {
    const { writtenFrames } = ring.stats();
    await until("more frames", () => ring.stats().writtenFrames > writtenFrames + frames);
  };
  await record(1000);
  await ring.pause();
  const begins = ring.stats().writtenFrames;
  await until("the pause is told", async () => {
    return (await worker.call("told", there)).includes("running paused");
  });
  assertEquals((await worker.call("facts", there)).state, "paused");
  assertEquals((await worker.call("stats", there)).paused, true);
  await ring.resume();
  await record(1000);
  const [gap] = ring.snapshot().gaps;
  assertEquals([gap.startFrame, gap.cause], [begins, "pause"]);

  const to = ring.stats().writtenFrames;
  const seen = await worker.call("take", there, { from: 0, to });
  assertEquals([seen.gaps, seen.complete], [[gap], false]);
  seen.samples.forEach((sample, frame) => {
    const silent = frame >= gap.startFrame && frame < gap.endFrame;
    assertEquals(sample, silent ? 0 : frame);
  });

  const frames = [0, 1, gap.startFrame, gap.endFrame, to, to + 12_345];
  const times = frames.map((frame) => ring.timeAt(frame));
  (await worker.call("times", there, frames)).forEach((time, i) => {
    // At four times the speed, a frame is that much shorter.
    assert(Math.abs(time - times[i]) < HALF_FRAME_MS / 4, `${time} instead of ${times[i]}`);
  });
  assertEquals(await worker.call("framesAt", there, times), frames);

  await ring.close();
  await until("the end is told", async () => {
    return (await worker.call("told", there)).includes("running ended");
  });
  const changes = ["running paused", "paused running", "running ended"];
  assertEquals((await worker.call("told", there)).filter((told) => !/gap/.test(told)), changes);
  const gapNews = (await worker.call("told", there)).filter((told) => /gap/.test(told));
  assertEquals(gapNews, [`gap ${gap.startFrame} ${gap.endFrame}`]);
  await worker.call("close", there);
  assertEquals((await worker.call("told", there)).at(-1), "ended closed");
});

Deno.test("a schedule in a Worker gets each frame once, and a meter there shows the owner's", async () => {
  await using ring = await MicRing.open({ seconds: 2, source: sequence(), channels: 2 });
  using worker = new SharingWorker();
  const there = await worker.call("attach", ring.share());
  const stretches = await worker.call("schedule", there, 0.02, 5);
  assertEquals(stretches.length, 5);
  assert(stretches[4].endFrame > stretches[0].startFrame, "nothing came");
  stretches.forEach(({ samples, startFrame }, i) => {
    if (i > 0) assertEquals(startFrame, stretches[i - 1].endFrame);
    const piece = { samples, startFrame, format: ring.format, channels: 2 };
    assertEquals(wrongIn("sequence", piece), undefined);
  });

  await using pushed = await openPush(1, 2);
  const other = await worker.call("attach", pushed.share());
  using meter = pushed.meter();
  await worker.call("openMeter", other);
  for (const to of [1, 700, 5000]) {
    pushTo(pushed, to);
    const reading = meter.read();
    assertEquals([reading.endFrame, reading.missedFrames], [to, 0]);
    assertEquals(await worker.call("readMeter", other), reading);
  }
});

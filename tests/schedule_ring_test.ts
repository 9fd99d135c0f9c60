import { assert, assertEquals } from "@std/assert";
import { file, MicRing, sequence, type Snapshot, tone } from "../mod.ts";
import { type ChildPlan, runScheduleChild } from "./_schedule_child.ts";

/* Schedules by the machine's own clock, on rings. */

const LAST = 2 ** 24;

/** The samples of a sequence are its frames' numbers: what is wrong with them, in words. */
function sequenceFault({ samples, startFrame }: Snapshot): string | undefined {
  for (let i = 0; i < samples.length; i++) {
    const expected = (startFrame + i) % LAST;
    if (samples[i] !== expected) return `frame ${startFrame + i} is ${samples[i]}`;
  }
  return undefined;
}

Deno.test("on a ring: each run gets what has come since the one before it, sample by sample", async () => {
  await using ring = await MicRing.open({ seconds: 5, source: sequence() });
  const snapshots: Snapshot[] = [];
  const dues: number[] = [];
  const from = ring.snapshot().endFrame;
  const begun = Date.now();
  await using schedule = ring.schedule({ every: 0.05 }, (snapshot, run) => {
    assert(Date.now() >= run.due.getTime(), "a run is early");
    snapshots.push(snapshot);
    dues.push(run.due.getTime());
    if (run.number === 10) schedule.stop();
  });
  await schedule.finished;
  assertEquals(snapshots.length, 10);
  assert(snapshots[0].startFrame >= from);
  for (const [index, snapshot] of snapshots.entries()) {
    assertEquals([sequenceFault(snapshot), snapshot.complete], [undefined, true]);
    if (index > 0) assertEquals(snapshot.startFrame, snapshots[index - 1].endFrame);
  }
  // A busy machine may leave out due times, but each is one of them.
  for (const due of dues) assertEquals((due - dues[0]) % 50, 0);
  assert(dues[0] >= begun + 50);
  assert(snapshots.at(-1)!.endFrame - snapshots[0].startFrame >= 0.4 * ring.sampleRate);
});

Deno.test("on a ring: recent gives each name what has come since it read last", async () => {
  await using ring = await MicRing.open({ seconds: 5, source: sequence({ speed: 4 }) });
  let place: number | undefined;
  for (let reads = 0; reads < 20; reads++) {
    const snapshot = ring.recent({ sinceLast: "test" });
    assertEquals([sequenceFault(snapshot), snapshot.complete], [undefined, true]);
    if (place !== undefined) assertEquals(snapshot.startFrame, place);
    place = snapshot.endFrame;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(ring.recent({ sinceLast: "another" }).startFrame, 0);
});

Deno.test("on a ring: what it holds no more is missed", async () => {
  await using ring = await MicRing.open({ seconds: 0.1, source: sequence({ speed: 10 }) });
  let place = ring.recent({ sinceLast: "test" }).endFrame;
  for (let reads = 0; reads < 5; reads++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const snapshot = ring.recent({ sinceLast: "test" });
    const [missed, ...others] = snapshot.gaps;
    assertEquals(others, []);
    assertEquals([missed.cause, missed.startFrame, missed.endFrame], [
      "missed",
      place,
      snapshot.startFrame,
    ]);
    assertEquals([sequenceFault(snapshot), snapshot.frames <= ring.frames], [undefined, true]);
    place = snapshot.endFrame;
  }
});

Deno.test("on a ring: a file that has come to its end is the end of the schedule", async () => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  try {
    await using first = await MicRing.open({ seconds: 0.3, source: tone({ speed: 10 }) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await Deno.writeFile(path, first.snapshot().toWav());
    await using ring = await MicRing.open({ seconds: 1, source: file(path) });
    let ends = 0;
    const schedule = ring.schedule({ every: 3600 }, () => {});
    schedule.addEventListener("end", () => ends++);
    await schedule.finished;
    assertEquals([ends, ring.closed, schedule.next()], [1, false, undefined]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("on a ring: closing it is the end of the schedule, from within the task, too", async () => {
  const ring = await MicRing.open({ seconds: 1, source: sequence() });
  const closed: Promise<void>[] = [];
  const schedule = ring.schedule({ every: 0.02 }, () => void closed.push(ring.close()));
  await schedule.finished;
  await Promise.all(closed);
  assertEquals([closed.length, schedule.stats().runs, schedule.stats().failed], [1, 1, 0]);
});

const ENDINGS: [ChildPlan, string][] = [
  ["unref", ""],
  ["unref later", ""],
  ["three runs", "run 1\nrun 2\nrun 3\nend\n"],
  ["ring closed", "end\n"],
  ["failing", "run 1\nrun 2\nrun 3\nend\n"],
];

for (const [plan, output] of ENDINGS) {
  Deno.test(`a process ends by itself: ${plan}`, async () => {
    assertEquals(await runScheduleChild(plan), { code: 0, output });
  });
}

import { assert, assertEquals } from "@std/assert";
import { range, Rig, type RigOptions, START } from "./_schedule_rig.ts";

/* Tasks that take longer than there is time for, and which audio they get. */

const BUSY: Pick<RigOptions, "timing" | "task"> = {
  timing: { every: 10 },
  task: ({ clock }) => clock.wait(25_000),
};

Deno.test("a task of 25 s, every 10 s, skip: what is skipped goes to the next run", async () => {
  using rig = new Rig({ ...BUSY, overlap: "skip" });
  await rig.advance(1000);
  assertEquals(rig.dues, range(10, 1000, 30));
  assert(rig.seen.every(({ run }) => run.late === 0));
  assertEquals([rig.fault, rig.seen.at(-1)!.snapshot.endFrame], [undefined, 100_000]);
  assert(rig.seen.every(({ snapshot }) => snapshot.complete));
  assertEquals(rig.schedule.stats().skipped, 66);
});

Deno.test("a task of 25 s, every 10 s, queue: ten wait with their audio, and no frame is lost", async () => {
  using rig = new Rig({ ...BUSY, overlap: "queue" });
  await rig.advance(1000);
  // One run after the other, each as soon as the one before it has ended.
  assertEquals(rig.seen.map(({ elapsed }) => elapsed / 1000), range(10, 1000, 25));
  for (const { run, now } of rig.seen) assertEquals(run.late, (now - run.due.getTime()) / 1000);
  assertEquals(rig.dues.slice(0, 17), range(10, 170, 10));
  // The audio is that of the due time, long gone from a ring of a minute when the run begins.
  for (const { run, snapshot } of rig.seen) {
    assertEquals(snapshot.endFrame, (run.due.getTime() - START) / 10);
  }
  assert(rig.seen.some(({ run }) => run.late > 100));
  assert(rig.seen.every(({ snapshot }) => snapshot.complete));
  assertEquals(rig.fault, undefined);
  const { runs, running, waiting, dropped, skipped } = rig.schedule.stats();
  assertEquals({ runs, running, waiting, dropped, skipped }, {
    runs: 40,
    running: 1,
    waiting: 10,
    dropped: 50,
    skipped: 0,
  });
});

Deno.test("a task of 25 s, every 10 s, parallel: each on its time, beside the others", async () => {
  const beside: number[] = [];
  const task = ({ clock, schedule }: Rig) => {
    beside.push(schedule.stats().running);
    return clock.wait(25_000);
  };
  using rig = new Rig({ ...BUSY, task, overlap: "parallel" });
  await rig.advance(1000);
  assertEquals(rig.dues, range(10, 1000, 10));
  assert(rig.seen.every(({ run }) => run.late === 0));
  assertEquals(beside, [1, 2, ...Array(98).fill(3)]);
  assertEquals([rig.fault, rig.seen.at(-1)!.snapshot.endFrame], [undefined, 100_000]);
});

Deno.test("tasks that never end, parallel: 64 of them, and the rest is dropped", async () => {
  const task = () => new Promise(() => {});
  using rig = new Rig({ timing: { every: 1 }, task, overlap: "parallel" });
  await rig.advance(100);
  const { runs, running, dropped } = rig.schedule.stats();
  assertEquals({ runs, running, dropped }, { runs: 64, running: 64, dropped: 36 });
});

Deno.test("seconds: each run gets the last so many, seen before or not", async () => {
  using rig = new Rig({ timing: { every: 10 }, seconds: 25, before: 5 });
  await rig.advance(40);
  const stretches = rig.seen.map(({ snapshot }) => [snapshot.startFrame, snapshot.endFrame]);
  assertEquals(stretches, [[0, 1500], [0, 2500], [1000, 3500], [2000, 4500]]);
  assert(rig.seen.every(({ snapshot }) => snapshot.complete));
  using since = new Rig({ timing: { every: 10 }, before: 5 });
  await since.advance(10);
  assertEquals(since.seen[0].snapshot.startFrame, 500, "the first begins with the schedule");
});

Deno.test("a ring shorter than the interval: what it holds no more is missed, and says so", async () => {
  using rig = new Rig({ timing: { every: 10 }, window: 4 });
  await rig.advance(30);
  for (const [index, { snapshot }] of rig.seen.entries()) {
    const end = 1000 * (index + 1);
    assertEquals([snapshot.startFrame, snapshot.endFrame, snapshot.complete], [
      end - 400,
      end,
      false,
    ]);
    const gap = { startFrame: end - 1000, endFrame: end - 400, cause: "missed", exact: true };
    assertEquals(snapshot.gaps, [gap]);
  }
  assertEquals(rig.fault, undefined);
});

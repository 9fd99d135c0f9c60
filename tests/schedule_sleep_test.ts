import { assertEquals } from "@std/assert";
import { startSchedule } from "../ffi/schedule.ts";
import type { ScheduleRun } from "../ffi/schedule_options.ts";
import type { Snapshot } from "../ffi/snapshot.ts";
import { DrivenClock } from "./_driven_clock.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { beginOf, range, Rig, type RigOptions, START } from "./_schedule_rig.ts";

/* Runs that were due while the machine slept, or the process was busy. */

const HOUR = 3600;

/** Sleeps from 95 to 3703 s; that is noticed when the timer fires which is set, at 3708 s. */
async function sleepAnHour(options: Partial<RigOptions>): Promise<Rig> {
  const rig = new Rig({ timing: { every: 10 }, ...options });
  await rig.advance(95);
  rig.sleep(HOUR + 8);
  await rig.advance(5);
  return rig;
}

Deno.test("a sleep of an hour, skip: it goes on at the next due time", async () => {
  using rig = await sleepAnHour({ catchUp: "skip" });
  await rig.advance(30);
  assertEquals(rig.dues, [...range(10, 90, 10), ...range(3710, 3730, 10)]);
  assertEquals(rig.schedule.stats().missed, 361);
  assertEquals(rig.fault, undefined);
});

Deno.test("a sleep of an hour, once: one run in place of all", async () => {
  using rig = await sleepAnHour({});
  await rig.advance(30);
  assertEquals(rig.dues, [...range(10, 90, 10), 3700, ...range(3710, 3730, 10)]);
  const { run, snapshot, now } = rig.seen[9];
  assertEquals([now, run.late], [START + 3_708_000, 8]);
  // Of the sleep the ring has the end only, and that is silence.
  assertEquals([beginOf(snapshot), snapshot.startFrame, snapshot.endFrame], [
    9000,
    364_800,
    370_800,
  ]);
  assertEquals(snapshot.gaps, [
    { cause: "missed", startFrame: 9000, endFrame: 9500, exact: true },
    { cause: "sleep", startFrame: 9500, endFrame: 364_800, exact: false },
    { cause: "sleep", startFrame: 364_800, endFrame: 370_300, exact: false },
  ]);
  assertEquals(rig.schedule.stats().missed, 360);
  assertEquals(rig.fault, undefined);
});

Deno.test("a sleep of an hour, all: each run with its own stretch, one after the other", async () => {
  let most = 0;
  const task = async ({ schedule }: Rig) => {
    most = Math.max(most, schedule.stats().running);
    await null;
  };
  using rig = await sleepAnHour({ catchUp: "all", task });
  assertEquals(rig.seen.length, 370);
  await rig.advance(30);
  assertEquals(rig.dues, range(10, 3730, 10));
  assertEquals([rig.schedule.stats().missed, most], [0, 1]);
  // The newest gets what is there by now: no frame is in two of them, and none in no one.
  assertEquals(
    rig.seen.slice(363, 373).map(({ snapshot }) => [snapshot.startFrame, snapshot.endFrame]),
    [
      [364_000, 364_000],
      [364_800, 365_000],
      [365_000, 366_000],
      [366_000, 367_000],
      [367_000, 368_000],
      [368_000, 369_000],
      [369_000, 370_800],
      [370_800, 371_000],
      [371_000, 372_000],
      [372_000, 373_000],
    ],
  );
  assertEquals(rig.fault, undefined);
});

Deno.test("a sleep of a day, all: of more than a thousand runs the newest", async () => {
  using rig = new Rig({ timing: { every: 10 }, catchUp: "all", seconds: 10 });
  await rig.advance(5);
  rig.sleep(86_400);
  await rig.advance(5);
  assertEquals(rig.dues, range(86_410 - 9990, 86_410, 10));
  assertEquals(rig.schedule.stats().missed, 7641);
  assertEquals(rig.seen.at(-1)!.snapshot.samples.length, 1000);
});

Deno.test("sleeps of days, all, and a task that never ends: no more than a thousand wait", async () => {
  const task = () => new Promise(() => {});
  using rig = new Rig({ timing: { every: 10 }, catchUp: "all", task });
  await rig.advance(5);
  for (let days = 0; days < 3; days++) {
    rig.sleep(86_400);
    await rig.advance(10);
  }
  const { running, waiting, missed } = rig.schedule.stats();
  assertEquals({ running, waiting }, { running: 1, waiting: 1000 });
  assertEquals(missed, 3 * 8641 - 1001);
});

const RARE: [RigOptions["catchUp"], number, number[]][] = [
  ["skip", 600, [3600]],
  ["once", 600, [0, 3600]],
  ["all", 600, [0, 3600]],
  // It was awake for the due time itself, or nearly so: that is no sleep to catch up with.
  ["skip", 12, [0, 3600]],
];

for (const timing of [{ every: HOUR }, { cron: "0 * * * *", timezone: "UTC" }]) {
  for (const [catchUp, late, expected] of RARE) {
    const name = "every" in timing ? "every hour" : "cron, hourly";
    Deno.test(`${name}, ${catchUp}: one that is noticed ${late} s late`, async () => {
      using rig = new Rig({ timing, start: START - 1000 * HOUR, sampleRate: 10, catchUp });
      await rig.advance(HOUR - 95);
      // The timer that is set has 5 s to go.
      rig.sleep(90 + late);
      await rig.advance(HOUR);
      assertEquals(rig.dues, expected);
    });
  }
}

for (const catchUp of ["skip", "once", "all"] as const) {
  Deno.test(`cron, ${catchUp}: a sleep of an hour`, async () => {
    const timing = { cron: "*/10 * * * *", timezone: "Europe/Berlin" };
    using rig = new Rig({ timing, catchUp, sampleRate: 10 });
    await rig.advance(25 * 60);
    rig.sleep(HOUR);
    await rig.advance(10 * 60);
    const after = { skip: [], once: [80], all: range(30, 80, 10) }[catchUp];
    assertEquals(rig.dues.map((due) => due / 60), [10, 20, ...after, 90]);
    assertEquals(rig.schedule.stats().missed, 6 - after.length);
    assertEquals(rig.fault, undefined);
  });
}

for (const catchUp of ["skip", "once", "all"] as const) {
  Deno.test(`a process that is busy for 25 s, ${catchUp}: every frame exactly once`, async () => {
    using rig = new Rig({ timing: { every: 10 }, catchUp });
    await rig.advance(12);
    rig.clock.block(25_500);
    await rig.advance(12.5);
    const runs = rig.seen.map((
      { run, snapshot },
    ) => [run.due.getTime() - START, snapshot.endFrame]);
    const late = { skip: [], once: [[30_000, 3750]], all: [[20_000, 2000], [30_000, 3750]] };
    assertEquals(runs, [[10_000, 1000], ...late[catchUp], [40_000, 4000], [50_000, 5000]]);
    assertEquals(rig.fault, undefined);
  });
}

Deno.test("skip: by a second at least a run may be late", async () => {
  using rig = new Rig({ timing: { every: 0.5 }, catchUp: "skip" });
  await rig.advance(0.2);
  rig.clock.block(750);
  await rig.advance(0.1);
  assertEquals(rig.dues, [0.5, 1]);
});

Deno.test("a task that is under way when there is something to catch up with comes first", async () => {
  const running: number[] = [];
  const task = ({ clock, schedule }: Rig) => {
    running.push(schedule.stats().running);
    return clock.wait(15_000);
  };
  using rig = new Rig({ timing: { every: 10 }, catchUp: "all", task });
  await rig.advance(12);
  rig.clock.block(30_000);
  await rig.advance(45);
  assertEquals(rig.dues, [10, 20, 30, 40]);
  assertEquals(rig.seen.map(({ elapsed }) => elapsed / 1000), [10, 42, 57, 72]);
  assertEquals([running, rig.fault], [[1, 1, 1, 1], undefined]);
});

Deno.test("all: a wall clock that is not the ring's does not lead back to what was seen", async () => {
  using rig = new Rig({ timing: { every: 10 }, catchUp: "all" });
  await rig.advance(15);
  rig.clock.set(-300_000);
  await rig.advance(10);
  rig.clock.block(30_000);
  await rig.advance(20);
  assertEquals(rig.dues, [10, -280, -270, -260, -250, -240, -230]);
  assertEquals([rig.fault, rig.schedule.stats().failed], [undefined, 0]);
});

Deno.test("a busy task that is caught up with goes on, and what is due meanwhile is skipped", async () => {
  const task = ({ clock }: Rig, { number }: ScheduleRun) => clock.wait(number === 1 ? 0 : 4000);
  using rig = new Rig({ timing: { every: 10 }, catchUp: "all", task });
  await rig.advance(12);
  rig.clock.block(48_000);
  await rig.advance(40);
  assertEquals(rig.dues, [10, 20, 30, 40, 50, 60, 90, 100]);
  const begun = rig.seen.map(({ elapsed }) => elapsed / 1000);
  assertEquals(begun, [10, 60, 64, 68, 72, 76, 90, 100]);
  const ends = rig.seen.map(({ snapshot }) => snapshot.endFrame / 100);
  assertEquals(ends, [10, 20, 30, 40, 50, 60, 90, 100]);
  assertEquals([rig.fault, rig.schedule.stats().skipped], [undefined, 2]);
});

Deno.test("all: a ring that lags behind the clock has a stretch for each run all the same", async () => {
  const feed = new FakeFeed({ sampleRate: 100, startTime: START });
  const clock = new DrivenClock(START);
  const ends: number[] = [];
  const task = ({ endFrame }: Snapshot) => void ends.push(endFrame);
  const options = { catchUp: "all" } as const;
  using schedule = startSchedule(feed, { every: 10 }, task, options, clock);
  // And then nothing more, as of a ring that is pushed to.
  feed.writeRamp(1500);
  clock.sleep(45_000);
  await clock.advance(10_000);
  assertEquals([ends.slice(0, 4), schedule.stats().failed], [[1000, 1500, 1500, 1500], 0]);
});

import { assert, assertEquals } from "@std/assert";
import { CronTimes, EveryTimes } from "../ffi/schedule_timing.ts";
import { beginOf, range, Rig, START } from "./_schedule_rig.ts";

/* When runs are due, by a driven clock: a day takes a second. */

const HOUR = 3600;

function isoTimes(rig: Rig): string[] {
  return rig.seen.map(({ run }) => run.due.toISOString().slice(0, 16));
}

Deno.test("a day of every 10 s: 8,640 runs, each on its time, and every frame exactly once", async () => {
  using rig = new Rig({ timing: { every: 10 } });
  await rig.advance(86_400);
  assertEquals(rig.dues, range(10, 86_400, 10));
  assertEquals(rig.seen.length, 8640);
  for (const { run, now, elapsed } of rig.seen) {
    assertEquals(now, run.due.getTime());
    assertEquals(elapsed, now - START);
    assertEquals(run.late, 0);
  }
  assertEquals(rig.seen.map(({ run }) => run.number), range(1, 8640, 1));
  assertEquals([beginOf(rig.seen[0].snapshot), rig.seen.at(-1)!.snapshot.endFrame], [0, 8_640_000]);
  assertEquals(rig.fault, undefined);
  const { runs, failed, skipped, dropped, missed, running, waiting } = rig.schedule.stats();
  assertEquals(
    { runs, failed, skipped, dropped, missed, running, waiting },
    { runs: 8640, failed: 0, skipped: 0, dropped: 0, missed: 0, running: 0, waiting: 0 },
  );
});

Deno.test("timers that are early or late: no run is early, and no error adds up", async () => {
  using rig = new Rig({ timing: { every: 10 } });
  let count = 0;
  rig.clock.early = 0.7;
  rig.clock.late = () => count++ % 3 === 0 ? 40 * (count % 70) : 0;
  await rig.advance(2 * HOUR + 3);
  assertEquals(rig.dues, range(10, 2 * HOUR, 10));
  let late = 0;
  for (const { run, now } of rig.seen) {
    assert(now >= run.due.getTime(), `run ${run.number} is early`);
    assertEquals(Math.round(1000 * run.late), Math.round(now - run.due.getTime()));
    if (run.late > 1) late++;
  }
  assert(late > 20, `only ${late} runs were late`);
  assertEquals(rig.fault, undefined);
});

for (const every of [0.01, 0.1, 1 / 3, 0.0105, 7.7]) {
  Deno.test(`every ${every} s: a thousand due times to the millisecond`, async () => {
    using rig = new Rig({ timing: { every }, sampleRate: 1000 });
    rig.clock.early = 0.6;
    await rig.advance(1000 * every + 0.005);
    assert(rig.seen.every(({ run, now }) => now >= run.due.getTime()), "a run is early");
    const expected = range(1, 1000, 1).map((number) => Math.round(1000 * every * number) / 1000);
    assertEquals(rig.dues, expected);
    assertEquals(rig.fault, undefined);
  });
}

Deno.test("a clock that was at 1970 before it was set: only as many times as asked for are made", () => {
  const now = Date.UTC(2026, 0, 1);
  const every = new EveryTimes(0, 10_000);
  assertEquals(every.pass(now, 3), {
    times: [now - 20_000, now - 10_000, now],
    count: now / 10_000,
  });
  assertEquals(every.next, now + 10_000);
  const cron = new CronTimes(0, "*/10 * * * * *", "UTC");
  assertEquals(cron.pass(now, 3), { times: [now - 20_000, now - 10_000, now], count: 3 });
  assertEquals(cron.next, now + 10_000);
});

const DAYLIGHT = [
  // Where 02:30 is left out, the day's run comes when the clock has gone on to 03:00.
  ["Europe/Berlin", "2026-03-28T12:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]],
  // Where it comes twice, the first counts: the day's second run is the next day's.
  ["Europe/Berlin", "2026-10-24T12:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]],
  ["America/New_York", "2026-03-07T12:00Z", ["2026-03-08T07:00", "2026-03-09T06:30"]],
  ["America/New_York", "2026-10-31T12:00Z", ["2026-11-01T07:30", "2026-11-02T07:30"]],
] as const;

for (const [timezone, from, daily] of DAYLIGHT) {
  const start = Date.parse(from);

  Deno.test(`cron: daily at 02:30 across a change of daylight saving, ${timezone}, ${from}`, async () => {
    using rig = new Rig({ timing: { cron: "30 2 * * *", timezone }, start, sampleRate: 10 });
    assertEquals(rig.schedule.next()?.toISOString().slice(0, 16), daily[0]);
    await rig.advance(46 * HOUR);
    assertEquals(isoTimes(rig), [...daily]);
    for (const { run, now } of rig.seen) assertEquals(now, run.due.getTime());
    assertEquals(rig.fault, undefined);
  });

  Deno.test(`cron: hourly across a change of daylight saving, ${timezone}, ${from}`, async () => {
    const timing = { cron: "0 * * * *", timezone };
    using rig = new Rig({ timing, start, sampleRate: 10, window: HOUR });
    await rig.advance(46 * HOUR);
    assertEquals(rig.seen.map(({ now }) => now), range(1, 46, 1).map((h) => start + 3.6e6 * h));
    for (const { run, now } of rig.seen) assertEquals(run.due.getTime(), now);
    assertEquals([rig.fault, rig.seen.at(-1)!.snapshot.endFrame], [undefined, 460 * HOUR]);
  });
}

Deno.test("a wall clock that is set back by an hour does not silence every 10 s", async () => {
  using rig = new Rig({ timing: { every: 10 } });
  await rig.advance(95);
  rig.clock.set(-1000 * HOUR);
  await rig.advance(100);
  assertEquals(rig.seen.map(({ elapsed }) => elapsed / 1000), range(10, 190, 10));
  assertEquals(rig.dues, [...range(10, 90, 10), ...range(100 - HOUR, 190 - HOUR, 10)]);
  assert(rig.seen.every(({ run }) => run.late === 0));
  // Set right again it looks like a sleep, and the runs go on in the same rhythm.
  rig.clock.set(1000 * HOUR);
  await rig.advance(100);
  assertEquals(rig.seen.map(({ elapsed }) => elapsed / 1000), range(10, 290, 10));
  assertEquals(rig.dues.slice(19), range(200, 290, 10));
  assertEquals([rig.schedule.stats().missed, rig.fault], [360, undefined]);
});

Deno.test("cron goes by the wall clock when that is set by an hour", async () => {
  const timing = { cron: "*/10 * * * *", timezone: "UTC" };
  using rig = new Rig({ timing, sampleRate: 10, window: 3 * HOUR });
  const minutes = () => rig.dues.map((due) => due / 60);
  await rig.advance(65 * 60);
  rig.clock.set(-1000 * HOUR);
  await rig.advance(10 * 60);
  assertEquals(minutes(), [10, 20, 30, 40, 50, 60, 10]);
  assertEquals(rig.seen[6].elapsed, 70 * 60_000);
  rig.clock.set(1000 * HOUR);
  await rig.advance(10 * 60);
  assertEquals(minutes().slice(7), [70, 80]);
  assertEquals(rig.fault, undefined);
});

Deno.test("a small step back: cron does not run twice, and an interval keeps its times", async () => {
  using cron = new Rig({ timing: { cron: "0 * * * *", timezone: "UTC" }, sampleRate: 10 });
  await cron.advance(HOUR + 5);
  cron.clock.set(-30_000);
  await cron.advance(HOUR);
  assertEquals(cron.dues, [HOUR]);
  await cron.advance(30);
  assertEquals(cron.dues, [HOUR, 2 * HOUR]);

  using every = new Rig({ timing: { every: 10 } });
  await every.advance(15);
  every.clock.set(-900);
  await every.advance(100);
  assertEquals(every.dues, range(10, 110, 10));
  assert(every.seen.every(({ run, now }) => now === run.due.getTime()));
});

Deno.test("held up between its looks at the two clocks, it takes that for no step", async () => {
  using rig = new Rig({ timing: { every: 10 } });
  await rig.advance(15);
  for (let times = 0; times < 5; times++) {
    rig.clock.holdUp(3000);
    await rig.advance(20);
  }
  for (const { run } of rig.seen) assertEquals(run.due.getTime() % 10_000, 0);
});

import { assert, assertEquals } from "@std/assert";
import type { ScheduleRun } from "../ffi/schedule_options.ts";
import { NOTHING, Rig } from "./_schedule_rig.ts";

/* How a schedule ends: by whom, in whichever state, and what is left of it. */

const EVERY = { every: 10 };

type Ending = [string, (rig: Rig, aborting: AbortController) => void];

const ENDINGS: Ending[] = [
  ["stop", (rig) => rig.schedule.stop()],
  ["dispose", (rig) => rig.schedule[Symbol.dispose]()],
  ["asyncDispose", (rig) => void rig.schedule[Symbol.asyncDispose]()],
  ["abort", (_, aborting) => aborting.abort()],
];

for (const [name, end] of ENDINGS) {
  Deno.test(`${name} before the first run: there is none, and nothing is left`, async () => {
    const aborting = new AbortController();
    using rig = new Rig({ timing: EVERY, signal: aborting.signal });
    const watch = rig.watchEnd();
    end(rig, aborting);
    end(rig, aborting);
    rig.schedule.stop();
    assertEquals([watch.ends, watch.left()], [1, NOTHING]);
    await rig.schedule.finished;
    await rig.advance(100);
    assertEquals([rig.dues, watch.ends], [[], 1]);
  });

  Deno.test(`${name} between two runs: there is no further one`, async () => {
    const aborting = new AbortController();
    using rig = new Rig({ timing: EVERY, signal: aborting.signal });
    const watch = rig.watchEnd();
    await rig.advance(25);
    end(rig, aborting);
    assertEquals([watch.ends, watch.left()], [1, NOTHING]);
    await rig.schedule.finished;
    await rig.advance(100);
    assertEquals([rig.dues, watch.ends], [[10, 20], 1]);
    assert(rig.seen.every(({ run }) => !run.signal.aborted));
  });

  Deno.test(`${name} while runs are under way and wait: it is told, and waited for`, async () => {
    const aborting = new AbortController();
    const task = async ({ clock }: Rig, { signal }: ScheduleRun) => {
      await clock.wait(25_000);
      signal.throwIfAborted();
    };
    using rig = new Rig({ timing: EVERY, task, overlap: "queue", signal: aborting.signal });
    const watch = rig.watchEnd();
    await rig.advance(32);
    end(rig, aborting);
    let finished = false;
    rig.schedule.finished.then(() => finished = true);
    const { signal } = rig.seen[0].run;
    assertEquals([signal.aborted, (signal.reason as Error).name], [true, "AbortError"]);
    assertEquals([watch.ends, watch.left()], [1, { ...NOTHING, timers: 1 }]);
    assertEquals([rig.schedule.stats().dropped, rig.schedule.stats().waiting], [2, 0]);
    await rig.advance(2);
    assertEquals(finished, false);
    await rig.advance(100);
    // Told to stop, it has not failed.
    assertEquals([finished, rig.schedule.stats().failed, rig.dues], [true, 0, [10]]);
    assertEquals([watch.ends, watch.left()], [1, NOTHING]);
  });

  Deno.test(`${name} inside the task: it is the last run`, async () => {
    const aborting = new AbortController();
    using rig = new Rig({
      timing: EVERY,
      task: (self) => end(self, aborting),
      signal: aborting.signal,
    });
    const watch = rig.watchEnd();
    await rig.advance(100);
    assertEquals([rig.dues, watch.ends, watch.left()], [[10], 1, NOTHING]);
    assert(rig.seen[0].run.signal.aborted);
    await rig.schedule.finished;
  });

  Deno.test(`${name} inside the task, while it catches up: it is the last run`, async () => {
    const aborting = new AbortController();
    const task = (self: Rig, { number }: ScheduleRun) => number === 2 && end(self, aborting);
    using rig = new Rig({ timing: EVERY, task, catchUp: "all", signal: aborting.signal });
    const watch = rig.watchEnd();
    await rig.advance(5);
    // The run is the second of four to be caught up with.
    rig.clock.block(40_000);
    await rig.advance(100);
    assertEquals([rig.dues, rig.schedule.stats().dropped], [[10, 20], 2]);
    assertEquals([watch.ends, watch.left()], [1, NOTHING]);
    await rig.schedule.finished;
  });
}

for (const how of ["end", "close"] as const) {
  Deno.test(`when the ring is at its ${how}, so is the schedule, at once`, async () => {
    using rig = new Rig({ timing: { every: 3600 } });
    const watch = rig.watchEnd();
    await rig.advance(5000);
    rig.feed[how]();
    assertEquals([watch.ends, watch.left()], [1, NOTHING]);
    await rig.schedule.finished;
    rig.schedule.unref();
    assertEquals(watch.left(), NOTHING);
    rig.schedule.ref();
    rig.schedule.stop();
    assertEquals([watch.ends, watch.left(), rig.dues], [1, NOTHING, [3600]]);
  });

  Deno.test(`when the ring is at its ${how}, what is under way and waits still runs`, async () => {
    const task = ({ clock }: Rig) => clock.wait(25_000);
    using rig = new Rig({ timing: EVERY, task, overlap: "queue" });
    const watch = rig.watchEnd();
    await rig.advance(32);
    rig.feed[how]();
    assertEquals([watch.ends, watch.left()], [0, { ...NOTHING, timers: 1 }]);
    await rig.advance(100);
    await rig.schedule.finished;
    assertEquals([rig.dues, watch.ends, rig.fault], [[10, 20, 30], 1, undefined]);
    assert(rig.seen.every(({ run }) => !run.signal.aborted));
  });

  Deno.test(`a ring at its ${how} ends one that does not keep the process alive, too`, async () => {
    using rig = new Rig({ timing: { every: 3600 }, unref: true });
    const watch = rig.watchEnd();
    assertEquals([rig.clock.timers, rig.feed.waiting], [{ ref: 0, all: 1 }, 0]);
    rig.feed[how]();
    await rig.advance(10);
    assertEquals([watch.ends, watch.left()], [1, NOTHING]);
  });
}

Deno.test("nothing of it is left at a signal that lives on", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners.add(args[1]);
    return addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners.delete(args[1]);
    return removeEventListener.apply(signal, args);
  };
  using stopped = new Rig({ timing: EVERY, signal });
  using ended = new Rig({ timing: EVERY, signal });
  assertEquals(listeners.size, 2);
  await stopped.advance(15);
  stopped.schedule.stop();
  ended.feed.end();
  await stopped.schedule.finished;
  await ended.schedule.finished;
  assertEquals(listeners.size, 0);
});

Deno.test("a ring that is closed: what waits uncopied is dropped", async () => {
  const task = ({ clock }: Rig) => clock.wait(1000);
  using rig = new Rig({ timing: EVERY, task, catchUp: "all", seconds: 30 });
  await rig.advance(5);
  rig.clock.block(50_000);
  await rig.advance(1.5);
  assertEquals(rig.schedule.stats().waiting, 3);
  rig.feed.close();
  await rig.advance(100);
  await rig.schedule.finished;
  const { runs, failed, dropped } = rig.schedule.stats();
  assertEquals({ runs, failed, dropped }, { runs: 2, failed: 0, dropped: 3 });
});

Deno.test("the last due time of a cron expression with a year is its end", async () => {
  using rig = new Rig({ timing: { cron: "0 30 0 1 1 * 2026", timezone: "UTC" }, sampleRate: 10 });
  const watch = rig.watchEnd();
  await rig.advance(3600);
  assertEquals([rig.dues, watch.ends, watch.left()], [[1800], 1, NOTHING]);
  await rig.schedule.finished;
});

import { assert, assertEquals } from "@std/assert";
import { ScheduleErrorEvent } from "../ffi/schedule_machine.ts";
import type { ScheduleRun } from "../ffi/schedule_options.ts";
import { Rig } from "./_schedule_rig.ts";

const EVERY = { every: 10 };

const FAILURES: [string, () => unknown][] = [
  ["throws", () => {
    throw new Error("no");
  }],
  ["rejects", () => Promise.reject(new Error("no"))],
  ["rejects later", async () => {
    await null;
    throw new Error("no");
  }],
];

for (const [name, fail] of FAILURES) {
  Deno.test(`a task that ${name} is told as an event, and runs again`, async () => {
    const errors: ScheduleErrorEvent[] = [];
    const task = (_: Rig, { number }: ScheduleRun) => number % 2 === 1 ? fail() : undefined;
    using rig = new Rig({ timing: EVERY, task });
    rig.schedule.addEventListener("error", (event) => errors.push(event));
    await rig.advance(50);
    assertEquals(rig.dues, [10, 20, 30, 40, 50]);
    assertEquals(errors.map(({ run }) => run.number), [1, 3, 5]);
    assert(errors.every((event) => event instanceof ScheduleErrorEvent && event.type === "error"));
    assertEquals(errors.map(({ error }) => (error as Error).message), ["no", "no", "no"]);
    assert(errors[2].run === rig.seen[4].run);
    const { failed, lastError, lastRun } = rig.schedule.stats();
    assert(failed === 3 && lastError === errors[2].error && lastRun === errors[2].run);
    assertEquals(rig.fault, undefined);
  });

  Deno.test(`a task that ${name}, and nobody listens: it runs again`, async () => {
    using rig = new Rig({ timing: EVERY, task: fail });
    await rig.advance(30);
    assertEquals([rig.dues, rig.schedule.stats().failed], [[10, 20, 30], 3]);
  });
}

Deno.test("next tells when the next run is due, up to the end", async () => {
  using rig = new Rig({ timing: EVERY, start: 1000 });
  assertEquals(rig.schedule.next(), new Date(11_000));
  await rig.advance(9.9);
  assertEquals(rig.schedule.next(), new Date(11_000));
  await rig.advance(0.1);
  assertEquals(rig.schedule.next(), new Date(21_000));
  rig.schedule.stop();
  assertEquals(rig.schedule.next(), undefined);
});

Deno.test("a task that fails after the end still tells, and is no unhandled rejection", async () => {
  const errors: unknown[] = [];
  const task = async ({ clock }: Rig) => {
    await clock.wait(5000);
    throw "late";
  };
  using rig = new Rig({ timing: EVERY, task });
  rig.schedule.addEventListener("error", ({ error }) => errors.push(error));
  await rig.advance(12);
  const ended = rig.schedule[Symbol.asyncDispose]();
  await rig.advance(10);
  await ended;
  assertEquals([errors, rig.schedule.stats().running], [["late"], 0]);
});

Deno.test("ref and unref change whether it keeps the process alive, not when it runs", async () => {
  using rig = new Rig({ timing: EVERY });
  const alive = () => [rig.clock.timers.ref, rig.feed.waiting];
  assertEquals(alive(), [1, 1]);
  await rig.advance(7);
  rig.schedule.unref();
  assertEquals(alive(), [0, 0]);
  await rig.advance(7);
  rig.schedule.ref();
  rig.schedule.ref();
  assertEquals(alive(), [1, 1]);
  await rig.advance(30);
  assertEquals(rig.dues, [10, 20, 30, 40]);
  assert(rig.seen.every(({ run }) => run.late === 0));
  assertEquals(rig.clock.timers.all, 1);
});

Deno.test("over the hours it goes on waiting for the ring's end", async () => {
  using rig = new Rig({ timing: { every: 3000 }, sampleRate: 10 });
  await rig.advance(10_000);
  assertEquals([rig.feed.waiting, rig.dues], [1, [3000, 6000, 9000]]);
});

Deno.test("listeners that are taken off are not called", async () => {
  using rig = new Rig({ timing: EVERY, task: () => Promise.reject(new Error("no")) });
  const seen: unknown[] = [];
  const listener = ({ run }: ScheduleErrorEvent) => seen.push(run.number);
  rig.schedule.addEventListener("error", listener);
  await rig.advance(10);
  rig.schedule.removeEventListener("error", listener);
  await rig.advance(10);
  assertEquals(seen, [1]);
});

Deno.test("what a snapshot cannot be taken for is told as the run's error", async () => {
  using rig = new Rig({ timing: EVERY });
  const errors: unknown[] = [];
  rig.schedule.addEventListener("error", ({ error }) => errors.push(error));
  const { take } = rig.feed;
  const full = new RangeError("Array buffer allocation failed");
  rig.feed.take = () => {
    throw full;
  };
  await rig.advance(10);
  rig.feed.take = take;
  await rig.advance(10);
  assert(errors.length === 1 && errors[0] === full);
  // The frames that it did not get are the next run's.
  assertEquals([rig.dues, rig.seen[0].snapshot.startFrame], [[20], 0]);
  assertEquals(rig.schedule.stats().runs, 2);
});

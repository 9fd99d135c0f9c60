import { assert, assertEquals, assertThrows } from "@std/assert";
import { MicRingError } from "../ffi/errors.ts";
import { startSchedule } from "../ffi/schedule.ts";
import type { ScheduleOptions } from "../ffi/schedule_options.ts";
import type { ScheduleTiming } from "../ffi/schedule_timing.ts";
import { DrivenClock } from "./_driven_clock.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { Rig, START } from "./_schedule_rig.ts";

const EVERY = { every: 10 };

const REFUSED: [unknown, unknown, unknown, ErrorConstructor, string][] = [
  [undefined, undefined, undefined, TypeError, "the timing is undefined, neither { every } nor"],
  [10, undefined, undefined, TypeError, "the timing is 10, neither { every } nor { cron }"],
  [{}, undefined, undefined, TypeError, "the timing has neither every nor cron"],
  [{ evry: 10 }, undefined, undefined, TypeError, 'there is no option "evry"'],
  [
    { every: 10, cron: "@daily" },
    undefined,
    undefined,
    TypeError,
    "every and cron are one too many",
  ],
  [{ every: 10, timezone: "UTC" }, undefined, undefined, TypeError, "an interval has no timezone"],
  [{ every: "10" }, undefined, undefined, TypeError, 'every is "10", not a number'],
  [{ every: 0 }, undefined, undefined, RangeError, "every is 0, and must be a number from 0.01"],
  [{ every: -10 }, undefined, undefined, RangeError, "every is -10"],
  [{ every: NaN }, undefined, undefined, RangeError, "every is NaN"],
  [{ every: 0.009 }, undefined, undefined, RangeError, "every is 0.009"],
  [{ every: Infinity }, undefined, undefined, RangeError, "every is Infinity"],
  [{ cron: 5 }, undefined, undefined, TypeError, "cron is 5, not a string"],
  [{ cron: "" }, undefined, undefined, TypeError, "cron is empty"],
  [{ cron: "nonsense" }, undefined, undefined, TypeError, 'cron is "nonsense": invalid config'],
  [{ cron: "* * *" }, undefined, undefined, TypeError, 'cron is "* * *": invalid config'],
  [{ cron: "a b c d e" }, undefined, undefined, TypeError, "contains illegal characters"],
  [{ cron: "61 * * * *" }, undefined, undefined, RangeError, "Invalid value for minute: 61"],
  [{ cron: "0 0 31 2 *" }, undefined, undefined, RangeError, "and that never comes"],
  [{ cron: "0 0 0 1 1 * 2020" }, undefined, undefined, RangeError, "and that never comes"],
  [{ cron: "2030-01-01T00:00" }, undefined, undefined, TypeError, "a date and no cron expression"],
  [{ cron: "@daily", timezone: 5 }, undefined, undefined, TypeError, "timezone is 5, not a string"],
  [{ cron: "@daily", timezone: "" }, undefined, undefined, TypeError, "timezone is empty"],
  [
    { cron: "@daily", timezone: "Europe/Nowhere" },
    undefined,
    undefined,
    RangeError,
    'timezone is "Europe/Nowhere", and there is none of this name',
  ],
  [EVERY, "task", undefined, TypeError, 'the task is "task", not a function'],
  [EVERY, null, undefined, TypeError, "the task is null, not a function"],
  [EVERY, undefined, null, TypeError, "the options are null, not an object"],
  [EVERY, undefined, { second: 1 }, TypeError, 'there is no option "second"'],
  [EVERY, undefined, { seconds: "1" }, TypeError, 'seconds is "1", not a number of seconds'],
  [EVERY, undefined, { seconds: 0 }, RangeError, "seconds is 0, and must be more than 0"],
  [EVERY, undefined, { seconds: 30 }, RangeError, "schedule runs of 30 s: the ring holds 10 s"],
  [
    EVERY,
    undefined,
    { overlap: "drop" },
    TypeError,
    'overlap is "drop", and must be one of "skip"',
  ],
  [EVERY, undefined, { catchUp: true }, TypeError, 'catchUp is true, and must be one of "skip"'],
  [EVERY, undefined, { unref: 1 }, TypeError, "unref is 1, and must be true or false"],
  [EVERY, undefined, { signal: {} }, TypeError, "not an AbortSignal"],
];

for (const [timing, task = () => {}, options = {}, type, message] of REFUSED) {
  Deno.test(`schedule refuses ${JSON.stringify([timing, options])}: ${message}`, () => {
    const feed = new FakeFeed();
    const clock = new DrivenClock(START);
    const start = () =>
      startSchedule(
        feed,
        timing as ScheduleTiming,
        task as () => void,
        options as ScheduleOptions,
        clock,
      );
    const error = assertThrows(start, type) as Error;
    assert(error.message.startsWith("Cannot schedule"), error.message);
    assert(error.message.includes(message), error.message);
    assertEquals([clock.timers.all, feed.waiting], [0, 0]);
  });
}

Deno.test("a signal that is aborted already is refused with its own reason", () => {
  const reason = new Error("not any more");
  const signal = AbortSignal.abort(reason);
  try {
    new Rig({ timing: EVERY, signal });
  } catch (error) {
    return assert(error === reason);
  }
  throw new Error("It was not refused");
});

Deno.test("a ring that is closed, by one of the options even, is refused", () => {
  const feed = new FakeFeed();
  const options = {
    get seconds(): number {
      feed.close();
      return 1;
    },
  };
  const start = () => startSchedule(feed, EVERY, () => {}, options, new DrivenClock(START));
  const error = assertThrows(start, MicRingError, "Cannot schedule: the ring is closed");
  assertEquals((error as MicRingError).code, "closed");
});

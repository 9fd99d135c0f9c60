import { assertAlmostEquals, assertThrows } from "@std/assert";
import { type AccountLimits, checkAccount } from "./_account.ts";
import type { Account, Run } from "./_capture_child.ts";

/* The check that the tests of faults rest on must itself be able to fail. */

const RATE = 1000;
const LIMITS: AccountLimits = { counter: "f32", displacement: 0.02 };

type Part = readonly [kind: Run["kind"], frames: number, first?: number];

/** Runs that follow each other; the time of each is by its place. */
function account(parts: readonly Part[], gaps: readonly [number, number][] = []): Account {
  let startFrame = 0;
  return {
    runs: parts.map(([kind, frames, first = 0]) => {
      const run = { kind, startFrame, frames, first, time: 5000 + startFrame };
      startFrame += frames;
      return run;
    }),
    gaps: gaps.map(([startFrame, endFrame]) => ({
      startFrame,
      endFrame,
      cause: "stall",
      exact: false,
    })),
    sampleRate: RATE,
  };
}

const GOOD: readonly Part[] = [["counter", 100, 7], ["silence", 50], ["counter", 100, 157]];

Deno.test("a ring that tells the truth passes, and each lie of one is found", () => {
  checkAccount(account(GOOD, [[100, 150]]), LIMITS);
  checkAccount(account([["counter", 100, 2 ** 24 - 50], ["counter", 9, 51]]), LIMITS);
  const moved5ms: Part[] = [["counter", 100, 7], ["counter", 100, 112]];
  assertAlmostEquals(checkAccount(account(moved5ms), LIMITS), 0.005);
  const refused = (parts: readonly Part[], gaps: readonly [number, number][], words: RegExp) => {
    const error = assertThrows(() => checkAccount(account(parts, gaps), LIMITS), Error);
    if (!words.test(error.message)) throw error;
  };
  refused(GOOD, [], /the silence at frame 100 is in no gap/);
  refused(GOOD, [[100, 149]], /the silence at frame 100 is in no gap/);
  refused(GOOD, [[99, 150]], /what is at frame 0 is in a gap/);
  refused(GOOD, [[100, 151]], /what is at frame 150 is in a gap/);
  refused(GOOD, [[100, 150], [149, 150]], /the gap at 149 overlaps another/);
  refused(GOOD, [[100, 100], [100, 150]], /the gap at 100 is empty/);
  refused([["foreign", 3], ...GOOD], [[103, 153]], /frame 0 was never captured/);
  refused([["silence", 9]], [[0, 9]], /no frame was recorded/);
  const moved: Part[] = [["counter", 100, 7], ["counter", 100, 128]];
  refused(moved, [], /frame 100 is -0\.0210 s off its place/);
});

Deno.test("a time that is wrong is found, and a frame that nobody speaks of", () => {
  const late = account(GOOD, [[100, 150]]);
  const runs = late.runs.map((run, i) => i === 2 ? { ...run, time: run.time + 21 } : run);
  assertThrows(() => checkAccount({ ...late, runs }, LIMITS), Error, "time of frame 150");
  const lacking = account([["counter", 100, 7], ["counter", 50, 107], ["counter", 9, 157]]);
  const rest = lacking.runs.filter((_, i) => i !== 1);
  assertThrows(() => checkAccount({ ...lacking, runs: rest }, LIMITS), Error, "of frame 100");
});

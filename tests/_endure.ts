/**
 * What every ring must hold while something befalls its microphone, and afterwards.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { checkAccount, showAccount } from "./_account.ts";
import type { Account, CaptureProcess, RingNews } from "./_capture_child.ts";
import { until } from "./_wait.ts";

/** How a fault is to end. */
export interface Ending {
  /** The causes of the gaps that there are to be, in order; one of several where either may be. */
  readonly causes: readonly (string | readonly string[])[];
  /** By how much a frame may be off its place, in seconds; a period, if left out. */
  readonly displacement?: number;
  /** Whether the states are to say that something was wrong. */
  readonly interrupted: boolean;
}

/** What came of it. */
export interface Endured {
  readonly account: Account;
  readonly news: readonly RingNews[];
}

/** What a device hands over at a time, in seconds. */
const PERIOD = 0.02;
/** Within so long of its source's return a ring is to record again. */
const BACK_MS = 2000;
/** So long it records before and after. */
const SECONDS = 1.2;

/** Waits until so many more frames are recorded. */
export async function recordMore(
  child: CaptureProcess,
  ring: number,
  seconds: number,
): Promise<void> {
  const { writtenFrames, capacityFrames } = await child.call("stats", ring);
  assert(writtenFrames + seconds * 48_000 < capacityFrames, "the ring is too short for its test");
  await until(
    `${seconds} s are recorded`,
    async () => (await child.call("stats", ring)).writtenFrames > writtenFrames + seconds * 48_000,
  );
}

/** Since when it has been running without a break; `undefined` while it is not. */
function runningSince(news: readonly RingNews[]): number | undefined {
  const states = news.filter((item) => item.kind === "state");
  const last = states.at(-1);
  return last === undefined ? 0 : last.state === "running" ? last.time : undefined;
}

function checkCauses(account: Account, expected: Ending["causes"]): void {
  const wanted = expected.flat().includes("overrun");
  // A machine that is too busy has overruns of its own; that they are told is checked all the same.
  const causes = account.gaps.map(({ cause }) => cause as string).filter((cause) =>
    wanted || cause !== "overrun"
  );
  const fits = causes.length === expected.length &&
    expected.every((cause, i) => [cause].flat().includes(causes[i]));
  if (fits) return;
  throw new Error(`Gaps of ${JSON.stringify(expected)} expected\n${showAccount(account)}`);
}

/** No call kept the script waiting; but a busy machine may stop any thread for a moment, once. */
export async function checkCalls(child: CaptureProcess): Promise<void> {
  const { over50ms, longestMs } = await child.call("slowCalls");
  assert(over50ms <= 1 && longestMs < 500, `a call took ${longestMs} ms; ${over50ms} over 50 ms`);
  console.log(`no call took more than ${longestMs.toFixed(1)} ms`);
}

/** Every frame is in its place or in a gap, and the gaps are as they are to be. */
export async function checkRing(
  child: CaptureProcess,
  ring: number,
  causes: Ending["causes"],
  displacement = PERIOD,
): Promise<Account> {
  const account = await child.call("account", ring, "f32");
  const worst = checkAccount(account, { counter: "f32", displacement });
  console.log(`no frame is off by more than ${(1000 * worst).toFixed(1)} ms`);
  checkCauses(account, causes);
  const { lostFrames, gaps } = await child.call("stats", ring);
  const inGaps = account.gaps.reduce((sum, gap) => sum + gap.endFrame - gap.startFrame, 0);
  assertEquals([gaps, lostFrames], [account.gaps.length, inGaps]);
  return account;
}

/**
 * Records, lets something happen, and sees to it that all is well afterwards: the ring records
 * again, at once; every frame is in its place or in a gap; and no call ever waited.
 *
 * @param befall Lets it happen, and resolves when the source is back.
 */
export async function endure(
  child: CaptureProcess,
  ring: number,
  befall: () => Promise<unknown>,
  ending: Ending,
): Promise<Endured> {
  await recordMore(child, ring, SECONDS);
  await child.call("badger", ring);
  const before = (await child.call("news", ring)).length;
  const lostBefore = (await child.call("stats", ring)).gaps;
  await befall();
  const backMs = Date.now();
  const latest = async () => (await child.call("news", ring)).slice(before);
  if (ending.interrupted) {
    await until("the ring has noticed", async () => (await latest()).length > 0);
  }
  if (ending.causes.length > 0) {
    await until("a gap is told", async () => (await child.call("stats", ring)).gaps > lostBefore);
  }
  await until("the ring records again", async () => runningSince(await latest()) !== undefined);
  const news = await latest();
  const late = runningSince(news)! - backMs;
  assert(late < BACK_MS, `it took ${late} ms`);
  if (ending.interrupted) console.log(`it was back after ${Math.round(late)} ms`);
  await recordMore(child, ring, SECONDS);
  const account = await checkRing(child, ring, ending.causes, ending.displacement);
  assertEquals(news.some(({ kind }) => kind === "state"), ending.interrupted);
  const told = news.flatMap((item) => item.kind === "state" ? [`${item.state} ${item.code}`] : []);
  assert(told.every((item, i) => item !== told[i - 1]), `told twice: ${told}`);
  await checkCalls(child);
  return { account, news };
}

/** The states a ring went through. */
export function statesIn(news: readonly RingNews[]): string[] {
  return news.filter((item) => item.kind === "state").map(({ state }) => state);
}

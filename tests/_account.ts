/**
 * Whether a ring that recorded a counter by the clock tells the truth about every frame.
 *
 * @module
 */

import type { Account } from "./_capture_child.ts";
import { type CounterFormat, numberDistance } from "./_counter.ts";

/** What is allowed. */
export interface AccountLimits {
  /** How the microphone counts. */
  readonly counter: CounterFormat;
  /** By how much a frame may be off its place, in seconds. */
  readonly displacement: number;
}

/** The account in words, as an error shows it. */
export function showAccount({ runs, gaps }: Account): string {
  const lines = runs.map(({ kind, startFrame, frames, first }) =>
    `${kind} ${startFrame} to ${startFrame + frames}${
      kind === "counter" ? `: ${first}, ahead by ${first - startFrame}` : ""
    }`
  );
  const told = gaps.map(({ startFrame, endFrame, cause }) =>
    `gap ${startFrame} to ${endFrame}: ${cause}`
  );
  return [...lines, ...told].join("\n");
}

/**
 * Checks that each frame is either in a gap, and silent, or has the right number for its place and
 * time; and so, as the counter runs by the clock, that frames and gaps together are as long as the
 * time that has passed.
 *
 * @returns By how much the worst of them is off its place or its time, in seconds.
 * @throws {Error} Saying which frame is not.
 */
export function checkAccount(account: Account, limits: AccountLimits): number {
  const { runs, gaps, sampleRate } = account;
  const fail = (words: string): never => {
    throw new Error(`The ring is wrong: ${words}\n${showAccount(account)}`);
  };
  const inGap = (from: number, to: number) =>
    gaps.some(({ startFrame, endFrame }) => startFrame <= from && to <= endFrame);
  const touchesGap = (from: number, to: number) =>
    gaps.some(({ startFrame, endFrame }) => startFrame < to && from < endFrame);
  gaps.forEach(({ startFrame, endFrame }, i) => {
    if (endFrame <= startFrame) fail(`the gap at ${startFrame} is empty`);
    if (i > 0 && startFrame < gaps[i - 1].endFrame) {
      fail(`the gap at ${startFrame} overlaps another`);
    }
  });
  const reference = runs.find(({ kind }) => kind === "counter") ?? fail("no frame was recorded");
  let end = 0;
  let worst = 0;
  for (const { kind, startFrame, frames, first, time } of runs) {
    const endFrame = startFrame + frames;
    if (startFrame !== end) fail(`nothing is known of frame ${end}`);
    end = endFrame;
    if (kind === "foreign") fail(`frame ${startFrame} was never captured`);
    if (kind === "silence" && !inGap(startFrame, endFrame)) {
      fail(`the silence at frame ${startFrame} is in no gap`);
    }
    if (kind !== "counter") continue;
    if (touchesGap(startFrame, endFrame)) fail(`what is at frame ${startFrame} is in a gap`);
    const captured = numberDistance(limits.counter, reference.first, first) / sampleRate;
    const off = (startFrame - reference.startFrame) / sampleRate - captured;
    if (Math.abs(off) > limits.displacement) {
      fail(`frame ${startFrame} is ${off.toFixed(4)} s off its place`);
    }
    const late = (time - reference.time) / 1000 - captured;
    if (Math.abs(late) > limits.displacement) {
      fail(`the time of frame ${startFrame} is ${late.toFixed(4)} s off`);
    }
    worst = Math.max(worst, Math.abs(off), Math.abs(late));
  }
  return worst;
}

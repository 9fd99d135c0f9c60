/**
 * Rings that are waited for in a worker, or in a process that is to end by itself.
 *
 * @module
 */

import { MicRing, sequence, tone } from "../mod.ts";
import { difference } from "./_signal.ts";
import { sleep, until } from "./_wait.ts";

/** What a worker is asked for: blocks, checked, or to wait for what never comes. */
export type WakerTask = "check blocks" | "wait";

/** The process ends by itself behind each of these. */
export const WAKER_LIVES = {
  "the last listener stops": stopListening,
  "a loop on a paused ring is aborted": abortLoop,
  "a loop on a paused ring is left to itself": abandonLoop,
  "workers are terminated": terminateWorkers,
} as const;

const WORKERS = 30;
const MOST_DELAY_MS = 30;
/** Nothing but what is lost takes so long. */
const LATE_MS = 20_000;
/** Longer than one native wait. */
const ALIVE_MS = 1300;

/**
 * Reads the same ring in two ways, and checks every sample.
 *
 * @returns What is wrong, in words; none if all is well.
 */
export async function checkBlocks(): Promise<string[]> {
  await using ring = await MicRing.open({ seconds: 2, source: sequence() });
  const late = AbortSignal.timeout(LATE_MS);
  // Somebody waits for what is far away: all others wait for less.
  const far = ring.clip({ at: ring.frames * 1000, after: 0.1 }).catch(({ code }) => code);
  const wrong: string[] = [];
  const spans: Record<string, number[]> = { listener: [], loop: [] };
  const check = (who: string, samples: Float32Array, startFrame: number, endFrame: number) => {
    const expected = Float32Array.from(samples, (_, i) => startFrame + i);
    const words = difference(samples, expected);
    const last = spans[who].at(-1) ?? startFrame;
    if (words !== undefined) wrong.push(`${who}, from ${startFrame}: ${words}`);
    if (last !== startFrame) wrong.push(`${who}: frame ${startFrame} comes after ${last}`);
    spans[who].push(endFrame);
  };
  const listening = ring.listen(({ samples, startFrame, endFrame }) => {
    check("listener", samples, startFrame, endFrame);
    if (spans.listener.length === 30) listening.stop();
  }, { seconds: 0.01, signal: late });
  const blocks = ring.blocks({ seconds: 0.023, signal: late });
  for await (const { samples, startFrame, endFrame } of blocks) {
    check("loop", samples, startFrame, endFrame);
    if (spans.loop.length === 15) break;
  }
  await listening.finished;
  if (late.aborted) wrong.push(`only ${spans.listener.length} and ${spans.loop.length} came`);
  await ring.close();
  if (await far !== "closed") wrong.push(`what was far away: ${await far}`);
  return wrong;
}

async function stopListening(): Promise<void> {
  const ring = await MicRing.open({ seconds: 1, source: tone() });
  let calls = 0;
  const first = ring.listen(() => {
    if (++calls === 5) first.stop();
  }, { seconds: 0.01 });
  const second = ring.listen(() => {
    second.stop();
  }, { seconds: 0.1 });
  await Promise.all([first.finished, second.finished]);
  console.log("stopped");
}

/** A loop that waits for what never comes. */
async function waitOn(signal?: AbortSignal): Promise<void> {
  const ring = await MicRing.open({ seconds: 1, source: tone() });
  await ring.pause();
  for await (const { endFrame } of ring.blocks({ seconds: 1, signal })) {
    console.log(`frame ${endFrame} came in a pause`);
  }
}

/** Nothing but the loop keeps the process, or the timer would not be waited for. */
async function abortLoop(): Promise<void> {
  const controller = new AbortController();
  const waiting = waitOn(controller.signal);
  const timer = setTimeout(() => {
    console.log("alive");
    controller.abort();
  }, ALIVE_MS);
  Deno.unrefTimer(timer);
  await waiting;
  console.log("aborted");
}

/** It would go on for ever: that is what its caller is to see. */
async function abandonLoop(): Promise<void> {
  const timer = setTimeout(() => {
    console.log("alive");
    Deno.exit(0);
  }, ALIVE_MS);
  Deno.unrefTimer(timer);
  await waitOn();
}

/** How many threads this process has, where the system tells. */
async function threads(): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const status = await Deno.readTextFile("/proc/self/status");
  return Number(/^Threads:\s*(\d+)/m.exec(status)![1]);
}

async function terminateWorkers(): Promise<void> {
  const before = await threads();
  for (let i = 0; i < WORKERS; i++) {
    const worker = new Worker(import.meta.url, { type: "module" });
    const waiting = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage("wait" satisfies WakerTask);
    await waiting;
    await sleep(MOST_DELAY_MS * i / WORKERS / 1000);
    worker.terminate();
  }
  // Of each, the ring's own thread goes on; the one that waited must not.
  const most = before + WORKERS + WORKERS / 2;
  await until("no thread waits any more", async () => await threads() <= most);
  console.log("terminated");
}

interface WorkerScope {
  onmessage: (event: MessageEvent<WakerTask>) => void;
  postMessage?: (message: string[]) => void;
}

if (import.meta.main) {
  const scope = globalThis as unknown as WorkerScope;
  if (scope.postMessage === undefined) {
    // Not awaited: a module that waits is kept by timers that keep nothing else.
    WAKER_LIVES[Deno.args[0] as keyof typeof WAKER_LIVES]();
  } else {
    scope.onmessage = async ({ data }) => {
      if (data === "check blocks") return scope.postMessage!(await checkBlocks());
      waitOn();
      // The ring is paused, and the wait for it under way.
      await sleep(0.05);
      scope.postMessage!([]);
    };
  }
}

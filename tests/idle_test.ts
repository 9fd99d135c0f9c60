import { assert, assertEquals } from "@std/assert";
import type { IdlePlan } from "./_idle_child.ts";
import { captureRatios, idleScript, settled, startMicrophone } from "./_plain_capture.ts";
import { pulseTest } from "./_pulse.ts";
import { sleep } from "./_wait.ts";
import type { WatchedProcess } from "./_watched_process.ts";

/* With nobody listening, a ring that captures leaves its script alone. */

const SECONDS = 10;
/** Deno itself wakes its script every few seconds, not always equally often. */
const MOST_MORE_TURNS = 4;

/** All that was captured is there, and is what it should be. */
async function checkCapture(process: WatchedProcess): Promise<void> {
  const { frames, what } = JSON.parse(await process.end());
  assertEquals(what, "exact");
  assert(frames >= SECONDS * 48_000, `${frames} frames were captured`);
}

const PLANS: Record<string, IdlePlan> = {
  "nothing": { source: "none", seconds: 2 },
  "a microphone": { source: "microphone", seconds: 2 },
  "a microphone that was listened to": { source: "microphone", listened: true, seconds: 2 },
  "a tone": { source: "tone", seconds: 2 },
  "a tone that was listened to": { source: "tone", listened: true, seconds: 2 },
};

pulseTest("with nobody listening, a script is never woken while it captures", async () => {
  await using server = await startMicrophone();
  await using stack = new AsyncDisposableStack();
  const processes = Object.values(PLANS).map((plan) => stack.use(idleScript(plan, server.env)));
  const turns = () => Promise.all(processes.map((process) => process.turns()));
  await settled(processes);
  const before = await turns();
  await sleep(SECONDS);
  const counts = (await turns()).map((count, i) => count - before[i]);
  const words = Object.keys(PLANS).map((name, i) => `${name}: ${counts[i]}`).join(", ");
  console.log(words);
  // Whatever came once a second would be more.
  assert(Math.max(...counts) <= counts[0] + MOST_MORE_TURNS, words);
  const [control, ...capturing] = processes;
  await Promise.all([control.end(), ...capturing.map(checkCapture)]);
});

const ROUNDS = 9;
const ROUND_SECONDS = 1;
/**
 * What is aimed at is 1.25, and the benchmark says what it is. Here others use the same processors
 * and caches as they like: only what is far from it is an error.
 */
const MOST_RATIO = 1.75;

pulseTest("with nobody listening, a capture costs about what it costs in plain C", async () => {
  const ratios = await captureRatios(ROUNDS, ROUND_SECONDS);
  const median = ratios.toSorted((a, b) => a - b)[ROUNDS >> 1];
  console.log(`${median.toFixed(2)} times plain C`);
  assert(median < MOST_RATIO, `${median.toFixed(2)} times plain C`);
});

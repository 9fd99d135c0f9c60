/**
 * What a capture costs with nobody listening, compared with one in plain C.
 *
 * @module
 */

import { linkWithLibrary, scratchFolder } from "./_compile.ts";
import type { IdlePlan } from "./_idle_child.ts";
import { PulseServer } from "./_pulse.ts";
import { sleep } from "./_wait.ts";
import { WatchedProcess } from "./_watched_process.ts";

const CHILD = new URL("_idle_child.ts", import.meta.url);
const MONO = { name: "mono", format: "f32", sampleRate: 48_000, channels: 1 } as const;
const PERIOD_MS = 10;
const RING_SECONDS = 2;
/** What MicRing asks PulseAudio for, so that both ask for the same. */
const PERIODS = 2000 / PERIOD_MS + 2;
/** What a script does at its beginning, it goes on with for a while: compiling, and cleaning up. */
const SETTLE_SECONDS = 2;

/** A server with a microphone that delivers a counter. */
export async function startMicrophone(): Promise<PulseServer> {
  const server = await PulseServer.start();
  await server.addSource(MONO);
  return server;
}

/** A process that is what the plan says. */
export function idleScript(
  plan: IdlePlan,
  env: Readonly<Record<string, string>>,
): WatchedProcess {
  const permissions = ["--allow-ffi", "--allow-read"];
  const args = ["run", "--no-config", "--no-lock", "--no-prompt", ...permissions];
  return new WatchedProcess(Deno.execPath(), [...args, CHILD.href, JSON.stringify(plan)], env);
}

/** Resolves when all of them have come to rest. */
export async function settled(processes: WatchedProcess[]): Promise<void> {
  await Promise.all(processes.map((process) => process.ready()));
  await sleep(SETTLE_SECONDS);
}

/** How much more processor time a ring takes than the same capture in plain C, round by round. */
export async function captureRatios(rounds: number, roundSeconds: number): Promise<number[]> {
  await using folder = await scratchFolder();
  const program = await linkWithLibrary("plain_capture", [], folder.url);
  await using server = await startMicrophone();
  const args = [PERIOD_MS, RING_SECONDS, PERIODS].map(String);
  await using plain = new WatchedProcess(decodeURIComponent(program.pathname), args, server.env);
  const plan: IdlePlan = { source: "microphone", periodMs: PERIOD_MS, seconds: RING_SECONDS };
  await using ours = idleScript(plan, server.env);
  await settled([plain, ours]);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Both at the same time, so that whatever disturbs one disturbs the other.
    const before = await Promise.all([plain.runtime(), ours.runtime()]);
    await sleep(roundSeconds);
    const after = await Promise.all([plain.runtime(), ours.runtime()]);
    ratios.push((after[1] - before[1]) / (after[0] - before[0]));
  }
  await Promise.all([plain.end(), ours.end()]);
  return ratios;
}

/**
 * A process that ends in a given way, with rings that capture and are not closed, or, as a
 * control, with none.
 *
 * @module
 */

import { MicRing, tone } from "../mod.ts";

/** The ways for a process, or a part of it, to end. */
export const ENDINGS = [
  "natural end",
  "uncaught error",
  "rejected promise",
  "Deno.exit",
  "SIGINT",
  "SIGTERM",
  "worker terminated",
] as const;
export type Ending = typeof ENDINGS[number];

/** How a process is to end. */
export interface EndingPlan {
  readonly ending: Ending;
  /** Whether rings are open then. */
  readonly rings: boolean;
  /** How long after they were opened, in milliseconds; of a worker each, of a process one. */
  readonly delays: readonly number[];
}

/** What no way to end gives: the rings are not what they are meant to be, or it did not end. */
const NOT_AS_MEANT = 98;
const LONG_MS = 20_000;

async function openRings(): Promise<void> {
  const [microphone] = await Promise.all([
    MicRing.open({ seconds: 2 }),
    MicRing.open({ seconds: 2, source: tone() }),
  ]);
  // Without the server there would be nothing to prove.
  if (microphone.device?.backend !== "pulseaudio") Deno.exit(NOT_AS_MEANT);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function terminateWorkers({ rings, delays }: EndingPlan): Promise<void> {
  for (const delay of delays) {
    const worker = new Worker(import.meta.url, { type: "module" });
    const ready = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage(rings);
    await ready;
    await sleep(delay);
    worker.terminate();
  }
}

async function end(plan: EndingPlan): Promise<void> {
  if (plan.ending === "worker terminated") return await terminateWorkers(plan);
  if (plan.rings) await openRings();
  await sleep(plan.delays[0]);
  switch (plan.ending) {
    case "uncaught error":
      setTimeout(() => {
        throw new Error("nobody catches this");
      });
      return await sleep(LONG_MS);
    case "rejected promise":
      Promise.reject(new Error("nobody awaits this"));
      return await sleep(LONG_MS);
    case "Deno.exit":
      return Deno.exit(7);
    case "SIGINT":
    case "SIGTERM":
      Deno.kill(Deno.pid, plan.ending);
      await sleep(LONG_MS);
      return Deno.exit(NOT_AS_MEANT);
  }
}

interface WorkerScope {
  onmessage: (event: MessageEvent<boolean>) => void;
  postMessage?: (message: string) => void;
}

if (import.meta.main) {
  const scope = globalThis as unknown as WorkerScope;
  if (scope.postMessage === undefined) {
    await end(JSON.parse(Deno.args[0]));
  } else {
    scope.onmessage = async ({ data }) => {
      if (data) await openRings();
      scope.postMessage!("ready");
    };
  }
}

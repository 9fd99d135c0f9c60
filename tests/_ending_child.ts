/**
 * A process that ends in a given way, with rings that capture, are listened to a hundred times a
 * second and are not closed, or, as a control, with none.
 *
 * @module
 */

import { type Listening, MicRing, tone } from "../mod.ts";

/** The ways for a process, or a part of it, to end. */
export const ENDINGS = [
  "natural end",
  "uncaught error",
  "rejected promise",
  "Deno.exit",
  "SIGINT",
  "SIGTERM",
  "listener throws",
  "worker terminated",
  "closed by its listener",
  "closed with a block under way",
] as const;
export type Ending = typeof ENDINGS[number];

/** How a process is to end. */
export interface EndingPlan {
  readonly ending: Ending;
  /** Whether rings are open then. */
  readonly rings: boolean;
  /** How long after they were opened, in milliseconds; of a worker or a ring each, or one. */
  readonly delays: readonly number[];
}

/** What no way to end gives: the rings are not what they are meant to be, or it did not end. */
const NOT_AS_MEANT = 98;
const LONG_MS = 20_000;
const FIRST_BLOCK_MS = 50;

const WAKES = { seconds: 0.01 };

/** How often somebody was woken. */
let wakes = 0;

async function readBlocks(ring: MicRing<"f32">, stop: AbortSignal): Promise<void> {
  for await (const block of ring.blocks({ ...WAKES, signal: stop })) {
    if (block.samples.length !== block.frames * ring.channels) Deno.exit(NOT_AS_MEANT);
    wakes++;
  }
}

/** What is heard of the rings that are open. */
interface Hearing {
  /** Calls a function from within a listener, at its next call. */
  within: (() => void) | undefined;
  /** Nobody waits any more. */
  stop(): void;
}

async function openRings(): Promise<Hearing> {
  const [microphone, synthetic, _unheard] = await Promise.all([
    MicRing.open({ seconds: 2 }),
    MicRing.open({ seconds: 2, source: tone() }),
    MicRing.open({ seconds: 2, source: tone() }),
  ]);
  // Without the server there would be nothing to prove.
  if (microphone.device?.backend !== "pulseaudio") Deno.exit(NOT_AS_MEANT);
  const stop = new AbortController();
  readBlocks(microphone, stop.signal);
  const hearing: Hearing = { within: undefined, stop: () => stop.abort() };
  synthetic.listen(() => {
    wakes++;
    hearing.within?.();
  }, { ...WAKES, signal: stop.signal });
  return hearing;
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

/** Keeps this thread, so that somebody who is to be woken is not. */
function keepBusy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Rings that are closed at a time, by whoever listens, or by somebody else meanwhile. */
async function closeRings({ ending, rings, delays }: EndingPlan): Promise<void> {
  if (!rings) return;
  await Promise.all(delays.map(async (delay) => {
    const ring = await MicRing.open({ seconds: 1, source: tone() });
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    // A block has come, and another is under way.
    const until = performance.now() + FIRST_BLOCK_MS + delay;
    let listening: Listening | undefined;
    const reading = readBlocks(ring, new AbortController().signal);
    if (ending === "closed by its listener") {
      listening = ring.listen(() => {
        if (performance.now() > until) ring.close().then(resolve);
      }, WAKES);
    } else {
      await sleep(FIRST_BLOCK_MS + delay);
      keepBusy(delay % 10);
      ring.close().then(resolve);
    }
    await Promise.all([closed, reading, listening?.finished]);
  }));
  if (wakes < delays.length) Deno.exit(NOT_AS_MEANT);
}

async function end(plan: EndingPlan): Promise<void> {
  if (plan.ending === "worker terminated") return await terminateWorkers(plan);
  if (plan.ending.startsWith("closed")) return await closeRings(plan);
  const hearing = plan.rings ? await openRings() : undefined;
  await sleep(plan.delays[0]);
  // Somebody has been woken; and now and then is about to be.
  while (hearing !== undefined && wakes < 2) await sleep(1);
  if (plan.delays[0] % 2 < 1) keepBusy(12);
  const fail = () => {
    throw new Error("nobody catches this");
  };
  switch (plan.ending) {
    case "natural end":
      return hearing?.stop();
    case "uncaught error":
      setTimeout(fail);
      return await sleep(LONG_MS);
    case "listener throws":
      if (hearing === undefined) setTimeout(() => reportError(new Error("nobody catches this")));
      else hearing.within = fail;
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

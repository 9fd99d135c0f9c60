/**
 * What a process takes of the system, and rings so large that one too many shows.
 *
 * @module
 */

import { MicRing, sequence } from "../mod.ts";
import type { WorkerOpening } from "./_share_worker.ts";
import { sleep, until } from "./_wait.ts";

/** What a process takes of the system. */
export interface Footprint {
  readonly megabytes: number;
  readonly threads: number;
}

/** What this process takes: of the memory, what is there and not only promised. */
export function footprint(): Footprint {
  const status = Deno.readTextFileSync("/proc/self/status");
  const numberOf = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)![1]);
  return { megabytes: numberOf("VmRSS") / 1024, threads: numberOf("Threads") };
}

/** What a large ring takes. */
export const LARGE_MEGABYTES = 16;
/** For the process: what is as large as that is the system's again as soon as it is freed. */
export const LARGE_ENV = { MALLOC_MMAP_THRESHOLD_: String(LARGE_MEGABYTES * 2 ** 19) };
const SPEED = 4;
const RATE = 48_000;
/** Each sample is there twice; and a quarter of a second is there beside the window. */
const LARGE_SECONDS = LARGE_MEGABYTES * 2 ** 20 / (2 * 4 * RATE) - SPEED / 4;

/** A large ring that is filled with a sequence. */
export const LARGE: WorkerOpening = {
  seconds: LARGE_SECONDS,
  source: sequence({ speed: SPEED }).settings,
  sampleRate: RATE,
};

/** Opens it in this thread. */
export function openLarge(): Promise<MicRing<"f32">> {
  return MicRing.open({ ...LARGE, format: "f32", source: sequence({ speed: SPEED }) });
}

/** Until it takes the same for so long, it is not done with something. */
const CALM_LOOKS = 4;
const LOOK_SECONDS = 0.1;
const CALM_MEGABYTES = 1;
const MOST_CALMING_SECONDS = 20;

/** What this process takes when all that it has begun is done, and no rubbish is left. */
export async function calmFootprint(): Promise<Footprint> {
  const looks: Footprint[] = [];
  // There is one where Deno was told so.
  (globalThis as { gc?: () => void }).gc?.();
  await until("the process is calm", async () => {
    await sleep(LOOK_SECONDS);
    looks.push(footprint());
    const last = looks.slice(-CALM_LOOKS);
    const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
    return last.length === CALM_LOOKS && spread(last.map(({ threads }) => threads)) === 0 &&
      spread(last.map(({ megabytes }) => megabytes)) <= CALM_MEGABYTES;
  }, MOST_CALMING_SECONDS);
  return looks.at(-1)!;
}

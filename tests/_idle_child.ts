/**
 * A process that captures while its script does nothing, or, as a control, one without a ring. It
 * is watched from outside: see `_watched_process.ts`.
 *
 * @module
 */

import { type Listening, MicRing, tone } from "../mod.ts";
import { nextNumber } from "./_counter.ts";

/** What it is to be. */
export interface IdlePlan {
  readonly source: "none" | "microphone" | "tone";
  /** Whether somebody listened first, in each way there is. */
  readonly listened?: boolean;
  readonly periodMs?: number;
  readonly seconds: number;
}

function open({ source, periodMs, seconds }: IdlePlan): Promise<MicRing<"f32">> {
  if (source === "tone") return MicRing.open({ seconds, source: tone() });
  return MicRing.open({ seconds, backend: "pulseaudio", periodMs });
}

async function listenForAWhile(ring: MicRing<"f32">): Promise<void> {
  let calls = 0;
  const listening: Listening = ring.listen(() => {
    if (++calls === 10) listening.stop();
  }, { seconds: 0.01 });
  await listening.finished;
  await ring.clip({ before: 0.05, after: 0.05 });
  for await (const { endFrame } of ring.blocks({ seconds: 0.02 })) {
    if (endFrame > ring.sampleRate / 2) break;
  }
  // Left in the middle of a wait for what is far away.
  const far = AbortSignal.timeout(20);
  await ring.clip({ at: ring.frames * 100, after: 0.1, signal: far }).catch(() => {});
}

/** Where the counter does not run on, in words, or "exact". */
function account(ring: MicRing<"f32">): string {
  const { samples, startFrame } = ring.snapshot();
  for (let i = 1; i < samples.length; i++) {
    const [before, number] = [samples[i - 1] * 2 ** 24, samples[i] * 2 ** 24];
    if (number !== nextNumber("f32", before)) {
      return `frame ${startFrame + i} is ${number} after ${before}`;
    }
  }
  return "exact";
}

async function idle(plan: IdlePlan): Promise<void> {
  const ring = plan.source === "none" ? undefined : await open(plan);
  if (ring !== undefined && plan.listened) await listenForAWhile(ring);
  console.log("ready");
  await Deno.stdin.read(new Uint8Array(1));
  if (ring === undefined) return;
  const what = plan.source === "microphone" ? account(ring) : "exact";
  console.log(JSON.stringify({ frames: ring.stats().writtenFrames, what }));
  await ring.close();
}

if (import.meta.main) await idle(JSON.parse(Deno.args[0]));

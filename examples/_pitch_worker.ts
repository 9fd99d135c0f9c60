/**
 * The Worker of analysis_worker.ts: attaches to the ring that it is given, and tells how high each
 * twentieth of a second of it is. It ends by itself when the ring has ended, or when it is told to.
 *
 * @module
 */

import { MicRing, type RingToken } from "@x/micring";
import { type Pitch, pitchOf } from "./_pitch.ts";

/** What is sent to it: a ring, or that it is enough. */
export type ToWorker = { readonly token: RingToken } | "stop";

/** What it answers, block by block. */
export interface Heard {
  /** In milliseconds since the Unix epoch. */
  readonly time: number;
  readonly rmsDbfs: number;
  readonly pitch?: Pitch;
  /** How many seconds before it were not analysed: it was too slow. */
  readonly missedSeconds: number;
}

/** The same, and that nothing will follow; or what went wrong. */
export type FromWorker = { readonly heard: Heard } | { readonly ended: string };

/** What a Worker has of its own, as far as it is used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(message: FromWorker): void;
}

/** Pitch needs no more than that, and a third of the work of 48 kHz. */
const FORM = { seconds: 0.05, sampleRate: 16_000, channels: 1, format: "f32" } as const;

const scope = globalThis as unknown as WorkerScope;
const enough = new AbortController();

async function analyse(token: RingToken): Promise<void> {
  // The ring's own memory: nothing was copied on the way here, however long it is.
  await using ring = await MicRing.attach(token);
  if (enough.signal.aborted) return;
  for await (const block of ring.blocks({ ...FORM, past: ring.seconds, signal: enough.signal })) {
    scope.postMessage({
      heard: {
        time: block.startTime,
        rmsDbfs: block.level().rmsDbfs,
        pitch: pitchOf(block.samples, block.sampleRate),
        missedSeconds: block.lostFrames / block.sampleRate,
      },
    });
  }
}

scope.onmessage = async ({ data }) => {
  if (data === "stop") return enough.abort();
  try {
    await analyse(data.token);
    scope.postMessage({ ended: "" });
  } catch (error) {
    scope.postMessage({ ended: (error as Error).message });
  }
};

/**
 * The script of somebody who uses the published package: it records in its main thread and in a
 * Worker, each for itself, and has the Worker read what the main thread records.
 *
 * @module
 */

import type { SampleFormat } from "../mod.ts";

/** What the script prints first, when all that it imports is there. */
export const IMPORTED = "imported";

/** What it took, and who did. */
export interface Taken {
  readonly who: "main" | "worker" | "attached" | "main again";
  readonly format: SampleFormat;
  readonly sampleRate: number;
  readonly channels: number;
  readonly startFrame: number;
  readonly gaps: number;
  readonly samples: Float32Array;
}

const SECONDS = 0.25;

const SHARED = `
  import { AttachedRing, microphone, MicRing, type Snapshot, tone } from "jsr:@x/micring";

  async function record(kind: string): Promise<MicRing> {
    const ring = await MicRing.open({ seconds: 10, source: kind === "tone" ? tone() : microphone() });
    for await (const block of ring.blocks({ seconds: ${SECONDS} })) {
      if (block.frames > 0) break;
    }
    return ring;
  }

  function describe(who: string, snapshot: Snapshot): string {
    const { format, sampleRate, channels, startFrame, gaps, samples } = snapshot;
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const told = { who, format, sampleRate, channels, startFrame, gaps: gaps.length };
    return JSON.stringify({ ...told, samples: bytes.toBase64() });
  }
`;

const WORKER = `
  ${SHARED}
  self.onmessage = async ({ data: { kind, token } }) => {
    await using ring = await record(kind);
    await using attached: AttachedRing = await MicRing.attach(token);
    const { startFrame, endFrame } = attached.snapshot({ from: 0 });
    self.postMessage({
      own: describe("worker", ring.snapshot({ from: 0 })),
      attached: describe("attached", attached.snapshot({ from: 0, to: endFrame })),
      startFrame,
      endFrame,
    });
  };
`;

/** The script; its argument is "tone" or "microphone". It prints a line for each {@linkcode Taken}. */
export const TAKE_SCRIPT = `
  ${SHARED}
  interface Answer {
    readonly own: string;
    readonly attached: string;
    readonly startFrame: number;
    readonly endFrame: number;
  }

  console.log("${IMPORTED}");
  const [kind] = Deno.args;
  await using ring = await record(kind);
  console.log(describe("main", ring.snapshot({ from: 0 })));

  // From a file of its own it would need the permission to read that.
  const code = ${JSON.stringify(WORKER)};
  const url = \`data:application/typescript,\${encodeURIComponent(code)}\`;
  const worker = new Worker(url, { type: "module" });
  const answer = Promise.withResolvers<Answer>();
  worker.onmessage = ({ data }) => answer.resolve(data);
  worker.postMessage({ kind, token: ring.share() });
  const { own, attached, startFrame, endFrame } = await answer.promise;
  console.log(own);
  console.log(attached);
  console.log(describe("main again", ring.snapshot({ from: startFrame, to: endFrame })));
  worker.terminate();
`;

/** Reads a line that the script has printed. */
export function readTaken(line: string): Taken {
  const { samples, ...rest } = JSON.parse(line);
  return { ...rest, samples: new Float32Array(Uint8Array.fromBase64(samples).buffer) };
}

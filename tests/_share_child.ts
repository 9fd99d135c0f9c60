/**
 * A process with rings and Workers of its own: both ends of it.
 *
 * @module
 */

import { type AttachedRing, MicRing, type RingToken, sequence } from "../mod.ts";
import { CalledProcess, serve } from "./_child_calls.ts";
import { LAST_NUMBER, nextNumber } from "./_counter.ts";
import { letGo, playRounds, terminateOpenings } from "./_share_rounds.ts";
import { SharingWorker } from "./_share_worker.ts";

const RECORDED_SECONDS = 0.3;

let ring: MicRing | undefined;
let owner: SharingWorker | undefined;
let reader: AttachedRing | undefined;

const calls = {
  async open() {
    ring = await MicRing.open({ seconds: 1, source: sequence() });
    return ring.share();
  },
  async attach(token: RingToken) {
    await using attached = await MicRing.attach(token);
    return attached.state;
  },
  playRounds,
  terminateOpenings,
  letGo,
  /** A Worker begins to open the microphone. */
  async beginRecording() {
    owner = new SharingWorker();
    await owner.call("beginOpening", { seconds: 5, source: { kind: "microphone" } });
  },
  /** A Worker records the microphone, and this thread reads it. */
  async record() {
    owner = new SharingWorker();
    const own = await owner.call("open", { seconds: 5, source: { kind: "microphone" } });
    reader = await MicRing.attach(await owner.call("share", own)) as AttachedRing;
    await reader.clip({ after: RECORDED_SECONDS });
    return reader.device!.name;
  },
  terminateOwner: () => owner!.terminate(),
  /** What this thread is left with: the state, and whether all of it is one run of the counter. */
  async rest() {
    await reader!.finished();
    const { samples, frames, endFrame, gaps } = reader!.snapshot();
    const numbers = Array.from(samples, (sample) => sample * (LAST_NUMBER.f32 + 1));
    const wrong = numbers.findIndex((number, i) =>
      i > 0 && number !== nextNumber("f32", numbers[i - 1])
    );
    const { state } = reader!;
    const { writtenFrames } = reader!.stats();
    await reader!.close();
    return { state, wrong, frames, newest: endFrame === writtenFrames, gaps };
  },
};

/** The near end of such a process. */
export function shareProcess(
  env: Readonly<Record<string, string>> = {},
): CalledProcess<typeof calls> {
  return new CalledProcess<typeof calls>(import.meta.url, env, ["--v8-flags=--expose-gc"]);
}

if (import.meta.main) {
  await serve(calls);
  await ring?.close();
}

import { assert, assertEquals } from "@std/assert";
import { type AttachedRing, MicRing, type RingToken, sequence, tone } from "../mod.ts";
import { checkWhole, READINGS, readToEnd } from "./_share_pieces.ts";
import { SharingWorker } from "./_share_worker.ts";
import { until } from "./_wait.ts";

/* A ring's owner ends, and others read it: they are told, and keep what was there. */

const RATE = 8000;
const OPTIONS = { seconds: 20, sampleRate: RATE, channels: 2 };

/** The owner of a ring, and a way for it to end. */
interface Owner extends Disposable {
  readonly token: RingToken<"f32">;
  end(): void | Promise<void>;
}

async function openHere(): Promise<Owner> {
  const ring = await MicRing.open({ ...OPTIONS, source: sequence({ speed: 4 }) });
  return { token: ring.share(), end: () => ring.close(), [Symbol.dispose]() {} };
}

async function openInWorker(): Promise<Owner> {
  const worker = new SharingWorker();
  const there = await worker.call("open", { ...OPTIONS, source: sequence({ speed: 4 }).settings });
  // It has something under way when it is terminated.
  await worker.call("read", there, "blocks", "sequence");
  const token = await worker.call("share", there) as RingToken<"f32">;
  return { token, end: () => worker.terminate(), [Symbol.dispose]: () => worker[Symbol.dispose]() };
}

async function statesOf(ring: AttachedRing, end: () => Promise<void>): Promise<string[]> {
  const states: string[] = [];
  ring.addEventListener("state", ({ previous, state }) => states.push(`${previous} ${state}`));
  await end();
  await until("the end is told", () => states.length > 0);
  return states;
}

for (const [how, open] of Object.entries({ "closes": openHere, "is terminated": openInWorker })) {
  for (const reading of READINGS) {
    Deno.test(`the owner ${how} under who reads by ${reading}: it is read to its end`, async () => {
      using owner = await open();
      await using attached = await MicRing.attach(owner.token);
      using worker = new SharingWorker();
      const there = await worker.call("attach", owner.token);
      await worker.call("read", there, reading, "sequence");
      let pieces = 0;
      const read = readToEnd(reading, attached, "sequence", () => pieces++);
      await until("a piece was read", () => pieces > 0);

      const states = await statesOf(attached, async () => {
        await owner.end();
        await Promise.all([read, worker.call("readingOf", there), attached.finished()]);
      });
      assertEquals([states, attached.state], [["running ended"], "ended"]);

      // Nothing comes any more, and all that came is there, as often as it is looked for.
      const { writtenFrames } = attached.stats();
      for (let i = 0; i < 2; i++) {
        const snapshot = attached.snapshot();
        checkWhole("sequence", snapshot);
        assertEquals(snapshot.endFrame, writtenFrames);
        assert(snapshot.frames > 0 && snapshot.frames === Math.min(writtenFrames, attached.frames));
        const { samples, startFrame } = await worker.call("take", there);
        assertEquals([startFrame, samples], [snapshot.startFrame, snapshot.samples]);
        assertEquals((await worker.call("stats", there)).writtenFrames, writtenFrames);
      }
    });
  }
}

Deno.test("a ring that its owner has closed is not attached to, whoever still reads it", async () => {
  const ring = await MicRing.open({ seconds: 1, source: tone() });
  await using reader = await MicRing.attach(ring.share());
  const token = ring.share();
  await ring.close();
  using worker = new SharingWorker();
  for (const old of [token, reader.share()]) {
    for (const attach of [() => MicRing.attach(old), () => worker.call("attach", old)]) {
      const error = await attach().then(() => undefined, (error) => error);
      assertEquals([error?.name, error?.code], ["MicRingError", "closed"]);
    }
  }
  assertEquals([reader.state, reader.snapshot().gaps], ["ended", []]);
});

Deno.test("a ring whose owner's Worker was terminated is not attached to", async () => {
  using owner = await openInWorker();
  await using reader = await MicRing.attach(owner.token);
  await owner.end();
  await reader.finished();
  const error = await MicRing.attach(owner.token).then(() => undefined, (error) => error);
  assertEquals([error?.name, error?.code], ["MicRingError", "closed"]);
});

import { assert, assertEquals } from "@std/assert";
import { MicRing, push, sequence } from "../mod.ts";
import { type Content, noise, type Reads, someFrames } from "./_share_pieces.ts";
import { SharingWorker } from "./_share_worker.ts";
import { seeded } from "./_seeded.ts";
import { sleep, until } from "./_wait.ts";

/* Four Workers read one ring at random stretches, while it is written; its owner closes it at any
 * time, and what was there stays. */

const READERS = 4;
const SNAPSHOTS = 10_000;
const RATE = 8000;
const BURST_MS = 2;

/** Something fills the ring until it is stopped. */
interface Writing extends AsyncDisposable {
  readonly ring: MicRing;
  readonly content: Content;
}

/** As fast as a pacer goes: eight million frames a second. */
async function openSequence(): Promise<Writing> {
  const source = sequence({ speed: 1000 });
  const options = { seconds: 1, source, sampleRate: RATE, channels: 2, format: "s16" } as const;
  const ring: MicRing = await MicRing.open(options);
  return { ring, content: "sequence", [Symbol.asyncDispose]: () => ring.close() };
}

/** As fast as this thread goes: in a burst the whole ring is overwritten some ten times. */
async function openPush(): Promise<Writing> {
  const ring = await MicRing.open({ seconds: 1, source: push(), sampleRate: RATE, channels: 2 });
  const random = seeded(1);
  let written = 0;
  const pushing = (async () => {
    while (!ring.closed) {
      const end = performance.now() + BURST_MS;
      while (performance.now() < end) {
        const frames = someFrames(random);
        ring.push(noise(2, written, frames));
        written += frames;
      }
      await sleep(0.001);
    }
  })();
  await until("something is there", () => written > 0);
  return {
    ring,
    content: "noise",
    async [Symbol.asyncDispose]() {
      await ring.close();
      await pushing;
    },
  };
}

/** When the owner closes the ring. */
const ORDERS = ["first", "in the middle", "last"] as const;

async function race({ ring, content }: Writing, order: typeof ORDERS[number]): Promise<void> {
  using workers = new DisposableStack();
  const token = ring.share();
  const readers = await Promise.all(
    Array.from({ length: READERS }, async (_, i) => {
      const worker = workers.use(new SharingWorker());
      const there = await worker.call("attach", token);
      return {
        snapshots: (count: number) => worker.call("snapshots", there, content, count, i + 1),
        stats: () => worker.call("stats", there),
        state: async () => (await worker.call("facts", there)).state,
        close: () => worker.call("close", there),
      };
    }),
  );
  const begun = ring.stats().writtenFrames;
  const sums: Reads[] = [];
  const read = async (some: typeof readers, count: number) => {
    sums.push(...await Promise.all(some.map(({ snapshots }) => snapshots(count))));
  };
  let written = 0;
  const closeOwner = async () => {
    const { writtenFrames } = ring.stats();
    written = writtenFrames - begun;
    await ring.close();
  };
  const half = SNAPSHOTS / 2;
  const [one, other, ...rest] = readers;
  if (order === "first") {
    await read(readers, half);
    // They are in the middle of it.
    await Promise.all([read(readers, half), sleep(0.02).then(closeOwner)]);
  } else {
    await read([one, other], SNAPSHOTS);
    await Promise.all([one.close(), other.close(), read(rest, half)]);
    if (order === "in the middle") await Promise.all([read(rest, half), closeOwner()]);
    else await read(rest, half);
  }
  for (const reader of order === "first" ? readers : rest) {
    assertEquals(await reader.state(), order === "last" ? "running" : "ended");
    await reader.close();
  }
  if (order === "last") await closeOwner();

  const sum = (key: keyof Reads) => sums.reduce((sum, reads) => sum + reads[key], 0);
  assertEquals(sum("read"), READERS * SNAPSHOTS);
  // The writer was after them: all of the ring was written anew, and again.
  assert(written > 10 * ring.frames, `only ${written} frames were written meanwhile`);
  console.log(`${sum("frames")} frames were right, ${sum("refused")} stretches gone`);
}

for (const order of ORDERS) {
  Deno.test(`4 Workers, 10,000 snapshots each, and the owner closes ${order} (push)`, async () => {
    await using writing = await openPush();
    await race(writing, order);
  });
}

Deno.test("4 Workers, 10,000 snapshots each, and the owner closes first (sequence)", async () => {
  await using writing = await openSequence();
  await race(writing, "first");
});

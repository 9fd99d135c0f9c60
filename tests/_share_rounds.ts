/**
 * Rings that come and go in a process, with readers in Workers that are terminated at any moment.
 *
 * @module
 */

import { type HeldRing, MicRing, push, type RingToken } from "../mod.ts";
import { checkWhole, type Reading, READINGS } from "./_share_pieces.ts";
import { calmFootprint, type Footprint, footprint, LARGE, openLarge } from "./_share_footprint.ts";
import { seeded } from "./_seeded.ts";
import { SharingWorker } from "./_share_worker.ts";
import { sleep } from "./_wait.ts";

/** Who is terminated: a reader, while it does that, or the owner, while it reads as well. */
const VICTIMS = [...READINGS, "owner"] as const;
/** When the owner lets go: before the others, between them, or after them. */
const ORDERS = ["first", "in the middle", "last"] as const;
type Order = typeof ORDERS[number];

const LANES = 3;
const LOOK_SECONDS = 0.02;
const SNAPSHOTS = 20;
const MOST_DELAY_SECONDS = 0.008;
const CONTENT = "sequence";

/** The newest of it is right, and there. */
function checkNewest(ring: HeldRing): void {
  const { writtenFrames } = ring.stats();
  const snapshot = ring.snapshot({ seconds: LOOK_SECONDS });
  checkWhole(CONTENT, snapshot);
  if (snapshot.frames > 0 && snapshot.endFrame >= writtenFrames) return;
  throw new Error(`the last frame is ${snapshot.endFrame} of ${writtenFrames}`);
}

/** A Worker that stays, and takes part in each round. */
class Steady {
  readonly #worker = new SharingWorker();

  /** Attaches there; returns what looks at the ring, and what lets it go. */
  async attach(token: RingToken) {
    const there = await this.#worker.call("attach", token);
    return {
      look: (seed: number) => this.#worker.call("snapshots", there, CONTENT, SNAPSHOTS, seed),
      close: () => this.#worker.call("close", there),
    };
  }

  [Symbol.dispose](): void {
    this.#worker[Symbol.dispose]();
  }
}

/** A reader is terminated. */
async function loseReader(steady: Steady, reading: Reading, order: Order, delay: number) {
  const ring = await openLarge();
  const token = ring.share();
  using victim = new SharingWorker();
  const there = await victim.call("attach", token);
  const other = await steady.attach(token);
  await victim.call("read", there, reading, CONTENT);
  await other.look(1);
  await sleep(delay);
  if (order === "first") {
    // While both read.
    await Promise.all([other.look(2), ring.close(), sleep(delay).then(() => victim.terminate())]);
    await other.look(3);
    return await other.close();
  }
  // Before it is known to have ended, and after.
  victim.terminate();
  await other.look(2);
  checkNewest(ring);
  if (order === "last") await other.close();
  await ring.close();
  if (order === "in the middle") await other.look(3).then(() => other.close());
}

/** The owner is terminated. */
async function loseOwner(steady: Steady, reading: Reading, order: Order, delay: number) {
  using victim = new SharingWorker();
  const own = await victim.call("open", LARGE);
  await victim.call("read", own, reading, CONTENT);
  const token = await victim.call("share", own);
  const ring = await MicRing.attach(token);
  const other = await steady.attach(token);
  await other.look(1);
  await sleep(delay);
  if (order === "last") await Promise.all([ring.close(), other.close()]);
  if (order === "in the middle") await other.close();
  victim.terminate();
  if (order === "last") return;
  await ring.finished();
  if (ring.state !== "ended") throw new Error(`the ring is ${ring.state}`);
  checkNewest(ring);
  if (order === "first") {
    await other.look(2);
    await other.close();
  }
  await ring.close();
}

/** One round: each of the first so many is another one. */
async function playRound(steady: Steady, round: number): Promise<void> {
  const random = seeded(round);
  const delay = random() * MOST_DELAY_SECONDS;
  const victim = VICTIMS[round % VICTIMS.length];
  const turn = Math.floor(round / VICTIMS.length);
  const order = ORDERS[turn % ORDERS.length];
  if (victim !== "owner") return await loseReader(steady, victim, order, delay);
  await loseOwner(steady, READINGS[turn % READINGS.length], order, delay);
}

/** Does something so often, some at once. */
async function repeat(from: number, to: number, lanes: readonly ((i: number) => Promise<void>)[]) {
  let next = from;
  await Promise.all(lanes.map(async (lane) => {
    while (next < to) await lane(next++);
  }));
}

/** What the process took before and after. */
export interface BeforeAndAfter {
  readonly before: Footprint;
  readonly after: Footprint;
}

async function play(from: number, to: number): Promise<Footprint> {
  {
    using workers = new DisposableStack();
    const lanes = Array.from({ length: LANES }, () => {
      const steady = workers.use(new Steady());
      return (round: number) => playRound(steady, round);
    });
    await repeat(from, to, lanes);
  }
  return await calmFootprint();
}

/** Plays so many rounds; those before that make the process as large as it is to be. */
export async function playRounds(warmUp: number, rounds: number): Promise<BeforeAndAfter> {
  // Deno keeps something of a library each time it loads one: this thread has it loaded once.
  await using _used = await MicRing.open({ seconds: 0.1, source: push() });
  const before = await play(0, warmUp);
  return { before, after: await play(warmUp, warmUp + rounds) };
}

const MOST_OPENING_SECONDS = 0.03;

/** Terminates Workers that are opening a large ring; the first of them are not counted. */
export async function terminateOpenings(warmUp: number, times: number): Promise<BeforeAndAfter> {
  const lanes = Array.from({ length: LANES }, () => async (i: number) => {
    const worker = new SharingWorker();
    await worker.call("beginOpening", LARGE);
    await sleep(seeded(i)() * MOST_OPENING_SECONDS);
    worker.terminate();
  });
  await repeat(0, warmUp, lanes);
  const before = await calmFootprint();
  await repeat(warmUp, warmUp + times, lanes);
  return { before, after: await calmFootprint() };
}

/**
 * What the process takes before a large ring is opened, while it is let go by its owner and then by
 * one reader after the other, and when the last of them, in a Worker, has closed it or was terminated.
 */
export async function letGo(last: "closes" | "is terminated"): Promise<Footprint[]> {
  const takes = [];
  // Not the first time: then there is more that is made only once.
  for (let round = 0; round < 2; round++) {
    using one = new SharingWorker();
    const other = new SharingWorker();
    await Promise.all([one.call("ready"), other.call("ready")]);
    const before = footprint();
    const ring = await openLarge();
    const token = ring.share();
    const reader = await MicRing.attach(token);
    const there = await one.call("attach", token);
    const elsewhere = await other.call("attach", token);
    takes.splice(0, Infinity, before, footprint());
    for (
      const close of [() => ring.close(), () => reader.close(), () => one.call("close", there)]
    ) {
      await close();
      takes.push(footprint());
    }
    await other.call("snapshots", elsewhere, CONTENT, SNAPSHOTS, 1);
    if (last === "closes") await other.call("close", elsewhere);
    else other.terminate();
    takes.push(await calmFootprint());
    other.terminate();
  }
  return takes;
}

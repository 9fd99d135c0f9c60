/**
 * What the ring costs, as ratios to a plain memcpy of the same bytes in the same round:
 * `deno task bench`. Each figure is the minimum, median and maximum over the rounds. And what it
 * costs to be told of new audio: see `bench_wake.ts`.
 *
 * @module
 */

import { MicRing, push } from "../mod.ts";
import { benchStartup } from "./bench_startup.ts";
import { benchIdle, benchWake } from "./bench_wake.ts";
import { quote } from "./_quote.ts";

const SAMPLE_RATE = 48_000;
const SECONDS = 2;
const PERIOD_FRAMES = 480;
const ROUNDS = 41;
const PUSHES = 20_000;
const SNAPSHOTS = 200;

const libc = Deno.dlopen(Deno.build.os === "darwin" ? "libSystem.B.dylib" : "libc.so.6", {
  // Declared so that Deno calls it the fastest way it knows: the length fits, the result is not
  // wanted.
  memcpy: { parameters: ["buffer", "buffer", "u32"], result: "void" },
});

/** The ring that one would write in JavaScript alone, as it should be: the peer. */
class PlainRing {
  readonly #samples: Float32Array;
  #written = 0;

  constructor(length: number) {
    this.#samples = new Float32Array(length);
  }

  push(block: Float32Array): void {
    const at = this.#written % this.#samples.length;
    const first = Math.min(block.length, this.#samples.length - at);
    this.#samples.set(first === block.length ? block : block.subarray(0, first), at);
    if (first < block.length) this.#samples.set(block.subarray(first), 0);
    this.#written += block.length;
  }

  snapshot(into: Float32Array): Float32Array {
    const at = this.#written % this.#samples.length;
    into.set(this.#samples.subarray(at), 0);
    into.set(this.#samples.subarray(0, at), this.#samples.length - at);
    return into;
  }
}

/** Nanoseconds that one call takes, over `count` of them. */
function time(count: number, call: () => unknown): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) call();
  return (performance.now() - start) * 1e6 / count;
}

interface Contest {
  readonly name: string;
  readonly count: number;
  readonly call: () => unknown;
  readonly memcpy: () => unknown;
  /** The ratio that was promised, if one was. */
  readonly most?: number;
}

function run({ name, count, call, memcpy, most }: Contest): void {
  const times: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const plain = time(count, memcpy);
    const ours = time(count, call);
    // The first rounds run before the compiler has had a look.
    if (round < 5) continue;
    times.push(ours / 1000);
    ratios.push(ours / plain);
  }
  const goal = most === undefined ? "" : `   goal ${most}`;
  console.log(`${name.padEnd(38)}${quote(ratios, 2)}   ${quote(times, 2)}${goal}`);
}

await using ring = await MicRing.open({
  seconds: SECONDS,
  source: push(),
  sampleRate: SAMPLE_RATE,
});
const plain = new PlainRing(SECONDS * SAMPLE_RATE);
const block = Float32Array.from({ length: PERIOD_FRAMES }, (_, i) => Math.sin(i));
for (let frame = 0; frame < 4 * ring.frames; frame += PERIOD_FRAMES) {
  ring.push(block);
  plain.push(block);
}

const window = new Float32Array(ring.frames);
const into = new Float32Array(ring.frames);
const { memcpy } = libc.symbols;
// One place after the other, as any ring must: always the same one would stay in the nearest cache.
const elsewhere = new Float32Array(ring.frames);
const places = Array.from(
  { length: elsewhere.length / PERIOD_FRAMES },
  (_, i) => elsewhere.subarray(i * PERIOD_FRAMES, (i + 1) * PERIOD_FRAMES),
);
let place = 0;
const copyBlock = () => {
  memcpy(places[place], block, block.byteLength);
  place = (place + 1) % places.length;
};
const copyWindow = () => memcpy(into, window, window.byteLength);
const first = (samples: Float32Array) => samples[0];

console.log(`${"".padEnd(38)}${"ratio to memcpy".padStart(24)}   ${"microseconds".padStart(24)}`);
console.log(`${"".padEnd(38)}${"     min  median     max   ".repeat(2)}`);
const contests: Contest[] = [
  {
    name: "push, 480 frames",
    count: PUSHES,
    call: () => ring.push(block),
    memcpy: copyBlock,
    most: 3,
  },
  {
    name: "push, 480 frames, plain JavaScript",
    count: PUSHES,
    call: () => plain.push(block),
    memcpy: copyBlock,
  },
  {
    name: "snapshot, 2 s, reused array",
    count: SNAPSHOTS,
    call: () => ring.snapshot({ into }),
    memcpy: copyWindow,
    most: 1.7,
  },
  {
    name: "snapshot, 2 s, plain JavaScript",
    count: SNAPSHOTS,
    call: () => plain.snapshot(into),
    memcpy: copyWindow,
  },
  {
    name: "snapshot, 2 s, fresh array",
    count: SNAPSHOTS,
    call: () => ring.snapshot(),
    memcpy: copyWindow,
    most: 4,
  },
  {
    name: "peek, 2 s",
    count: SNAPSHOTS,
    call: () => ring.peek({}, first),
    memcpy: copyWindow,
    most: 0.1,
  },
  {
    name: "peek, 10 ms",
    count: SNAPSHOTS,
    call: () => ring.peek({ seconds: 0.01 }, first),
    memcpy: copyWindow,
  },
];
for (const contest of contests) run(contest);
libc.close();
await benchWake();
await benchIdle();
await benchStartup();

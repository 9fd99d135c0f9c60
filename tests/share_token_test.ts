import { assert, assertEquals } from "@std/assert";
import { MicRing, MicRingError, push, type RingToken, sequence } from "../mod.ts";
import { shareProcess } from "./_share_child.ts";
import { noise } from "./_share_pieces.ts";
import { SharingWorker } from "./_share_worker.ts";

/* The token: it survives whatever plain data survives, and nothing else is one. */

async function openNoise(): Promise<MicRing<"f32">> {
  const ring = await MicRing.open({ seconds: 0.5, source: push(), sampleRate: 8000, channels: 2 });
  ring.push(noise(2, 0, 5000));
  return ring;
}

const ROUTES: Record<string, (token: RingToken, worker: SharingWorker) => Promise<number>> = {
  postMessage: (token, worker) => worker.call("attach", token),
  JSON: (token, worker) => worker.call("attach", JSON.parse(JSON.stringify(token))),
  structuredClone: (token, worker) => worker.call("attach", structuredClone(token)),
  async BroadcastChannel(token, worker) {
    const name = crypto.randomUUID();
    const channel = new BroadcastChannel(name);
    channel.onmessage = () => channel.postMessage(token);
    try {
      return await worker.call("attachFrom", name);
    } finally {
      channel.close();
    }
  },
};

for (const [route, attach] of Object.entries(ROUTES)) {
  Deno.test(`a token that went by ${route} leads to the ring`, async () => {
    await using ring = await openNoise();
    using worker = new SharingWorker();
    const there = await attach(ring.share(), worker);
    const { samples, startFrame } = await worker.call("take", there);
    assertEquals([startFrame, samples], [1000, noise(2, 1000, 4000)]);
    assertEquals(await worker.call("share", there), ring.share());
  });
}

Deno.test("a token of another process is refused", async () => {
  await using one = shareProcess();
  await using other = shareProcess();
  const token = await one.call("open");
  assertEquals(await one.call("attach", token), "running");
  // Both have opened as many rings as the other: the numbers alone would be the same.
  const own = await other.call("open");
  assertEquals(own.ring, token.ring);
  for (const attach of [() => other.call("attach", token), () => MicRing.attach(token)]) {
    const error = await attach().then(() => undefined, (error) => error);
    assertEquals([error?.name, error?.code], ["MicRingError", "foreign-token"]);
    assert(/^Cannot attach to the ring: /.test(error.message), error.message);
  }
  assertEquals(await other.call("attach", own), "running");
});

/** Whatever JavaScript may pass, whatever the types say. */
// deno-lint-ignore no-explicit-any
type Anything = any;

interface Tampering {
  readonly what: string;
  readonly with: (token: RingToken) => Anything;
  /** Of a MicRingError, its code. */
  readonly refused: "TypeError" | "RangeError" | "closed" | "foreign-token";
}

const NO_COUNTS: [string, Anything, Tampering["refused"]][] = [
  ["missing", undefined, "TypeError"],
  ["null", null, "TypeError"],
  ["a text", "1", "TypeError"],
  ["a bigint", 1n, "TypeError"],
  ["a symbol", Symbol("1"), "TypeError"],
  ["an object", { valueOf: () => 1 }, "TypeError"],
  ["NaN", NaN, "RangeError"],
  ["negative", -1, "RangeError"],
  ["a fraction", 1.5, "RangeError"],
  ["endless", Infinity, "RangeError"],
  ["2^53", 2 ** 53, "RangeError"],
  ["2^64", 2 ** 64, "RangeError"],
];

const NO_WORDS: [string, Anything][] = [
  ["missing", undefined],
  ["null", null],
  ["a number", 0],
  ["an unknown word", "f64"],
  ["a name that every object has", "toString"],
  ["an array of a good one", ["f32"]],
];

/** The token without what is `undefined`, as JSON would have it. */
function without(token: RingToken, changes: Anything): Anything {
  const all = Object.entries({ ...token, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

const TAMPERINGS: Tampering[] = [
  ...(["process", "ring"] as const).flatMap((name) =>
    NO_COUNTS.map(([what, value, refused]): Tampering => ({
      what: `${name}: ${what}`,
      with: (token) => without(token, { [name]: value }),
      refused,
    }))
  ),
  ...NO_WORDS.map(([what, value]): Tampering => ({
    what: `format: ${what}`,
    with: (token) => without(token, { format: value }),
    refused: "TypeError",
  })),
  ...NO_WORDS.map(([what, value]): Tampering => ({
    what: `source: its kind is ${what}`,
    with: (token) => without(token, { source: without(token, { kind: value }) }),
    refused: "TypeError",
  })),
  ...[undefined, null, 1, "push", [], () => "push"].map((source): Tampering => ({
    what: `source: ${typeof source} ${String(source)}`,
    with: (token) => without(token, { source }),
    refused: "TypeError",
  })),
  ...[undefined, null, 0, "token", 1n, Symbol("token"), () => {}, []].map((token): Tampering => ({
    what: `all of it is ${typeof token} ${String(token)}`,
    with: () => token,
    refused: "TypeError",
  })),
  {
    what: "one field more",
    with: (token) => ({ ...token, library: "/tmp/library.so" }),
    refused: "TypeError",
  },
  {
    what: "the other format: its samples are not as long",
    with: (token) => ({ ...token, format: "s16" }),
    refused: "TypeError",
  },
  { what: "no ring", with: (token) => ({ ...token, ring: 0 }), refused: "closed" },
  {
    what: "a ring that never was",
    with: (token) => ({ ...token, ring: token.ring + 1_000_000 }),
    refused: "closed",
  },
  {
    what: "the number of no ring, but of a reader",
    with: (token) => ({ ...token, ring: token.ring + 1 }),
    refused: "closed",
  },
  {
    what: "the greatest of all numbers",
    with: (token) => ({ ...token, ring: Number.MAX_SAFE_INTEGER }),
    refused: "closed",
  },
  {
    what: "another process",
    with: (token) => ({ ...token, process: token.process + 1 }),
    refused: "foreign-token",
  },
  { what: "no process", with: (token) => ({ ...token, process: 0 }), refused: "foreign-token" },
  {
    what: "fields that are something else at each look",
    with(token) {
      let looks = 0;
      const good = { get: () => [0, "1", NaN][looks++], enumerable: true };
      return Object.defineProperty({ ...token }, "ring", good);
    },
    refused: "closed",
  },
];

Deno.test("whatever is no token is refused, and the ring is as it was", async (test) => {
  await using ring = await openNoise();
  const token = ring.share();
  await using reader = await MicRing.attach(token);
  for (const { what, with: tamper, refused } of TAMPERINGS) {
    await test.step(what, async () => {
      const error = await MicRing.attach(tamper(token)).then(() => undefined, (error) => error);
      const seen = error instanceof MicRingError ? error.code : error?.constructor.name;
      assertEquals(seen, refused, error?.message);
      assert(/^Cannot attach to the ring: /.test(error.message), error.message);
    });
  }
  for (const held of [ring, reader, await MicRing.attach(token)]) {
    assertEquals(held.snapshot().samples, noise(2, 1000, 4000));
    await held.close();
  }
});

Deno.test("a token holds nothing: who makes many has one ring", async () => {
  const ring = await MicRing.open({ seconds: 1, source: sequence() });
  const tokens = Array.from({ length: 1000 }, () => ring.share());
  assertEquals(new Set(tokens.map((token) => JSON.stringify(token))).size, 1);
  // What is changed in one is nobody else's.
  Object.assign(tokens[0].source, { kind: "push" });
  assertEquals([ring.source.kind, ring.share().source.kind], ["sequence", "sequence"]);
  await ring.close();
  const late = await MicRing.attach(tokens[1]).then(() => undefined, (error) => error);
  assertEquals(late?.code, "closed");
});

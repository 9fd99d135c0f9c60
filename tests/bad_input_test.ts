import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  MicRing,
  MicRingError,
  type OpenOptions,
  push,
  type RangeOptions,
  sequence,
  type SnapshotOptions,
} from "../mod.ts";
import { difference, signal } from "./_signal.ts";

/** Whatever JavaScript may pass, whatever the types say. */
// deno-lint-ignore no-explicit-any
type Anything = any;

interface Refusal {
  readonly what: string;
  readonly error: new (...parts: Anything[]) => Error;
  readonly says: string;
}

/** A ring with 5000 frames pushed, of which it holds the last 4000 (2000 in its window). */
async function openFilled(): Promise<MicRing<"f32">> {
  const options: OpenOptions<"f32"> = {
    seconds: 0.25,
    source: push(),
    sampleRate: 8000,
    channels: 2,
  };
  const ring = await MicRing.open(options);
  ring.push(signal("f32", 2, 0, 5000));
  return ring;
}

/** Nothing of the ring was lost or changed. */
function checkUnharmed(ring: MicRing<"f32">): void {
  const snapshot = ring.snapshot();
  assertEquals([snapshot.startFrame, snapshot.endFrame], [3000, 5000]);
  assertEquals(difference(snapshot.samples, signal("f32", 2, 3000, 5000)), undefined);
}

interface BadRange extends Refusal {
  readonly options: Anything;
}

const BAD_RANGES: BadRange[] = [
  { what: "0 seconds", options: { seconds: 0 }, error: RangeError, says: "seconds is 0" },
  { what: "negative seconds", options: { seconds: -1 }, error: RangeError, says: "is -1" },
  { what: "NaN seconds", options: { seconds: NaN }, error: RangeError, says: "is NaN" },
  { what: "endless seconds", options: { seconds: Infinity }, error: RangeError, says: "finite" },
  { what: "a word", options: { seconds: "1" }, error: TypeError, says: 'seconds is "1"' },
  {
    what: "more seconds than it holds",
    options: { seconds: 3 },
    error: RangeError,
    says: "3 s: the ring holds 0.25 s",
  },
  {
    what: "less than a frame",
    options: { seconds: 1e-6 },
    error: RangeError,
    says: "less than one frame",
  },
  {
    what: "frames to come",
    options: { from: 4000, to: 5001 },
    error: RangeError,
    says: "not all recorded yet; the ring holds 1000 to 5000",
  },
  {
    what: "only frames to come",
    options: { from: 6000 },
    error: RangeError,
    says: "not all recorded yet",
  },
  {
    what: "frames that are gone",
    options: { from: 999, to: 2000 },
    error: RangeError,
    says: "not all there any more",
  },
  {
    what: "only frames that are gone",
    options: { to: 100 },
    error: RangeError,
    says: "not all there any more",
  },
  {
    what: "frames before the first",
    options: { to: 1500, seconds: 0.25 },
    error: RangeError,
    says: "not all there any more",
  },
  {
    what: "from after to",
    options: { from: 4000, to: 3000 },
    error: RangeError,
    says: "from (4000) is after to (3000)",
  },
  { what: "a negative frame", options: { from: -1 }, error: RangeError, says: "from is -1" },
  { what: "half a frame", options: { from: 0.5 }, error: RangeError, says: "whole number" },
  { what: "frame NaN", options: { to: NaN }, error: RangeError, says: "to is NaN" },
  { what: "frame 2^60", options: { from: 2 ** 60 }, error: RangeError, says: "from is" },
  { what: "a frame as a bigint", options: { from: 1n }, error: TypeError, says: "not a number" },
  {
    what: "three of two",
    options: { from: 4000, to: 4008, seconds: 0.001 },
    error: TypeError,
    says: "one too many",
  },
  { what: "null", options: null, error: TypeError, says: "not an object" },
  { what: "an unknown option", options: { last: 2 }, error: TypeError, says: 'no option "last"' },
];

for (const { what, options, error, says } of BAD_RANGES) {
  Deno.test(`snapshot and peek refuse ${what}, and nothing is lost`, async () => {
    await using ring = await openFilled();
    assertThrows(() => ring.snapshot(options as SnapshotOptions<"f32">), error, says);
    assertThrows(() => ring.peek(options as RangeOptions, () => {}), error, says);
    checkUnharmed(ring);
  });
}

function detached(): Float32Array {
  const array = new Float32Array(4000);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/** An array over a buffer that has shrunk below it. */
function shrunk(): Float32Array {
  const buffer = new ArrayBuffer(16_000, { maxByteLength: 32_000 });
  const array = new Float32Array(buffer);
  buffer.resize(40);
  return array;
}

const BAD_INTOS: (Refusal & { into: Anything })[] = [
  {
    what: "one sample too short",
    into: new Float32Array(3999),
    error: RangeError,
    says: "an array of 3999 samples: 2000 frames of 2 channels take 4000",
  },
  { what: "of another type", into: new Int16Array(4000), error: TypeError, says: "Float32Array" },
  { what: "of doubles", into: new Float64Array(4000), error: TypeError, says: "Float32Array" },
  { what: "a plain array", into: new Array(4000), error: TypeError, says: "Float32Array" },
  { what: "a buffer", into: new ArrayBuffer(16_000), error: TypeError, says: "Float32Array" },
  { what: "null", into: null, error: TypeError, says: "Float32Array" },
  { what: "detached", into: detached(), error: RangeError, says: "it is detached" },
  { what: "shrunk", into: shrunk(), error: RangeError, says: "an array of 10 samples" },
];

for (const { what, into, error, says } of BAD_INTOS) {
  Deno.test(`snapshot refuses an into that is ${what}, and nothing is lost`, async () => {
    await using ring = await openFilled();
    assertThrows(() => ring.snapshot({ into }), error, says);
    checkUnharmed(ring);
  });
}

Deno.test("an into that is detached or resized by the options themselves is refused", async () => {
  await using ring = await openFilled();
  const into = new Float32Array(4000);
  const detaching = {
    into,
    get seconds() {
      into.buffer.transfer();
      return 0.25;
    },
  };
  assertThrows(() => ring.snapshot(detaching), RangeError, "detached");
  const buffer = new ArrayBuffer(16_000, { maxByteLength: 32_000 });
  const shrinking = {
    into: new Float32Array(buffer),
    get seconds() {
      buffer.resize(8);
      return 0.25;
    },
  };
  assertThrows(() => ring.snapshot(shrinking), RangeError, "an array of 2 samples");
  checkUnharmed(ring);
});

Deno.test("an into that lies about its length is not believed", async () => {
  class Liar extends Float32Array {
    override get length() {
      return 1_000_000;
    }
  }
  await using ring = await openFilled();
  assertThrows(() => ring.snapshot({ into: new Liar(10) }), RangeError, "an array of 10 samples");
  ring.push(new Liar(2));
  assertEquals(ring.stats().writtenFrames, 5001);
  const hollow = Object.create(Float32Array.prototype);
  assertThrows(() => ring.snapshot({ into: hollow }), TypeError);
  assertThrows(() => ring.push(hollow), TypeError);
  const disguised = Object.setPrototypeOf(new Int16Array(4000), Float32Array.prototype);
  assertThrows(() => ring.snapshot({ into: disguised }), RangeError, "an array of 2000 samples");
});

Deno.test("options that close the ring while they are read get the error of a closed one", async () => {
  for (const read of ["snapshot", "peek"] as const) {
    const ring = await openFilled();
    const closing = {
      get seconds() {
        ring.close();
        return 0.1;
      },
    };
    assertThrows(
      () => read === "peek" ? ring.peek(closing, () => {}) : ring.snapshot(closing),
      MicRingError,
      "the ring is closed",
    );
    await ring.close();
  }
});

Deno.test("an into may be longer, unaligned, resizable or shared", async () => {
  await using ring = await openFilled();
  const expected = signal("f32", 2, 3000, 5000);
  const intos = [
    new Float32Array(5000),
    new Float32Array(new ArrayBuffer(16_004), 4),
    new Float32Array(new ArrayBuffer(16_000, { maxByteLength: 32_000 })),
    new Float32Array(new SharedArrayBuffer(16_000)),
  ];
  for (const into of intos) {
    const { samples } = ring.snapshot({ into });
    assertEquals(samples.buffer, into.buffer);
    assertEquals(difference(samples, expected), undefined);
    assertEquals(difference(into.subarray(0, 4000), expected), undefined);
  }
});

Deno.test("push refuses what is no whole number of frames of its format, and nothing is lost", async () => {
  await using ring = await openFilled();
  assertThrows(() => ring.push(new Float32Array(3)), RangeError, "3 samples: a frame has 2");
  assertThrows(() => ring.push(new Int16Array(2) as Anything), TypeError, "Float32Array");
  assertThrows(() => ring.push([0, 0] as Anything), TypeError, "Float32Array");
  assertThrows(() => ring.push(undefined as Anything), TypeError, "Float32Array");
  ring.push(detached());
  checkUnharmed(ring);
});

Deno.test("only a pushed ring can be pushed", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: sequence() });
  const error = assertThrows(() => ring.push(new Float32Array(1)), MicRingError, "push()");
  assertEquals((error as MicRingError).code, "not-push");
  const { samples, startFrame } = ring.snapshot();
  assert(samples.every((sample, i) => sample === startFrame + i));
});

Deno.test("peek refuses what is no function, and one that is async", async () => {
  await using ring = await openFilled();
  assertThrows(() => ring.peek({}, undefined as Anything), TypeError, "not a function");
  assertThrows(() => ring.peek({}, async () => {}), TypeError, "async");
  checkUnharmed(ring);
});

Deno.test("a list of devices by an unknown backend or option is refused", async () => {
  await assertRejects(() => MicRing.devices({ backend: "asio" as Anything }), TypeError, "asio");
  await assertRejects(() => MicRing.devices({ all: true } as Anything), TypeError, "all");
});

Deno.test("what is no listener is refused", async () => {
  await using ring = await openFilled();
  for (const listener of [1, "print", true]) {
    assertThrows(
      () => ring.addEventListener("state", listener as Anything),
      TypeError,
      "neither a function nor an object",
    );
  }
});

Deno.test("after close every use says so, and closing again changes nothing", async () => {
  const ring = await openFilled();
  const before = ring.snapshot();
  const closing = ring.close();
  assertEquals(ring.closed, true);
  const uses: [string, () => unknown][] = [
    ["snapshot", () => ring.snapshot()],
    ["peek at", () => ring.peek({}, () => {})],
    ["push", () => ring.push(new Float32Array(2))],
    ["read the stats", () => ring.stats()],
    ["tell the frame of now", () => ring.now()],
    ["tell the frame at a time", () => ring.frameAt(0)],
    ["tell the time of a frame", () => ring.timeAt(0)],
  ];
  for (const [action, use] of uses) {
    const error = assertThrows(use, MicRingError, `Cannot ${action}: the ring is closed`);
    assertEquals((error as MicRingError).code, "closed");
  }
  for (const control of ["pause", "resume", "wipe"] as const) {
    const message = `Cannot ${control}: the ring is closed`;
    await assertRejects(() => ring[control](), MicRingError, message);
  }
  await Promise.all([closing, ring.close(), ring.close(), ring[Symbol.asyncDispose]()]);
  await ring.close();
  await ring.finished();
  assertThrows(() => ring.snapshot(), MicRingError, "closed");
  assertEquals(difference(before.samples, signal("f32", 2, 3000, 5000)), undefined);
  assertEquals([ring.seconds, ring.channels, ring.sampleRate], [0.25, 2, 8000]);
  assertEquals([ring.state, ring.reason, ring.device], ["closed", undefined, undefined]);
  ring.addEventListener("state", () => {});
});

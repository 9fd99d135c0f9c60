import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  file,
  MicRing,
  MicRingError,
  microphone,
  type OpenOptions,
  push,
  type RangeOptions,
  sequence,
  type SnapshotOptions,
  tone,
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

interface BadOpen extends Refusal {
  readonly options: Anything;
}

const BAD_OPENS: BadOpen[] = [
  { what: "no options", options: undefined, error: TypeError, says: "not an object" },
  { what: "null options", options: null, error: TypeError, says: "not an object" },
  { what: "a number", options: 2, error: TypeError, says: "not an object" },
  { what: "no seconds", options: {}, error: TypeError, says: "seconds is undefined" },
  { what: "seconds as text", options: { seconds: "2" }, error: TypeError, says: 'seconds is "2"' },
  { what: "0 seconds", options: { seconds: 0 }, error: RangeError, says: "seconds is 0" },
  { what: "-1 seconds", options: { seconds: -1 }, error: RangeError, says: "seconds is -1" },
  { what: "NaN seconds", options: { seconds: NaN }, error: RangeError, says: "seconds is NaN" },
  {
    what: "infinite seconds",
    options: { seconds: Infinity },
    error: RangeError,
    says: "seconds is Infinity",
  },
  {
    what: "seconds that the machine has no memory for",
    options: { seconds: 1e9 },
    error: RangeError,
    says: "GB",
  },
  {
    what: "seconds beyond all counting",
    options: { seconds: 1e300 },
    error: RangeError,
    says: "GB",
  },
  {
    what: "seconds shorter than a frame",
    options: { seconds: 1e-9 },
    error: RangeError,
    says: "less than one frame at 48000 Hz",
  },
  {
    what: "an unknown option",
    options: { seconds: 1, secs: 1 },
    error: TypeError,
    says: 'no option "secs"',
  },
  {
    what: "an unknown format",
    options: { seconds: 1, format: "u8" },
    error: TypeError,
    says: 'format is "u8"',
  },
  {
    what: "an unknown backend",
    options: { seconds: 1, source: undefined, backend: "asio" },
    error: TypeError,
    says: 'backend is "asio"',
  },
  { what: "0 channels", options: { seconds: 1, channels: 0 }, error: RangeError, says: "from 1" },
  {
    what: "1000 channels",
    options: { seconds: 1, channels: 1000 },
    error: RangeError,
    says: "to 254",
  },
  {
    what: "1.5 channels",
    options: { seconds: 1, channels: 1.5 },
    error: RangeError,
    says: "a whole number",
  },
  {
    what: "a sample rate of 0",
    options: { seconds: 1, sampleRate: 0 },
    error: RangeError,
    says: "from 8000",
  },
  {
    what: "a sample rate of 2^33",
    options: { seconds: 1, sampleRate: 2 ** 33 },
    error: RangeError,
    says: "to 384000",
  },
  {
    what: "a sample rate as a bigint",
    options: { seconds: 1, sampleRate: 48000n },
    error: TypeError,
    says: "not a number",
  },
  {
    what: "a period of 0",
    options: { seconds: 1, source: undefined, periodMs: 0 },
    error: RangeError,
    says: "periodMs is 0",
  },
  {
    what: "a source that is none",
    options: { seconds: 1, source: "tone" },
    error: TypeError,
    says: 'source is "tone"',
  },
  {
    what: "a source made by hand",
    options: { seconds: 1, source: { settings: { kind: "push" } } },
    error: TypeError,
    says: "make one with tone()",
  },
  {
    what: "an empty device",
    options: { seconds: 1, source: microphone(), device: "" },
    error: TypeError,
    says: "device is empty",
  },
  {
    what: "a device with a NUL in it",
    options: { seconds: 1, source: microphone(), device: "a\0b" },
    error: TypeError,
    says: "NUL",
  },
  {
    what: "a device of a wrong type",
    options: { seconds: 1, source: microphone(), device: 3 },
    error: TypeError,
    says: "device is 3",
  },
  {
    what: "a device for a tone",
    options: { seconds: 1, source: tone(), device: "USB" },
    error: TypeError,
    says: "device is for the microphone",
  },
  {
    what: "a period for a pushed ring",
    options: { seconds: 1, periodMs: 10 },
    error: TypeError,
    says: "periodMs is for the microphone",
  },
  {
    what: "a tone above half the sample rate",
    options: { seconds: 1, source: tone({ frequency: 8000 }), sampleRate: 16_000 },
    error: RangeError,
    says: "below 8000",
  },
  {
    what: "a device that nobody has",
    options: { seconds: 1, source: microphone(), device: "null:17" },
    error: MicRingError,
    says: "no such device",
  },
];

for (const { what, options, error, says } of BAD_OPENS) {
  Deno.test(`open refuses ${what}`, async () => {
    const source = options !== null && typeof options === "object" && !("source" in options);
    const given = source ? { source: push(), ...options } : options;
    await assertRejects(() => MicRing.open(given), error, says);
  });
}

Deno.test("open of what this machine has not says which device and what to do", async () => {
  const error = await assertRejects(
    () => MicRing.open({ seconds: 1, device: "null:17" }),
    MicRingError,
    "MicRing.devices()",
  );
  assertEquals((error as MicRingError).code, "device-not-found");
});

const BAD_SOURCES: (Refusal & { make: () => unknown })[] = [
  { what: "a tone of 0 Hz", make: () => tone({ frequency: 0 }), error: RangeError, says: "is 0" },
  {
    what: "a tone of NaN Hz",
    make: () => tone({ frequency: NaN }),
    error: RangeError,
    says: "is NaN",
  },
  {
    what: "a tone above full scale",
    make: () => tone({ levelDbfs: 1 }),
    error: RangeError,
    says: "levelDbfs is 1",
  },
  {
    what: "a tone by a word",
    make: () => tone({ frequency: "a" as Anything }),
    error: TypeError,
    says: 'is "a"',
  },
  {
    what: "a tone with a slip of the pen",
    make: () => tone({ freq: 1 } as Anything),
    error: TypeError,
    says: 'no option "freq"',
  },
  { what: "no speed", make: () => sequence({ speed: 0 }), error: RangeError, says: "speed is 0" },
  {
    what: "endless speed",
    make: () => sequence({ speed: Infinity }),
    error: RangeError,
    says: "Infinity",
  },
  { what: "a file of no name", make: () => file(""), error: TypeError, says: "empty" },
  { what: "a file by number", make: () => file(1 as Anything), error: TypeError, says: "is 1" },
  { what: "a file with a NUL", make: () => file("a\0.wav"), error: TypeError, says: "NUL" },
  {
    what: "a file on the web",
    make: () => file(new URL("https://example.org/a.wav")),
    error: TypeError,
    says: "no file: URL",
  },
  {
    what: "a loop that is no yes or no",
    make: () => file("a.wav", { loop: 1 as Anything }),
    error: TypeError,
    says: "loop is 1",
  },
];

for (const { what, make, error, says } of BAD_SOURCES) {
  Deno.test(`no source is made of ${what}`, () => {
    assertThrows(make, error, says);
  });
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
    assertThrows(() => ring.snapshot(options as SnapshotOptions), error, says);
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
});

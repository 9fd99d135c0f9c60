import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { file, MicRing, MicRingError, microphone, push, sequence, tone } from "../mod.ts";

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

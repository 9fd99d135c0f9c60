import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MicRing, MicRingError, push } from "../mod.ts";
import { difference, signal } from "./_signal.ts";

/** Whatever JavaScript may pass, whatever the types say. */
// deno-lint-ignore no-explicit-any
type Anything = any;

interface Refusal {
  readonly what: string;
  readonly options: Anything;
  readonly error: new (...parts: Anything[]) => Error;
  readonly says: string;
}

const REASON = new Error("aborted long ago");

/** A ring of 2000 frames, full. */
async function openFilled(): Promise<MicRing<"f32">> {
  const ring = await MicRing.open({ seconds: 0.25, source: push(), sampleRate: 8000 });
  ring.push(signal("f32", 1, 0, 5000));
  return ring;
}

/** Nothing was lost, and it can be read on. */
async function checkUnharmed(ring: MicRing<"f32">): Promise<void> {
  const { value } = await ring.blocks({ seconds: 0.1, from: 4000 }).next();
  assertEquals(difference(value.samples, signal("f32", 1, 4000, 4800)), undefined);
}

const OF_BOTH: Refusal[] = [
  { what: "no options", options: null, error: TypeError, says: "the options are null" },
  { what: "an option misspelt", options: { second: 1 }, error: TypeError, says: '"second"' },
  { what: "no signal", options: { signal: {} }, error: TypeError, says: "not an AbortSignal" },
  {
    what: "a signal that is aborted already",
    options: { signal: AbortSignal.abort(REASON) },
    error: Error,
    says: "aborted long ago",
  },
];

const BAD_BLOCKS: Refusal[] = [
  ...OF_BOTH,
  { what: "a block of 0 s", options: { seconds: 0 }, error: RangeError, says: "seconds is 0" },
  { what: "a negative block", options: { seconds: -1 }, error: RangeError, says: "seconds is -1" },
  { what: "a block of NaN", options: { seconds: NaN }, error: RangeError, says: "is NaN" },
  { what: "a block in words", options: { seconds: "1" }, error: TypeError, says: 'is "1"' },
  {
    what: "a block longer than the ring",
    options: { seconds: 0.3 },
    error: RangeError,
    says: "0.3 s: the ring holds 0.25 s",
  },
  {
    what: "a block shorter than a frame",
    options: { seconds: 1e-5 },
    error: RangeError,
    says: "less than one frame",
  },
  { what: "a negative frame", options: { from: -1 }, error: RangeError, says: "from is -1" },
  { what: "half a frame", options: { from: 0.5 }, error: RangeError, says: "whole number" },
  { what: "a frame in words", options: { from: "0" }, error: TypeError, says: 'from is "0"' },
  { what: "a negative past", options: { past: -1 }, error: RangeError, says: "past is -1" },
  { what: "a past of NaN", options: { past: NaN }, error: RangeError, says: "past is NaN" },
  {
    what: "a past further back than the ring goes",
    options: { past: 0.3 },
    error: RangeError,
    says: "from 0 to 0.25",
  },
  {
    what: "two beginnings",
    options: { from: 0, past: 0.1 },
    error: TypeError,
    says: "one too many",
  },
];

const BAD_CLIPS: Refusal[] = [
  ...OF_BOTH,
  { what: "a negative pre-roll", options: { before: -1 }, error: RangeError, says: "before is -1" },
  { what: "a negative post-roll", options: { after: -1 }, error: RangeError, says: "after is -1" },
  { what: "a pre-roll of NaN", options: { before: NaN }, error: RangeError, says: "is NaN" },
  { what: "a post-roll in words", options: { after: "1" }, error: TypeError, says: 'is "1"' },
  { what: "no roll at all", options: {}, error: RangeError, says: "less than one frame" },
  {
    what: "rolls that together are longer than the ring",
    options: { before: 0.2, after: 0.1 },
    error: RangeError,
    says: "of 0.2 s before and 0.1 s after: the ring holds 0.25 s",
  },
  {
    what: "a pre-roll longer than the ring",
    options: { before: 1 },
    error: RangeError,
    says: "from 0 to 0.25",
  },
  {
    what: "a negative instant",
    options: { at: -1, after: 0.1 },
    error: RangeError,
    says: "at is -1",
  },
  {
    what: "a time as a number of milliseconds",
    options: { at: 1e12 + 0.5, after: 0.1 },
    error: RangeError,
    says: "whole number",
  },
  {
    what: "an instant in words",
    options: { at: "now", after: 0.1 },
    error: TypeError,
    says: 'at is "now", neither a Date nor',
  },
  {
    what: "an invalid Date",
    options: { at: new Date(NaN), after: 0.1 },
    error: RangeError,
    says: "invalid Date",
  },
];

Deno.test("blocks, streams and listeners of a kind that cannot be are refused at the door", async () => {
  await using ring = await openFilled();
  for (const { what, options, error, says } of BAD_BLOCKS) {
    assertThrows(() => ring.blocks(options), error, says, what);
    assertThrows(() => ring.readable(options), error, says, what);
    assertThrows(() => ring.listen(() => {}, options), error, says, what);
  }
  for (const listener of [undefined, null, {}, "listener"] as Anything[]) {
    assertThrows(() => ring.listen(listener), TypeError, "Cannot listen: the listener is ");
  }
  await checkUnharmed(ring);
});

Deno.test("clips of a kind that cannot be are refused", async () => {
  await using ring = await openFilled();
  for (const { what, options, error, says } of BAD_CLIPS) {
    await assertRejects(() => ring.clip(options), error, says, what);
  }
  await checkUnharmed(ring);
});

Deno.test("the reason of a signal that was aborted before is thrown as it is", async () => {
  await using ring = await openFilled();
  const options = { signal: AbortSignal.abort(REASON) };
  for (const call of [() => ring.blocks(options), () => ring.readable(options)]) {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    assert(thrown === REASON);
  }
});

Deno.test("of a closed ring there is nothing to come", async () => {
  const ring = await openFilled();
  await ring.close();
  for (const call of [() => ring.blocks(), () => ring.readable(), () => ring.listen(() => {})]) {
    const error = assertThrows(call, MicRingError, "the ring is closed");
    assertEquals((error as MicRingError).code, "closed");
  }
  await assertRejects(() => ring.clip({ after: 0.1 }), MicRingError, "the ring is closed");
});

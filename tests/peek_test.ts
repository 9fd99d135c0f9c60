import { assert, assertEquals, assertThrows } from "@std/assert";
import { MicRing, MicRingError, push, sequence } from "../mod.ts";
import { difference, signal } from "./_signal.ts";
import { until } from "./_wait.ts";

function openPush(): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds: 0.25, source: push(), sampleRate: 8000 });
}

Deno.test("peek shows the ring's memory itself, and returns what the function returned", async () => {
  await using ring = await openPush();
  ring.push(signal("f32", 1, 0, 6000));
  const result = ring.peek({ seconds: 0.1 }, (samples, span) => {
    assertEquals(span, { startFrame: 5200, endFrame: 6000 });
    assertEquals(difference(samples, signal("f32", 1, 5200, 6000)), undefined);
    assertEquals(samples.buffer.byteLength, ring.stats().memoryBytes);
    return "what it returned";
  });
  assertEquals(result, "what it returned");
});

Deno.test("a function that is overtaken is told so, and its answer is thrown away", async () => {
  await using ring = await openPush();
  ring.push(signal("f32", 1, 0, 4000));
  const { capacityFrames } = ring.stats();
  // The headroom more is still in time, one frame beyond it is too late.
  const spare = capacityFrames - ring.frames;
  const kept = ring.peek({}, (samples) => {
    ring.push(signal("f32", 1, 4000, 4000 + spare));
    return samples[0];
  });
  assertEquals(kept, signal("f32", 1, 2000, 2001)[0]);
  const error = assertThrows(
    () =>
      ring.peek({}, (samples) => {
        ring.push(signal("f32", 1, 4000 + spare, 4000 + 2 * spare + 1));
        return samples[0];
      }),
    MicRingError,
    "overwritten before the function returned",
  );
  assertEquals((error as MicRingError).code, "overtaken");
});

Deno.test("a function slower than the source is told so", async () => {
  await using ring = await MicRing.open({ seconds: 0.1, source: sequence({ speed: 100 }) });
  await until("a full ring", () => ring.stats().writtenFrames > ring.frames);
  const { capacityFrames } = ring.stats();
  const error = assertThrows(() =>
    ring.peek({}, (_, { endFrame }) => {
      while (ring.stats().writtenFrames < endFrame + capacityFrames);
    }), MicRingError);
  assertEquals((error as MicRingError).code, "overtaken");
});

Deno.test("a function that throws throws", async () => {
  await using ring = await openPush();
  assertThrows(
    () =>
      ring.peek({}, () => {
        throw new SyntaxError("its own");
      }),
    SyntaxError,
    "its own",
  );
});

Deno.test("a view kept past close is empty, and so is one taken by a function that closes", async () => {
  const ring = await openPush();
  ring.push(signal("f32", 1, 0, 4000));
  const kept = ring.peek({}, (samples) => samples);
  assertEquals(kept.length, 2000);
  assertThrows(
    () =>
      ring.peek({}, (samples) => {
        ring.close();
        assertEquals(samples.length, 0);
      }),
    MicRingError,
    "closed",
  );
  await ring.close();
  assertEquals([kept.length, kept[0], kept.byteLength], [0, undefined, 0]);
  kept[0] = 1;
  assertEquals(kept.buffer.byteLength, 0);
});

Deno.test("a view whose buffer was transferred harms neither the ring nor its new owner", async () => {
  const ring = await openPush();
  ring.push(signal("f32", 1, 0, 4000));
  const taken = ring.peek({}, (samples) => {
    const buffer = samples.buffer as ArrayBuffer;
    return structuredClone(buffer, { transfer: [buffer] });
  });
  const { capacityFrames } = ring.stats();
  const again = ring.peek({}, (samples) => samples.slice());
  assertEquals(difference(again, signal("f32", 1, 2000, 4000)), undefined);
  await ring.close();
  // The memory is now the new owner's: no other ring gets it, and reading it finds it unchanged.
  await using other = await openPush();
  other.push(signal("f32", 1, 50_000, 59_000));
  const expected = signal("f32", 1, 0, capacityFrames);
  assert(difference(new Float32Array(taken, 0, 4000), expected.subarray(0, 4000)) === undefined);
});

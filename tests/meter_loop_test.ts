import { assertEquals, assertThrows } from "@std/assert";
import { MicRingError } from "../ffi/errors.ts";
import type { MeterReading } from "../ffi/meter.ts";
import { openMeter } from "../ffi/ring_meter.ts";
import { FakeFeed } from "./_fake_feed.ts";

Deno.test("a loop has a reading every so often, and leaves the meter as it is", async () => {
  const feed = new FakeFeed();
  const meter = openMeter(feed, { every: 0.05 });
  const ends: number[] = [];
  setTimeout(() => feed.write(new Float32Array(49).fill(0.5)));
  setTimeout(() => feed.write(new Float32Array(1).fill(1)));
  setTimeout(() => feed.write(new Float32Array(120).fill(0.5)));
  for await (const reading of meter) {
    ends.push(reading.endFrame);
    assertEquals(reading.clipped, ends.length === 1 ? 1 : 0);
    if (ends.length === 2) {
      // The next is due fifty frames after this one, late as it is.
      setTimeout(() => feed.write(new Float32Array(49)));
      setTimeout(() => feed.write(new Float32Array(1)));
    }
    if (ends.length === 3) break;
  }
  assertEquals(ends, [50, 170, 220]);
  assertEquals(feed.waiting, 0);
  feed.write(new Float32Array(10).fill(1));
  assertEquals(meter.read().clipped, 10);
});

Deno.test("two loops have their own pace", async () => {
  const feed = new FakeFeed();
  const meter = openMeter(feed, { every: 0.1 });
  const [first, second] = [meter[Symbol.asyncIterator](), meter[Symbol.asyncIterator]()];
  const ends = async (readings: AsyncIterator<MeterReading, unknown>) => {
    const { value } = await readings.next();
    return (value as MeterReading).endFrame;
  };
  const early = ends(first);
  feed.write(new Float32Array(100));
  assertEquals(await early, 100);
  const both = [ends(first), ends(second)];
  feed.write(new Float32Array(60));
  assertEquals(await both[1], 160);
  feed.write(new Float32Array(40));
  assertEquals(await both[0], 200);
  await Promise.all([first.return!(), second.return!()]);
  assertEquals(feed.waiting, 0);
});

Deno.test("a loop ends with its source, and has the rest of it", async () => {
  const feed = new FakeFeed();
  const meter = openMeter(feed, {});
  feed.write(new Float32Array(70));
  const loop = meter[Symbol.asyncIterator]();
  assertEquals(((await loop.next()).value as MeterReading).endFrame, 70);
  feed.write(new Float32Array(20));
  feed.end();
  assertEquals(((await loop.next()).value as MeterReading).endFrame, 90);
  assertEquals((await loop.next()).done, true);
  assertEquals((await Array.fromAsync(meter)).length, 0);
  assertEquals(meter.read().endFrame, 90);
});

Deno.test("a loop ends with its signal, its meter and its ring", async () => {
  const aborting = new AbortController();
  const feed = new FakeFeed();
  const aborted = openMeter(feed, { signal: aborting.signal });
  const disposed = openMeter(feed, {});
  const closed = openMeter(feed, {});
  const loops = [aborted, disposed, closed].map((meter) => Array.fromAsync(meter));
  await Promise.resolve();
  assertEquals(feed.waiting, 3);
  aborting.abort();
  assertEquals([await loops[0], feed.waiting], [[], 2]);
  assertEquals(await Array.fromAsync(aborted), []);
  assertEquals(aborted.read().endFrame, 0);
  disposed[Symbol.dispose]();
  assertEquals([await loops[1], feed.waiting], [[], 1]);
  assertEquals(await Array.fromAsync(disposed), []);
  assertThrows(() => disposed.read(), MicRingError, "Cannot read the meter: it is disposed of");
  feed.close();
  assertEquals([await loops[2], feed.waiting], [[], 0]);
  assertThrows(() => closed.read(), MicRingError, "Cannot read the meter: the ring is closed");
  closed.reset();
  disposed.reset();
});

Deno.test("nobody waits for a meter that is only read", () => {
  const feed = new FakeFeed();
  const meter = openMeter(feed, {});
  feed.write(new Float32Array(100));
  meter.read();
  assertEquals(feed.waiting, 0);
});

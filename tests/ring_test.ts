import { assert, assertEquals, assertRejects } from "@std/assert";
import { planOpen } from "../ffi/open_options.ts";
import { openRecorder } from "../ffi/open_recorder.ts";
import { MicRing, push, type SampleFormat, sequence, type Snapshot } from "../mod.ts";
import { difference, signal } from "./_signal.ts";

const SAMPLE_RATE = 8000;
const SECONDS = 0.25;

interface Shape {
  readonly format: SampleFormat;
  readonly channels: number;
}

const SHAPES: Shape[] = (["f32", "s16"] as const).flatMap((format) =>
  [1, 2, 8].map((channels) => ({ format, channels }))
);

function openPush({ format, channels }: Shape): Promise<MicRing> {
  return MicRing.open({
    seconds: SECONDS,
    source: push(),
    sampleRate: SAMPLE_RATE,
    channels,
    format,
  });
}

function pushSignal(ring: MicRing, from: number, to: number): void {
  ring.push(signal(ring.format, ring.channels, from, to));
}

function check(snapshot: Snapshot, from: number, to: number): void {
  assertEquals([snapshot.startFrame, snapshot.endFrame, snapshot.frames], [from, to, to - from]);
  const expected = signal(snapshot.format, snapshot.channels, from, to);
  assertEquals(difference(snapshot.samples, expected), undefined);
}

/** Every way to ask for what the ring should hold when `written` frames are in. */
function checkAll(ring: MicRing, written: number): void {
  const { capacityFrames, writtenFrames, oldestFrame } = ring.stats();
  assertEquals(writtenFrames, written);
  const oldest = Math.max(0, written - capacityFrames);
  assertEquals(oldestFrame, oldest);
  check(ring.snapshot(), Math.max(0, written - ring.frames), written);
  check(ring.snapshot({ from: oldest, to: written }), oldest, written);
  check(ring.snapshot({ from: oldest, to: oldest + 1 }), oldest, oldest + 1);
  check(ring.snapshot({ from: written - 1 }), written - 1, written);
  check(ring.snapshot({ seconds: 1 / SAMPLE_RATE }), written - 1, written);
  const into = signal(ring.format, ring.channels, 0, ring.frames + 3);
  check(ring.snapshot({ into }), Math.max(0, written - ring.frames), written);
  ring.peek({ from: oldest, to: written }, (samples, span) => {
    assertEquals(span, { startFrame: oldest, endFrame: written });
    const expected = signal(ring.format, ring.channels, oldest, written);
    assertEquals(difference(samples, expected), undefined);
  });
}

for (const shape of SHAPES) {
  for (const block of [1, 997, 4000, 9001]) {
    const name = `push ${shape.format}, ${shape.channels} channels, blocks of ${block}`;
    Deno.test(`${name}: every sample of every window`, async () => {
      await using ring = await openPush(shape);
      const { capacityFrames } = ring.stats();
      assertEquals(ring.frames, SECONDS * SAMPLE_RATE);
      assert(capacityFrames > ring.frames);
      let written = 0;
      // Through the empty ring, the first wrap, the second, and always at an odd place.
      const stops = [
        1,
        ring.frames - 1,
        ring.frames,
        capacityFrames,
        capacityFrames + 1,
        2 * capacityFrames,
        2 * capacityFrames + 1237,
      ];
      for (const stop of stops) {
        while (written < stop) {
          const next = block === 1 ? written + 1 : Math.min(written + block, stop + block);
          pushSignal(ring, written, next);
          written = next;
        }
        checkAll(ring, written);
      }
    });
  }
}

for (const shape of SHAPES) {
  Deno.test(`sequence ${shape.format}, ${shape.channels} channels: every sample is its frame`, async () => {
    await using ring = await MicRing.open({
      seconds: 0.5,
      source: sequence({ speed: 40 }),
      ...shape,
    });
    const period = shape.format === "s16" ? 2 ** 15 : 2 ** 24;
    let newest = 0;
    // Far past the first wrap, with the source writing all the while.
    while (newest < 2.5 * ring.stats().capacityFrames) {
      for (const seconds of [undefined, 0.1, 1 / ring.sampleRate]) {
        const snapshot = ring.snapshot({ seconds });
        const { samples, startFrame, endFrame, channels } = snapshot;
        const wrong = samples.findIndex((sample: number, i: number) =>
          sample !== (startFrame + Math.floor(i / channels)) % period
        );
        assertEquals(wrong, -1, `frame ${startFrame} + ${wrong} / ${channels}`);
        assert(endFrame >= newest);
        newest = endFrame;
        if (newest >= ring.frames && seconds === undefined) {
          assertEquals(snapshot.frames, ring.frames);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
}

Deno.test("a snapshot of a ring that is not full yet begins with the first frame", async () => {
  await using ring = await MicRing.open({ seconds: 100, source: sequence({ speed: 100 }) });
  let taken = 0;
  while (ring.stats().writtenFrames < ring.frames / 2) {
    const { startFrame } = ring.snapshot();
    assertEquals(startFrame, 0, `after ${taken} snapshots`);
    taken++;
  }
  assert(taken > 10);
});

Deno.test("two seconds asked, two seconds got, half a second after the wrap", async () => {
  await using ring = await MicRing.open({ seconds: 2, source: push(), sampleRate: 48_000 });
  for (let frame = 0; frame < 120_000; frame += 480) pushSignal(ring, frame, frame + 480);
  check(ring.snapshot(), 24_000, 120_000);
  assertEquals(ring.snapshot().seconds, 2);
});

Deno.test("two seconds asked, two seconds got, in stereo", async () => {
  const options = { seconds: 2, source: push(), sampleRate: 48_000, channels: 2 };
  await using ring = await MicRing.open(options);
  for (let frame = 0; frame < 120_000; frame += 480) pushSignal(ring, frame, frame + 480);
  const snapshot = ring.snapshot();
  check(snapshot, 24_000, 120_000);
  assertEquals([snapshot.seconds, snapshot.samples.length], [2, 192_000]);
});

Deno.test("two seconds asked, two seconds got, from one block larger than the ring", async () => {
  await using ring = await MicRing.open({ seconds: 2, source: push(), sampleRate: 48_000 });
  pushSignal(ring, 0, 200_000);
  check(ring.snapshot(), 104_000, 200_000);
});

Deno.test("before the first frame a pushed ring has an empty snapshot, and less is data", async () => {
  await using ring = await openPush({ format: "f32", channels: 2 });
  const empty = ring.snapshot();
  assertEquals([empty.frames, empty.startFrame, empty.samples.length], [0, 0, 0]);
  assertEquals(empty.level(), { peakDbfs: -Infinity, rmsDbfs: -Infinity });
  assertEquals(ring.peek({}, (samples) => samples.length), 0);
  ring.push(new Float32Array(0));
  assertEquals(ring.snapshot().frames, 0);
  pushSignal(ring, 0, 5);
  check(ring.snapshot({ seconds: 0.1 }), 0, 5);
});

Deno.test("a snapshot stays as it was while the ring goes on, unless it is taken into an array", async () => {
  await using ring = await openPush({ format: "f32", channels: 1 });
  pushSignal(ring, 0, 3000);
  const own = ring.snapshot();
  const into = new Float32Array(ring.frames);
  const reused = ring.snapshot({ into });
  assertEquals(reused.samples.buffer, into.buffer);
  pushSignal(ring, 3000, 50_000);
  ring.snapshot({ into });
  check(own, 1000, 3000);
  assertEquals(difference(reused.samples, signal("f32", 1, 48_000, 50_000)), undefined);
});

Deno.test("two rings of one source description are two rings", async () => {
  const source = push();
  await using one = await MicRing.open({ seconds: 0.1, source });
  await using other = await MicRing.open({ seconds: 0.1, source });
  pushSignal(one, 0, 100);
  assertEquals([one.snapshot().frames, other.snapshot().frames], [100, 0]);
});

Deno.test("a ring tells what it is", async () => {
  await using ring = await MicRing.open({
    seconds: 1.5,
    source: sequence(),
    sampleRate: 16_000,
    channels: 2,
    format: "s16",
  });
  assertEquals(
    [ring.seconds, ring.frames, ring.sampleRate, ring.channels, ring.format, ring.device],
    [1.5, 24_000, 16_000, 2, "s16", undefined],
  );
  const { capacityFrames, memoryBytes } = ring.stats();
  assertEquals(memoryBytes, 2 * capacityFrames * 2 * 2);
});

Deno.test("a copy that comes too late is thrown away, and counted", async () => {
  const plan = planOpen({ seconds: 0.1, source: push() });
  const recorder = await openRecorder(plan);
  try {
    recorder.push(new Float32Array(recorder.capacityFrames), recorder.capacityFrames);
    assert(recorder.copy(0, 10, new Float32Array(10)) !== undefined);
    assertEquals(recorder.stats().retries, 0);
    recorder.push(new Float32Array(1), 1);
    assertEquals(recorder.copy(0, 10, new Float32Array(10)), undefined);
    assertEquals(recorder.stats().retries, 1);
  } finally {
    await recorder.close(Promise.resolve());
  }
});

Deno.test("a ring whose memory cannot be seen is closed again, and refused", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: sequence() });
  const view = Deno.UnsafePointerView as { getArrayBuffer: unknown };
  const { getArrayBuffer } = view;
  const bytes = () => Deno.memoryUsage().rss;
  const before = bytes();
  view.getArrayBuffer = () => {
    throw new RangeError("Array buffer allocation failed");
  };
  try {
    // 20 times 18 MB, all of it touched.
    for (let round = 0; round < 20; round++) {
      const opening = [
        () => MicRing.open({ seconds: 40, source: push() }),
        () => MicRing.attach(ring.share()),
      ];
      for (const open of opening) await assertRejects(open, RangeError, "allocation failed");
    }
  } finally {
    view.getArrayBuffer = getArrayBuffer;
  }
  const grown = (bytes() - before) / 2 ** 20;
  assert(grown < 100, `${grown} MB more`);
  assert(ring.snapshot().frames >= 0);
});

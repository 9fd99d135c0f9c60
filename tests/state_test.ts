import { assert, assertEquals } from "@std/assert";
import {
  file,
  GapEvent,
  MicRing,
  push,
  type RingState,
  sequence,
  StateEvent,
  tone,
} from "../mod.ts";
import { signal } from "./_signal.ts";
import { until } from "./_wait.ts";

type Told = [RingState, RingState];

function told(events: StateEvent[]): Told[] {
  return events.map(({ previous, state }) => [previous, state]);
}

/** What the listener is called with is kept. */
function hearStates(ring: MicRing): StateEvent[] {
  const events: StateEvent[] = [];
  ring.addEventListener("state", (event) => events.push(event));
  return events;
}

function hearGaps(ring: MicRing): GapEvent[] {
  const events: GapEvent[] = [];
  ring.addEventListener("gap", (event) => events.push(event));
  return events;
}

async function pauseFor(ring: MicRing, milliseconds: number): Promise<void> {
  await ring.pause();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  await ring.resume();
  const { writtenFrames } = ring.stats();
  await until("a frame", () => ring.stats().writtenFrames > writtenFrames);
}

/** Lets nobody's timer come: what is told is told by something else. */
function withoutTimers<T>(run: () => T): T {
  const { setInterval } = globalThis;
  globalThis.setInterval =
    ((callback: () => void) => setInterval(callback, 2 ** 31 - 1)) as typeof setInterval;
  try {
    return run();
  } finally {
    globalThis.setInterval = setInterval;
  }
}

Deno.test("a ring tells its state, by itself and when it is asked", async () => {
  const begin = Date.now();
  const ring = await MicRing.open({ seconds: 1, source: tone() });
  assertEquals([ring.state, ring.reason], ["running", undefined]);
  const events = hearStates(ring);
  await ring.pause();
  assertEquals([ring.state, ring.reason], ["paused", undefined]);
  await until("the pause is told", () => events.length > 0);
  await ring.resume();
  assertEquals(ring.state, "running");
  await until("the resumption is told", () => events.length > 1);
  const closing = ring.close();
  assertEquals([ring.state, ring.reason], ["closed", undefined]);
  assertEquals(told(events), [
    ["running", "paused"],
    ["paused", "running"],
    ["running", "closed"],
  ]);
  assert(events.every((event) => event instanceof StateEvent && event.type === "state"));
  assert(events.every((event) => event.target === ring && event.reason === undefined));
  // The wall clock may be set meanwhile: seconds, not milliseconds.
  const times = [begin - 2000, ...events.map((event) => event.time), Date.now() + 2000];
  assertEquals(times, times.toSorted((one, other) => one - other));
  await closing;
  assertEquals(events.length, 3);
});

Deno.test("what has happened before somebody listens is not told, and to who listens anew neither", async () => {
  await using ring = await MicRing.open({ seconds: 20, source: sequence({ speed: 10 }) });
  await pauseFor(ring, 1);
  const events: (StateEvent | GapEvent)[] = [];
  const listener = (event: StateEvent | GapEvent) => events.push(event);
  ring.addEventListener("state", listener);
  ring.addEventListener("gap", listener);
  await pauseFor(ring, 1);
  await until("all is told", () => events.length >= 3);
  ring.removeEventListener("state", listener);
  ring.removeEventListener("gap", listener);
  await pauseFor(ring, 1);
  ring.addEventListener("gap", listener);
  await pauseFor(ring, 1);
  await until("a gap is told", () => events.length >= 4);
  const { gaps } = ring.snapshot();
  assertEquals(gaps.length, 4);
  assertEquals(events.map(({ type }) => type), ["state", "state", "gap", "gap"]);
  const toldGaps = events.filter((event) => event instanceof GapEvent).map(({ gap }) => gap);
  assertEquals(toldGaps, [gaps[1], gaps[3]]);
});

Deno.test("a hundred pauses: each state and each gap is told, in order, once, and exactly", async () => {
  await using ring = await MicRing.open({ seconds: 100, source: sequence({ speed: 10 }) });
  const states = hearStates(ring);
  const gaps = hearGaps(ring);
  for (let round = 0; round < 100; round++) await pauseFor(ring, 1);
  await until("all is told", () => gaps.length >= 100 && states.length >= 200);
  const expected = Array.from({ length: 100 }, (): Told[] => [
    ["running", "paused"],
    ["paused", "running"],
  ]);
  assertEquals(told(states), expected.flat());
  const times = states.map((event) => event.time);
  assertEquals(times, times.toSorted((one, other) => one - other));
  const snapshot = ring.snapshot({ from: 0 });
  assertEquals(gaps.map(({ gap }) => gap), snapshot.gaps);
  assertEquals(ring.stats().gaps, 100);
  const silent = new Set<number>();
  for (const { gap, startTime, endTime } of gaps) {
    for (let frame = gap.startFrame; frame < gap.endFrame; frame++) silent.add(frame);
    // At ten times real time a frame takes a tenth.
    const length = (gap.endFrame - gap.startFrame) / (10 * ring.sampleRate);
    assert(Math.abs(endTime - startTime - 1000 * length) < 0.01, `${endTime - startTime} ms`);
    assert(Math.abs(startTime - ring.timeAt(gap.startFrame)) < 0.01);
  }
  const wrong = snapshot.samples.findIndex((sample, frame) =>
    sample !== (silent.has(frame) ? 0 : frame)
  );
  assertEquals(wrong, -1);
});

Deno.test("a gap that lasts when somebody begins to listen is told when it has ended", async () => {
  await using ring = await MicRing.open({ seconds: 10, source: sequence() });
  await ring.pause();
  const events = hearGaps(ring);
  await new Promise((resolve) => setTimeout(resolve, 250));
  assertEquals(events.length, 0);
  await ring.resume();
  await until("the gap is told", () => events.length > 0);
  assertEquals(events.map(({ gap }) => gap), ring.snapshot({ from: 0 }).gaps);
});

Deno.test("closing tells what is pending, to listeners that may still use the ring", async () => {
  const ring = await MicRing.open({ seconds: 10, source: sequence() });
  const seen: unknown[] = [];
  withoutTimers(() => {
    ring.addEventListener("state", ({ state }) => seen.push([state, ring.closed]));
    ring.addEventListener("gap", ({ gap }) => {
      const { samples } = ring.snapshot({ from: gap.startFrame, to: gap.endFrame });
      seen.push(samples.every((sample) => sample === 0));
    });
  });
  await pauseFor(ring, 1);
  assertEquals(seen, []);
  const closing = ring.close();
  const all = [["paused", false], ["running", false], true, ["closed", true]];
  assertEquals(seen, all);
  await closing;
  await ring.close();
  assertEquals(seen, all);
});

Deno.test("a listener that closes the ring: the others are told the rest, once", async () => {
  const ring = await MicRing.open({ seconds: 10, source: sequence() });
  withoutTimers(() => ring.addEventListener("state", () => void ring.close()));
  const events = hearStates(ring);
  const gaps = hearGaps(ring);
  await pauseFor(ring, 1);
  await pauseFor(ring, 1);
  await ring.close();
  assertEquals(new Set(events.map(({ state }) => state)), new Set(["paused", "running", "closed"]));
  assertEquals([events.length, gaps.length], [5, 2]);
});

Deno.test("of more changes than are remembered the newest are told, in order", async () => {
  const ring = await MicRing.open({ seconds: 100, source: sequence({ speed: 10 }) });
  const [states, gaps] = withoutTimers(() => [hearStates(ring), hearGaps(ring)]);
  for (let round = 0; round < 300; round++) await pauseFor(ring, 1);
  const known = ring.snapshot().gaps;
  await ring.close();
  assertEquals(known.length, 256);
  assertEquals(gaps.map(({ gap }) => gap), known);
  assertEquals(states.length, 64 + 1);
  const times = states.map((event) => event.time);
  assertEquals(times, times.toSorted((one, other) => one - other));
  const last = Array.from({ length: 32 }, (): Told[] => [
    ["running", "paused"],
    ["paused", "running"],
  ]);
  assertEquals(told(states), [...last.flat(), ["running", "closed"]]);
});

Deno.test("a file that has come to its end has ended, and in a pause it is paused", async () => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  try {
    await using first = await MicRing.open({ seconds: 1, source: push() });
    first.push(signal("f32", 1, 0, 24_000));
    await Deno.writeFile(path, first.snapshot().toWav());
    await using ring = await MicRing.open({ seconds: 1, source: file(path) });
    const events = hearStates(ring);
    await ring.finished();
    await until("its end is told", () => events.length > 0);
    assertEquals([ring.state, ring.reason], ["ended", undefined]);
    await ring.pause();
    assertEquals(ring.state, "paused");
    await ring.resume();
    assertEquals(ring.state, "ended");
    await until("all is told", () => events.length >= 3);
    assertEquals(told(events), [["running", "ended"], ["ended", "paused"], ["paused", "ended"]]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a device that delivers nothing but zeros is running, and says why that may be", async () => {
  await using ring = await MicRing.open({ seconds: 1, backend: "null" });
  const events = hearStates(ring);
  await until("the silence is told", () => events.length > 0);
  const [{ state, previous, reason }] = events;
  assertEquals([previous, state], ["running", "running"]);
  assertEquals(reason?.code, "digital-silence");
  assert(reason?.message.includes("Privacy & Security > Microphone"), reason?.message);
  assertEquals([ring.state, ring.reason], ["running", reason]);
  assert(ring.stats().silentSeconds >= 5);
  await ring.pause();
  assertEquals([ring.state, ring.reason], ["paused", undefined]);
});

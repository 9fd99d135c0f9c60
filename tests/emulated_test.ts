import { assertMatch } from "@std/assert";
import { MicRing, push } from "../mod.ts";
import { EmulatedSystem, emulatedTest, type Emulation, EMULATIONS } from "./_emulated.ts";
import { PulseServer } from "./_pulse.ts";

/* Another system's library, on that system, as far as it can be had here. */

const RATES = [48_000, 44_100];
const SECONDS = 3;
const ATTEMPTS = 5;
const RACE_SECONDS = "0.5";
const FRAMES = 8000;

/** An emulated sound system loses frames when its machine is busy: one run of a few must be whole. */
async function captureOnce(run: () => Promise<string>): Promise<string> {
  for (let attempt = 1;; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      console.log(`once more: ${error instanceof Error ? error.message : error}`);
    }
  }
}

async function capture(system: EmulatedSystem, { periodMs }: Emulation): Promise<void> {
  const program = await system.compile("emulated_capture");
  const library = await system.library();
  for (const sampleRate of RATES) {
    await using server = await PulseServer.start();
    await server.addSource({ name: "mono", format: "f32", sampleRate, channels: 1 });
    const args = [library, "f32", String(sampleRate), String(SECONDS), String(periodMs)];
    const words = await captureOnce(() => system.run(program, args, server.env));
    console.log(words);
    assertMatch(words, /emulated_capture: backend \d, .*: \d+ frames exact/);
  }
}

/** A file whose every sample is its frame's number. */
async function writeRamp(path: string): Promise<void> {
  await using ring = await MicRing.open({ seconds: 1, source: push(), format: "s16" });
  ring.push(Int16Array.from({ length: FRAMES }, (_, i) => i));
  await Deno.writeFile(path, ring.snapshot().toWav({ format: "s16" }));
}

async function meetEnds(system: EmulatedSystem): Promise<void> {
  const program = await system.compile("emulated_ends");
  const path = system.file("Hörprobe – 鳥.wav");
  await writeRamp(path);
  const digits = new TextEncoder().encode(system.path(path)).toHex();
  const words = await system.run(program, [await system.library(), digits, String(FRAMES)]);
  assertMatch(words, /emulated_ends: all is well/);
}

const DEVICE = ["aligner", "trial", "lateness", "samples", "gaps", "follower", "pieces"];
const RECORDER = ["recorder", "source", "report", "error", "memory", "capture", "push", "waker"];
const SOURCES = [...DEVICE, ...RECORDER, "timeline", "ring", "thread_end", "holds"]
  .map((name) => `${name}.c`);
const FLAGS = { "holds.c": ["-Drecorder_close=counted_close"] };

/** Real threads, on the emulated processor's memory model, or the other system's threads. */
async function race(system: EmulatedSystem): Promise<void> {
  const ring = await system.compile("ring_race", ["ring.c"]);
  console.log(await system.run(ring, [RACE_SECONDS]));
  const holds = await system.compile("holds_race", SOURCES, FLAGS);
  console.log(await system.run(holds, [RACE_SECONDS]));
}

for (const emulation of EMULATIONS) {
  emulatedTest(
    emulation,
    "a counter is captured exactly, threads end, and rings race",
    async () => {
      await using system = await EmulatedSystem.open(emulation);
      await meetEnds(system);
      await capture(system, emulation);
      await race(system);
    },
  );
}

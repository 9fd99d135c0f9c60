import { assert, assertEquals } from "@std/assert";
import { CaptureProcess } from "./_capture_child.ts";
import { freezeFor, restartAfter } from "./_daemon.ts";
import { endure, statesIn } from "./_endure.ts";
import { PipeWireServer, pipeWireTest } from "./_pipewire.ts";
import { type PipeSource, withSources } from "./_sound_server.ts";
import { sleep } from "./_wait.ts";

/* The same as with PulseAudio, where PipeWire stands in for it. */

const MONO: PipeSource = {
  name: "mono",
  description: "Desk Mic",
  format: "f32",
  sampleRate: 48_000,
  channels: 1,
};
const OPTIONS = { seconds: 40 };
const GONE = [["stall", "device"]] as const;
/**
 * It reads a virtual microphone a cycle of 43 ms at a time, and keeps up to another: how old a frame
 * is when it gets here differs by that, and by two periods of ours, from one stream to the next.
 */
const LATENCY = { displacement: 0.13 };

async function serve(): Promise<PipeWireServer> {
  return await withSources(await PipeWireServer.start(), [MONO], MONO.name);
}

const OVERRUN = "Cannot judge: the machine was too busy, and had an overrun of its own";

/** How often a run may be one of those that say nothing. */
const MOST_DISTURBED = 4;

/**
 * Registers a test of a run; where the machine is too busy for PipeWire, that delivers silence which
 * nobody captured, and says nothing of it, or has an overrun: such a run is repeated.
 */
function undisturbedTest(name: string, run: () => Promise<void>): void {
  pipeWireTest(name, async () => {
    for (let disturbed = 0;; disturbed++) {
      try {
        return await run();
      } catch (error) {
        const words = String(error);
        const busy = /the silence at frame \d+ is in no gap/.test(words) || words.includes(OVERRUN);
        if (!busy || disturbed === MOST_DISTURBED) throw error;
        console.log(`repeated: ${words}`);
      }
    }
  });
}

undisturbedTest("PipeWire: every frame, from the first one on", async () => {
  await using server = await serve();
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { account } = await endure(child, ring, () => sleep(3), { causes: [], interrupted: false });
  // No other gap is let through.
  if (account.gaps.length > 0) throw new Error(OVERRUN);
  assertEquals(account.runs.length, 1);
});

undisturbedTest("PipeWire is killed, and back after 1 s", async () => {
  await using server = await serve();
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { news } = await endure(child, ring, () => restartAfter(1, server), {
    causes: GONE,
    interrupted: true,
    ...LATENCY,
  });
  assertEquals(statesIn(news).at(0), "stalled");
});

undisturbedTest("PipeWire is frozen for 5 s", async () => {
  await using server = await serve();
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  await endure(child, ring, () => freezeFor(5, server), {
    causes: ["stall"],
    interrupted: true,
    ...LATENCY,
  });
});

undisturbedTest("PipeWire: this process is stopped for 3 s", async () => {
  await using server = await serve();
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { account } = await endure(child, ring, () => freezeFor(3, child), {
    causes: ["sleep"],
    interrupted: false,
    ...LATENCY,
  });
  assert(account.gaps[0].endFrame - account.gaps[0].startFrame < 3.1 * 48_000);
});

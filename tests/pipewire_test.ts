import { assert, assertEquals } from "@std/assert";
import { CaptureProcess } from "./_capture_child.ts";
import { endure, statesIn } from "./_endure.ts";
import { PipeWireServer, pipeWireTest } from "./_pipewire.ts";
import type { PipeSource } from "./_sound_server.ts";

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

async function serve(): Promise<PipeWireServer> {
  const server = await PipeWireServer.start();
  try {
    await server.addSource(MONO);
    await server.setDefault(MONO.name);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

pipeWireTest("PipeWire: every frame, from the first one on", async () => {
  await using server = await serve();
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { account } = await endure(child, ring, () => sleep(3), { causes: [], interrupted: false });
  assertEquals(account.runs.length, 1);
});

pipeWireTest("PipeWire is killed, and back after 1 s", async () => {
  await using server = await serve();
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { news } = await endure(child, ring, async () => {
    await server.kill();
    await sleep(1);
    await server.restart();
  }, { causes: GONE, interrupted: true });
  assertEquals(statesIn(news).at(0), "stalled");
});

pipeWireTest("PipeWire is frozen for 5 s", async () => {
  await using server = await serve();
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  await endure(child, ring, async () => {
    server.freeze();
    await sleep(5);
    server.thaw();
  }, { causes: ["stall"], interrupted: true });
});

pipeWireTest("PipeWire: this process is stopped for 3 s", async () => {
  await using server = await serve();
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { account } = await endure(child, ring, async () => {
    child.freeze();
    await sleep(3);
    child.thaw();
  }, { causes: ["sleep"], interrupted: false });
  assert(account.gaps[0].endFrame - account.gaps[0].startFrame < 3.1 * 48_000);
});

import { assertEquals } from "@std/assert";
import { CaptureProcess } from "./_capture_child.ts";
import { restartAfter } from "./_daemon.ts";
import { endure, statesIn } from "./_endure.ts";
import { JackServer, type JackSource, jackTest } from "./_jack.ts";
import { sleep } from "./_wait.ts";

/* What befalls a microphone of JACK. */

const MONO: JackSource = { name: "counter", sampleRate: 48_000, channels: 1 };
const OPTIONS = { seconds: 40, backend: "jack" } as const;
const GONE = [["stall", "device"]] as const;

jackTest("JACK: every frame is there, or told as lost", async () => {
  await using server = await JackServer.start(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  await endure(child, ring, () => sleep(1), { causes: [], interrupted: false });
});

jackTest("JACK is killed, and back after 1 s", async () => {
  await using server = await JackServer.start(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { news } = await endure(child, ring, () => restartAfter(1, server), {
    causes: GONE,
    interrupted: true,
  });
  assertEquals([statesIn(news)[0], statesIn(news).at(-1)], ["stalled", "running"]);
});

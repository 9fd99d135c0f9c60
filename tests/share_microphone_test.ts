import { assert, assertEquals } from "@std/assert";
import { PulseServer, pulseTest } from "./_pulse.ts";
import { shareProcess } from "./_share_child.ts";
import { until } from "./_wait.ts";

/* A Worker that records the microphone, and is terminated. */

const SAMPLE_RATE = 48_000;

pulseTest(
  "with its owner's Worker the recording ends; who reads it keeps what was there",
  async () => {
    await using server = await PulseServer.start();
    await server.addSource({ name: "mono", format: "f32", sampleRate: SAMPLE_RATE, channels: 1 });
    await using child = shareProcess(server.env);
    await child.call("record");
    assertEquals(await server.recordings(), [{ source: "mono", corked: false }]);

    await child.call("terminateOwner");
    await until("no stream is left", async () => (await server.recordings()).length === 0);
    const { state, frames, ...rest } = await child.call("rest");
    assertEquals([state, rest], ["ended", { wrong: -1, newest: true, gaps: [] }]);
    assert(frames > 0.3 * SAMPLE_RATE, `only ${frames} frames`);
  },
);

pulseTest("a Worker that is terminated while it opens a microphone leaves no stream", async () => {
  await using server = await PulseServer.start();
  // It waits for the first frame, which never comes.
  await server.addSource({
    name: "dead",
    format: "f32",
    sampleRate: SAMPLE_RATE,
    channels: 1,
    dead: true,
  });
  await using child = shareProcess(server.env);
  await child.call("beginRecording");
  await until("a stream is there", async () => (await server.recordings()).length === 1);
  await child.call("terminateOwner");
  await until("no stream is left", async () => (await server.recordings()).length === 0);
  // And the next one is served.
  await server.replace({ name: "live", format: "f32", sampleRate: SAMPLE_RATE, channels: 1 });
  await server.unload("dead");
  await child.call("record");
  await child.call("terminateOwner");
  assertEquals((await child.call("rest")).state, "ended");
});

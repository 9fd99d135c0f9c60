import { assert, assertEquals } from "@std/assert";
import { PulseServer, pulseTest } from "./_pulse.ts";
import { shareProcess } from "./_share_child.ts";
import { sleep, until } from "./_wait.ts";

/* A Worker that records the microphone, and is terminated. */

const SAMPLE_RATE = 48_000;
/** In which the server has been asked, if it does not answer; and has been opened, if it does. */
const ASKED_SECONDS = 0.3;
const OPENED_SECONDS = 1;

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
  await server.addSource({ name: "mono", format: "f32", sampleRate: SAMPLE_RATE, channels: 1 });
  await using child = shareProcess(server.env);
  // It is not opened before the Worker is gone; and then it is.
  server.freeze();
  await child.call("beginRecording");
  await sleep(ASKED_SECONDS);
  await child.call("terminateOwner");
  await sleep(ASKED_SECONDS);
  server.thaw();
  await sleep(OPENED_SECONDS);
  await until("no stream is left", async () => (await server.recordings()).length === 0);
  // And the next one is served.
  await child.call("record");
  await child.call("terminateOwner");
  assertEquals((await child.call("rest")).state, "ended");
});

import { assert, assertEquals } from "@std/assert";
import { type AlsaFault, AlsaMicrophone, alsaTest } from "./_alsa.ts";
import { CaptureProcess } from "./_capture_child.ts";
import { freezeFor } from "./_daemon.ts";
import { endure, recordMore, statesIn } from "./_endure.ts";
import { sleep } from "./_wait.ts";

/* What befalls a device without a sound server, from a plug-in that counts by the clock. */

const OPTIONS = { seconds: 30, backend: "alsa", channels: 1 } as const;

/** Lets it fail for so long. */
async function fail(microphone: AlsaMicrophone, kind: AlsaFault, seconds: number): Promise<void> {
  await microphone.fail(kind, seconds);
  await sleep(seconds);
}

alsaTest("ALSA: every frame, from the first one on", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const { ring, device } = await child.call("open", OPTIONS);
  assertEquals(device?.name, "A counter");
  const nothing = () => Promise.resolve();
  const { account } = await endure(child, ring, nothing, { causes: [], interrupted: false });
  assertEquals(account.runs.length, 1);
});

alsaTest("ALSA: a device that is gone for a while", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const { ring } = await child.call("open", { ...OPTIONS, device: "A counter" });
  const { news } = await endure(child, ring, () => fail(microphone, "gone", 1.5), {
    causes: ["device"],
    interrupted: true,
  });
  const states = statesIn(news);
  assertEquals([states[0], states[1], states.at(-1)], ["stalled", "reopening", "running"]);
  assertEquals((await child.call("stats", ring)).reopenings, 1);
});

alsaTest("ALSA: an I/O error", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const { ring } = await child.call("open", OPTIONS);
  const { news } = await endure(child, ring, () => fail(microphone, "error", 0.05), {
    causes: ["device"],
    interrupted: true,
  });
  assertEquals(statesIn(news), ["stalled", "reopening", "running"]);
});

alsaTest("ALSA: overruns, of 100 ms and then of 10", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const { ring } = await child.call("open", OPTIONS);
  const once = { causes: ["overrun"], interrupted: false };
  await endure(child, ring, () => fail(microphone, "overrun", 0.1), once);
  const twice = { causes: ["overrun", "overrun"], interrupted: false };
  await endure(child, ring, () => fail(microphone, "overrun", 0.01), twice);
});

alsaTest("ALSA: frames that stop for a moment, and for long", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const { ring } = await child.call("open", OPTIONS);
  const short = { causes: ["overrun"], interrupted: false };
  await endure(child, ring, () => fail(microphone, "stall", 0.3), short);
  const long = { causes: ["overrun", "stall"], interrupted: true };
  await endure(child, ring, () => fail(microphone, "stall", 2), long);
});

alsaTest("ALSA: this process is stopped for half a second: nothing is lost", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const { ring } = await child.call("open", OPTIONS);
  const stop = () => freezeFor(0.5, child);
  const { account } = await endure(child, ring, stop, { causes: [], interrupted: false });
  assertEquals(account.runs.length, 1);
});

alsaTest("ALSA: this process is stopped for 3 s: a gap of 3 s", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const { ring } = await child.call("open", OPTIONS);
  const stop = () => freezeFor(3, child);
  const { account } = await endure(child, ring, stop, { causes: ["sleep"], interrupted: false });
  const [{ startFrame, endFrame }] = account.gaps;
  const seconds = (endFrame - startFrame) / account.sampleRate;
  // What the device still held when the process was stopped is lost with the rest of its buffer.
  assert(Math.abs(seconds - 3) < 0.1, `the gap is ${seconds} s`);
});

alsaTest("ALSA: a device that cannot be opened again at first", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const { ring } = await child.call("open", OPTIONS);
  const refuse = async () => {
    await microphone.fail("denied", 1.5);
    await fail(microphone, "error", 0.05);
    await sleep(1.5);
  };
  const { news } = await endure(child, ring, refuse, { causes: ["device"], interrupted: true });
  const codes = news.map((item) => item.kind === "state" ? item.code : undefined);
  assert(codes.includes("device-failed"), JSON.stringify(news));
});

alsaTest("ALSA: a ring that is closed at any moment of a fault is closed at once", async () => {
  await using microphone = await AlsaMicrophone.make();
  await using child = new CaptureProcess(microphone.env);
  const rings: number[] = [];
  for (let i = 0; i < 8; i++) rings.push((await child.call("open", OPTIONS)).ring);
  await recordMore(child, rings[0], 0.5);
  await microphone.fail("gone", 1.2);
  for (const ring of rings) {
    const ms = await child.call("close", ring);
    assert(ms < 1000, `closing took ${ms} ms`);
    await sleep(0.2);
  }
});

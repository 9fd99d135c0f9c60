import { assert, assertEquals } from "@std/assert";
import { CaptureProcess } from "./_capture_child.ts";
import { freezeFor, restartAfter } from "./_daemon.ts";
import { checkRing, endure, recordMore, statesIn } from "./_endure.ts";
import { PulseServer, type PulseSource, pulseTest } from "./_pulse.ts";
import { withSources } from "./_sound_server.ts";
import { sleep, until } from "./_wait.ts";

/* What befalls a microphone behind a PulseAudio server, whose counter runs by the clock. */

const MONO: PulseSource = {
  name: "mono",
  description: "Desk Mic",
  format: "f32",
  sampleRate: 48_000,
  channels: 1,
};
/** Another one, by the same clock: told apart by its numbers. */
const OTHER: PulseSource = {
  ...MONO,
  name: "other",
  description: "Sofa",
  firstNumber: 2 ** 23,
};
const OPTIONS = { seconds: 40 };
const GONE = [["stall", "device"]] as const;

async function serve(...sources: PulseSource[]): Promise<PulseServer> {
  return await withSources(await PulseServer.start(), sources, sources[0].name);
}

pulseTest("PulseAudio is killed, and back after 1 s", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { news } = await endure(child, ring, () => restartAfter(1, server), {
    causes: GONE,
    interrupted: true,
  });
  assertEquals(statesIn(news).at(0), "stalled");
  assertEquals((await child.call("stats", ring)).reopenings, 1);
  // A pause afterwards is nothing but a pause.
  await child.call("pause", ring);
  await sleep(0.3);
  await child.call("resume", ring);
  await recordMore(child, ring, 0.5);
  await checkRing(child, ring, [...GONE, "pause"]);
  assertEquals((await child.call("stats", ring)).reopenings, 1);
});

pulseTest("PulseAudio is frozen for 5 s", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { news } = await endure(child, ring, () => freezeFor(5, server), {
    causes: ["stall"],
    interrupted: true,
  });
  const codes = news.map((item) => item.kind === "state" ? item.code : undefined);
  assert(codes.includes("no-answer"), JSON.stringify(news));
  assert((await child.call("stats", ring)).abandonedSessions > 0);
});

pulseTest("a source is suspended, and resumed", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { news } = await endure(child, ring, async () => {
    await server.suspend("mono", true);
    await sleep(2);
    await server.suspend("mono", false);
  }, { causes: GONE, interrupted: true });
  assertEquals(news[0].kind === "state" && news[0].code, "device-stopped");
});

pulseTest("a named source is unplugged, and comes back: nothing else is recorded", async () => {
  await using server = await serve(OTHER, MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { ...OPTIONS, device: "Desk Mic" });
  const { news } = await endure(child, ring, async () => {
    await server.unload("mono");
    await until(
      "it is missed",
      async () =>
        (await child.call("news", ring)).some((item) =>
          item.kind === "state" && item.code === "device-not-found"
        ),
    );
    assertEquals(await server.recordings(), []);
    await server.load("mono");
  }, { causes: ["device"], interrupted: true });
  assertEquals(news.filter(({ kind }) => kind === "device"), []);
});

pulseTest("a named source comes back under another id: it is known by its name", async () => {
  await using server = await serve(MONO, OTHER);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { ...OPTIONS, device: "Desk Mic" });
  await endure(child, ring, async () => {
    await server.unload("mono");
    await until("it is missed", async () => await child.call("state", ring) === "reopening");
    await server.addSource({ ...MONO, name: "mono-again" });
  }, { causes: ["device"], interrupted: true });
  assertEquals((await server.recordings()).map(({ source }) => source), ["mono-again"]);
});

pulseTest("the default changes: without a name it is followed, with one it is not", async () => {
  await using server = await serve(MONO, OTHER);
  await using child = new CaptureProcess(server.env);
  const follower = await child.call("open", OPTIONS);
  const faithful = await child.call("open", { ...OPTIONS, device: "Desk Mic" });
  const moved = () => server.setDefault("other");
  const still = { causes: [], interrupted: false };
  await endure(child, faithful.ring, moved, still);
  await until(
    "the other has followed",
    async () => (await child.call("stats", follower.ring)).reopenings === 1,
  );
  await recordMore(child, follower.ring, 1);

  const { runs, gaps } = await child.call("account", follower.ring, "f32");
  assertEquals(gaps.map(({ cause }) => cause), ["reroute"]);
  assertEquals(runs.map(({ kind }) => kind), ["counter", "silence", "counter"]);
  const [before, silence, after] = runs;
  assertEquals([gaps[0].startFrame, gaps[0].endFrame], [
    silence.startFrame,
    silence.startFrame + silence.frames,
  ]);
  // Both count by one clock: what the other is ahead by is known.
  const ahead = (after.first - after.startFrame) - (before.first - before.startFrame);
  assert(Math.abs(ahead - (2 ** 23 - 1)) < 960, `${ahead} frames off`);
  const news = await child.call("news", follower.ring);
  const names = news.flatMap((item) => item.kind === "device" ? [item.device.name] : []);
  assertEquals(names, ["Sofa"]);
  assert(!statesIn(news).includes("stalled"));
  assertEquals((await server.recordings()).map(({ source }) => source).sort(), ["mono", "other"]);
});

pulseTest("the default becomes what an output plays: that is not recorded", async () => {
  await using server = await serve(MONO);
  await server.pactl("load-module", "module-null-sink", "sink_name=loud");
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  await endure(child, ring, async () => {
    await server.setDefault("loud.monitor");
    await until(
      "it is refused",
      async () =>
        (await child.call("news", ring)).some((item) =>
          item.kind === "state" && item.code === "no-device"
        ),
    );
    await sleep(0.5);
    assertEquals(await server.recordings(), []);
    await server.setDefault("mono");
  }, { causes: ["device"], interrupted: true });
});

pulseTest(
  "a source comes back with another rate and channels: it is converted, and said",
  async () => {
    await using server = await serve(MONO);
    await using child = new CaptureProcess(server.env);
    const { ring } = await child.call("open", { ...OPTIONS, device: "Desk Mic" });
    await recordMore(child, ring, 1);
    await server.unload("mono");
    await until("it is missed", async () => await child.call("state", ring) === "reopening");
    await server.replace({ ...MONO, sampleRate: 16_000, channels: 2 });
    await until("it is back", async () => await child.call("state", ring) === "running");
    await recordMore(child, ring, 1);
    const before = await child.call("stats", ring);
    const began = performance.now();
    await recordMore(child, ring, 2);
    const frames = (await child.call("stats", ring)).writtenFrames - before.writtenFrames;
    const rate = frames / (performance.now() - began) * 1000;
    assert(Math.abs(rate - 48_000) < 2400, `${rate} frames a second`);
    const { gaps } = await child.call("account", ring, "f32");
    assertEquals(gaps.map(({ cause }) => cause), ["format"]);
    const news = await child.call("news", ring);
    const forms = news.flatMap((item) =>
      item.kind === "device" ? [[item.device.sampleRate, item.device.channels]] : []
    );
    assertEquals(forms, [[16_000, 2]]);
  },
);

pulseTest("two rings on one source are each right through a restart", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const first = await child.call("open", OPTIONS);
  const second = await child.call("open", { ...OPTIONS, device: "Desk Mic" });
  const ending = { causes: GONE, interrupted: true };
  // So long that it is not tried often any more.
  await endure(child, first.ring, () => restartAfter(4, server), ending);
  await checkRing(child, second.ring, GONE);
});

pulseTest("this process is stopped for 3 s: what the server kept is in its place", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", OPTIONS);
  const { account } = await endure(child, ring, () => freezeFor(3, child), {
    causes: ["sleep"],
    interrupted: false,
  });
  const [{ startFrame, endFrame }] = account.gaps;
  assert((endFrame - startFrame) / 48_000 < 1.05, "less was kept than the server has room for");
});

pulseTest("while the source is gone it costs next to nothing", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { ...OPTIONS, device: "Desk Mic" });
  await recordMore(child, ring, 0.5);
  await server.unload("mono");
  await until("it is missed", async () => await child.call("state", ring) === "reopening");
  const before = await child.cpuSeconds();
  await sleep(4);
  const load = (await child.cpuSeconds() - before) / 4;
  assert(load < 0.05, `${(100 * load).toFixed(1)} % of a core`);
  console.log(`${(100 * load).toFixed(1)} % of a core while the source is gone`);
});

pulseTest("closing takes a moment, whenever it is and whatever hangs", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const rings: number[] = [];
  for (let i = 0; i < 10; i++) rings.push((await child.call("open", OPTIONS)).ring);
  await recordMore(child, rings[0], 0.5);
  server.freeze();
  for (const ring of rings) {
    const ms = await child.call("close", ring);
    assert(ms < 1500, `closing took ${ms} ms`);
    await sleep(0.2);
  }
  // The process ends well while everything hangs.
  await child.end();
});

pulseTest("opening against a server that hangs is an error, and so is listing", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  server.freeze();
  const failed = (call: Promise<unknown>) =>
    call.then(() => undefined, (error: { code?: string }) => error.code);
  assertEquals(await failed(child.call("open", OPTIONS)), "no-answer");
  assertEquals(await failed(child.call("devices")), "no-answer");
  const threads = await child.threads();
  for (let i = 0; i < 3; i++) assertEquals(await failed(child.call("devices")), "no-answer");
  assert(await child.threads() <= threads, "each time it hangs, it leaves a thread behind");
  server.thaw();
  const { ring } = await child.call("open", OPTIONS);
  await recordMore(child, ring, 0.5);
  await until(
    "listing works again",
    async () => await child.call("devices").then(() => true, () => false),
  );
});

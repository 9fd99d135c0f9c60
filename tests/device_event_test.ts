import { assert, assertEquals } from "@std/assert";
import { MicRing, tone } from "../mod.ts";
import { PulseServer, pulseTest } from "./_pulse.ts";
import { until } from "./_wait.ts";
import { WatchProcess } from "./_watch_child.ts";

Deno.test("what is counted of a device is counted of no other source", async () => {
  await using synthetic = await MicRing.open({ seconds: 1, source: tone({ levelDbfs: 0 }) });
  await using device = await MicRing.open({ seconds: 1, backend: "null", periodMs: 20 });
  await until("half a second", () => device.stats().writtenFrames > 0.5 * device.sampleRate);
  const of = (ring: MicRing) => {
    const { reopenings, abandonedSessions, clippedSamples, silentSeconds } = ring.stats();
    return { reopenings, abandonedSessions, clippedSamples, silent: silentSeconds > 0 };
  };
  const nothing = { reopenings: 0, abandonedSessions: 0, clippedSamples: 0 };
  assertEquals(of(synthetic), { ...nothing, silent: false });
  assertEquals(of(device), { ...nothing, silent: true });
  assertEquals([synthetic.stats().longestInterval, synthetic.stats().driftPpm], [0, 0]);
  const { silentSeconds, writtenFrames, longestInterval, driftPpm } = device.stats();
  assert(silentSeconds >= 0.5 && silentSeconds <= writtenFrames / device.sampleRate);
  assert(longestInterval > 0.001 && longestInterval < 10, `${longestInterval} s`);
  assert(Math.abs(driftPpm) < 100_000, `${driftPpm} ppm`);
});

Deno.test("the device that is recorded is told by a ring, after its closing too", async () => {
  const ring = await MicRing.open({ seconds: 1, backend: "null", sampleRate: 16_000 });
  const [listed] = await MicRing.devices({ backend: "null" });
  const { device } = ring;
  assertEquals([device?.name, device?.backend, device?.id], [listed.name, "null", undefined]);
  assertEquals(ring.device, device);
  await ring.close();
  assertEquals(ring.device, device);
  const unread = await MicRing.open({ seconds: 1, device: listed });
  await unread.close();
  assertEquals([unread.device?.id, unread.device?.name], [listed.id, listed.name]);
});

pulseTest(
  "the default moves: the ring tells why, its new device, and the gap between",
  async () => {
    await using server = await PulseServer.start();
    const shape = { format: "s16", sampleRate: 48_000 } as const;
    await server.addSource({ ...shape, name: "first", description: "First", channels: 1 });
    await server.addSource({ ...shape, name: "second", description: "Second", channels: 2 });
    await server.setDefault("first");
    await using watch = await WatchProcess.start("ring", server.env);
    await server.setDefault("second");
    const told: Record<string, unknown>[] = [];
    const of = (wanted: string) => told.filter(({ kind }) => kind === wanted);
    const rerouted = () => of("gap").find(({ cause }) => cause === "reroute");
    // On a busy machine there may be other gaps, and other states, too.
    while (!rerouted() || of("device").length === 0 || of("state").at(-1)?.state !== "running") {
      told.push(await watch.next() as Record<string, unknown>);
    }
    assertEquals(of("device"), [
      { kind: "device", device: "Second", previous: "First", live: "Second" },
    ]);
    const moved = told.findIndex(({ reason }) => reason === "rerouted");
    assertEquals(told[moved], { kind: "state", state: "reopening", reason: "rerouted" });
    const { own, seconds, off } = rerouted()!;
    assertEquals(own, true);
    assert(Math.abs(off as number) < 0.001, `its times are off by ${off} s`);
    assert((seconds as number) > 0 && (seconds as number) < 10, `${seconds} s`);
  },
);

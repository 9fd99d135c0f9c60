import { assert, assertEquals, assertMatch } from "@std/assert";
import { CaptureProcess, RemoteError, type Run } from "./_capture_child.ts";
import { type CounterFormat, nextNumber } from "./_counter.ts";
import { freezeFor } from "./_daemon.ts";
import { PulseServer, type PulseSource, pulseTest } from "./_pulse.ts";
import { withSources } from "./_sound_server.ts";
import { sleep, until } from "./_wait.ts";

/* Real captures, from a private PulseAudio whose microphones deliver a counter: every frame must
 * be there, and no other. */

const MONO: PulseSource = { name: "mono", format: "f32", sampleRate: 48_000, channels: 1 };
const STEREO: PulseSource = { name: "stereo", format: "s16", sampleRate: 48_000, channels: 2 };
const SLOW: PulseSource = { name: "slow", format: "s16", sampleRate: 16_000, channels: 2 };

async function serve(...sources: PulseSource[]): Promise<PulseServer> {
  return await withSources(await PulseServer.start(), sources);
}

/** All frames from 0 on are there, and each is one more than the one before. */
function checkExact(runs: Run[], leastFrames: number): void {
  assertEquals(runs.map(({ kind, startFrame }) => ({ kind, startFrame })), [
    { kind: "counter", startFrame: 0 },
  ]);
  assert(runs[0].frames >= leastFrames, `${runs[0].frames} frames of ${leastFrames} are there`);
}

/** Waits until the ring has so many frames; what it holds then is what is checked. */
async function record(child: CaptureProcess, ring: number, frames: number): Promise<void> {
  await until(
    `${frames} frames are recorded`,
    async () => (await child.call("stats", ring)).writtenFrames >= frames,
  );
}

async function recordExact(
  child: CaptureProcess,
  ring: number,
  counter: CounterFormat,
  frames: number,
): Promise<void> {
  await record(child, ring, frames);
  checkExact(await child.call("runs", ring, counter), frames);
  assertEquals((await child.call("stats", ring)).lostFrames, 0);
}

/** It fails with this code, or one of these, and says so. */
async function checkFailure(
  run: Promise<unknown>,
  code: string | string[],
  words = /./,
): Promise<void> {
  const error = await run.then(() => new Error("It did not fail"), (error) => error);
  if (!(error instanceof RemoteError)) throw error;
  assertEquals(error.name, "MicRingError");
  assert([code].flat().includes(error.code!), `${error.code}: ${error.message}`);
  assertMatch(error.message, words);
}

pulseTest("10 s of mono f32: every frame, from the first one on", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring, sampleRate, channels, format } = await child.call("open", { seconds: 15 });
  assertEquals({ sampleRate, channels, format }, {
    sampleRate: 48_000,
    channels: 1,
    format: "f32",
  });
  await recordExact(child, ring, "f32", 480_000);
});

pulseTest("5 s of stereo s16, in an f32 ring and in an s16 ring at once", async () => {
  await using server = await serve(STEREO);
  await using child = new CaptureProcess(server.env);
  const float = await child.call("open", { seconds: 10 });
  const short = await child.call("open", { seconds: 10, format: "s16" });
  assertEquals([float.channels, short.channels], [2, 2]);
  await recordExact(child, short.ring, "s16", 240_000);
  await recordExact(child, float.ring, "s16", 240_000);
});

pulseTest("periods from 1 to 500 ms, all rings on one device at once, are exact", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const rings = [];
  for (const periodMs of [1, 10, undefined, 100, 500]) {
    const options = periodMs === undefined ? {} : { periodMs };
    rings.push((await child.call("open", { seconds: 10, ...options })).ring);
  }
  for (const ring of rings) await recordExact(child, ring, "f32", 96_000);
});

pulseTest("a short ring, followed by frame numbers, misses nothing", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { seconds: 2 });
  checkExact(await child.call("follow", ring, "f32", 240_000), 240_000);
  const { oldestFrame } = await child.call("stats", ring);
  assert(oldestFrame > 0, "the ring never went round");
});

pulseTest("devices are listed, and opened by id, by name and by a part of it", async () => {
  await using server = await serve(
    { ...MONO, description: "Desk Mic" },
    { ...STEREO, description: "Desk Mic Two" },
    { ...SLOW, description: "Sofa" },
  );
  await server.pactl("load-module", "module-null-sink", "sink_name=loud", "rate=44100");
  await server.pactl("set-default-source", "stereo");
  await using child = new CaptureProcess(server.env);

  const devices = await child.call("devices");
  const backend = "pulseaudio";
  const listed = (
    id: string,
    name: string,
    bits: number,
    channels: number,
    sampleRate: number,
  ) => ({
    id: `pulseaudio:${id}`,
    name,
    backend,
    isDefault: id === "stereo",
    isMonitor: id === "loud.monitor",
    formats: [{ bits, float: bits === 32, channels, sampleRate }],
  });
  assertEquals(devices, [
    listed("mono", "Desk Mic", 32, 1, 48_000),
    listed("stereo", "Desk Mic Two", 16, 2, 48_000),
    listed("slow", "Sofa", 16, 2, 16_000),
    listed("loud.monitor", "Monitor of Null Output", 16, 2, 44_100),
  ]);

  const open = (device: string | typeof devices[0]) =>
    child.call("open", { seconds: 5, device, backend });
  for (
    const [device, source] of [
      ["pulseaudio:mono", MONO],
      ["Desk Mic", MONO],
      ["desk mic two", STEREO],
      ["OFA", SLOW],
      [devices[2], SLOW],
    ] as const
  ) {
    const { ring, device: opened } = await open(device);
    const { name, sampleRate, channels, format } = source;
    const found = devices.find(({ id }) => id === `pulseaudio:${name}`)!;
    assertEquals(opened, { id: found.id, name: found.name, backend, sampleRate, channels });
    await recordExact(child, ring, format, sampleRate / 10);
  }

  const several = /"Desk Mic" \(pulseaudio:mono\), "Desk Mic Two"/;
  await checkFailure(open("desk"), "device-ambiguous", several);
  const others = /there are "Desk Mic" \(pulseaudio:mono\), /;
  await checkFailure(open("Kitchen"), "device-not-found", others);
  const none = /pulseaudio: no such device\. MicRing\.devices\(\) lists/;
  await checkFailure(open("pulseaudio:kitchen"), "device-not-found", none);
});

pulseTest("what an output plays is recorded only where it is named", async () => {
  await using server = await serve();
  await server.pactl("load-module", "module-null-sink", "sink_name=loud");
  await using child = new CaptureProcess(server.env);
  const words = /the default is no microphone, but "Monitor of Null Output"/;
  await checkFailure(child.call("open", { seconds: 1 }), "no-device", words);
  const { device } = await child.call("open", { seconds: 1, device: "monitor of null" });
  assertEquals(device?.id, "pulseaudio:loud.monitor");
});

pulseTest("the device's own rate and channels are taken, and converted when asked", async () => {
  await using server = await serve(SLOW);
  await using child = new CaptureProcess(server.env);
  const native = await child.call("open", { seconds: 10 });
  assertEquals([native.sampleRate, native.channels], [16_000, 2]);
  const { ring, ...opened } = await child.call("open", {
    seconds: 10,
    sampleRate: 48_000,
    channels: 1,
  });
  assertEquals([opened.sampleRate, opened.channels], [48_000, 1]);
  // Both have heard the same seconds, give or take when each was opened and a few blocks.
  const before = await child.call("stats", ring);
  const nativeBefore = await child.call("stats", native.ring);
  await record(child, ring, before.writtenFrames + 96_000);
  const frames = (await child.call("stats", ring)).writtenFrames - before.writtenFrames;
  const nativeFrames = (await child.call("stats", native.ring)).writtenFrames -
    nativeBefore.writtenFrames;
  assert(
    Math.abs(frames / 48_000 - nativeFrames / 16_000) < 0.5,
    `${frames} frames at 48 kHz came with ${nativeFrames} at 16 kHz`,
  );
  checkExact(await child.call("runs", native.ring, "s16"), nativeFrames);
});

pulseTest("without a device, the server's default is recorded, also when it changes", async () => {
  await using server = await serve(MONO, { ...MONO, name: "other", firstNumber: 8_000_001 });
  await server.pactl("set-default-source", "other");
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { seconds: 15 });
  assertEquals(await server.recordings(), [{ source: "other", corked: false }]);
  await record(child, ring, 48_000);

  await server.pactl("set-default-source", "mono");
  await until(
    "the ring has moved to the new default",
    async () => (await server.recordings()).every(({ source }) => source === "mono"),
  );
  const { writtenFrames } = await child.call("stats", ring);
  await record(child, ring, writtenFrames + 96_000);
  const runs = await child.call("runs", ring, "f32");
  assertEquals(runs[0].kind, "counter");
  assert(runs[0].first > 8_000_000, "it began with another device");
  const last = runs.at(-1)!;
  assertEquals(last.kind, "counter");
  assert(last.first < 8_000_000, "it does not end with the new default");
});

const NOWHERE = {
  PULSE_SERVER: "unix:/nonexistent/native",
  JACK_NO_START_SERVER: "1",
  JACK_DEFAULT_SERVER: "nonexistent",
};

Deno.test("without a sound system it says so, and prints nothing", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const env = { ...NOWHERE, XDG_RUNTIME_DIR: directory, XDG_CONFIG_HOME: directory };
    // A machine with a sound card has one without PulseAudio, too: ALSA is told of none.
    await Deno.writeTextFile(`${directory}/none.conf`, "");
    await using child = new CaptureProcess({ ...env, ALSA_CONFIG_PATH: `${directory}/none.conf` });
    for (const backend of [undefined, "pulseaudio", "alsa", "jack"] as const) {
      const words = /^Cannot open the microphone: .*source: tone\(\)$/;
      const opened = child.call("open", { seconds: 1, backend });
      await checkFailure(opened, ["no-backend", "no-device"], words);
    }
    const words = /^Cannot list the devices: pulseaudio: does not answer\. .*start/;
    await checkFailure(child.call("devices"), "no-backend", words);
    await child.end();

    // With ALSA as it is, what comes depends on the machine; nothing printed must hold on all.
    await using asIs = new CaptureProcess(env);
    await asIs.call("open", { seconds: 1 }).catch((error: Error) => assert(error.message));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

pulseTest("a device that delivers nothing is an error, and no hang", async () => {
  await using server = await serve({ ...MONO, dead: true });
  await using child = new CaptureProcess(server.env);
  const words = /nothing came within 3\.0 s\. It started, but delivers nothing/;
  await checkFailure(child.call("open", { seconds: 1 }), "no-frames", words);
  await until("the device is released", async () => (await server.recordings()).length === 0);
});

pulseTest("a pause releases the device, and is silence of its length afterwards", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { seconds: 20 });
  await record(child, ring, 24_000);
  await child.call("pause", ring);
  await until("the device is released", async () => (await server.recordings()).length === 0);
  const paused = await child.call("stats", ring);
  await sleep(1);
  const { writtenFrames, lostFrames } = await child.call("stats", ring);
  assertEquals([writtenFrames, lostFrames], [paused.writtenFrames, 0]);
  await child.call("resume", ring);
  assertEquals((await server.recordings()).length, 1);
  await record(child, ring, writtenFrames + 96_000);

  const runs = await child.call("runs", ring, "f32");
  assertEquals(runs.map(({ kind }) => kind), ["counter", "silence", "counter"]);
  const [before, silence, after] = runs;
  assertEquals([before.startFrame, before.frames], [0, paused.writtenFrames]);
  assertEquals((await child.call("stats", ring)).lostFrames, silence.frames);
  // The microphone went on counting: so many frames of it are really missing.
  const missing = after.first - nextNumber("f32", before.first, before.frames);
  assert(
    Math.abs(silence.frames - missing) < 24_000,
    `${silence.frames} frames of silence stand for ${missing}`,
  );
});

pulseTest("after several pauses every frame is in its place, and none is from before", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { seconds: 20, periodMs: 100 });
  const rounds = 10;
  for (let round = 0; round < rounds; round++) {
    await record(child, ring, (await child.call("stats", ring)).writtenFrames + 4800);
    // A pause that comes while frames are waiting is where some could be left for later.
    child.freeze();
    const paused = child.call("pause", ring);
    await sleep(0.1);
    child.thaw();
    await paused;
    await sleep(0.1);
    await child.call("resume", ring);
  }
  await record(child, ring, (await child.call("stats", ring)).writtenFrames + 4800);
  const runs = await child.call("runs", ring, "f32");
  const kinds = Array.from({ length: 2 * rounds + 1 }, (_, i) => i % 2 ? "silence" : "counter");
  assertEquals(runs.map(({ kind }) => kind), kinds);
});

pulseTest("a process that is stopped for a second finds every frame afterwards", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { seconds: 20 });
  await record(child, ring, 24_000);
  await freezeFor(1, child);
  const { writtenFrames } = await child.call("stats", ring);
  await recordExact(child, ring, "f32", writtenFrames + 96_000);
});

pulseTest("closing releases the device, once and for all", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { seconds: 1 });
  const other = await child.call("open", { seconds: 5 });
  assertEquals((await server.recordings()).length, 2);
  await child.call("close", ring);
  await until("one device is released", async () => (await server.recordings()).length === 1);
  await child.call("close", ring);
  await checkFailure(child.call("stats", ring), "closed");
  await recordExact(child, other.ring, "f32", 24_000);
  await child.call("close", other.ring);
  await until("the other is released", async () => (await server.recordings()).length === 0);
});

pulseTest("a snapshot's times span its frames, and lie in the past", async () => {
  await using server = await serve(MONO);
  await using child = new CaptureProcess(server.env);
  const { ring } = await child.call("open", { seconds: 1 });
  await record(child, ring, 96_000);
  for (let round = 0; round < 20; round++) {
    const { startTime, endTime, frames, sampleRate, now } = await child.call("times", ring);
    // By the clock of the device, as far as it is known.
    assert(Math.abs(endTime - startTime - frames / sampleRate * 1000) < 2);
    // Date.now() is in whole milliseconds.
    assert(endTime < now + 3, `it ends ${endTime - now} ms in the future`);
    assert(endTime > now - 10_000, `it ended ${now - endTime} ms ago`);
  }
});

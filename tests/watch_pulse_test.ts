import { assert, assertEquals } from "@std/assert";
import type { DeviceChange } from "../mod.ts";
import { AlsaMicrophone, alsaTest } from "./_alsa.ts";
import { PulseServer, type PulseSource, pulseTest } from "./_pulse.ts";
import { haveTools } from "./_tools.ts";
import { WatchProcess } from "./_watch_child.ts";

/* Devices that really come and go, on a private PulseAudio. */

const FIRST: PulseSource = {
  name: "first",
  description: "First",
  format: "s16",
  sampleRate: 48_000,
  channels: 1,
};
const SECOND: PulseSource = { ...FIRST, name: "second", description: "Second" };
const [FIRST_ID, SECOND_ID] = ["pulseaudio:first", "pulseaudio:second"];

/** What a watching process tells of a change: ids, and null for none. */
interface Told {
  readonly kind: DeviceChange["kind"];
  readonly device: string | null;
  readonly previous?: string | null;
  readonly devices: string[];
}

/** What there is by all that was told: each change must follow on the ones before. */
class Followed {
  readonly #watch: WatchProcess;
  #devices: string[];
  #default: string | null;

  constructor(watch: WatchProcess, devices: string[], byDefault: string | null) {
    this.#watch = watch;
    this.#devices = devices;
    this.#default = byDefault;
  }

  /** Goes on until there are these devices, and this default. The way there is the server's: it
   * does not do all at once, and one that is slow to answer is gone for a while. */
  async until(devices: string[], byDefault: string | null): Promise<void> {
    const wanted = () => this.#default === byDefault && `${this.#devices}` === `${devices}`;
    assertEquals(wanted(), false);
    while (!wanted()) this.#follow(await this.#watch.next() as Told);
  }

  #follow({ kind, device, previous, devices }: Told): void {
    const before = this.#devices.toSorted();
    if (kind === "default") {
      assertEquals(previous, this.#default);
      this.#default = device;
      if (device !== null) assert(devices.includes(device));
      assertEquals(before, devices.toSorted());
    } else if (kind === "added") {
      assert(!before.includes(device!) && devices.includes(device!));
      this.#devices = [...before, device!].toSorted();
    } else {
      assertEquals(kind, "removed");
      assert(before.includes(device!) && !devices.includes(device!));
      this.#devices = before.filter((id) => id !== device);
    }
  }
}

pulseTest("devices are told that come and go, and the default that moves", async () => {
  await using server = await PulseServer.start();
  await server.addSource({ ...FIRST, dead: true });
  await server.setDefault("first");
  await using watch = await WatchProcess.start("devices", server.env);
  const followed = new Followed(watch, [FIRST_ID], FIRST_ID);
  await server.addSource({ ...SECOND, dead: true });
  await followed.until([FIRST_ID, SECOND_ID], FIRST_ID);
  await server.setDefault("second");
  await followed.until([FIRST_ID, SECOND_ID], SECOND_ID);
  await server.unload("second");
  await followed.until([FIRST_ID], FIRST_ID);
});

pulseTest("a server that dies or hangs takes its devices with it, and they come back", async () => {
  await using server = await PulseServer.start();
  await server.addSource({ ...FIRST, dead: true });
  await using watch = await WatchProcess.start("devices", server.env);
  const followed = new Followed(watch, [FIRST_ID], FIRST_ID);
  await server.kill();
  await followed.until([], null);
  await server.restart();
  await followed.until([FIRST_ID], FIRST_ID);
  server.freeze();
  await followed.until([], null);
  server.thaw();
  await followed.until([FIRST_ID], FIRST_ID);
});

pulseTest(
  "a device that goes while it is being listed is left out, and no harm is done",
  async () => {
    await using server = await PulseServer.start();
    await server.addSource({ ...FIRST, dead: true });
    await server.addSource({ ...SECOND, dead: true });
    await using watch = await WatchProcess.start("lists", server.env);
    for (let round = 0; round < 60; round++) {
      await server.unload("second");
      await server.load("second");
    }
    const { counts, failures } = await watch.end() as { counts: number[]; failures: string[] };
    assertEquals(failures, []);
    assertEquals(counts, [1, 2]);
  },
);

alsaTest("without a backend, what open would use is watched, and nothing else", async () => {
  if (!await haveTools(["pulseaudio", "pactl"], "pulseaudio pulseaudio-utils")) return;
  await using server = await PulseServer.start();
  await using alsa = await AlsaMicrophone.make();
  await server.addSource({ ...FIRST, dead: true });
  await using watch = await WatchProcess.start("any devices", { ...alsa.env, ...server.env });
  const followed = new Followed(watch, [FIRST_ID], FIRST_ID);
  await server.addSource({ ...SECOND, dead: true });
  await followed.until([FIRST_ID, SECOND_ID], FIRST_ID);
  await server.kill();
  await followed.until(["alsa:default"], "alsa:default");
});

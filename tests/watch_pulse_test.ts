import { assert, assertEquals } from "@std/assert";
import type { DeviceChange } from "../mod.ts";
import { PulseServer, type PulseSource, pulseTest } from "./_pulse.ts";
import { until } from "./_wait.ts";
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

async function unload(server: PulseServer, name: string): Promise<void> {
  const modules = (await server.pactl("list", "short", "modules")).split("\n");
  const module = modules.find((line) => line.includes(`source_name=${name} `))!;
  await server.pactl("unload-module", module.split("\t")[0]);
}

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
  await server.pactl("set-default-source", "first");
  await using watch = await WatchProcess.start("devices", server.env);
  const followed = new Followed(watch, [FIRST_ID], FIRST_ID);
  await server.addSource({ ...SECOND, dead: true });
  await followed.until([FIRST_ID, SECOND_ID], FIRST_ID);
  await server.pactl("set-default-source", "second");
  await followed.until([FIRST_ID, SECOND_ID], SECOND_ID);
  await unload(server, "second");
  await followed.until([FIRST_ID], FIRST_ID);
});

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Starts the server's program anew, where it was: once it is gone, which removes its socket. */
async function startAgain(server: PulseServer): Promise<Deno.ChildProcess> {
  const directory = server.env.XDG_RUNTIME_DIR;
  await until("the socket is gone", async () => !await exists(`${directory}/native`));
  const command = new Deno.Command("pulseaudio", {
    args: [
      "-n",
      "--daemonize=no",
      "--use-pid-file=no",
      "--exit-idle-time=-1",
      "--realtime=no",
      "--high-priority=no",
      `--load=module-native-protocol-unix socket=${directory}/native auth-anonymous=1`,
      `--load=module-pipe-source source_name=first file=${directory}/first`,
    ],
    env: { ...server.env, HOME: directory },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return command.spawn();
}

pulseTest(
  "a server that dies or hangs takes its devices with it, and brings them back",
  async () => {
    await using server = await PulseServer.start();
    await server.addSource({ ...FIRST, dead: true });
    await using watch = await WatchProcess.start("devices", server.env);
    const followed = new Followed(watch, [FIRST_ID], FIRST_ID);
    await server.pactl("exit");
    await followed.until([], null);
    const daemon = await startAgain(server);
    try {
      await followed.until([FIRST_ID], FIRST_ID);
      daemon.kill("SIGSTOP");
      await followed.until([], null);
      daemon.kill("SIGCONT");
      await followed.until([FIRST_ID], FIRST_ID);
    } finally {
      daemon.kill("SIGKILL");
      await daemon.status;
    }
  },
);

pulseTest(
  "a device that goes while it is being listed is left out, and nothing else happens",
  async () => {
    await using server = await PulseServer.start();
    await server.addSource({ ...FIRST, dead: true });
    await using watch = await WatchProcess.start("lists", server.env);
    for (let round = 0; round < 60; round++) {
      await server.addSource({ ...SECOND, dead: true });
      await unload(server, "second");
    }
    const { counts, failures } = await watch.end() as { counts: number[]; failures: string[] };
    assertEquals(failures, []);
    assertEquals(counts, [1, 2]);
  },
);

/**
 * A PipeWire of a test's own, met through its PulseAudio server: see {@linkcode SoundServer}.
 *
 * @module
 */

import { ready } from "./_daemon.ts";
import { monotonicNow } from "./_helpers.ts";
import { SoundServer } from "./_sound_server.ts";
import { testWith } from "./_tools.ts";
import { until } from "./_wait.ts";

const PROGRAMS = ["pipewire", "wireplumber", "pipewire-pulse", "dbus-daemon", "pactl", "cc"];
const PACKAGES = "pipewire wireplumber pipewire-pulse dbus pulseaudio-utils gcc libc6-dev";

/** Registers a test that needs a PipeWire. */
export function pipeWireTest(name: string, run: () => Promise<void>): void {
  testWith(PROGRAMS, PACKAGES, name, run);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Cycles of 43 ms: it fills up short ones with silence when its machine is busy. */
const CYCLE = `context.properties = {
  default.clock.rate = 48000
  default.clock.quantum = 2048
  default.clock.min-quantum = 2048
  default.clock.max-quantum = 2048
}
`;

/** It reads a whole cycle each time, of up to 43 ms at 48 kHz. */
const LATENCY_MS = 80;

/** A running PipeWire; its processes are `bus`, `pipewire`, `wireplumber` and `pipewire-pulse`. */
export class PipeWireServer extends SoundServer {
  /**
   * Starts one, and resolves when it answers.
   *
   * @param epoch When the sources' counters begin, as {@linkcode monotonicNow} gives it: now, if
   * left out.
   * @returns The server, without any source.
   */
  static async start(epoch?: string): Promise<PipeWireServer> {
    const directory = await Deno.makeTempDir({ prefix: "micring-pipewire-" });
    const env = {
      HOME: directory,
      XDG_RUNTIME_DIR: directory,
      XDG_CONFIG_HOME: directory,
      XDG_STATE_HOME: directory,
      PIPEWIRE_RUNTIME_DIR: directory,
      PULSE_SERVER: `unix:${directory}/pulse/native`,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${directory}/bus`,
    };
    const settings = `${directory}/pipewire/pipewire.conf.d`;
    await Deno.mkdir(settings, { recursive: true });
    await Deno.writeTextFile(`${settings}/cycle.conf`, CYCLE);
    const server = new PipeWireServer(directory, env, epoch ?? await monotonicNow(), LATENCY_MS);
    return await ready(server, () => server.launch());
  }

  protected override async launch(): Promise<void> {
    const address = `--address=${this.env.DBUS_SESSION_BUS_ADDRESS}`;
    await this.#begin("bus", "dbus-daemon", ["--session", "--nofork", "--nopidfile", address]);
    await this.#begin("pipewire", "pipewire", [], "pipewire-0");
    await this.#begin("wireplumber", "wireplumber", []);
    await this.#begin("pipewire-pulse", "pipewire-pulse", [], "pulse/native");
    await until("PipeWire answers", async () => {
      for (const daemon of this.daemons.values()) await daemon.checkAlive();
      return (await this.run("pactl", ["info"])).success;
    });
    const modules = await this.pactl("list", "short", "modules");
    for (const name of this.sources.keys()) {
      if (!modules.includes(`source_name=${name} `)) await this.load(name);
    }
    // PipeWire answers before its session manager has made what keeps the defaults.
    const name = this.defaultSource;
    if (name === undefined) return;
    await until(
      "PipeWire keeps a default",
      async () => (await this.run("pactl", ["set-default-source", name])).success,
    );
  }

  /** Starts one of its processes, unless it runs, and waits for the socket that it makes. */
  async #begin(name: string, program: string, args: string[], socket = name): Promise<void> {
    const running = this.daemons.get(name);
    if (running && !running.ended) return;
    const path = `${this.directory}/${socket}`;
    await Deno.remove(path).catch(() => {});
    const daemon = this.begin(name, program, args);
    if (name === "wireplumber") return;
    await until(`${name} listens`, async () => {
      await daemon.checkAlive();
      return await isThere(path);
    });
  }
}

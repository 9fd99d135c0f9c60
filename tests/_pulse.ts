/**
 * A PulseAudio server of a test's own: see {@linkcode SoundServer}.
 *
 * @module
 */

import { ready } from "./_daemon.ts";
import { monotonicNow } from "./_helpers.ts";
import { type PipeSource, type ServerRecording, SoundServer } from "./_sound_server.ts";
import { testWith } from "./_tools.ts";
import { until } from "./_wait.ts";

/** A virtual microphone. */
export type PulseSource = PipeSource;

/** A stream that a MicRing has on the server. */
export type PulseRecording = ServerRecording;

/** Registers a test that needs a server. */
export function pulseTest(name: string, run: () => Promise<void>): void {
  testWith(["pulseaudio", "pactl", "cc"], "pulseaudio pulseaudio-utils gcc libc6-dev", name, run);
}

/** It reads whatever is there. */
const LATENCY_MS = 5;

/** A running server. */
export class PulseServer extends SoundServer {
  /**
   * Starts a server, and resolves when it answers.
   *
   * @param epoch When the sources' counters begin, as {@linkcode monotonicNow} gives it: now, if
   * left out.
   * @returns The server, without any source.
   */
  static async start(epoch?: string): Promise<PulseServer> {
    const directory = await Deno.makeTempDir({ prefix: "micring-pulse-" });
    const env = {
      XDG_RUNTIME_DIR: directory,
      XDG_CONFIG_HOME: directory,
      PULSE_SERVER: `unix:${directory}/native`,
    };
    const server = new PulseServer(directory, env, epoch ?? await monotonicNow(), LATENCY_MS);
    return await ready(server, () => server.launch());
  }

  protected override async launch(): Promise<void> {
    await this.removePipes(...this.sources.keys());
    const script = `${this.directory}/start.pa`;
    await Deno.writeTextFile(script, this.#script());
    const daemon = this.begin("pulseaudio", "pulseaudio", [
      "-n",
      `--file=${script}`,
      "--daemonize=no",
      "--use-pid-file=no",
      "--exit-idle-time=-1",
      "--realtime=no",
      "--high-priority=no",
      "--log-level=warn",
    ]);
    await until("PulseAudio answers", async () => {
      await daemon.checkAlive();
      return (await this.run("pactl", ["info"])).success;
    });
  }

  /** All that the server does when it starts. Who reaches it finds everything there. */
  #script(): string {
    const sources = [...this.sources.values()].map((source) => this.moduleOf(source));
    const socket = `${this.directory}/native`;
    return [
      ...sources.map((module) => `load-module ${module.join(" ")}`),
      ...this.defaultSource === undefined ? [] : [`set-default-source ${this.defaultSource}`],
      `load-module module-native-protocol-unix socket=${socket} auth-anonymous=1`,
      "",
    ].join("\n");
  }
}

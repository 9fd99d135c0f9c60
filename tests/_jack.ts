/**
 * A JACK server of a test's own, with a virtual microphone that plays a counter by the clock.
 *
 * It shares nothing with a server that may run already, and needs no sound device and no session.
 *
 * @module
 */

import type { CounterSource } from "./_counter.ts";
import { Daemon, ready } from "./_daemon.ts";
import { helper, monotonicNow } from "./_helpers.ts";
import { testWith } from "./_tools.ts";
import { until } from "./_wait.ts";

/** How long a cycle is: what a busy machine can still do in time. */
const PERIOD_FRAMES = 1024;

/** The microphone, whose samples are always f32. */
export type JackSource = Omit<CounterSource, "format" | "description" | "ppm">;

/** Registers a test that needs a server. */
export function jackTest(name: string, run: () => Promise<void>): void {
  testWith(["jackd", "jack_lsp", "cc"], "jackd2 gcc libc6-dev", name, run);
}

/** A running server. */
export class JackServer implements AsyncDisposable {
  /** What a process needs in its environment to meet this server, and no other. */
  readonly env: Readonly<Record<string, string>>;
  readonly #directory: string;
  readonly #source: JackSource;
  readonly #epoch: string;
  readonly #daemons = new Map<string, Daemon>();
  #isKilled = false;
  #stopping: Promise<void> | undefined;

  private constructor(directory: string, source: JackSource, epoch: string) {
    this.#directory = directory;
    this.#source = source;
    this.#epoch = epoch;
    this.env = {
      XDG_RUNTIME_DIR: directory,
      XDG_CONFIG_HOME: directory,
      JACK_DEFAULT_SERVER: directory.split("/").at(-1)!,
      JACK_NO_START_SERVER: "1",
      JACK_NO_AUDIO_RESERVATION: "1",
      PULSE_SERVER: `unix:${directory}/nobody`,
    };
  }

  /**
   * Starts a server, and resolves when its microphone plays.
   *
   * @param epoch When the microphone's counter begins, as {@linkcode monotonicNow} gives it: now,
   * if left out.
   */
  static async start(source: JackSource, epoch?: string): Promise<JackServer> {
    const directory = await Deno.makeTempDir({ prefix: "micring-jack-" });
    const server = new JackServer(directory, source, epoch ?? await monotonicNow());
    return await ready(server, () => server.restart());
  }

  /** Kills the server. Its clients, the microphone too, are then without one for good. */
  async kill(): Promise<void> {
    this.#isKilled = true;
    await this.#daemons.get("jackd")!.kill();
    await this.#daemons.get("microphone")!.end();
  }

  /** Starts it again, with its microphone, and resolves when that plays. */
  async restart(): Promise<void> {
    const { name, channels, firstNumber = 1 } = this.#source;
    this.#isKilled = false;
    this.#beginServer();
    const numbers = [channels, firstNumber, this.#epoch].map(String);
    this.#begin("microphone", await helper("jack_counter", { linker: ["-ldl"] }), [
      name,
      ...numbers,
    ]);
    await until("the microphone of JACK plays", async () => {
      for (const daemon of this.#daemons.values()) await daemon.checkAlive();
      return (await this.#ports()).includes(`${name}:capture_${channels}\n`);
    });
  }

  /** Stops the server where it is; without it, the microphone does not play. */
  freeze(): void {
    this.#daemons.get("jackd")!.freeze();
  }

  /** Lets what is frozen go on. */
  thaw(): void {
    this.#daemons.get("jackd")?.thaw();
  }

  /** Ends the server and everything that was started for it. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /** Ends the server at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    // JACK keeps a list of at most eight servers of a machine. One that was killed is on it until
    // another one of its name has come to a good end.
    if (this.#isKilled) await this.restart();
    this.thaw();
    // In this order: a server does not end well whose client has not left.
    await this.#daemons.get("microphone")?.end();
    await this.#daemons.get("jackd")?.end();
    await Deno.remove(this.#directory, { recursive: true });
  }

  #beginServer(): void {
    const rates = [`-r${this.#source.sampleRate}`, `-p${PERIOD_FRAMES}`];
    // Without ports of its own: those of the microphone are all that there is.
    const driver = ["-d", "dummy", ...rates, "-C0", "-P0"];
    const name = this.env.JACK_DEFAULT_SERVER;
    const command = ["jackd", "--no-realtime", "-n", name, ...driver];
    // A client that dies while it is being told something is not to take the server with it.
    this.#begin("jackd", "sh", ["-c", 'trap "" PIPE; exec "$@"', "sh", ...command]);
  }

  #environment(): Record<string, string> {
    return { HOME: this.#directory, ...this.env };
  }

  #begin(name: string, program: string, args: string[]): void {
    const running = this.#daemons.get(name);
    if (running && !running.ended) return;
    this.#daemons.set(name, new Daemon({ program, args, env: this.#environment() }));
  }

  /** What is to be heard on the server, a line each; nothing, if there is none yet. */
  async #ports(): Promise<string> {
    const { stdout } = await new Deno.Command("jack_lsp", {
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", LC_ALL: "C", ...this.#environment() },
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  }
}

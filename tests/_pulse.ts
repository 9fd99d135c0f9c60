/**
 * A PulseAudio server of a test's own, with virtual microphones that deliver a counter.
 *
 * It shares nothing with a server that may run already, and needs no sound device and no session.
 *
 * @module
 */

import type { CounterFormat } from "./_paced_writer.ts";
import { testWith } from "./_tools.ts";
import { until } from "./_wait.ts";

/** A virtual microphone. */
export interface PulseSource {
  /** Its id on the server. */
  readonly name: string;
  /** What people call it; the server makes something up if left out. */
  readonly description?: string;
  readonly format: CounterFormat;
  readonly sampleRate: number;
  readonly channels: number;
  /** The first number of its counter; 1 if left out. */
  readonly firstNumber?: number;
  /** Whether nothing ever comes from it. */
  readonly dead?: boolean;
}

/** A stream that a MicRing has on the server. */
export interface PulseRecording {
  readonly source: string;
  readonly corked: boolean;
}

const WRITER = new URL("_paced_writer.ts", import.meta.url);
const PULSE_FORMATS = { f32: "float32le", s16: "s16le" } as const;
const STOP_MS = 5000;

async function end(child: Deno.ChildProcess): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  try {
    child.kill("SIGTERM");
  } catch (error) {
    // It has ended already, which is as good.
    if (!(error instanceof TypeError)) throw error;
  }
  await child.status;
  clearTimeout(timer);
}

async function firstOutput(child: Deno.ChildProcess): Promise<void> {
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  await reader.cancel();
  if (done) throw new Error("Cannot start the paced writer: it ended at once");
}

/** Registers a test that needs a server. */
export function pulseTest(name: string, run: () => Promise<void>): void {
  testWith(["pulseaudio", "pactl", "parec"], "pulseaudio pulseaudio-utils", name, run);
}

/** A running server. */
export class PulseServer implements AsyncDisposable {
  /** What a process needs in its environment to meet this server, and no other. */
  readonly env: Readonly<Record<string, string>>;
  readonly #directory: string;
  readonly #daemon: Deno.ChildProcess;
  readonly #errors: Promise<string>;
  readonly #helpers: Deno.ChildProcess[] = [];
  #ended = false;
  #stopping: Promise<void> | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
    this.env = {
      XDG_RUNTIME_DIR: directory,
      XDG_CONFIG_HOME: directory,
      PULSE_SERVER: `unix:${directory}/native`,
    };
    this.#daemon = this.#spawn("pulseaudio", [
      "-n",
      "--daemonize=no",
      "--use-pid-file=no",
      "--exit-idle-time=-1",
      "--realtime=no",
      "--high-priority=no",
      "--log-level=warn",
      `--load=module-native-protocol-unix socket=${directory}/native auth-anonymous=1`,
    ], "piped");
    this.#errors = new Response(this.#daemon.stderr).text();
    this.#daemon.status.then(() => this.#ended = true);
  }

  /**
   * Starts a server, and resolves when it answers.
   *
   * @returns The server, without any source.
   */
  static async start(): Promise<PulseServer> {
    const directory = await Deno.makeTempDir({ prefix: "micring-pulse-" });
    let server: PulseServer | undefined;
    try {
      server = new PulseServer(directory);
      await until("PulseAudio answers", () => server!.#answers());
      return server;
    } catch (error) {
      if (server) await server.stop();
      else await Deno.remove(directory, { recursive: true });
      throw error;
    }
  }

  /** Runs `pactl` on the server, and returns what it prints. */
  async pactl(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await this.#pactl(args);
    if (success) return stdout;
    throw new Error(`Cannot run pactl ${args.join(" ")}: ${stderr.trim()}`);
  }

  /** Adds a microphone, and resolves when its counter runs. */
  async addSource(source: PulseSource): Promise<void> {
    const { name, description, format, sampleRate, channels, firstNumber = 1, dead } = source;
    const pipe = `${this.#directory}/${name}`;
    await this.pactl(
      "load-module",
      "module-pipe-source",
      `source_name=${name}`,
      `file=${pipe}`,
      `format=${PULSE_FORMATS[format]}`,
      `rate=${sampleRate}`,
      `channels=${channels}`,
      ...description === undefined
        ? []
        : [`source_properties='device.description="${description}"'`],
    );
    if (dead) return;
    // A real microphone goes on when nobody listens. The pipe would fill up instead, and who
    // listens next would get what is old: so somebody always listens.
    this.#help("parec", [
      `--device=${name}`,
      `--format=${PULSE_FORMATS[format]}`,
      `--rate=${sampleRate}`,
      `--channels=${channels}`,
      "--raw",
      "/dev/null",
    ], "null");
    const writer = this.#help(Deno.execPath(), [
      "run",
      "--no-config",
      "--no-lock",
      "--allow-write",
      WRITER.href,
      ...[pipe, format, sampleRate, channels, firstNumber].map(String),
    ], "piped");
    await firstOutput(writer);
  }

  /** The streams that MicRing has on the server now. */
  async recordings(): Promise<PulseRecording[]> {
    const sources = new Map(
      (await this.pactl("list", "short", "sources")).split("\n").map((line) => {
        const [index, name] = line.split("\t");
        return [index, name];
      }),
    );
    const outputs = (await this.pactl("list", "source-outputs")).split(/^Source Output #/m);
    return outputs.filter((output) => output.includes('application.name = "MicRing"')).map(
      (output) => ({
        source: sources.get(/^\tSource: (\d+)$/m.exec(output)![1])!,
        corked: /^\tCorked: (\w+)$/m.exec(output)![1] === "yes",
      }),
    );
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
    await Promise.all([...this.#helpers, this.#daemon].map(end));
    await this.#errors;
    await Deno.remove(this.#directory, { recursive: true });
  }

  #command(program: string, args: string[], stdout: "piped" | "null", stderr: "piped" | "null") {
    // Nothing of the user's own sound settings is to be seen; Deno keeps its own cache.
    const { PATH, HOME, DENO_DIR } = Deno.env.toObject();
    const home = program === Deno.execPath() ? { HOME, DENO_DIR } : { HOME: this.#directory };
    const entries = Object.entries({ PATH, LC_ALL: "C", ...home, ...this.env });
    return new Deno.Command(program, {
      args,
      clearEnv: true,
      env: Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
      stdin: "null",
      stdout,
      stderr,
    });
  }

  #spawn(program: string, args: string[], stderr: "piped" | "null"): Deno.ChildProcess {
    return this.#command(program, args, "null", stderr).spawn();
  }

  #help(program: string, args: string[], stdout: "piped" | "null"): Deno.ChildProcess {
    const command = this.#command(program, args, stdout, "null");
    const child = command.spawn();
    this.#helpers.push(child);
    return child;
  }

  async #pactl(args: string[]) {
    const command = this.#command("pactl", args, "piped", "piped");
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  async #answers(): Promise<boolean> {
    if (this.#ended) {
      throw new Error(
        `Cannot start a private PulseAudio: it ended, saying ${(await this.#errors).trim()}`,
      );
    }
    return (await this.#pactl(["info"])).success;
  }
}

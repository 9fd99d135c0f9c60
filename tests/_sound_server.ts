/**
 * A sound server of a test's own, with virtual microphones that deliver a counter by the clock: what
 * those have in common that `pactl` can drive.
 *
 * It shares nothing with a server that may run already, and needs no sound device and no session.
 * The microphones go on whatever becomes of the server, as real ones do.
 *
 * @module
 */

import type { CounterSource } from "./_counter.ts";
import { Daemon, ready } from "./_daemon.ts";
import { helper } from "./_helpers.ts";

/** A virtual microphone. */
export interface PipeSource extends CounterSource {
  /** Whether nothing ever comes from it. */
  readonly dead?: boolean;
}

/** A stream that a MicRing has on the server. */
export interface ServerRecording {
  readonly source: string;
  readonly corked: boolean;
}

const PULSE_FORMATS = { f32: "float32le", s16: "s16le" } as const;

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** A running server. */
export abstract class SoundServer implements AsyncDisposable {
  /** What a process needs in its environment to meet this server, and no other. */
  readonly env: Readonly<Record<string, string>>;
  /** Its own, for all that it writes. */
  protected readonly directory: string;
  /** Its processes, by name, in the order in which they are started. */
  protected readonly daemons = new Map<string, Daemon>();
  protected readonly sources = new Map<string, PipeSource>();
  protected defaultSource: string | undefined;
  readonly #epoch: string;
  readonly #latencyMs: number;
  readonly #feeders = new Map<string, Daemon>();
  #stopping: Promise<void> | undefined;

  /**
   * @param epoch The monotonic clock, in nanoseconds, when each source was at its first number.
   * @param latencyMs How old a frame is when the server may read it first.
   */
  protected constructor(
    directory: string,
    env: Readonly<Record<string, string>>,
    epoch: string,
    latencyMs: number,
  ) {
    this.directory = directory;
    this.env = env;
    this.#epoch = epoch;
    this.#latencyMs = latencyMs;
  }

  /** Starts those of its processes that do not run, and resolves when all the sources are there. */
  protected abstract launch(): Promise<void>;

  /** Runs `pactl` on the server, and returns what it prints. */
  async pactl(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await this.run("pactl", args);
    if (success) return stdout;
    throw new Error(`Cannot run pactl ${args.join(" ")}: ${stderr.trim()}`);
  }

  /** Adds a microphone, and resolves when its counter runs. */
  async addSource(source: PipeSource): Promise<void> {
    if (!source.dead) {
      const { format, sampleRate, channels, firstNumber = 1, ppm = 0 } = source;
      const numbers = [sampleRate, channels, firstNumber, this.#epoch, ppm, this.#latencyMs];
      this.#feeders.set(
        source.name,
        new Daemon({
          program: await helper("counter_feeder"),
          args: [this.#fifo(source), format, ...numbers.map(String)],
          env: {},
        }),
      );
    }
    this.sources.set(source.name, source);
    await this.load(source.name);
  }

  /** Puts another source in the place of one that was taken off, with the same name. */
  async replace(source: PipeSource): Promise<void> {
    await this.#feeders.get(source.name)?.end();
    await this.addSource(source);
  }

  /** Takes a source off the server, as if its cable were pulled; its counter goes on. */
  async unload(source: string): Promise<void> {
    const modules = (await this.pactl("list", "short", "modules")).split("\n");
    const line = modules.find((line) => line.includes(`source_name=${source} `));
    if (line === undefined) throw new Error(`Cannot unload ${source}: it is not there`);
    await this.pactl("unload-module", line.split("\t")[0]);
  }

  /** Puts a source back on the server that was taken off it. */
  async load(source: string): Promise<void> {
    await this.removePipes(source);
    await this.pactl("load-module", ...this.moduleOf(this.sources.get(source)!));
  }

  /** Stops a source from delivering, as a device that is saving power; or lets it go on. */
  async suspend(source: string, on: boolean): Promise<void> {
    await this.pactl("suspend-source", source, on ? "1" : "0");
  }

  /** Makes a source the default one, after a restart too. */
  async setDefault(source: string): Promise<void> {
    await this.pactl("set-default-source", source);
    this.defaultSource = source;
  }

  /** Kills the server, or one of its processes; its microphones go on. */
  async kill(daemon?: string): Promise<void> {
    await Promise.all(this.#named(daemon).map((daemon) => daemon.kill()));
  }

  /** Starts what was killed, with the same address and sources, and resolves when it answers. */
  async restart(): Promise<void> {
    await this.launch();
  }

  /** Stops the server where it is, or one of its processes; its microphones go on. */
  freeze(daemon?: string): void {
    for (const frozen of this.#named(daemon)) frozen.freeze();
  }

  /** Lets what is frozen go on. */
  thaw(daemon?: string): void {
    for (const frozen of this.#named(daemon)) frozen.thaw();
  }

  /** The streams that MicRing has on the server now. */
  async recordings(): Promise<ServerRecording[]> {
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

  /** Runs a program that ends by itself in the server's environment. */
  protected async run(program: string, args: string[]) {
    const command = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", LC_ALL: "C", HOME: this.directory, ...this.env },
      stdin: "null",
    });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** Starts one of its processes, unless it runs. */
  protected begin(name: string, program: string, args: readonly string[]): Daemon {
    const running = this.daemons.get(name);
    if (running && !running.ended) return running;
    const env = { HOME: this.directory, ...this.env };
    const daemon = new Daemon({ program, args, env });
    this.daemons.set(name, daemon);
    return daemon;
  }

  /** Which module with which arguments a source is, for `pactl` and for a server's script. */
  protected moduleOf(source: PipeSource): string[] {
    const { name, description, format, sampleRate, channels } = source;
    const properties = `source_properties='device.description="${description}"'`;
    return [
      "module-pipe-source",
      `source_name=${name}`,
      `file=${this.#fifo(source)}`,
      `format=${PULSE_FORMATS[format]}`,
      `rate=${sampleRate}`,
      `channels=${channels}`,
      ...description === undefined ? [] : [properties],
    ];
  }

  /** The module makes a source's pipe, and refuses one that a killed server has left. */
  protected async removePipes(...sources: string[]): Promise<void> {
    for (const source of sources) {
      await Deno.remove(this.#fifo(this.sources.get(source)!)).catch(ignoreNotFound);
    }
  }

  #fifo({ name }: PipeSource): string {
    return `${this.directory}/${name}.fifo`;
  }

  #named(name: string | undefined): Daemon[] {
    if (name === undefined) return [...this.daemons.values()];
    const daemon = this.daemons.get(name);
    if (daemon) return [daemon];
    throw new Error(`Cannot find ${name}: there are ${[...this.daemons.keys()].join(", ")}`);
  }

  async #stop(): Promise<void> {
    await Promise.all(
      [...this.#feeders.values(), ...this.daemons.values()].map((daemon) => daemon.end()),
    );
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** Gives a server that was just started its microphones, and the default one if it is named. */
export function withSources<T extends SoundServer>(
  server: T,
  sources: readonly PipeSource[],
  defaultSource?: string,
): Promise<T> {
  return ready(server, async () => {
    for (const source of sources) await server.addSource(source);
    if (defaultSource !== undefined) await server.setDefault(defaultSource);
  });
}

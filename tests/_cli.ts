/**
 * Runs the command line as a process, through pipes or in a real terminal.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { denoDir } from "./_deno_dir.ts";
import { difference } from "./_signal.ts";
import { until } from "./_wait.ts";
import { floatsOf, readWav } from "./_wav_reader.ts";

const MAIN = new URL("../cli/main.ts", import.meta.url).pathname;

/** Longer takes none of the runs. */
const MOST_MS = 30_000;

/** How it is run. */
export interface CliOptions {
  /** In a terminal of its own, by `script`: what it writes to both streams is in `out`. */
  readonly terminal?: boolean;
  /** How wide that is; 100 if left out. */
  readonly columns?: number;
  /** What Deno is allowed; `--allow-ffi` and writing everywhere, if left out. */
  readonly allow?: readonly string[];
  /** Whether Deno asks for what it was not allowed; if left out, that is refused. */
  readonly asks?: boolean;
  readonly cwd?: string;
  /** A shell's words before the program, as `ulimit -f 10;`. */
  readonly before?: string;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}

/** A run of it. */
export class Cli implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<unknown>;
  out = "";
  err = "";

  /** Starts it. */
  constructor(args: readonly string[], options: CliOptions = {}) {
    const {
      terminal = false,
      columns = 100,
      allow = ["--allow-ffi", "--allow-write"],
      before = "",
    } = options;
    const prompt = options.asks ? [] : ["--no-prompt"];
    const deno = [Deno.execPath(), "run", "--quiet", "--no-check", ...prompt, ...allow];
    const line = `${before} exec ${quoted([...deno, MAIN, ...args])}`;
    this.#child = new Deno.Command(terminal ? "script" : "sh", {
      args: terminal ? ["-qefc", `stty cols ${columns}; ${line}`, "/dev/null"] : ["-c", line],
      env: { DENO_DIR: denoDir(), NO_COLOR: "1", SHELL: "/bin/sh" },
      cwd: options.cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    const { stdout, stderr } = this.#child;
    this.#reading = Promise.all([
      this.#read(stdout, (text) => this.out += text),
      this.#read(stderr, (text) => this.err += text),
    ]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves when it has said this, so many times. */
  async says(pattern: RegExp, times = 1): Promise<void> {
    const count = () => (this.out + this.err).match(new RegExp(pattern, "g"))?.length ?? 0;
    await until(`it says ${pattern}: ${this.out}${this.err}`, () => count() >= times);
  }

  /** Types something. */
  async type(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** How it ended; one that does not is ended, and says what it had said. */
  async code(): Promise<number> {
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      this.#child.kill("SIGKILL");
    }, MOST_MS);
    const { code } = await this.#child.status;
    clearTimeout(limit);
    await this.#reading;
    if (late) throw new Error(`The command line did not end: ${this.out}${this.err}`);
    return code;
  }

  /** The objects that it printed, a line each. */
  objects(): Record<string, unknown>[] {
    return this.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#writer.close().catch(() => {});
    const ended = await Promise.race([this.#child.status, Promise.resolve(undefined)]);
    if (ended === undefined) {
      try {
        this.#child.kill("SIGKILL");
      } catch { /* it ended meanwhile */ }
    }
    await this.code();
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
  }
}

/** Runs it to its end. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<{ code: number; out: string; err: string }> {
  await using cli = new Cli(args, options);
  const code = await cli.code();
  return { code, out: cli.out, err: cli.err };
}

/** What makes every sample of a file the number of its frame. */
export const SEQUENCE = ["--source=sequence", "--format=f32"];

/** Its first frame, and the one behind its last; every frame in between is there, in order. */
export async function spanOf(path: string): Promise<[number, number]> {
  const samples = floatsOf(readWav(await Deno.readFile(path)));
  const [first = 0] = samples;
  const wanted = Float32Array.from(samples, (_, i) => first + i);
  assertEquals(difference(samples, wanted), undefined, path);
  return [first, first + samples.length];
}

/** The files lie end to end, without a frame between them; where the first begins, and the last ends. */
export async function endToEnd(paths: readonly string[]): Promise<[number, number]> {
  const spans = [];
  for (const path of paths) spans.push(await spanOf(path));
  for (const [i, [from]] of spans.entries()) {
    if (i > 0) assertEquals(from, spans[i - 1][1], paths[i]);
  }
  return [spans[0][0], spans.at(-1)![1]];
}

/** The WAVs in a folder, by name. */
export async function wavsIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".wav")) names.push(`${folder}/${name}`);
  }
  return names.sort();
}

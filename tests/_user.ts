/**
 * Somebody who has Deno and nothing else, and runs a script.
 *
 * @module
 */

import { type SystemCall, traced } from "./_system_calls.ts";

/** How a run ended. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
  /** What it printed as errors, but for Deno's own lines on what it downloads. */
  readonly errors: string;
  /** The addresses that Deno said it downloads. */
  readonly downloads: readonly string[];
}

/** Without which programs of Windows cannot so much as open a socket or a temporary file. */
const WINDOWS = ["SystemRoot", "TEMP", "TMP"];

/** Those of our environment that are set. */
function inherited(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** With a directory for scripts and nothing in Deno's cache, until it has run one. */
export class User implements AsyncDisposable {
  /** Where the scripts are, and where they run. */
  readonly scripts: string;
  /** Deno's cache. */
  readonly cache: string;
  readonly #directory: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(directory: string, env: Readonly<Record<string, string>>) {
    this.#directory = directory;
    this.scripts = `${directory}/scripts`;
    this.cache = `${directory}/cache`;
    this.#env = {
      ...env,
      ...inherited("PATH", ...Deno.build.os === "windows" ? WINDOWS : []),
      HOME: `${directory}/home`,
      DENO_DIR: this.cache,
      // Once a day, Deno itself asks whether there is a newer one.
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
    };
  }

  /** Makes one, with this in its environment, and nothing of the user's own who runs the tests. */
  static async create(env: Readonly<Record<string, string>>): Promise<User> {
    const user = new User(await Deno.makeTempDir({ prefix: "micring-user-" }), env);
    for (const directory of [user.scripts, user.cache, user.#env.HOME]) await Deno.mkdir(directory);
    return user;
  }

  /** Writes a script. */
  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.scripts}/${name}`, text);
  }

  /** Runs `deno` with these arguments. */
  async deno(...args: string[]): Promise<Outcome> {
    return outcomeOf(await this.#command(Deno.execPath(), args).output());
  }

  /** The same, with all that it asked of the system. */
  async denoTraced(...args: string[]): Promise<Outcome & { readonly calls: SystemCall[] }> {
    const run = await traced(
      (program, strace) => this.#command(program, [...strace, Deno.execPath(), ...args]).output(),
    );
    return { ...outcomeOf(run.output), calls: run.calls };
  }

  /** What is in a directory and below, by path. */
  static async filesIn(directory: string): Promise<string[]> {
    const paths: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      if (!isDirectory) paths.push(name);
      else {for (const path of await User.filesIn(`${directory}/${name}`)) {
          paths.push(`${name}/${path}`);
        }}
    }
    return paths.sort();
  }

  /** Forgets the user, and all that it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#directory, { recursive: true });
  }

  #command(program: string, args: string[]): Deno.Command {
    return new Deno.Command(program, {
      args,
      cwd: this.scripts,
      clearEnv: true,
      env: this.#env,
      stdin: "null",
    });
  }
}

function outcomeOf({ code, stdout, stderr }: Deno.CommandOutput): Outcome {
  const decoder = new TextDecoder();
  const lines = decoder.decode(stderr).split("\n");
  const download = /^Download (.*)$/;
  return {
    code,
    output: decoder.decode(stdout),
    errors: lines.filter((line) => !download.test(line)).join("\n").trim(),
    downloads: lines.flatMap((line) => download.exec(line)?.[1] ?? []),
  };
}

/**
 * An example, as a person runs it: with the permissions that it claims, and no more.
 *
 * @module
 */

/** How a program has ended. */
export interface Ended {
  readonly code: number;
  /** What it said since it was read last. */
  readonly output: string;
  readonly errors: string;
}

/** So long nothing here takes, on the slowest machine. */
const HANG_MS = 20_000;

/** A folder that is gone when it is disposed. */
export class Folder implements AsyncDisposable {
  readonly path = Deno.realPathSync(Deno.makeTempDirSync());

  /** What is in it, in order. */
  names(ending = ""): string[] {
    return Array.from(Deno.readDirSync(this.path), ({ name }) => name)
      .filter((name) => name.endsWith(ending)).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** An example that runs: its output so far, and its keyboard. Ended with its `using` block. */
export class ExampleProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array>;
  readonly #screen: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #output = "";
  #ended = false;

  constructor(name: string, cwd: string, permissions: string[], args: string[]) {
    const script = decodeURIComponent(new URL(`../examples/${name}.ts`, import.meta.url).pathname);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions, script, ...args],
      cwd,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#keyboard = this.#child.stdin.getWriter();
    this.#screen = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  async type(keys: string): Promise<void> {
    await this.#keyboard.write(new TextEncoder().encode(keys));
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Everything up to the end of what matches, which is taken out of the output. */
  async readUntil(pattern: RegExp): Promise<RegExpExecArray> {
    using _limit = this.#limit();
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) {
        this.#output = this.#output.slice(match.index + match[0].length);
        return match;
      }
      if (!await this.#readMore()) {
        const words = this.#output + await this.#errors;
        throw new Error(`Cannot find ${pattern}: the example ended with ${words}`);
      }
    }
  }

  /** No more keys: waits for the end. */
  async end(): Promise<Ended> {
    await this.#keyboard.close();
    return await this.result();
  }

  /** Waits for the end, the keyboard at hand. */
  async result(): Promise<Ended> {
    using _limit = this.#limit();
    while (await this.#readMore()) continue;
    const [{ code }, errors] = await Promise.all([this.#child.status, this.#errors]);
    this.#ended = true;
    return { code, output: this.#output, errors };
  }

  /** One that hangs is ended, with what it has said up to then. */
  #limit(): Disposable {
    const hang = setTimeout(() => this.#child.kill("SIGKILL"), HANG_MS);
    return { [Symbol.dispose]: () => clearTimeout(hang) };
  }

  async #readMore(): Promise<boolean> {
    const { done, value } = await this.#screen.read();
    this.#output += value ?? "";
    return !done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) {
      this.#child.kill("SIGKILL");
      await this.result();
    }
    await this.#keyboard.abort().catch(() => {});
  }
}

/** Runs an example to its end, without a key. */
export async function runExample(
  name: string,
  cwd: string,
  permissions: string[],
  args: string[],
): Promise<Ended> {
  await using example = new ExampleProcess(name, cwd, permissions, args);
  return await example.end();
}

/**
 * A process that is driven over its standard streams: both ends of that line.
 *
 * @module
 */

import { denoDir } from "./_deno_dir.ts";

/** A call that hangs shall fail its test, and not stop all of them. */
const HANG_MS = 120_000;

/** What a process can be asked to do. */
// deno-lint-ignore no-explicit-any
export type Calls = Readonly<Record<string, (...args: any[]) => unknown>>;

/** The lines of a stream of text. */
async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** What a failed call throws at the near end. */
export class CallError extends Error {
  /** The code of a MicRingError. */
  readonly code: string | undefined;

  constructor({ name, message, code }: { name: string; message: string; code?: string }) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** The near end. */
export class CalledProcess<C extends Calls> implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #replies: AsyncGenerator<string>;
  readonly #errors: Promise<string>;
  readonly #hang: ReturnType<typeof setTimeout>;
  #ended: Promise<void> | undefined;

  /**
   * Starts it.
   *
   * @param script Its module, which calls {@linkcode serve}.
   * @param env What is to be in its environment beside this process's own.
   * @param options What Deno is to be told as well.
   */
  constructor(
    script: string,
    env: Readonly<Record<string, string>> = {},
    options: readonly string[] = [],
  ) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-lock", "--allow-all", ...options, script],
      env: { ...env, DENO_DIR: denoDir(), NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#requests = this.#child.stdin.getWriter();
    this.#replies = linesOf(this.#child.stdout);
    this.#errors = new Response(this.#child.stderr).text();
    this.#hang = setTimeout(() => this.#child.kill("SIGKILL"), HANG_MS);
  }

  /** Calls one of the functions over there; one at a time. */
  async call<K extends keyof C & string>(
    name: K,
    ...args: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    const request = new TextEncoder().encode(`${JSON.stringify([name, args])}\n`);
    // Where the process has ended, how it did tells more than a broken pipe.
    await this.#requests.write(request).catch(() => {});
    const { value, done } = await this.#replies.next();
    if (done) {
      await this.#end();
      throw new Error(`Cannot ${name}: the process has ended`);
    }
    const { error, result } = JSON.parse(value);
    if (error !== undefined) throw new CallError(error);
    return result;
  }

  /** Lets it end by itself, and sees to it that it ends well and has printed nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Who was told already is not told twice: the test would show neither.
    await (this.#ended?.catch(() => {}) ?? this.#end());
  }

  #end(): Promise<void> {
    return this.#ended ??= (async () => {
      await this.#requests.close().catch(() => {});
      const { done, value } = await this.#replies.next();
      const { code, signal } = await this.#child.status;
      clearTimeout(this.#hang);
      const errors = await this.#errors;
      if (code === 0 && errors === "" && done) return;
      throw new Error(
        `A process did not end well: code ${code}, signal ${signal}, on standard output ` +
          `${JSON.stringify(value)}, on standard error ${JSON.stringify(errors)}`,
      );
    })();
  }
}

async function answer(calls: Calls, line: string): Promise<unknown> {
  const [name, args] = JSON.parse(line);
  try {
    return { result: await calls[name](...args) };
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return { error: { name, message, code } };
  }
}

/** The far end: answers until there is nothing more to come. */
export async function serve(calls: Calls): Promise<void> {
  for await (const line of linesOf(Deno.stdin.readable)) {
    console.log(JSON.stringify(await answer(calls, line)));
  }
}

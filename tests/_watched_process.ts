/**
 * A process that is looked at from outside: what it costs, and how often it runs.
 *
 * @module
 */

/** A line of what `/proc` says of a thread, as a number. */
function numberOf(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)![1]);
}

/**
 * A process that says "ready" when it is what it is meant to be, stays so while it has an input, and
 * ends with it.
 */
export class WatchedProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #words = "";

  /** Starts it; its errors are on its output's last line. */
  constructor(program: string, args: string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = new Deno.Command(program, {
      args,
      env: { ...env, NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  /** Resolves when it says that it is ready. */
  async ready(): Promise<void> {
    while (!this.#words.includes("ready\n")) {
      const { done, value } = await this.#output.read();
      if (done) throw new Error(`Cannot watch: it ended. ${this.#words}${await this.#errors}`);
      this.#words += value;
    }
  }

  /** How often its first thread, which a script runs on, was given a processor. */
  async turns(): Promise<number> {
    const { pid } = this.#child;
    const status = await Deno.readTextFile(`/proc/${pid}/task/${pid}/status`);
    return numberOf(status, "voluntary_ctxt_switches") +
      numberOf(status, "nonvoluntary_ctxt_switches");
  }

  /** How long all of its threads have run, in nanoseconds; those that have ended are left out. */
  async runtime(): Promise<number> {
    let sum = 0;
    for await (const { name } of Deno.readDir(`/proc/${this.#child.pid}/task`)) {
      const path = `/proc/${this.#child.pid}/task/${name}/schedstat`;
      sum += Number((await Deno.readTextFile(path)).split(" ")[0]);
    }
    return sum;
  }

  /** Lets it end; returns all it said after it was ready. Throws if it failed. */
  async end(): Promise<string> {
    await this.#child.stdin.close();
    for (;;) {
      const { done, value } = await this.#output.read();
      if (done) break;
      this.#words += value;
    }
    const [{ success, code }, errors] = await Promise.all([this.#child.status, this.#errors]);
    if (!success) throw new Error(`Cannot watch: it failed with ${code}. ${errors}`);
    return this.#words.split("ready\n")[1];
  }

  /** Ends it if it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#output.cancel();
    await Promise.all([this.#child.status, this.#errors]);
    if (!this.#child.stdin.locked) await this.#child.stdin.close().catch(() => {});
  }
}

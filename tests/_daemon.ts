/**
 * A process that a test starts in the background, and does to what a bad day does.
 *
 * @module
 */

import { sleep } from "./_wait.ts";

const STOP_MS = 5000;

/** How a daemon is started. */
export interface DaemonOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment, but for the path of programs and the language. */
  readonly env: Readonly<Record<string, string>>;
}

/** A running process. */
export class Daemon {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #status: Promise<Deno.CommandStatus>;
  readonly #errors: Promise<string>;
  #ended = false;

  /** Starts it. */
  constructor({ program, args, env }: DaemonOptions) {
    this.#name = program.split("/").at(-1)!;
    this.#child = new Deno.Command(program, {
      args: [...args],
      // Nothing of the user's own sound settings is to be seen.
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", LC_ALL: "C", ...env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#errors = new Response(this.#child.stderr).text();
    this.#status = this.#child.status;
    this.#status.then(() => this.#ended = true);
  }

  /** Its number, as the system knows it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Throws what it said if it has ended. */
  async checkAlive(): Promise<void> {
    if (!this.#ended) return;
    throw new Error(`Cannot go on without ${this.#name}: it ended, saying ${await this.words()}`);
  }

  /** All that it said, when it has ended. */
  async words(): Promise<string> {
    return (await this.#errors).trim();
  }

  /** Stops it where it is, as if its machine were too busy. */
  freeze(): void {
    this.#signal("SIGSTOP");
  }

  /** Lets it go on. */
  thaw(): void {
    this.#signal("SIGCONT");
  }

  /** Ends it at once, so that it can clean up nothing. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#status;
    await this.#errors;
  }

  /** Asks it to end, frozen or not, and makes it if it does not. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.#signal("SIGKILL"), STOP_MS);
    this.#signal("SIGTERM");
    this.#signal("SIGCONT");
    await this.#status;
    await this.#errors;
    clearTimeout(timer);
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/** Does what makes something of use that was begun; where that fails, ends it. */
export async function ready<T extends { stop(): Promise<void> }>(
  begun: T,
  steps: () => Promise<void>,
): Promise<T> {
  try {
    await steps();
    return begun;
  } catch (error) {
    await begun.stop();
    throw error;
  }
}

/** Kills a server, and starts it again after so long. */
export async function restartAfter(
  seconds: number,
  server: { kill(): Promise<void>; restart(): Promise<void> },
): Promise<void> {
  await server.kill();
  await sleep(seconds);
  await server.restart();
}

/** Stops processes where they are, for so long. */
export async function freezeFor(
  seconds: number,
  processes: { freeze(): void; thaw(): void },
): Promise<void> {
  processes.freeze();
  await sleep(seconds);
  processes.thaw();
}

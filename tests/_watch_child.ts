/**
 * A process that follows the sound system and tells line by line what changes: both ends of that
 * line.
 *
 * It has a process of its own, as the system's sound libraries read their environment when they
 * are loaded.
 *
 * @module
 */

import { denoDir } from "./_deno_dir.ts";
import { type Backend, MicRing, MicRingError } from "../mod.ts";

/** What is followed: which devices PulseAudio has, or whatever would be opened; which one a ring
 * records; or, told at the end only, what all the lists were that one can get. */
export type Watched = "devices" | "any devices" | "ring" | "lists";

/** A call that hangs shall fail its test, and not stop all of them. */
const HANG_MS = 60_000;

function tell(line: unknown): void {
  console.log(JSON.stringify(line));
}

/** Resolves when somebody waits: a watch does, once its first look is done. */
function firstTimer(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
    globalThis.setTimeout = setTimeout;
    resolve();
    return setTimeout(...args);
  }) as typeof setTimeout;
  return promise;
}

async function tellDevices(signal: AbortSignal, backend?: Backend): Promise<void> {
  const only = backend === undefined ? {} : { backend };
  const watch = MicRing.watchDevices({ ...only, interval: 0.1, signal });
  const looked = firstTimer();
  let next = watch.next();
  await looked;
  tell("ready");
  for (;; next = watch.next()) {
    const { done, value: change } = await next;
    if (done) return;
    const devices = change.devices.map(({ id }) => id);
    const { kind, device } = change;
    const previous = change.kind === "default" ? { previous: change.previous?.id ?? null } : {};
    tell({ kind, device: device?.id ?? null, ...previous, devices });
  }
}

async function tellRing(signal: AbortSignal): Promise<void> {
  await using ring = await MicRing.open({ seconds: 5, backend: "pulseaudio" });
  ring.addEventListener("device", ({ device, previous }) => {
    const live = ring.device?.name;
    tell({ kind: "device", device: device.name, previous: previous?.name, live });
  });
  ring.addEventListener("state", ({ state, reason }) => {
    tell({ kind: "state", state, reason: reason?.code ?? null });
  });
  ring.addEventListener("gap", ({ gap, startTime, endTime }) => {
    const { complete, gaps } = ring.snapshot({ from: gap.startFrame, to: gap.endFrame });
    const seconds = (gap.endFrame - gap.startFrame) / ring.sampleRate;
    const off = (endTime - startTime) / 1000 - seconds;
    tell({ kind: "gap", cause: gap.cause, own: !complete && gaps.length === 1, seconds, off });
  });
  tell("ready");
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

async function tellLists(signal: AbortSignal): Promise<void> {
  const counts = new Set<number>();
  const failures = new Set<string>();
  tell("ready");
  while (!signal.aborted) {
    try {
      counts.add((await MicRing.devices({ backend: "pulseaudio" })).length);
    } catch (error) {
      // A busy server may not answer in time, and says so.
      const slow = error instanceof MicRingError && error.code === "no-answer";
      if (!slow) failures.add(String(error));
    }
  }
  tell({ counts: [...counts].sort(), failures: [...failures] });
}

/** The near end: what the process tells, one value after the other. */
export class WatchProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<unknown>;
  readonly #errors: Promise<string>;
  readonly #hang: ReturnType<typeof setTimeout>;
  #ended: Promise<void> | undefined;

  private constructor(watched: Watched, env: Readonly<Record<string, string>>) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-lock", "--allow-ffi", import.meta.url, watched],
      env: { ...env, DENO_DIR: denoDir(), NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = linesOf(this.#child.stdout);
    this.#errors = new Response(this.#child.stderr).text();
    this.#hang = setTimeout(() => this.#child.kill("SIGKILL"), HANG_MS);
  }

  /** Starts it, with this in its environment, and resolves when it tells every change. */
  static async start(
    watched: Watched,
    env: Readonly<Record<string, string>>,
  ): Promise<WatchProcess> {
    const process = new WatchProcess(watched, env);
    const first = await process.next();
    if (first === "ready") return process;
    await process[Symbol.asyncDispose]();
    throw new Error(`Cannot watch: the process began with ${JSON.stringify(first)}`);
  }

  /** What it tells next. */
  async next(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (!done) return value;
    await this.#end();
    throw new Error("Cannot hear what is next: the process has ended");
  }

  /** Lets it end; returns what it told last. */
  async end(): Promise<unknown> {
    await this.#child.stdin.close();
    const last = await this.next();
    await this.#end();
    return last;
  }

  /** Lets it end by itself, and sees to it that it ends well. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Who was told already is not told twice: the test would show neither.
    await (this.#ended?.catch(() => {}) ?? this.#end());
  }

  #end(): Promise<void> {
    return this.#ended ??= (async () => {
      await this.#child.stdin.close().catch(() => {});
      while (!(await this.#lines.next()).done);
      const { code, signal } = await this.#child.status;
      clearTimeout(this.#hang);
      const errors = await this.#errors;
      if (code === 0 && errors === "") return;
      throw new Error(`A watching process did not end well: ${code}, ${signal}, saying ${errors}`);
    })();
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<unknown> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

if (import.meta.main) {
  const ending = new AbortController();
  const told: Record<Watched, (signal: AbortSignal) => Promise<void>> = {
    "devices": (signal) => tellDevices(signal, "pulseaudio"),
    "any devices": (signal) => tellDevices(signal),
    "ring": tellRing,
    "lists": tellLists,
  };
  const work = told[Deno.args[0] as Watched](ending.signal);
  Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => ending.abort());
  await work;
}

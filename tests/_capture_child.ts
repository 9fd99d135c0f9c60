/**
 * Rings in a process of their own, driven over its standard streams: both ends of that line.
 *
 * The system's sound libraries read their environment when they are loaded, and a test process
 * may have loaded them for another test already: so whoever needs a certain environment has the
 * rings opened in a new process. What they hold is described there, as it is too much to send.
 *
 * @module
 */

import {
  type Gap,
  MicRing,
  type OpenedDevice,
  type OpenOptions,
  type SampleFormat,
  type Snapshot,
} from "../mod.ts";
import { denoDir } from "./_deno_dir.ts";
import { type CounterFormat, LAST_NUMBER, nextNumber } from "./_counter.ts";

/** A stretch of a ring in which the counter runs on, or all is zero, or neither. */
export interface Run {
  readonly kind: "counter" | "silence" | "foreign";
  /** The number of its first frame in the ring. */
  readonly startFrame: number;
  frames: number;
  /** The counter at its first frame; of foreign frames, the first sample. */
  readonly first: number;
}

/** What a ring has had to tell, in order; times are milliseconds since the Unix epoch. */
export type RingNews =
  | {
    readonly kind: "state";
    readonly state: string;
    readonly code?: string;
    readonly time: number;
  }
  | { readonly kind: "gap"; readonly gap: Gap; readonly time: number }
  | { readonly kind: "device"; readonly device: OpenedDevice; readonly time: number };

/** All that a ring holds, described. */
export interface Account {
  /** By which every frame is accounted for; with the time that the ring gives for each one's first. */
  readonly runs: readonly (Run & { readonly time: number })[];
  readonly gaps: readonly Gap[];
  readonly sampleRate: number;
}

/** What a failed call throws at this end. */
export class RemoteError extends Error {
  /** The error's class at the other end. */
  override readonly name: string;
  /** The code of a MicRingError. */
  readonly code: string | undefined;

  constructor({ name, code, message }: { name: string; code?: string; message: string }) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** More runs than a healthy or a plainly broken ring has; the rest would only be noise. */
const MOST_RUNS = 50;
const FOLLOW_MS = 50;
const BADGER_MS = 20;
/** In which Linux counts the CPU time of processes. */
const TICKS_A_SECOND = 100;
/** A call that hangs shall fail its test, and not stop all of them. */
const HANG_MS = 120_000;

function numberAt(snapshot: Snapshot, counter: CounterFormat, frame: number): number | undefined {
  const { samples, channels } = snapshot;
  const first = samples[frame * channels];
  for (let channel = 1; channel < channels; channel++) {
    const sample = samples[frame * channels + channel];
    if (sample !== (channel % 2 === 0 ? first : -first)) return undefined;
  }
  const number = snapshot.format === "s16" ? first : first * (LAST_NUMBER[counter] + 1);
  return Number.isInteger(number) && number >= 0 ? number : undefined;
}

/** Goes on with a list of runs over the frames of a snapshot that follows. */
function describe(runs: Run[], snapshot: Snapshot, counter: CounterFormat): void {
  let expected: number | undefined;
  const last = runs.at(-1);
  if (last?.kind === "counter") expected = nextNumber(counter, last.first, last.frames);
  for (let i = 0; i < snapshot.frames && runs.length < MOST_RUNS; i++) {
    const number = numberAt(snapshot, counter, i);
    const kind = number === undefined ? "foreign" : number === 0 ? "silence" : "counter";
    const run = runs.at(-1);
    if (run?.kind === kind && (kind !== "counter" || number === expected)) {
      run.frames++;
    } else {
      const first = number ?? snapshot.samples[i * snapshot.channels];
      runs.push({ kind, startFrame: snapshot.startFrame + i, frames: 1, first });
    }
    if (number !== undefined) expected = nextNumber(counter, number);
  }
}

const rings: MicRing[] = [];
const news: RingNews[][] = [];
/** How many calls on a ring have kept this thread for longer than a program would bear. */
const slow = { calls: 0, over50ms: 0, longestMs: 0 };

function timed<T>(call: () => T): T {
  const begin = performance.now();
  try {
    return call();
  } finally {
    const lasted = performance.now() - begin;
    slow.calls++;
    if (lasted > 50) slow.over50ms++;
    slow.longestMs = Math.max(slow.longestMs, lasted);
  }
}

function listen(ring: MicRing): RingNews[] {
  const heard: RingNews[] = [];
  ring.addEventListener("state", ({ state, reason, time }) => {
    heard.push({ kind: "state", state, code: reason?.code, time });
  });
  ring.addEventListener("gap", ({ gap }) => heard.push({ kind: "gap", gap, time: Date.now() }));
  ring.addEventListener("device", ({ device }) => {
    heard.push({ kind: "device", device, time: Date.now() });
  });
  return heard;
}

/** What the process can be asked to do; a ring is named by its place. */
const calls = {
  async open(options: OpenOptions) {
    const ring = await MicRing.open<SampleFormat>(options);
    const { sampleRate, channels, format, device } = ring;
    news.push(listen(ring));
    return { ring: rings.push(ring) - 1, sampleRate, channels, format, device };
  },
  devices: () => MicRing.devices({ backend: "pulseaudio" }),
  stats: (ring: number) => timed(() => rings[ring].stats()),
  state: (ring: number) => timed(() => rings[ring].state),
  pause: (ring: number) => timed(() => rings[ring].pause()),
  resume: (ring: number) => timed(() => rings[ring].resume()),
  wipe: (ring: number) => timed(() => rings[ring].wipe()),
  /** How long it took, in milliseconds. */
  async close(ring: number) {
    const begin = performance.now();
    await timed(() => rings[ring].close());
    return performance.now() - begin;
  },
  news: (ring: number) => news[ring],
  /** Calls the ring all the time from now on, as a busy program does: see `slowCalls`. */
  badger(ring: number) {
    const timer = setInterval(() => {
      if (rings[ring].closed) return clearInterval(timer);
      timed(() => rings[ring].stats());
      timed(() => rings[ring].snapshot({ seconds: 0.1 }));
      timed(() => rings[ring].device);
    }, BADGER_MS);
    Deno.unrefTimer(timer);
  },
  slowCalls: () => slow,
  /** All frames from 0 on, which the ring must still hold. */
  account(ring: number, counter: CounterFormat): Account {
    const runs: Run[] = [];
    const snapshot = timed(() => rings[ring].snapshot({ from: 0 }));
    describe(runs, snapshot, counter);
    return {
      runs: runs.map((run) => ({ ...run, time: rings[ring].timeAt(run.startFrame) })),
      gaps: snapshot.gaps,
      sampleRate: snapshot.sampleRate,
    };
  },
  /** What has been in the ring from frame 0 on: it must hold all of it. */
  runs(ring: number, counter: CounterFormat) {
    const runs: Run[] = [];
    describe(runs, rings[ring].snapshot({ from: 0 }), counter);
    return runs;
  },
  /** The same of a ring that need not hold all of it, by snapshots that follow each other. */
  async follow(ring: number, counter: CounterFormat, frames: number) {
    const runs: Run[] = [];
    for (let from = 0; from < frames;) {
      const snapshot = rings[ring].snapshot({ from });
      describe(runs, snapshot, counter);
      from = snapshot.endFrame;
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
    return runs;
  },
  /** When a snapshot was, and when it was taken. */
  times(ring: number) {
    const { startTime, endTime, frames, sampleRate } = rings[ring].snapshot();
    return { startTime, endTime, frames, sampleRate, now: Date.now() };
  },
};

type Calls = typeof calls;
type Result<K extends keyof Calls> = Awaited<ReturnType<Calls[K]>>;

/** The lines of a stream of text. */
async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** The near end: a process that opens rings when it is told to. */
export class CaptureProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #replies: AsyncGenerator<string>;
  readonly #errors: Promise<string>;
  readonly #hang: ReturnType<typeof setTimeout>;
  #ended: Promise<void> | undefined;

  /** Starts it, with this in its environment. */
  constructor(env: Readonly<Record<string, string>>) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-lock", "--no-prompt", "--allow-ffi", import.meta.url],
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
  async call<K extends keyof Calls>(name: K, ...args: Parameters<Calls[K]>): Promise<Result<K>> {
    const request = new TextEncoder().encode(`${JSON.stringify([name, args])}\n`);
    // Where the process has ended, how it did tells more than a broken pipe.
    await this.#requests.write(request).catch(() => {});
    const { value, done } = await this.#replies.next();
    if (done) {
      await this.end();
      throw new Error(`Cannot ${name}: the process has ended`);
    }
    const reply = JSON.parse(value);
    if (reply.error) throw new RemoteError(reply.error);
    return reply.result;
  }

  /** The CPU time it has used, in seconds. */
  async cpuSeconds(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.#child.pid}/stat`);
    // The name, in parentheses, may hold anything; behind it the fields count from the third on.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  }

  /** How many threads it has. */
  async threads(): Promise<number> {
    return (await Array.fromAsync(Deno.readDir(`/proc/${this.#child.pid}/task`))).length;
  }

  /** Stops it where it is, as the system does with a laptop that is shut. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  /** Lets it go on. */
  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  /** Lets it end by itself, and sees to it that it ends well and has printed nothing. */
  end(): Promise<void> {
    return this.#ended ??= this.#end();
  }

  /** Ends it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Who has called `end` has been told already; told twice, the test would show neither.
    await (this.#ended?.catch(() => {}) ?? this.end());
  }

  async #end(): Promise<void> {
    await this.#requests.close().catch(() => {});
    const { done, value } = await this.#replies.next();
    const { code, signal } = await this.#child.status;
    clearTimeout(this.#hang);
    const errors = await this.#errors;
    if (code === 0 && errors === "" && done) return;
    throw new Error(
      `A capturing process did not end well: code ${code}, signal ${signal}, on standard output ` +
        `${JSON.stringify(value)}, on standard error ${JSON.stringify(errors)}`,
    );
  }
}

async function answer(line: string): Promise<unknown> {
  const [name, args] = JSON.parse(line);
  try {
    const result = await (calls[name as keyof Calls] as (...args: unknown[]) => unknown)(...args);
    return { result };
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return { error: { name, message, code } };
  }
}

if (import.meta.main) {
  for await (const line of linesOf(Deno.stdin.readable)) {
    console.log(JSON.stringify(await answer(line)));
  }
}

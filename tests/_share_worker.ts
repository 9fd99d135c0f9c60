/**
 * A Worker that holds rings, driven by messages: both ends of that line.
 *
 * @module
 */

import { type HeldRing, type Meter, MicRing, type RingToken, type SourceSettings } from "../mod.ts";
import { Source } from "../ffi/sources.ts";
import { type Content, type Reading, readToEnd, takeSnapshots } from "./_share_pieces.ts";

/** What a ring is to be like that a Worker opens. */
export interface WorkerOpening {
  readonly seconds: number;
  readonly source: SourceSettings;
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly format?: "f32" | "s16";
}

/** A call that hangs shall fail its test, and not stop all of them. */
const HANG_MS = 20_000;

const rings: HeldRing[] = [];
const readings: Promise<void>[] = [];
const meters: Meter[] = [];
const told: string[][] = [];

function add(ring: HeldRing): number {
  const news: string[] = [];
  ring.addEventListener("state", ({ previous, state }) => news.push(`${previous} ${state}`));
  ring.addEventListener("gap", ({ gap }) => news.push(`gap ${gap.startFrame} ${gap.endFrame}`));
  told.push(news);
  return rings.push(ring) - 1;
}

function open({ source, ...options }: WorkerOpening): Promise<MicRing> {
  return MicRing.open({ ...options, source: new Source(source) });
}

/** What the Worker can be asked to do; a ring is named by its place. */
const calls = {
  ready: () => {},
  attach: async (token: RingToken) => add(await MicRing.attach(token)),
  /** The same with one that comes through a channel of that name. */
  async attachFrom(channelName: string) {
    using channel = closing(new BroadcastChannel(channelName));
    const received = new Promise<RingToken>((resolve) => {
      channel.onmessage = ({ data }) => resolve(data);
    });
    channel.postMessage("ready");
    return add(await MicRing.attach(await received));
  },
  open: async (options: WorkerOpening) => add(await open(options)),
  /** Begins, and does not wait. */
  beginOpening: (options: WorkerOpening) => void open(options),
  share: (ring: number) => rings[ring].share(),
  close: (ring: number) => rings[ring].close(),
  facts(ring: number) {
    const { sampleRate, channels, format, frames, seconds, state, closed, source } = rings[ring];
    const { settings } = source;
    return { sampleRate, channels, format, frames, seconds, state, closed, settings };
  },
  stats: (ring: number) => rings[ring].stats(),
  /** What was told of its states and its gaps. */
  told: (ring: number) => told[ring],
  finished: (ring: number) => rings[ring].finished(),
  times: (ring: number, frames: number[]) => frames.map((frame) => rings[ring].timeAt(frame)),
  framesAt: (ring: number, times: number[]) => times.map((time) => rings[ring].frameAt(time)),
  take(ring: number, range: { from?: number; to?: number } = {}) {
    const { samples, startFrame, endFrame, gaps, complete } = rings[ring].snapshot(range);
    return { samples, startFrame, endFrame, gaps, complete };
  },
  snapshots: (ring: number, content: Content, count: number, seed: number) =>
    takeSnapshots(rings[ring], content, count, seed),
  /** Begins to read it to its end; resolves when the first piece was right. */
  read: (ring: number, reading: Reading, content: Content) =>
    new Promise<void>((resolve, reject) => {
      let begun = false;
      readings[ring] = readToEnd(reading, rings[ring], content, () => {
        begun = true;
        resolve();
      });
      // Later nobody may wait for it.
      readings[ring].catch((error) => begun ? reportError(error) : reject(error));
    }),
  /** Resolves when it was read to its end. */
  readingOf: (ring: number) => readings[ring],
  openMeter: (ring: number) => void (meters[ring] = rings[ring].meter()),
  readMeter: (ring: number) => meters[ring].read(),
  /** The stretches that a schedule gives out, of so many runs. */
  async schedule(ring: number, every: number, runs: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stretches: { samples: Float32Array; startFrame: number; endFrame: number }[] = [];
    using schedule = rings[ring].schedule({ every }, ({ samples, startFrame, endFrame }) => {
      stretches.push({ samples: samples as Float32Array, startFrame, endFrame });
      if (stretches.length === runs) resolve();
    });
    await Promise.race([promise, schedule.finished]);
    return stretches;
  },
  /** The Worker ends, by its own doing. */
  leave: () => void setTimeout(() => (globalThis as unknown as WorkerScope).close()),
  /** The same by an error that nobody catches. */
  fail: () =>
    void setTimeout(() => {
      throw new Error("nobody catches this");
    }),
};

function closing<T extends { close(): void }>(what: T): T & Disposable {
  return Object.assign(what, { [Symbol.dispose]: () => what.close() });
}

type Calls = typeof calls;
type Result<K extends keyof Calls> = Awaited<ReturnType<Calls[K]>>;

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: Error & { code?: string };
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly hang: ReturnType<typeof setTimeout>;
}

/** What a failed call throws at this end. */
export class WorkerError extends Error {
  /** The code of a MicRingError. */
  readonly code: string | undefined;

  constructor({ name, message, code }: { name: string; message: string; code?: string }) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** The near end. */
export class SharingWorker implements Disposable {
  readonly #worker = new Worker(import.meta.url, { type: "module" });
  readonly #pending = new Map<number, Pending>();
  readonly #failed = Promise.withResolvers<Error>();
  #failure: Error | undefined;
  #calls = 0;

  /** Starts it. */
  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      const { resolve, reject } = this.#settle(data.id);
      if (data.error === undefined) resolve(data.result as never);
      else reject(new WorkerError(data.error));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = new Error(`A Worker failed: ${event.message}`);
      this.#failed.resolve(this.#failure);
      for (const id of [...this.#pending.keys()]) this.#settle(id).reject(this.#failure);
    };
  }

  /** Calls one of the functions over there. */
  call<K extends keyof Calls>(name: K, ...args: Parameters<Calls[K]>): Promise<Result<K>> {
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      const hang = setTimeout(() => {
        this.#settle(id).reject(new Error(`Cannot ${name}: no answer for ${HANG_MS} ms`));
      }, HANG_MS);
      this.#pending.set(id, { resolve, reject, hang });
      this.#worker.postMessage([id, name, args]);
    });
  }

  /** What it died of: an error that nobody caught. */
  failed(): Promise<Error> {
    return this.#failed.promise;
  }

  /** Ends it in the middle of what it does; calls under way are forgotten. */
  terminate(): void {
    this.#worker.terminate();
    for (const id of [...this.#pending.keys()]) this.#settle(id);
  }

  /** Ends it at the end of a `using` block; throws if it failed before. */
  [Symbol.dispose](): void {
    this.terminate();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #settle(id: number): Pending {
    const pending = this.#pending.get(id)!;
    this.#pending.delete(id);
    clearTimeout(pending.hang);
    return pending;
  }
}

interface WorkerScope {
  onmessage: (event: MessageEvent<[number, keyof Calls, unknown[]]>) => void;
  postMessage?: (reply: Reply) => void;
  close(): void;
}

async function answer(name: keyof Calls, args: unknown[]): Promise<Omit<Reply, "id">> {
  try {
    return { result: await (calls[name] as (...args: unknown[]) => unknown)(...args) };
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return { error: { name, message, code } };
  }
}

const scope = globalThis as unknown as WorkerScope;
if (import.meta.main && scope.postMessage !== undefined) {
  scope.onmessage = async ({ data: [id, name, args] }) => {
    scope.postMessage!({ id, ...await answer(name, args) });
  };
}

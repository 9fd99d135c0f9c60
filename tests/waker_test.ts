import { assert, assertEquals } from "@std/assert";
import type { Library } from "../ffi/_library.ts";
import { Waker } from "../ffi/_waker.ts";
import { MicRing, tone } from "../mod.ts";
import { checkBlocks, type WAKER_LIVES, type WakerTask } from "./_waker_child.ts";

const CHILD = new URL("_waker_child.ts", import.meta.url);
/** Only what hangs takes so long. */
const HANG_MS = 60_000;

function inWorker(task: WakerTask): Promise<string[]> {
  const worker = new Worker(CHILD, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage(task);
  return promise.finally(() => worker.terminate());
}

Deno.test("blocks come in the main thread and in workers at once, sample by sample", async () => {
  const wrong = await Promise.all([
    checkBlocks(),
    inWorker("check blocks"),
    inWorker("check blocks"),
  ]);
  assertEquals(wrong, [[], [], []]);
});

/** What a process says on its way to its own end. */
async function live(name: keyof typeof WAKER_LIVES) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "--allow-all", CHILD.href, name],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const hang = setTimeout(() => child.kill("SIGKILL"), HANG_MS);
  const { code, signal, stdout, stderr } = await child.output();
  clearTimeout(hang);
  const decoder = new TextDecoder();
  return { code, signal, said: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

function quietly(said: string) {
  return { code: 0, signal: null, said, errors: "" };
}

Deno.test("a process ends by itself when its last listener has stopped", async () => {
  assertEquals(await live("the last listener stops"), quietly("stopped\n"));
});

Deno.test("a loop that waits on a paused ring keeps the process, until it is aborted", async () => {
  assertEquals(await live("a loop on a paused ring is aborted"), quietly("alive\naborted\n"));
  assertEquals(await live("a loop on a paused ring is left to itself"), quietly("alive\n"));
});

Deno.test("workers that are terminated in the middle of a wait do not keep the process", async () => {
  assertEquals(await live("workers are terminated"), quietly("terminated\n"));
});

const RINGS = 40;
const ATTEMPTS = 5;
/** Behind a wait for a ring, a call would come after a good part of a second. */
const MOST_MS = 400;

/** The quickest of a few, as a busy machine may hold up any. */
async function quickest(call: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const start = performance.now();
    await call();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

Deno.test("however many rings are waited for, other calls are not kept waiting", async () => {
  const opened = Array.from({ length: RINGS }, () => MicRing.open({ seconds: 1, source: tone() }));
  const rings = await Promise.all(opened);
  await Promise.all(rings.map((ring) => ring.pause()));
  const far = rings.map((ring) => ring.clip({ at: 1e12, after: 0.1 }).catch(({ code }) => code));
  const least = await quickest(async () => {
    await using _other = await MicRing.open({ seconds: 1, source: tone() });
  });
  const file = await quickest(() => Deno.readTextFile(CHILD));
  await Promise.all(rings.map((ring) => ring.close()));
  assertEquals(await Promise.all(far), rings.map(() => "closed"));
  assert(least < MOST_MS, `opened and closed in ${least} ms`);
  assert(file < MOST_MS, `a file was read in ${file} ms`);
});

Deno.test("one call that throws keeps no other from being made", async () => {
  const waker = new Waker({} as Library, 1, { writtenFrames: 10, ended: false });
  const told: unknown[] = [];
  const note = (event: ErrorEvent) => {
    event.preventDefault();
    told.push(event.error);
  };
  globalThis.addEventListener("error", note);
  try {
    const error = new Error("of no importance");
    waker.when(1, () => {
      throw error;
    });
    waker.when(2, () => told.push("the other"));
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(told, [error, "the other"]);
  } finally {
    globalThis.removeEventListener("error", note);
    await waker.close();
  }
});

Deno.test("who waits for a frame that no number tells is asked for as late a one as there is", async () => {
  const armed: number[] = [];
  const asleep = Promise.withResolvers<number>();
  const native = {
    micring_waker_of: () => ({}),
    micring_waker_arm: (_: unknown, frame: number) => armed.push(frame),
    micring_waker_wait: () => asleep.promise,
    micring_waker_disarm: () => asleep.resolve(0),
  };
  const waker = new Waker(native as unknown as Library, 1, { writtenFrames: 10, ended: false });
  const cancel = waker.when(Number.MAX_SAFE_INTEGER + 48_000, () => {});
  await Promise.resolve();
  cancel();
  await waker.close();
  assertEquals(armed, [2 ** 53]);
});

Deno.test("who is closed in the midst of many looks tells those who wait, and leaves no timer", async () => {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = new Set<unknown>();
  try {
    // Timers that take for ever.
    globalThis.setTimeout = Object.assign(() => timers.add(1) && 1 as never, setTimeout);
    globalThis.clearTimeout = (timer) => void timers.delete(timer);
    const waker = new Waker({} as Library, 1, { writtenFrames: 10, ended: false });
    let closing = false;
    let told = false;
    const again = () => {
      if (closing) told = true;
      else waker.when(0, again);
    };
    again();
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    assertEquals([...timers], [1]);
    closing = true;
    await waker.close();
    await Promise.resolve();
    assertEquals([told, timers.size], [true, 0]);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});

import { assertEquals, assertThrows } from "@std/assert";
import { ListenerBook } from "../ffi/listener_book.ts";
import { MicRing, push, StateEvent, tone } from "../mod.ts";
import { until } from "./_wait.ts";

/* Who listens to a ring has a timer running, and nobody else. */

/** Counts the intervals that are running, until it is disposed. */
function countIntervals() {
  const { setInterval, clearInterval } = globalThis;
  const running = new Set<unknown>();
  globalThis.setInterval = ((...args: Parameters<typeof setInterval>) => {
    const id = setInterval(...args);
    running.add(id);
    return id;
  }) as typeof setInterval;
  globalThis.clearInterval = (id) => {
    running.delete(id);
    clearInterval(id);
  };
  return {
    get running() {
      return running.size;
    },
    [Symbol.dispose]() {
      Object.assign(globalThis, { setInterval, clearInterval });
    },
  };
}

function openRing(): Promise<MicRing> {
  return MicRing.open({ seconds: 1, source: tone() });
}

const ignore = () => {};

Deno.test("a timer runs exactly while somebody listens", async () => {
  using timers = countIntervals();
  const ring = await openRing();
  const running = () => timers.running;
  ring.snapshot();
  assertEquals([ring.state, running()], ["running", 0]);
  ring.addEventListener("state", ignore);
  assertEquals(running(), 1);
  ring.addEventListener("gap", ignore);
  ring.addEventListener("device", ignore, true);
  assertEquals(running(), 1);
  ring.removeEventListener("state", ignore);
  ring.removeEventListener("gap", ignore);
  assertEquals(running(), 1);
  ring.removeEventListener("device", ignore);
  assertEquals(running(), 1, "it was added to capture");
  ring.removeEventListener("device", ignore, { capture: true });
  assertEquals(running(), 0);
  ring.addEventListener("gap", ignore);
  assertEquals(running(), 1);
  const closing = ring.close();
  assertEquals(running(), 0);
  for (const type of ["state", "gap", "device"]) ring.addEventListener(type, () => {});
  assertEquals(running(), 0);
  await closing;
});

Deno.test("a listener added twice is one, and what is none starts no timer", async () => {
  using timers = countIntervals();
  await using ring = await openRing();
  ring.addEventListener("state", null);
  ring.addEventListener("state", ignore, { signal: AbortSignal.abort() });
  assertEquals(timers.running, 0);
  ring.addEventListener("other", ignore);
  assertThrows(
    () => ring.addEventListener("state", ignore, { signal: 1 as unknown as AbortSignal }),
    TypeError,
  );
  ring.removeEventListener("state", ignore);
  ring.removeEventListener("state", null);
  assertEquals(timers.running, 0);
  const events: StateEvent[] = [];
  const listener = (event: StateEvent) => events.push(event);
  for (const once of [true, false]) ring.addEventListener("state", listener, { once });
  await ring.pause();
  await until("it is told", () => events.length > 0);
  assertEquals([events.length, timers.running], [1, 0]);
});

Deno.test("a listener that goes by itself stops the timer: called once, or by a signal", async () => {
  using timers = countIntervals();
  await using ring = await openRing();
  const seen: string[] = [];
  ring.addEventListener("state", ({ state }) => seen.push(state), { once: true });
  const object = {
    seen,
    handleEvent({ state }: StateEvent) {
      this.seen.push(`object: ${state}`);
    },
  };
  ring.addEventListener("state", object, { once: true });
  const aborting = new AbortController();
  ring.addEventListener("state", ({ state }) => seen.push(`signal: ${state}`), aborting);
  await ring.pause();
  await until("the pause is told", () => seen.length >= 3);
  assertEquals([timers.running, seen], [1, ["paused", "object: paused", "signal: paused"]]);
  await ring.resume();
  await until("the resumption is told", () => seen.length >= 4);
  aborting.abort();
  assertEquals(timers.running, 0);
  await ring.pause();
  await new Promise((resolve) => setTimeout(resolve, 250));
  assertEquals(seen.slice(3), ["signal: running"]);
  // One that is removed before it is called once is not called.
  ring.addEventListener("state", object, { once: true });
  ring.removeEventListener("state", object);
  assertEquals(timers.running, 0);
  ring.dispatchEvent(new StateEvent({ state: "running", previous: "paused", time: 0 }));
  assertEquals(seen.length, 4);
});

Deno.test("a book of listeners forgets who is removed by a signal, with its target", () => {
  const target = new EventTarget();
  const changes: string[] = [];
  const book = new ListenerBook(target, (type) => changes.push(`${type}: ${book.has(type)}`));
  const aborting = new AbortController();
  let calls = 0;
  book.add("a", () => calls++, { signal: aborting.signal });
  target.dispatchEvent(new Event("a"));
  aborting.abort();
  target.dispatchEvent(new Event("a"));
  assertEquals([calls, changes], [1, ["a: true", "a: false"]]);
});

Deno.test("a once listener that another one keeps from being called is still listening", async () => {
  using timers = countIntervals();
  await using ring = await openRing();
  const seen: string[] = [];
  ring.addEventListener("state", (event) => event.stopImmediatePropagation(), { once: true });
  ring.addEventListener("state", ({ state }) => seen.push(state), { once: true });
  await ring.pause();
  await until("the first was called", () => ring.state === "paused" && timers.running === 1);
  await new Promise((resolve) => setTimeout(resolve, 250));
  await ring.resume();
  await until("the second was called", () => timers.running === 0);
  assertEquals(seen, ["running"]);
});

Deno.test("an event target for events of one's own, as every other", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: push() });
  const seen: unknown[] = [];
  const listener = function (this: unknown, event: Event) {
    seen.push(this, event.type);
  };
  ring.addEventListener("mine", listener, { once: true });
  ring.dispatchEvent(new Event("mine"));
  ring.dispatchEvent(new Event("mine"));
  assertEquals(seen, [ring, "mine"]);
});

Deno.test("a listener that throws stops neither the others nor what comes after", async () => {
  const ring = await openRing();
  const errors: unknown[] = [];
  const keep = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error.message);
  };
  globalThis.addEventListener("error", keep);
  try {
    const seen: string[] = [];
    ring.addEventListener("state", ({ state }) => {
      throw new Error(`no ${state}`);
    });
    ring.addEventListener("state", ({ state }) => seen.push(state));
    await ring.pause();
    await until("the pause is told", () => seen.length > 0);
    await ring.resume();
    await until("the resumption is told", () => seen.length > 1);
    await ring.close();
    assertEquals(seen, ["paused", "running", "closed"]);
    assertEquals(errors, ["no paused", "no running", "no closed"]);
  } finally {
    globalThis.removeEventListener("error", keep);
  }
});

Deno.test("who listens does not keep the process alive", async () => {
  const mod = new URL("../mod.ts", import.meta.url).href;
  const script = `
    import { MicRing, tone } from "${mod}";
    const ring = await MicRing.open({ seconds: 1, source: tone() });
    for (const type of ["state", "gap", "device"]) ring.addEventListener(type, () => {});
    console.log(ring.state);
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-config",
      "--no-lock",
      "--allow-ffi",
      `data:text/javascript,${encodeURIComponent(script)}`,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const hang = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(hang);
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stderr), decoder.decode(stdout)], [0, "", "running\n"]);
});

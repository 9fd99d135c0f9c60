import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DeviceWatch } from "../ffi/watch_devices.ts";
import { type DeviceChange, type DeviceInfo, MicRing, type WatchDevicesOptions } from "../mod.ts";
import { until } from "./_wait.ts";

interface BadWatch {
  readonly what: string;
  readonly options: unknown;
  readonly error: typeof TypeError | typeof RangeError;
  readonly says: string;
}

const BAD_WATCHES: BadWatch[] = [
  { what: "null", options: null, error: TypeError, says: "not an object" },
  { what: "an unknown option", options: { every: 1 }, error: TypeError, says: 'no option "every"' },
  { what: "an unknown backend", options: { backend: "asio" }, error: TypeError, says: '"asio"' },
  { what: "no interval", options: { interval: 0 }, error: RangeError, says: "interval is 0" },
  { what: "a short one", options: { interval: 0.09 }, error: RangeError, says: "from 0.1" },
  { what: "a long one", options: { interval: 1e6 }, error: RangeError, says: "to 86400" },
  { what: "NaN", options: { interval: NaN }, error: RangeError, says: "interval is NaN" },
  { what: "a word", options: { interval: "1" }, error: TypeError, says: 'interval is "1"' },
  {
    what: "a signal that is none",
    options: { signal: new AbortController() },
    error: TypeError,
    says: "signal is an object of type AbortController, not an AbortSignal",
  },
];

for (const { what, options, error, says } of BAD_WATCHES) {
  Deno.test(`the devices are not watched by ${what}`, () => {
    assertThrows(() => MicRing.watchDevices(options as WatchDevicesOptions), error, says);
  });
}

const END = { done: true, value: undefined };
const NULL = { backend: "null", interval: 0.1 } as const;

Deno.test("a watch that is aborted ends: while it looks, while it waits, and before it begins", async () => {
  for (const delay of [0, 1, 150]) {
    const aborting = new AbortController();
    const watch = MicRing.watchDevices({ ...NULL, signal: aborting.signal });
    const pending = [watch.next(), watch.next()];
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    aborting.abort();
    assertEquals(await Promise.all(pending), [END, END]);
    assertEquals(await watch.next(), END);
  }
  const ended = MicRing.watchDevices({ ...NULL, signal: AbortSignal.abort() });
  assertEquals(await ended.next(), END);
  for await (const change of MicRing.watchDevices({ signal: AbortSignal.abort() })) {
    throw new Error(`nothing was to be told, but ${change.kind}`);
  }
});

Deno.test("a watch that is left ends: while it looks, while it waits, and before it begins", async () => {
  for (const delay of [0, 1, 150]) {
    const watch = MicRing.watchDevices(NULL);
    const pending = watch.next();
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const left = watch.return!();
    assertEquals(await pending, END);
    assertEquals(await left, END);
    assertEquals(await watch.next(), END);
  }
  {
    await using watch = MicRing.watchDevices(NULL);
    void watch.next();
  }
  const unused = MicRing.watchDevices(NULL);
  assertEquals(await unused.return!(), END);
  assertEquals(await unused.next(), END);
});

Deno.test("a watch that waits long is left at once", async () => {
  await using watch = MicRing.watchDevices({ ...NULL, interval: 86_400 });
  const pending = watch.next();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await watch.return!();
  assertEquals(await pending, END);
});

function make(name: string): DeviceInfo {
  const id = `pulseaudio:${name}`;
  return { id, name, backend: "pulseaudio", isDefault: false, isMonitor: false, formats: [] };
}

const [ONE, OTHER, THIRD] = ["one", "other", "third"].map(make);

/** A signal that counts who listens to it. */
function countListeners(signal: AbortSignal): Set<unknown> {
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof addEventListener>) {
      listeners.add(args[1]);
      addEventListener.apply(signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>) {
      listeners.delete(args[1]);
      removeEventListener.apply(signal, args);
    },
  });
  return listeners;
}

/** A watch of lists that the test gives, one for each look. */
function watchLists(lists: (DeviceInfo[] | Error)[]) {
  const aborting = new AbortController();
  const listeners = countListeners(aborting.signal);
  let looks = 0;
  const list = () => {
    const next = lists[Math.min(looks++, lists.length - 1)];
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const watch = new DeviceWatch({ list, interval: 0.001, signal: aborting.signal });
  return { watch, aborting, listeners, looks: () => looks };
}

Deno.test("a watch that is aborted while its consumer is at a change tells no other", async () => {
  const { watch, aborting, listeners } = watchLists([[], [ONE, OTHER]]);
  const seen: DeviceChange[] = [];
  for await (const change of watch) {
    seen.push(change);
    assertEquals(listeners.size, 1);
    aborting.abort();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(seen, [{ kind: "added", device: ONE, devices: [ONE, OTHER] }]);
  assertEquals([await watch.next(), listeners.size], [END, 0]);
});

Deno.test("a watch that is left at a change looks no more, and forgets its signal", async () => {
  const { watch, listeners, looks } = watchLists([[], [ONE, OTHER]]);
  for await (const change of watch) {
    assertEquals(change, { kind: "added", device: ONE, devices: [ONE, OTHER] });
    break;
  }
  assertEquals([listeners.size, looks(), await watch.next()], [0, 2, END]);
});

Deno.test("a watch looks no more while its consumer is at a change, and then tells the difference", async () => {
  const { watch, looks } = watchLists([[ONE], [OTHER], [THIRD], [THIRD, ONE]]);
  const kinds: string[] = [];
  for await (const { kind, device, devices } of watch) {
    kinds.push(`${kind} ${device?.name}: ${devices.map(({ name }) => name)}`);
    const before = looks();
    await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(looks(), before);
    if (kinds.length === 5) break;
  }
  assertEquals(kinds, [
    "removed one: other",
    "added other: other",
    "removed other: third",
    "added third: third",
    "added one: third,one",
  ]);
});

Deno.test("a watch that fails throws, and has ended", async () => {
  const { watch, listeners } = watchLists([[], new SyntaxError("its own")]);
  await assertRejects(() => watch.next(), SyntaxError, "its own");
  assertEquals([listeners.size, await watch.next()], [0, END]);
});

Deno.test("a watch that is left while it looks ends when the look is done", async () => {
  const look = Promise.withResolvers<DeviceInfo[]>();
  let looks = 0;
  const list = () => looks++ === 0 ? Promise.resolve([]) : look.promise;
  const watch = new DeviceWatch({ list, interval: 0.001, signal: undefined });
  const pending = watch.next();
  await until("the second look", () => looks === 2);
  let ended = false;
  const left = watch.return().finally(() => ended = true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(ended, false);
  look.resolve([ONE]);
  assertEquals([await pending, await left], [END, END]);
});

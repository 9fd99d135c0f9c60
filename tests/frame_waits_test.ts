import { assertEquals } from "@std/assert";
import { FrameWaits } from "../ffi/_waker.ts";
import { seeded } from "./_seeded.ts";

/** The same, in the plainest way: every wait there is, in the order in which they were added. */
class PlainWaits {
  readonly #waits: { readonly frame: number; readonly id: number }[] = [];

  add(frame: number, id: number): void {
    this.#waits.push({ frame, id });
  }

  cancel(id: number): void {
    const at = this.#waits.findIndex((wait) => wait.id === id);
    if (at >= 0) this.#waits.splice(at, 1);
  }

  get first(): number {
    return Math.min(Infinity, ...this.#waits.map(({ frame }) => frame));
  }

  get empty(): boolean {
    return this.#waits.length === 0;
  }

  /** Of those of the earliest frame, the one that was added first. */
  take(written: number): number | undefined {
    const { first } = this;
    if (this.empty || first > written) return undefined;
    const [{ id }] = this.#waits.splice(this.#waits.findIndex(({ frame }) => frame === first), 1);
    return id;
  }
}

const ROUNDS = 300;
const STEPS = 300;

/** Both are told the same, at random, and must say the same. */
function compare(seed: number): void {
  const random = seeded(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const waits = new FrameWaits();
  const plain = new PlainWaits();
  const cancels: (() => void)[] = [];
  let called = -1;
  let written = 0;
  // With few frames, many wait for the same one; with many, hardly any do.
  const spread = [1, 3, 20, 1e6, 2 ** 50][seed % 5];
  const frame = () => random() < 0.02 ? Infinity : written + below(spread) - below(3);
  for (let step = 0; step < STEPS; step++) {
    const kind = random();
    const where = `seed ${seed}, step ${step}`;
    if (kind < 0.45) {
      const id = cancels.length;
      const at = frame();
      cancels.push(waits.add(at, () => called = id));
      plain.add(at, id);
    } else if (kind < 0.65 && cancels.length > 0) {
      // Also one that was called, or called off, before.
      const id = below(cancels.length);
      cancels[id]();
      plain.cancel(id);
    } else {
      written += below(1 + spread / 4);
      const until = random() < 0.01 ? Infinity : written;
      called = -1;
      const call = waits.take(until);
      assertEquals(called, -1, `${where}: called by the taking itself`);
      call?.();
      assertEquals(called, plain.take(until) ?? -1, where);
    }
    assertEquals([waits.first, waits.empty], [plain.first, plain.empty], where);
  }
  for (;;) {
    called = -1;
    const call = waits.take(Infinity);
    call?.();
    assertEquals(called, plain.take(Infinity) ?? -1, `seed ${seed}, at the end`);
    if (call === undefined) break;
  }
  assertEquals([waits.first, waits.empty], [Infinity, true]);
}

Deno.test("whoever waits is called by the frame, and of one frame in the order they came", () => {
  for (let seed = 1; seed <= ROUNDS; seed++) compare(seed);
});

Deno.test("one function may wait any number of times, and each is called off by itself", () => {
  const waits = new FrameWaits();
  let calls = 0;
  const call = () => void calls++;
  const cancels = Array.from({ length: 5 }, () => waits.add(7, call));
  cancels[1]();
  cancels[1]();
  cancels[3]();
  for (let next = waits.take(7); next; next = waits.take(7)) next();
  assertEquals([calls, waits.empty], [3, true]);
  cancels[0]();
  assertEquals(waits.first, Infinity);
});

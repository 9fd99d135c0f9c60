/**
 * Who listens to an event target: it knows, but does not tell.
 *
 * @module
 */

import { show } from "./check.ts";

type Listener = EventListenerOrEventListenerObject;
type Options = boolean | AddEventListenerOptions | undefined;

interface Entry {
  readonly type: string;
  readonly listener: Listener;
  readonly capture: boolean;
  /** What the target is given in its place. */
  readonly registered: Listener;
}

function isCapturing(options: Options): boolean {
  return typeof options === "object" && options !== null ? !!options.capture : !!options;
}

function call(listener: Listener, target: EventTarget, event: Event): void {
  if (typeof listener === "function") listener.call(target, event);
  else listener.handleEvent(event);
}

/**
 * Adds listeners to a target and removes them, as its own methods do, and keeps book: of those that
 * are removed by themselves, `once` called or by a signal, too.
 */
export class ListenerBook {
  readonly #target: EventTarget;
  readonly #changed: (type: string) => void;
  #entries: readonly Entry[] = [];

  /**
   * @param target Whose listeners they are.
   * @param changed Is called when a type has got a listener, or has lost one.
   */
  constructor(target: EventTarget, changed: (type: string) => void) {
    this.#target = target;
    this.#changed = changed;
  }

  /** Whether anybody listens to a type. */
  has(type: string): boolean {
    return this.#entries.some((entry) => entry.type === type);
  }

  add(type: string, listener: Listener | null | undefined, options: Options): void {
    const { addEventListener } = EventTarget.prototype;
    const capture = isCapturing(options);
    const { once = false, signal } = typeof options === "object" && options !== null ? options : {};
    if (listener === null || listener === undefined) return;
    if (typeof listener !== "function" && typeof listener !== "object") {
      throw new TypeError(
        `Cannot listen to ${type}: the listener is ${show(listener)}, neither a function nor an ` +
          "object with handleEvent",
      );
    }
    if (this.#find(type, listener, capture)) return;
    const registered: Listener = once
      ? (event) => {
        this.#remove(entry);
        call(listener, this.#target, event);
      }
      : listener;
    const entry: Entry = { type, listener, capture, registered };
    // First, as it refuses options that make no sense.
    addEventListener.call(this.#target, type, registered, options);
    if (signal?.aborted) return;
    this.#entries = [...this.#entries, entry];
    signal?.addEventListener("abort", () => this.#remove(entry), { once: true });
    this.#changed(type);
  }

  remove(type: string, listener: Listener | null, options: Options): void {
    const { removeEventListener } = EventTarget.prototype;
    const capture = isCapturing(options);
    const entry = listener === null ? undefined : this.#find(type, listener, capture);
    removeEventListener.call(this.#target, type, entry?.registered ?? listener, capture);
    if (entry !== undefined) this.#remove(entry);
  }

  #find(type: string, listener: Listener, capture: boolean): Entry | undefined {
    return this.#entries.find((entry) =>
      entry.type === type && entry.listener === listener && entry.capture === capture
    );
  }

  #remove(entry: Entry): void {
    if (!this.#entries.includes(entry)) return;
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#changed(entry.type);
  }
}

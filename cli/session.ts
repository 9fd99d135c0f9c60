/**
 * A run of a command.
 *
 * @module
 */

import type { MicRing } from "../mod.ts";
import type { Given } from "./options.ts";
import { sentence } from "./sentence.ts";
import { nameOf } from "./source_options.ts";
import type { Terminal } from "./terminal.ts";

/** What a command is given. */
export interface Session {
  readonly given: Given;
  readonly terminal: Terminal;
  /** Is aborted when it is to end: by Ctrl-C, by SIGTERM, or as nobody reads what it says. */
  readonly signal: AbortSignal;
}

/** How it ended: what the program's exit code says. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** What a timer can take: 24 days. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/** Resolves when it is to end, or after so many seconds. */
export function ended(signal: AbortSignal, seconds = Infinity): Promise<void> {
  const deadline = performance.now() + 1000 * seconds;
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const wait = () => {
      const left = deadline - performance.now();
      if (left <= 0) end();
      else if (left < Infinity) timer = setTimeout(wait, Math.min(left, MOST_TIMER_MS));
    };
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
    else wait();
  });
}

/** Says what is listened to, and from then on what becomes of it. */
export function follow(ring: MicRing, { terminal }: Pick<Session, "terminal">): void {
  const { sampleRate, channels } = ring;
  const kind = channels === 1 ? "mono" : channels === 2 ? "stereo" : `${channels} channels`;
  terminal.note(`Listening to ${nameOf(ring)}: ${sampleRate} Hz, ${kind}.`);
  ring.addEventListener("state", ({ state, reason }) => {
    const why = reason === undefined ? "" : `: ${reason.message}`;
    if (state !== "closed") terminal.note(sentence(`The source is ${state}${why}`));
  });
}

/**
 * A run of a command.
 *
 * @module
 */

import type { MicRing } from "../mod.ts";
import type { Given } from "./options.ts";
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

/** Resolves when it is to end, or after so many seconds. */
export function ended(signal: AbortSignal, seconds?: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = seconds === undefined ? undefined : setTimeout(end, 1000 * seconds);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

/** Says what is listened to, and from then on what becomes of it. */
export function follow(ring: MicRing, { terminal }: Pick<Session, "terminal">): void {
  const { sampleRate, channels } = ring;
  const kind = channels === 1 ? "mono" : channels === 2 ? "stereo" : `${channels} channels`;
  terminal.note(`Listening to ${nameOf(ring)}: ${sampleRate} Hz, ${kind}.`);
  ring.addEventListener("state", ({ state, reason }) => {
    const why = reason === undefined ? "" : `: ${reason.message}`;
    if (state !== "closed") terminal.note(`The source is ${state}${why}.`);
  });
}

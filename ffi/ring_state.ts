/**
 * What a ring is doing, and why.
 *
 * @module
 */

import { explain, FAILURES, type MicRingErrorCode } from "./errors.ts";

/**
 * What a ring is doing:
 *
 * - `starting`: its source is being started;
 * - `running`: it records;
 * - `stalled`: no frame comes from the device, and it is being let go;
 * - `reopening`: the device is tried again and again, until it is back;
 * - `paused`: between `pause()` and `resume()`;
 * - `failed`: only a person can help; `resume()` tries again;
 * - `ended`: a file came to its end;
 * - `closed`: `close()` was called.
 */
export type RingState =
  | "starting"
  | "running"
  | "stalled"
  | "reopening"
  | "paused"
  | "failed"
  | "ended"
  | "closed";

/** Why a ring is in its state, where that needs a reason. */
export interface RingReason {
  /** For programs: the code that a {@linkcode MicRingError} would have. */
  readonly code: MicRingErrorCode;
  /** For people: what the system said, and what can be done about it. */
  readonly message: string;
}

/** The ring went into a state, or has another reason to be in it. */
export interface StateChange {
  readonly state: RingState;
  readonly reason: RingReason | undefined;
  /** In milliseconds since the Unix epoch. */
  readonly time: number;
}

/** The reason that a native status stands for; `undefined` for one that needs no explanation. */
export function reasonOf(status: number, words: string): RingReason | undefined {
  const failure = FAILURES.get(status);
  if (failure === undefined) return undefined;
  return Object.freeze({ code: failure.code, message: explain(status, words) });
}

/**
 * What can go wrong that is neither a wrong type nor a number out of bounds: the code of a
 * {@linkcode MicRingError}, or of the reason for a ring's state.
 */
export type MicRingErrorCode =
  | "access-denied"
  | "closed"
  | "device-ambiguous"
  | "device-busy"
  | "device-failed"
  | "device-not-found"
  | "device-stopped"
  | "digital-silence"
  | "encoder-failed"
  | "ffi-denied"
  | "file-not-audio"
  | "file-truncated"
  | "file-unreadable"
  | "file-write-failed"
  | "foreign-token"
  | "format-refused"
  | "library-conflict"
  | "library-corrupt"
  | "library-mismatch"
  | "library-missing"
  | "no-answer"
  | "no-backend"
  | "no-device"
  | "no-frames"
  | "not-push"
  | "out-of-memory"
  | "overtaken"
  | "rerouted"
  | "thread-failed"
  | "unsupported-platform";

/**
 * A failure that a program may want to tell apart: its `code` is stable, its message says what
 * was tried, what stood in the way, and what a person can do.
 *
 * @example
 * ```ts
 * import { MicRing, MicRingError, tone } from "@x/micring";
 *
 * async function open() {
 *   try {
 *     return await MicRing.open({ seconds: 2 });
 *   } catch (error) {
 *     if (!(error instanceof MicRingError)) throw error;
 *     console.error(error.code, error.message);
 *     return await MicRing.open({ seconds: 2, source: tone() });
 *   }
 * }
 *
 * await using ring = await open();
 * ```
 */
export class MicRingError extends Error {
  /** The class's name, as it stands before the message in a printed error. */
  override readonly name = "MicRingError";
  /** What went wrong, for programs. */
  readonly code: MicRingErrorCode;

  /**
   * Makes an error; the library does, programs need not.
   *
   * @param code What went wrong, for programs.
   * @param message What went wrong, for people.
   * @param options The error that caused it, if any.
   */
  constructor(code: MicRingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

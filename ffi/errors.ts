import { STATUS } from "./abi.ts";

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

/** The statuses that a caller gets to see, and what a person can do about each. */
export const FAILURES: ReadonlyMap<number, { code: MicRingErrorCode; advice: string }> = new Map([
  [STATUS.OUT_OF_MEMORY, {
    code: "out-of-memory",
    advice: "Ask for fewer seconds, or close something",
  }],
  [STATUS.NO_BACKEND, {
    code: "no-backend",
    advice: "No sound system answered: start PulseAudio or PipeWire (is XDG_RUNTIME_DIR set?), " +
      "or test without one with source: tone()",
  }],
  [STATUS.NO_DEVICE, {
    code: "no-device",
    advice: "Connect a microphone, or test without one with source: tone()",
  }],
  [STATUS.DEVICE_NOT_FOUND, {
    code: "device-not-found",
    advice: "MicRing.devices() lists what there is",
  }],
  [STATUS.ACCESS_DENIED, {
    code: "access-denied",
    advice: "Allow this program, or the terminal it runs in, to use the microphone " +
      "(macOS: System Settings, Privacy & Security, Microphone; Linux: the group audio)",
  }],
  [STATUS.DEVICE_BUSY, {
    code: "device-busy",
    advice: "Another program holds it for itself: close that, or choose another device",
  }],
  [STATUS.FORMAT_REFUSED, {
    code: "format-refused",
    advice: "Leave sampleRate and channels out to take the device's own",
  }],
  [STATUS.DEVICE_FAILED, {
    code: "device-failed",
    advice: "Is it still connected? MicRing.devices() lists what there is",
  }],
  [STATUS.NO_FRAMES, {
    code: "no-frames",
    advice: "It started, but delivers nothing: is it suspended, or held by another program?",
  }],
  [STATUS.FILE_UNREADABLE, { code: "file-unreadable", advice: "Does it exist?" }],
  [STATUS.FILE_NOT_AUDIO, {
    code: "file-not-audio",
    advice: "WAV, FLAC and MP3 can be played",
  }],
  [STATUS.FILE_TRUNCATED, {
    code: "file-truncated",
    advice: "Copy it again, or repair its header with an audio editor",
  }],
  [STATUS.THREAD_FAILED, {
    code: "thread-failed",
    advice: "The system gives this process no more threads",
  }],
  [STATUS.NOT_PUSH, {
    code: "not-push",
    advice: "Only a ring that was opened with source: push() is written by the script",
  }],
  [STATUS.ENCODER_FAILED, { code: "encoder-failed", advice: "This is a bug, please report it" }],
  [STATUS.NO_ANSWER, {
    code: "no-answer",
    advice: "The sound system hangs: restart it, or choose another with the option backend",
  }],
  [STATUS.DEVICE_STOPPED, {
    code: "device-stopped",
    advice: "The system stopped the device: was it suspended, or the laptop's lid shut?",
  }],
  [STATUS.REROUTED, {
    code: "rerouted",
    advice:
      "The system's default became another device, which is being opened. To stay with one, " +
      "name it with the option device",
  }],
  [STATUS.DIGITAL_SILENCE, {
    code: "digital-silence",
    advice: "The device delivers nothing but zeros: is it muted, is the headset unplugged, or is " +
      "this program not allowed to use the microphone? (macOS: System Settings > Privacy & " +
      "Security > Microphone, for the terminal it runs in; Windows: Settings > Privacy & " +
      "security > Microphone)",
  }],
  [STATUS.CLOSED, { code: "closed", advice: "the ring is closed" }],
  [STATUS.FOREIGN, {
    code: "foreign-token",
    advice: "The token is of another process, or of another copy of the native library there",
  }],
]);

/**
 * What stood in the way, and what a person can do.
 *
 * @param status A status that is in {@linkcode FAILURES}.
 * @param words What the system said; empty where it said nothing.
 */
export function explain(status: number, words: string): string {
  const { advice } = FAILURES.get(status)!;
  return words === "" ? advice : `${words}. ${advice}`;
}

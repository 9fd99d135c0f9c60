/**
 * The numbers of `native/micring.h`; a test holds the two against each other.
 *
 * @module
 */

import type { MicRingErrorCode } from "./errors.ts";

/** The ABI that this module speaks. */
export const ABI_VERSION = 1;

/** The length of the buffer for a failure's words. */
export const ERROR_BYTES = 1024;

/** The most gaps that the native library remembers. */
export const GAPS_KEPT = 256;

/** micring_status: every status that a caller may see, and what it is called here. */
export const STATUS = {
  OK: 0,
  BAD_ARGUMENT: 1,
  TOO_LARGE: 2,
  OUT_OF_MEMORY: 3,
  NO_BACKEND: 4,
  NO_DEVICE: 5,
  DEVICE_NOT_FOUND: 6,
  ACCESS_DENIED: 7,
  DEVICE_BUSY: 8,
  FORMAT_REFUSED: 9,
  DEVICE_FAILED: 10,
  NO_FRAMES: 11,
  FILE_UNREADABLE: 12,
  FILE_NOT_AUDIO: 13,
  FILE_TRUNCATED: 14,
  THREAD_FAILED: 15,
  FUTURE: 16,
  OVERWRITTEN: 17,
  NOT_PUSH: 18,
  ENCODER_FAILED: 19,
} as const;

/** The statuses that become a MicRingError, and what a person can do about each. */
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
]);

/** micring_backend. */
export const BACKENDS = {
  auto: 0,
  wasapi: 1,
  coreaudio: 2,
  pulseaudio: 3,
  alsa: 4,
  jack: 5,
  null: 6,
} as const;

/** micring_info_field. */
export const INFO = {
  SAMPLE_RATE: 0,
  CHANNELS: 1,
  FORMAT: 2,
  WINDOW_FRAMES: 3,
  CAPACITY_FRAMES: 4,
  MEMORY_BYTES: 5,
  BACKEND: 6,
  DEVICE_SAMPLE_RATE: 7,
  DEVICE_CHANNELS: 8,
  FIELDS: 9,
} as const;

/** micring_stats_field. */
export const STATS = {
  WRITTEN_FRAMES: 0,
  OLDEST_FRAME: 1,
  LOST_FRAMES: 2,
  BLOCKS: 3,
  LONGEST_BLOCK_FRAMES: 4,
  RETRIES: 5,
  PAUSED: 6,
  ENDED: 7,
  FIELDS: 8,
} as const;

/** micring_snapshot_field. */
export const SNAPSHOT = {
  START_FRAME: 0,
  END_FRAME: 1,
  START_TIME_MS: 2,
  END_TIME_MS: 3,
  FIELDS: 4,
} as const;

/** micring_gap_cause. */
export const GAP_CAUSES = { pause: 0, wipe: 1 } as const;

/** micring_gap_field. */
export const GAP = { START_FRAME: 0, FRAMES: 1, CAUSE: 2, COUNTED: 3, FIELDS: 4 } as const;

/** micring_device_field. */
export const DEVICE = {
  BACKEND: 0,
  IS_DEFAULT: 1,
  IS_MONITOR: 2,
  FORMAT_COUNT: 3,
  FORMAT_BITS: 4,
  FORMAT_IS_FLOAT: 5,
  FORMAT_CHANNELS: 6,
  FORMAT_SAMPLE_RATE: 7,
} as const;

/**
 * The numbers of `native/micring.h`; a test holds the two against each other.
 *
 * @module
 */

/** The ABI that this module speaks. */
export const ABI_VERSION = 5;

/** The length of the buffer for a text: a failure's words, a device's name. */
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
  NO_ANSWER: 20,
  DEVICE_STOPPED: 21,
  REROUTED: 22,
  DIGITAL_SILENCE: 23,
  CLOSED: 24,
  FOREIGN: 25,
} as const;

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
  FIELDS: 6,
} as const;

/** micring_conversion_field. */
export const CONVERSION = {
  FROM_FORMAT: 0,
  FROM_CHANNELS: 1,
  FROM_RATE: 2,
  FROM_FRAME: 3,
  FROM_FRAMES: 4,
  TO_FORMAT: 5,
  TO_CHANNELS: 6,
  TO_RATE: 7,
  TO_FRAME: 8,
  TO_FRAMES: 9,
  FIELDS: 10,
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
  GAPS: 8,
  REOPENINGS: 9,
  ABANDONED: 10,
  LONGEST_INTERVAL_MS: 11,
  CLIPPED_SAMPLES: 12,
  SILENT_FRAMES: 13,
  DRIFT_PPM: 14,
  FIELDS: 15,
} as const;

/** micring_state. */
export const STATES = {
  starting: 0,
  running: 1,
  stalled: 2,
  reopening: 3,
  paused: 4,
  failed: 5,
  ended: 6,
} as const;

/** micring_change_field. */
export const CHANGE = { STATE: 0, REASON: 1, TIME_MS: 2, FIELDS: 3 } as const;

/** micring_opened_field. */
export const OPENED = { BACKEND: 0, SAMPLE_RATE: 1, CHANNELS: 2, FIELDS: 3 } as const;

/** micring_snapshot_field. */
export const SNAPSHOT = {
  START_FRAME: 0,
  END_FRAME: 1,
  START_TIME_MS: 2,
  END_TIME_MS: 3,
  UNCERTAINTY_MS: 4,
  FIELDS: 5,
} as const;

/** micring_token_field. */
export const TOKEN = { PROCESS: 0, RING: 1, FIELDS: 2 } as const;

/** micring_gap_cause. */
export const GAP_CAUSES = {
  pause: 0,
  wipe: 1,
  overrun: 2,
  hole: 3,
  stall: 4,
  sleep: 5,
  device: 6,
  reroute: 7,
  format: 8,
} as const;

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

/** What a number of one of these tables is called in it; the number must be there. */
export function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  number: number,
): Name {
  return (Object.keys(table) as Name[]).find((name) => table[name] === number)!;
}

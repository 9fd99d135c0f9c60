/**
 * The native library's functions, each with its declaration in `native/micring.h` beside it; a
 * test holds the two against each other.
 *
 * @module
 */

// deno-fmt-ignore: one parameter a line, beside its C declaration
export const symbols = {
  micring_abi_version: { parameters: [], result: "u32" },
  micring_miniaudio_version: { parameters: [], result: "pointer" },
  micring_thread: { parameters: [], result: "f64" },
  micring_open_microphone: {
    parameters: [
      "u32",     // uint32_t backend
      "buffer",  // const char *device_id
      "u32",     // uint32_t period_ms
      "f64",     // double seconds
      "u32",     // uint32_t sample_rate
      "u32",     // uint32_t channels
      "u32",     // uint32_t format
      "f64",     // double thread
      "buffer",  // double *out
      "buffer",  // char *error
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_open_tone: {
    parameters: [
      "f64",     // double frequency
      "f64",     // double level_dbfs
      "f64",     // double speed
      "f64",     // double seconds
      "u32",     // uint32_t sample_rate
      "u32",     // uint32_t channels
      "u32",     // uint32_t format
      "f64",     // double thread
      "buffer",  // double *out
      "buffer",  // char *error
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_open_sequence: {
    parameters: [
      "f64",     // double speed
      "f64",     // double seconds
      "u32",     // uint32_t sample_rate
      "u32",     // uint32_t channels
      "u32",     // uint32_t format
      "f64",     // double thread
      "buffer",  // double *out
      "buffer",  // char *error
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_open_file: {
    parameters: [
      "buffer",  // const char *path
      "u32",     // uint32_t loop
      "f64",     // double speed
      "f64",     // double seconds
      "u32",     // uint32_t sample_rate
      "u32",     // uint32_t channels
      "u32",     // uint32_t format
      "f64",     // double thread
      "buffer",  // double *out
      "buffer",  // char *error
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_open_push: {
    parameters: [
      "f64",     // double seconds
      "u32",     // uint32_t sample_rate
      "u32",     // uint32_t channels
      "u32",     // uint32_t format
      "f64",     // double thread
      "buffer",  // double *out
      "buffer",  // char *error
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_close: {
    parameters: [
      "f64",     // double hold
      "u32",     // uint32_t keep_samples
    ],
    result: "void",
    nonblocking: true,
  },
  micring_recorder: {
    parameters: [
      "f64",     // double hold
    ],
    result: "pointer",
  },
  micring_share: {
    parameters: [
      "f64",     // double hold
      "buffer",  // double *token
    ],
    result: "i32",
  },
  micring_attach: {
    parameters: [
      "f64",     // double thread
      "f64",     // double process
      "f64",     // double ring
      "buffer",  // double *out
    ],
    result: "i32",
  },
  micring_push: {
    parameters: [
      "pointer", // micring *recorder
      "buffer",  // const void *samples
      "f64",     // double frames
    ],
    result: "i32",
  },
  micring_pause: {
    parameters: [
      "f64",     // double hold
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_resume: {
    parameters: [
      "f64",     // double hold
      "buffer",  // char *error
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_wipe: {
    parameters: [
      "f64",     // double hold
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_info: {
    parameters: [
      "pointer", // const micring *recorder
      "buffer",  // double *fields
    ],
    result: "void",
  },
  micring_stats: {
    parameters: [
      "pointer", // const micring *recorder
      "buffer",  // double *fields
    ],
    result: "void",
  },
  micring_change_count: {
    parameters: [
      "pointer", // const micring *recorder
    ],
    result: "f64",
  },
  micring_change: {
    parameters: [
      "pointer", // const micring *recorder
      "f64",     // double number
      "buffer",  // double *fields
      "buffer",  // char *words
    ],
    result: "i32",
  },
  micring_opened_count: {
    parameters: [
      "pointer", // const micring *recorder
    ],
    result: "f64",
  },
  micring_opened: {
    parameters: [
      "pointer", // const micring *recorder
      "buffer",  // double *fields
      "buffer",  // char *name
      "buffer",  // char *id
    ],
    result: "void",
  },
  micring_time_at: {
    parameters: [
      "pointer", // const micring *recorder
      "f64",     // double frame
    ],
    result: "f64",
  },
  micring_frame_at: {
    parameters: [
      "pointer", // const micring *recorder
      "f64",     // double time_ms
    ],
    result: "f64",
  },
  micring_written: {
    parameters: [
      "pointer", // const micring *recorder
    ],
    result: "f64",
  },
  micring_oldest: {
    parameters: [
      "pointer", // const micring *recorder
    ],
    result: "f64",
  },
  micring_snapshot: {
    parameters: [
      "pointer", // micring *recorder
      "f64",     // double frames
      "buffer",  // void *out
      "buffer",  // double *result
    ],
    result: "i32",
  },
  micring_snapshot_at: {
    parameters: [
      "pointer", // micring *recorder
      "f64",     // double from
      "f64",     // double to
      "buffer",  // void *out
      "buffer",  // double *result
    ],
    result: "i32",
  },
  micring_gap_changes: {
    parameters: [
      "pointer", // const micring *recorder
    ],
    result: "f64",
  },
  micring_gaps: {
    parameters: [
      "pointer", // const micring *recorder
      "buffer",  // double *out
      "buffer",  // double *known_from
    ],
    result: "u32",
  },
  micring_holds: {
    parameters: [
      "pointer", // const micring *recorder
      "f64",     // double from
    ],
    result: "u32",
  },
  micring_memory: {
    parameters: [
      "pointer", // micring *recorder
    ],
    result: "pointer",
  },
  micring_waker_of: {
    parameters: [
      "f64",     // double hold
    ],
    result: "pointer",
  },
  micring_waker_arm: {
    parameters: [
      "pointer", // micring_waker *waker
      "f64",     // double frame
    ],
    result: "void",
  },
  micring_waker_disarm: {
    parameters: [
      "pointer", // micring_waker *waker
    ],
    result: "void",
  },
  micring_waker_wait: {
    parameters: [
      "f64",     // double hold
      "f64",     // double limit_ms
    ],
    result: "u32",
    nonblocking: true,
  },
  micring_devices_list: {
    parameters: [
      "u32",     // uint32_t backend
      "buffer",  // micring_devices **out
      "buffer",  // char *error
    ],
    result: "i32",
    nonblocking: true,
  },
  micring_devices_count: {
    parameters: [
      "pointer", // const micring_devices *list
    ],
    result: "u32",
  },
  micring_devices_text: {
    parameters: [
      "pointer", // const micring_devices *list
      "u32",     // uint32_t index
      "u32",     // uint32_t id
    ],
    result: "pointer",
  },
  micring_devices_number: {
    parameters: [
      "pointer", // const micring_devices *list
      "u32",     // uint32_t index
      "u32",     // uint32_t field
      "u32",     // uint32_t item
    ],
    result: "f64",
  },
  micring_devices_free: {
    parameters: [
      "pointer", // micring_devices *list
    ],
    result: "void",
  },
  micring_filter_length: {
    parameters: [
      "u32",     // uint32_t from_rate
      "u32",     // uint32_t to_rate
    ],
    result: "f64",
  },
  micring_filter_margin: {
    parameters: [
      "u32",     // uint32_t from_rate
      "u32",     // uint32_t to_rate
    ],
    result: "f64",
  },
  micring_filter: {
    parameters: [
      "u32",     // uint32_t from_rate
      "u32",     // uint32_t to_rate
      "buffer",  // float *table
    ],
    result: "i32",
  },
  micring_convert: {
    parameters: [
      "buffer",  // const double *fields
      "buffer",  // const uint32_t *channel_map
      "buffer",  // const float *table
      "buffer",  // const void *in
      "buffer",  // void *out
    ],
    result: "i32",
  },
  micring_wav_bytes: {
    parameters: [
      "f64",     // double frames
      "u32",     // uint32_t channels
      "u32",     // uint32_t wav_format
    ],
    result: "f64",
  },
  micring_wav: {
    parameters: [
      "buffer",  // const void *samples
      "f64",     // double frames
      "u32",     // uint32_t channels
      "u32",     // uint32_t sample_rate
      "u32",     // uint32_t format
      "u32",     // uint32_t wav_format
      "buffer",  // uint8_t *out
      "buffer",  // double *length
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

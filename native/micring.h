/*
 * micring.h: the whole exported interface of the native library.
 *
 * A micring is one recorder: a source of audio, the ring it fills, and the clock that dates it.
 *
 * Threads. "Control" functions may block on the sound system: call them from any one thread at a
 * time per micring, never from an audio callback. "Read" functions never block, never allocate,
 * and may be called from any number of threads at once while the micring is held.
 *
 * Ownership. A micring is had through a hold: a number, used only once, that belongs to a thread of
 * the caller's. There is its owner's, of who opened it, and any number of readers'. It records until
 * its owner's hold is given back to micring_close, and its memory stays until all are. When a thread
 * ends, all its holds are given back by themselves. Functions that take a hold refuse one that is
 * over (CLOSED), so that they may come late; those that take a micring or a micring_waker must be
 * called while it is held, by the thread that holds it. A micring_devices is its caller's, to give
 * back to micring_devices_free. Memory passed in stays the caller's, and is not kept after the call
 * returns.
 *
 * Statuses. A function that returns int32_t returns MICRING_OK or another micring_status. Where
 * it takes `error`, that is MICRING_ERROR_BYTES of the caller's memory: on failure it holds what
 * the sound system said, in words, as a C string; on success an empty one.
 *
 * Frames are counted from 0 at open, in 64 bits, and cross this interface as double, which is
 * exact up to MICRING_MOST_FRAMES (2^53). A frame is one sample per channel; samples are
 * interleaved.
 */
#ifndef MICRING_H
#define MICRING_H

#include <stdint.h>

#if defined(_WIN32)
#define MICRING_API __declspec(dllexport)
#else
#define MICRING_API __attribute__((visibility("default")))
#endif

#define MICRING_ABI_VERSION 5
#define MICRING_ERROR_BYTES 1024
#define MICRING_GAPS_KEPT 256
#define MICRING_MOST_FRAMES 9007199254740992.0

typedef enum micring_status {
  MICRING_OK = 0,
  MICRING_BAD_ARGUMENT = 1,
  MICRING_TOO_LARGE = 2,
  MICRING_OUT_OF_MEMORY = 3,
  MICRING_NO_BACKEND = 4,
  MICRING_NO_DEVICE = 5,
  MICRING_DEVICE_NOT_FOUND = 6,
  MICRING_ACCESS_DENIED = 7,
  MICRING_DEVICE_BUSY = 8,
  MICRING_FORMAT_REFUSED = 9,
  MICRING_DEVICE_FAILED = 10,
  MICRING_NO_FRAMES = 11,
  MICRING_FILE_UNREADABLE = 12,
  MICRING_FILE_NOT_AUDIO = 13,
  MICRING_FILE_TRUNCATED = 14,
  MICRING_THREAD_FAILED = 15,
  MICRING_FUTURE = 16,
  MICRING_OVERWRITTEN = 17,
  MICRING_NOT_PUSH = 18,
  MICRING_ENCODER_FAILED = 19,
  /* The sound system did not answer in time. */
  MICRING_NO_ANSWER = 20,
  /* Reasons of a state only. */
  MICRING_DEVICE_STOPPED = 21,
  MICRING_REROUTED = 22,
  MICRING_DIGITAL_SILENCE = 23,
  /* The hold is over, or the ring, or the thread. */
  MICRING_CLOSED = 24,
  /* A token of another process, or of another copy of this library. */
  MICRING_FOREIGN = 25,
} micring_status;

/* How a sample is stored; s24 in three bytes, the lowest first. A ring holds f32 or s16; audio may be
 * converted, and a WAV written, as any of them. */
typedef enum micring_format {
  MICRING_F32 = 0,
  MICRING_S16 = 1,
  MICRING_S24 = 2,
  MICRING_S32 = 3,
  MICRING_U8 = 4,
} micring_format;

/* The sound systems, in the order in which AUTO tries them. NULL is a device of silence: it is
 * used only where it is named, never by AUTO. */
typedef enum micring_backend {
  MICRING_BACKEND_AUTO = 0,
  MICRING_BACKEND_WASAPI = 1,
  MICRING_BACKEND_COREAUDIO = 2,
  MICRING_BACKEND_PULSEAUDIO = 3,
  MICRING_BACKEND_ALSA = 4,
  MICRING_BACKEND_JACK = 5,
  MICRING_BACKEND_NULL = 6,
} micring_backend;

/* What micring_convert takes, by index: FRAME is the first one's number, counted on either side from
 * the same instant. */
typedef enum micring_conversion_field {
  MICRING_CONVERSION_FROM_FORMAT = 0,
  MICRING_CONVERSION_FROM_CHANNELS = 1,
  MICRING_CONVERSION_FROM_RATE = 2,
  MICRING_CONVERSION_FROM_FRAME = 3,
  MICRING_CONVERSION_FROM_FRAMES = 4,
  MICRING_CONVERSION_TO_FORMAT = 5,
  MICRING_CONVERSION_TO_CHANNELS = 6,
  MICRING_CONVERSION_TO_RATE = 7,
  MICRING_CONVERSION_TO_FRAME = 8,
  MICRING_CONVERSION_TO_FRAMES = 9,
  MICRING_CONVERSION_FIELDS = 10,
} micring_conversion_field;

/* What micring_info writes, by index. */
typedef enum micring_info_field {
  MICRING_INFO_SAMPLE_RATE = 0,
  MICRING_INFO_CHANNELS = 1,
  MICRING_INFO_FORMAT = 2,
  MICRING_INFO_WINDOW_FRAMES = 3,
  MICRING_INFO_CAPACITY_FRAMES = 4,
  MICRING_INFO_MEMORY_BYTES = 5,
  MICRING_INFO_FIELDS = 6,
} micring_info_field;

/* What micring_stats writes, by index. */
typedef enum micring_stats_field {
  MICRING_STATS_WRITTEN_FRAMES = 0,
  MICRING_STATS_OLDEST_FRAME = 1,
  MICRING_STATS_LOST_FRAMES = 2,
  MICRING_STATS_BLOCKS = 3,
  MICRING_STATS_LONGEST_BLOCK_FRAMES = 4,
  MICRING_STATS_RETRIES = 5,
  MICRING_STATS_PAUSED = 6,
  MICRING_STATS_ENDED = 7,
  MICRING_STATS_GAPS = 8,
  MICRING_STATS_REOPENINGS = 9,
  MICRING_STATS_ABANDONED = 10,
  MICRING_STATS_LONGEST_INTERVAL_MS = 11,
  MICRING_STATS_CLIPPED_SAMPLES = 12,
  MICRING_STATS_SILENT_FRAMES = 13,
  MICRING_STATS_DRIFT_PPM = 14,
  MICRING_STATS_FIELDS = 15,
} micring_stats_field;

/* What a ring is doing. STALLED: no frame comes, and the device is being let go. REOPENING: it is
 * being tried again, until it is back. FAILED: only a person can help; micring_resume tries again.
 * ENDED: a file came to its end, or the owner has closed the ring. */
typedef enum micring_state {
  MICRING_STATE_STARTING = 0,
  MICRING_STATE_RUNNING = 1,
  MICRING_STATE_STALLED = 2,
  MICRING_STATE_REOPENING = 3,
  MICRING_STATE_PAUSED = 4,
  MICRING_STATE_FAILED = 5,
  MICRING_STATE_ENDED = 6,
} micring_state;

/* What micring_change writes, by index. REASON is a micring_status: MICRING_OK where a state needs
 * no explanation. TIME_MS is milliseconds since the Unix epoch. */
typedef enum micring_change_field {
  MICRING_CHANGE_STATE = 0,
  MICRING_CHANGE_REASON = 1,
  MICRING_CHANGE_TIME_MS = 2,
  MICRING_CHANGE_FIELDS = 3,
} micring_change_field;

/* What micring_opened writes, by index: the sound system, and what the device delivers by itself. */
typedef enum micring_opened_field {
  MICRING_OPENED_BACKEND = 0,
  MICRING_OPENED_SAMPLE_RATE = 1,
  MICRING_OPENED_CHANNELS = 2,
  MICRING_OPENED_FIELDS = 3,
} micring_opened_field;

/* What a snapshot writes into `result`, by index. Times are milliseconds since the Unix epoch;
 * both are right to within UNCERTAINTY_MS either way. */
typedef enum micring_snapshot_field {
  MICRING_SNAPSHOT_START_FRAME = 0,
  MICRING_SNAPSHOT_END_FRAME = 1,
  MICRING_SNAPSHOT_START_TIME_MS = 2,
  MICRING_SNAPSHOT_END_TIME_MS = 3,
  MICRING_SNAPSHOT_UNCERTAINTY_MS = 4,
  MICRING_SNAPSHOT_FIELDS = 5,
} micring_snapshot_field;

/* What micring_share writes, by index. */
typedef enum micring_token_field {
  MICRING_TOKEN_PROCESS = 0,
  MICRING_TOKEN_RING = 1,
  MICRING_TOKEN_FIELDS = 2,
} micring_token_field;

/* Why nothing was recorded. PAUSE: between pause and resume. WIPE: a block that came in the very
 * moment in which a wipe ended. OVERRUN: the sound system, or this process, was too slow, and
 * frames were dropped before they got here. HOLE: the sound server sent a hole in place of frames.
 * STALL: a device that was there delivered nothing. SLEEP: this process was stopped, or the
 * machine slept. DEVICE: the device, or the sound server, was gone. REROUTE: the system's default
 * became another device. FORMAT: the same device came back with another rate or channel count. */
typedef enum micring_gap_cause {
  MICRING_GAP_PAUSE = 0,
  MICRING_GAP_WIPE = 1,
  MICRING_GAP_OVERRUN = 2,
  MICRING_GAP_HOLE = 3,
  MICRING_GAP_STALL = 4,
  MICRING_GAP_SLEEP = 5,
  MICRING_GAP_DEVICE = 6,
  MICRING_GAP_REROUTE = 7,
  MICRING_GAP_FORMAT = 8,
} micring_gap_cause;

/* What micring_gaps writes for each gap, by index. FRAMES is infinite for one that has not ended:
 * then every frame from its start on is silence. COUNTED is 1 where its frames were counted, 0 where
 * their number is by the clock. */
typedef enum micring_gap_field {
  MICRING_GAP_START_FRAME = 0,
  MICRING_GAP_FRAMES = 1,
  MICRING_GAP_CAUSE = 2,
  MICRING_GAP_COUNTED = 3,
  MICRING_GAP_FIELDS = 4,
} micring_gap_field;

/* What micring_devices_number reads, by field. Formats are read with FORMAT_COUNT and then
 * FORMAT_* with the number of the format in `item`; elsewhere `item` is ignored. */
typedef enum micring_device_field {
  MICRING_DEVICE_BACKEND = 0,
  MICRING_DEVICE_IS_DEFAULT = 1,
  MICRING_DEVICE_IS_MONITOR = 2,
  MICRING_DEVICE_FORMAT_COUNT = 3,
  MICRING_DEVICE_FORMAT_BITS = 4,
  MICRING_DEVICE_FORMAT_IS_FLOAT = 5,
  MICRING_DEVICE_FORMAT_CHANNELS = 6,
  MICRING_DEVICE_FORMAT_SAMPLE_RATE = 7,
} micring_device_field;

typedef struct micring micring;
typedef struct micring_devices micring_devices;
typedef struct micring_waker micring_waker;

/* The ABI this library was built as; a caller built for another must not go on. Any thread. */
MICRING_API uint32_t micring_abi_version(void);

/* The version of miniaudio inside, as a static C string. Any thread. */
MICRING_API const char *micring_miniaudio_version(void);

/* The calling thread's number, for the functions that make a hold for it. From then on its end is
 * noticed, and gives back what it holds. 0 when out of memory. */
MICRING_API double micring_thread(void);

/*
 * Control: opens a recorder and returns once its first frame is in the ring (except for push,
 * which returns at once). On MICRING_OK `*out` is the owner's hold on it, of the thread with the
 * number `thread`, to give to micring_close; on any other status it is 0. `seconds` is the window; `sample_rate` and `channels` of 0 mean the
 * source's own (48000 and 1 for the synthetic ones); `format` is MICRING_F32 or MICRING_S16.
 *
 * All may return BAD_ARGUMENT, TOO_LARGE (more memory than there is; the number is in `error`),
 * OUT_OF_MEMORY, THREAD_FAILED, CLOSED (that thread has ended).
 */

/* A device. `device_id` is an id as micring_devices_text gives it, or empty for the default one.
 * Also: NO_BACKEND, NO_DEVICE, DEVICE_NOT_FOUND, ACCESS_DENIED, DEVICE_BUSY, FORMAT_REFUSED,
 * DEVICE_FAILED, NO_FRAMES (it started, and nothing came within three seconds), NO_ANSWER (the
 * sound system did not answer within three seconds).
 *
 * From then on it is watched by a thread of its own: what stops delivering is let go and opened
 * again until it is back, the default one wherever it moves, a named one by its id or its name and
 * never another; what was not recorded meanwhile is a gap. */
MICRING_API int32_t micring_open_microphone(uint32_t backend, const char *device_id,
                                            uint32_t period_ms, double seconds,
                                            uint32_t sample_rate, uint32_t channels,
                                            uint32_t format, double thread, double *out,
                                      char *error);

/* A sine of `frequency` hertz whose peak is `level_dbfs`, at `speed` times real time. */
MICRING_API int32_t micring_open_tone(double frequency, double level_dbfs, double speed,
                                      double seconds, uint32_t sample_rate, uint32_t channels,
                                      uint32_t format, double thread, double *out,
                                      char *error);

/* Every sample is its own frame number, modulo 2^24 in f32 and modulo 2^15 in s16. */
MICRING_API int32_t micring_open_sequence(double speed, double seconds, uint32_t sample_rate,
                                          uint32_t channels, uint32_t format, double thread,
                                          double *out, char *error);

/* A WAV, FLAC or MP3 file, once or (`loop` not 0) over and over; `path` is UTF-8.
 * Also: FILE_UNREADABLE, FILE_NOT_AUDIO, FILE_TRUNCATED (less audio than its header says). */
MICRING_API int32_t micring_open_file(const char *path, uint32_t loop, double speed,
                                      double seconds, uint32_t sample_rate, uint32_t channels,
                                      uint32_t format, double thread, double *out,
                                      char *error);

/* No source of its own: micring_push writes. */
MICRING_API int32_t micring_open_push(double seconds, uint32_t sample_rate, uint32_t channels,
                                      uint32_t format, double thread, double *out,
                                      char *error);

/* Control: gives a hold back. The owner's end stops the source (a device that does not let go within
 * half a second is left to end by itself, and touches nothing any more): readers see the state ENDED.
 * The last end of all frees everything, the ring's memory included unless `keep_samples` was not 0
 * once (for a caller that lost track of a view of it). No other call on what is held may be under
 * way or follow, but for those that take a hold. */
MICRING_API void micring_close(double hold, uint32_t keep_samples);

/* Any thread: what is held; NULL if the hold is over. */
MICRING_API micring *micring_recorder(double hold);

/* Any thread: writes MICRING_TOKEN_FIELDS doubles by which any thread of this process can attach to
 * what is held, while its owner holds it. MICRING_OK or CLOSED. */
MICRING_API int32_t micring_share(double hold, double *token);

/* Any thread: makes a reader's hold of the thread with the number `thread` out of a token. MICRING_OK,
 * and `*out` is the hold, to give to micring_close; else it is 0: CLOSED, FOREIGN, BAD_ARGUMENT or
 * OUT_OF_MEMORY. */
MICRING_API int32_t micring_attach(double thread, double process, double ring, double *out);

/* Control: appends `frames` frames of `samples`, in the ring's format, newest last; while paused
 * it drops them. No frames are fine, and then `samples` may be NULL. MICRING_OK, or NOT_PUSH where
 * the ring has a source of its own. */
MICRING_API int32_t micring_push(micring *recorder, const void *samples, double frames);

/* Control: stops recording (a device is released) and starts it again; the time between becomes
 * silence, counted as lost. Pausing twice or resuming twice changes nothing, but that resume also
 * begins anew what has FAILED. pause: MICRING_OK or CLOSED; resume: as micring_open_microphone, and
 * then the ring stays as it was. Neither waits for a sound system that hangs: pause gives up after half a
 * second, and what hangs is left to end by itself; resume after three for each answer. */
MICRING_API int32_t micring_pause(double hold);
MICRING_API int32_t micring_resume(double hold, char *error);

/* Control: forgets everything recorded up to the moment it returns, and overwrites the memory
 * with zeros. Frame numbers go on. MICRING_OK or CLOSED. */
MICRING_API int32_t micring_wipe(double hold);

/* Read: what was opened (MICRING_INFO_FIELDS doubles) and how it goes (MICRING_STATS_FIELDS). */
MICRING_API void micring_info(const micring *recorder, double *fields);
MICRING_API void micring_stats(const micring *recorder, double *fields);

/* Read: how often the state has changed since the opening; never 0. */
MICRING_API double micring_change_count(const micring *recorder);

/* Any thread, may wait for a moment: writes the state's change `number`, counted from 0, into
 * MICRING_CHANGE_FIELDS doubles, and what the sound system said into `words`, MICRING_ERROR_BYTES
 * of the caller's. MICRING_OK, or OVERWRITTEN where it is forgotten (the last 64 are kept), or
 * FUTURE. */
MICRING_API int32_t micring_change(const micring *recorder, double number, double *fields,
                                   char *words);

/* Read: how often another device, or the same in another form, was opened; 0 where the source is
 * no device, else at least 1. */
MICRING_API double micring_opened_count(const micring *recorder);

/* Any thread, may wait for a moment: the device that was opened last: MICRING_OPENED_FIELDS
 * doubles, its name and its id (empty where none was named at opening), as C strings of at most
 * MICRING_ERROR_BYTES each, the caller's. */
MICRING_API void micring_opened(const micring *recorder, double *fields, char *name, char *id);

/* Read: the time at which a frame begins, in milliseconds since the Unix epoch, and the number of
 * the frame that is captured at such a time. Both also for frames to come; for frames before 0, 0. */
MICRING_API double micring_time_at(const micring *recorder, double frame);
MICRING_API double micring_frame_at(const micring *recorder, double time_ms);

/* Read: the number of the next frame, and of the oldest that can still be had. */
MICRING_API double micring_written(const micring *recorder);
MICRING_API double micring_oldest(const micring *recorder);

/* Read: copies the newest `frames` frames, or as many as there are, into `out` (of at least that
 * many frames) and writes MICRING_SNAPSHOT_FIELDS doubles. When the writer keeps overtaking the
 * copy, it retries a few times and then returns the shorter stretch that is true. MICRING_OK. */
MICRING_API int32_t micring_snapshot(micring *recorder, double frames, void *out,
                                     double *result);

/* Read: copies exactly the frames [from, to). MICRING_OK, FUTURE (not all recorded yet) or
 * OVERWRITTEN (not all there any more; what is in `out` is then worth nothing). */
MICRING_API int32_t micring_snapshot_at(micring *recorder, double from, double to, void *out,
                                        double *result);

/* Read: how often a gap began or ended since the opening. While it is the same, so are the gaps. */
MICRING_API double micring_gap_changes(const micring *recorder);

/* Read: writes the newest gaps, oldest first, MICRING_GAP_FIELDS doubles each, at most
 * MICRING_GAPS_KEPT of them, and into `*known_from` the frame from which on they are all there are:
 * older ones are forgotten. Returns how many. */
MICRING_API uint32_t micring_gaps(const micring *recorder, double *out, double *known_from);

/* Read: 1 while the frames from `from` on are all still in the ring, 0 once one is not. */
MICRING_API uint32_t micring_holds(const micring *recorder, double from);

/* Read: the ring's memory, MICRING_INFO_MEMORY_BYTES long, valid until micring_close: frame n
 * stands at n modulo the capacity, and once more a capacity later, so that any stretch is
 * contiguous. Whoever reads it asks micring_holds afterwards whether it was still true. */
MICRING_API void *micring_memory(micring *recorder);

/*
 * A waker tells when a frame is in the ring, without a look in between by its caller: a thread waits
 * in it. Nothing in here ever calls the caller back, so it may end at any moment.
 */

/* Any thread: the hold's own waker, which goes with it; NULL when out of memory, or if it is over. */
MICRING_API micring_waker *micring_waker_of(double hold);

/* Any thread, may wait for a moment: wakes once all frames before `frame` are in, or no more will
 * come; instead of what it was armed for before. disarm: whoever waits need not any more. */
MICRING_API void micring_waker_arm(micring_waker *waker, double frame);
MICRING_API void micring_waker_disarm(micring_waker *waker);

/* Any thread, one at a time for each hold: blocks until what its waker is armed for is there (1), or
 * until it is disarmed, the hold is over, or `limit_ms` is (0). */
MICRING_API uint32_t micring_waker_wait(double hold, double limit_ms);

/* Control: lists the capture devices of one backend, or with MICRING_BACKEND_AUTO of every one
 * but NULL that answers, each within three seconds. MICRING_OK, NO_BACKEND, NO_ANSWER, THREAD_FAILED
 * or OUT_OF_MEMORY. */
MICRING_API int32_t micring_devices_list(uint32_t backend, micring_devices **out, char *error);

/* Any thread, on a list that is not freed: its length, a device's name or id (C strings that
 * live as long as the list; `id` not 0 asks for the id), a micring_device_field of a device, and
 * the end of the list (NULL is allowed). Out of range: an empty string, or 0. */
MICRING_API uint32_t micring_devices_count(const micring_devices *list);
MICRING_API const char *micring_devices_text(const micring_devices *list, uint32_t index,
                                             uint32_t id);
MICRING_API double micring_devices_number(const micring_devices *list, uint32_t index,
                                          uint32_t field, uint32_t item);
MICRING_API void micring_devices_free(micring_devices *list);

/* Any thread: for a change of sample rate, how many floats its table takes, and how many frames before
 * and behind its place a frame of the result is made of; 0 for equal rates and for 0. */
MICRING_API double micring_filter_length(uint32_t from_rate, uint32_t to_rate);
MICRING_API double micring_filter_margin(uint32_t from_rate, uint32_t to_rate);

/* Any thread: writes the table. MICRING_OK or BAD_ARGUMENT. */
MICRING_API int32_t micring_filter(uint32_t from_rate, uint32_t to_rate, float *table);

/* Any thread: converts a stretch of audio. `fields` has what a micring_conversion_field says;
 * `channel_map` the channel of `in` for each of `out`, or is NULL for the usual mix; `table` is
 * micring_filter's for these rates, and may be NULL where they are equal. Frame k of `out` stands at
 * k * FROM_RATE / TO_RATE of `in`; what that takes and `in` has not is silence. MICRING_OK,
 * BAD_ARGUMENT or OUT_OF_MEMORY. */
MICRING_API int32_t micring_convert(const double *fields, const uint32_t *channel_map,
                                    const float *table, const void *in, void *out);

/* Any thread: the bytes that a WAV of these samples takes at the most. */
MICRING_API double micring_wav_bytes(double frames, uint32_t channels, uint32_t wav_format);

/* Any thread: encodes `frames` frames of samples as a WAV in `wav_format` into `out`
 * (micring_wav_bytes long) and writes its length to `*length`. MICRING_OK, BAD_ARGUMENT or
 * ENCODER_FAILED. */
MICRING_API int32_t micring_wav(const void *samples, double frames, uint32_t channels,
                                uint32_t sample_rate, uint32_t format, uint32_t wav_format,
                                uint8_t *out, double *length);

#endif

/*
 * What the native library of another system owes to its host's ends: a thread that ends lets go what it
 * held, and the library stays when its host unloads it. And it plays a file whose name is not ASCII.
 *
 *   emulated_ends LIBRARY FILE FRAMES
 *
 * FILE is a path in UTF-8, in hexadecimal digits, as arguments may come in another encoding; each of its
 * samples is its frame's number, as s16. Exits 0, or 1 with what was wrong.
 */
#include "emulated.h"
#include "monitor.h"

enum { WINDOW_SECONDS = 2 };

/* What a thread has opened that ends without a word. */
static double token[MICRING_TOKEN_FIELDS];

static thread_result THREAD_CALL own(void *argument) {
  char error[MICRING_ERROR_BYTES];
  double hold = 0;
  (void)argument;
  int32_t const status = micring_open_sequence_(1, WINDOW_SECONDS, 48000, 1, MICRING_F32,
                                                micring_thread_(), &hold, error);
  if (status != MICRING_OK) fail("cannot open a sequence: status %d, %s", status, error);
  if (micring_share_(hold, token) != MICRING_OK) fail("cannot share");
  return 0;
}

static void check_thread_end(void) {
  thread owner;
  double hold = 0;
  start(&owner, own);
  join(owner);
  int64_t const begin_ns = clock_monotonic_ns();
  /* Until what it held is let go. */
  while (micring_attach_(micring_thread_(), token[MICRING_TOKEN_PROCESS], token[MICRING_TOKEN_RING],
                         &hold) == MICRING_OK) {
    micring_close_(hold, 0);
    if (clock_monotonic_ns() - begin_ns > patience_ns) fail("a thread's end is not noticed");
    clock_sleep_ns(5000000);
  }
}

/* All of the file, which is shorter than the window. */
static void check_file(const char *path, uint64_t frames) {
  char error[MICRING_ERROR_BYTES];
  double result[MICRING_SNAPSHOT_FIELDS], hold = 0;
  int16_t *samples = malloc(frames * sizeof *samples);
  if (samples == NULL) fail("no memory");
  int32_t const status = micring_open_file_(path, 0, 8, WINDOW_SECONDS, 0, 0, MICRING_S16,
                                            micring_thread_(), &hold, error);
  if (status != MICRING_OK) fail("cannot open the file: status %d, %s", status, error);
  micring *m = micring_recorder_(hold);
  await_frames(m, (double)frames);
  if (micring_snapshot_at_(m, 0, (double)frames, samples, result) != MICRING_OK) fail("no frames");
  for (uint64_t i = 0; i < frames; i++) {
    if (samples[i] != (int16_t)i) fail("frame %" PRIu64 " of the file is %d", i, samples[i]);
  }
  micring_close_(hold, 0);
  free(samples);
}

/* What everything here sleeps in: it must not take its limit for a time of another clock. */
static void check_monitor(void) {
  monitor m;
  monitor_init(&m);
  for (int i = 0; i < 5; i++) {
    int64_t const begin_ns = clock_monotonic_ns();
    monitor_lock(&m);
    monitor_wait_for(&m, 50000000);
    monitor_unlock(&m);
    int64_t const took_ns = clock_monotonic_ns() - begin_ns;
    /* A tick of the system's clock may be missing. */
    if (took_ns < 30000000) fail("a wait of 50 ms took %" PRId64 " ns", took_ns);
  }
  monitor_destroy(&m);
}

static void decode(const char *digits, char *out, size_t room) {
  unsigned value;
  size_t length = 0;
  for (; sscanf(digits + 2 * length, "%2x", &value) == 1 && length < room - 1; length++) {
    out[length] = (char)value;
  }
  out[length] = 0;
}

int main(int argc, char **argv) {
  char path[4096];
  if (argc != 4) return 2;
  decode(argv[2], path, sizeof path);
  load_all(argv[1]);
  check_thread_end();
  check_monitor();
  check_file(path, (uint64_t)atoi(argv[3]));
  unload();
  if (micring_abi_version_() != MICRING_ABI_VERSION) fail("it is gone");
  check_thread_end();
  puts("emulated_ends: all is well");
  return 0;
}

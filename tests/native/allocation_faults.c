/*
 * Opens, pauses, resumes and closes a microphone over and over, and lets another allocation fail each
 * time: first the first one, then the second, and so on, until one round has gone through without
 * a failure. Each round may end in an error, never in a crash or a hang.
 *
 * Linked with --wrap of the allocating functions, so that miniaudio's allocations are counted, and
 * ours, but not those of the system's libraries.
 *
 * Argument: the number of the backend. Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "micring.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

enum { MOST_ROUND_SECONDS = 20, MOST_ROUNDS = 2000 };
static const double seconds = 0.1;
static const int64_t listen_ns = 30000000;
static const int64_t poll_ns = 1000000;

/* Sequentially consistent wherever they are used: sessions allocate on threads of their own. */
static _Atomic int64_t left;
static _Atomic uint64_t allocations;

static bool fails(void) {
  atomic_fetch_add(&allocations, 1);
  return atomic_fetch_sub(&left, 1) == 1;
}

void *__wrap_malloc(size_t size) { return fails() ? NULL : __real_malloc(size); }

void *__wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  return fails() ? NULL : __real_realloc(memory, size);
}

static bool hears(micring *m) {
  double const before = micring_written(m);
  int64_t const deadline_ns = clock_monotonic_ns() + 5000 * poll_ns;
  while (micring_written(m) <= before) {
    if (clock_monotonic_ns() > deadline_ns) return false;
    clock_sleep_ns(poll_ns);
  }
  return true;
}

/* The hold on the one ring that is open. */
static double held;

static const char *use(micring *m, bool *went_on) {
  char error[MICRING_ERROR_BYTES];
  clock_sleep_ns(listen_ns);
  micring_pause(held);
  bool resumed = micring_resume(held, error) == MICRING_OK;
  /* The failure, if it was one, is over: now it must work. */
  if (!resumed) resumed = micring_resume(held, error) == MICRING_OK;
  *went_on = resumed;
  if (!resumed) return "cannot be resumed once memory is there again";
  return hears(m) ? NULL : "delivers nothing once memory is there again";
}

static bool round_goes_well(uint32_t backend, int64_t nth, uint64_t *opened) {
  double const thread = micring_thread();
  char error[MICRING_ERROR_BYTES];
  atomic_store(&left, nth);
  int32_t const status = micring_open_microphone(backend, "", 10, seconds, 0, 0, MICRING_F32,
                                                 thread, &held, error);
  micring *m = micring_recorder(held);
  if ((status == MICRING_OK) != (m != NULL)) {
    fprintf(stderr, "allocation %" PRId64 ": status %d, but %s ring\n", nth, status,
            m != NULL ? "a" : "no");
    return false;
  }
  if (m == NULL) return true;
  bool went_on = false;
  const char *wrong = use(m, &went_on);
  micring_close(held, 0);
  *opened += went_on;
  if (wrong == NULL) return true;
  fprintf(stderr, "allocation %" PRId64 ": the ring %s: %s\n", nth, wrong, error);
  return false;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  uint32_t const backend = (uint32_t)strtoul(argv[1], NULL, 10);
  uint64_t opened = 0;
  for (int64_t nth = 1; nth < MOST_ROUNDS; nth++) {
    /* A hang ends here, by the default action of the signal. */
    alarm(MOST_ROUND_SECONDS);
    if (!round_goes_well(backend, nth, &opened)) return 1;
    if (atomic_load(&left) <= 0) continue;
    printf("%" PRId64 " rounds, %" PRIu64 " of them opened, %" PRIu64 " allocations\n", nth, opened,
           (uint64_t)atomic_load(&allocations));
    return opened > 0 ? 0 : 1;
  }
  fprintf(stderr, "no end of allocations\n");
  return 1;
}

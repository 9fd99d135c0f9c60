/*
 * A library with a thread that pushes a block into a ring at every interval, as a device does. The
 * last two samples of a block say when it was written: microseconds of a clock that begins at
 * `writer_start`, in two parts that f32 holds exactly.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

enum { RATE = 48000, MOST_FRAMES = 4800, PART = 1 << 20 };

typedef int32_t push_call(void *recorder, const void *samples, double frames);

static pthread_t thread;
static _Atomic bool stopping;
static push_call *push;
static void *ring;
static uint32_t frames;
static int64_t begin_ns;

double writer_now_us(void) { return (double)(clock_monotonic_ns() - begin_ns) / 1e3; }

static void *run(void *argument) {
  float block[MOST_FRAMES] = {0};
  int64_t const interval_ns = INT64_C(1000000000) * frames / RATE;
  int64_t due_ns = clock_monotonic_ns();
  (void)argument;
  /* Relaxed: a wish that stands for itself; partner of the store in writer_stop. */
  while (!atomic_load_explicit(&stopping, memory_order_relaxed)) {
    due_ns += interval_ns;
    int64_t const rest_ns = due_ns - clock_monotonic_ns();
    if (rest_ns > 0) clock_sleep_ns(rest_ns);
    int64_t const now_us = (int64_t)writer_now_us();
    block[frames - 2] = (float)(now_us / PART);
    block[frames - 1] = (float)(now_us % PART);
    push(ring, block, frames);
  }
  return NULL;
}

/* 0, or 1 where it cannot: the library at `path` is loaded already. */
uint32_t writer_start(const char *path, void *recorder, uint32_t block_frames) {
  void *library = dlopen(path, RTLD_NOW);
  if (library == NULL || block_frames < 2 || block_frames > MOST_FRAMES) return 1;
  *(void **)&push = dlsym(library, "micring_push");
  if (push == NULL) return 1;
  ring = recorder;
  frames = block_frames;
  begin_ns = clock_monotonic_ns();
  /* Relaxed: there is no thread yet. */
  atomic_store_explicit(&stopping, false, memory_order_relaxed);
  return pthread_create(&thread, NULL, run, NULL) != 0;
}

void writer_stop(void) {
  /* Relaxed: partner of the load in run. */
  atomic_store_explicit(&stopping, true, memory_order_relaxed);
  pthread_join(thread, NULL);
}

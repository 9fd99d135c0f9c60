/*
 * Follows a device's clock at full speed, with a gap every few seconds that turns out to be shorter
 * than it was thought, while readers ask for times and frames: all they are told must be right.
 *
 * Argument: the seconds to run. Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "racing.h"
#include "timeline.h"

enum {
  READERS = 2,
  BLOCK_FRAMES = 40,
  SOUND_FRAMES = 10000,
  GAP_FRAMES = 2000,
  ROUND_FRAMES = SOUND_FRAMES + GAP_FRAMES,
  /* So far back it surely remembers. */
  MEMORY_FRAMES = 400 * ROUND_FRAMES,
  LEAST_CHECKED = 20000,
};

static const int64_t patience_ns = 20000000000;
static const int64_t sound_frame_ns = 250000;
/* It is declared by the clock of the sound, and lasts a fifth less. */
static const int64_t gap_frame_ns = 200000;
static const int64_t most_error_ns = 500000;

static timeline *the_timeline;
static _Atomic uint64_t marked;
static _Atomic uint64_t checked;
static _Atomic bool stopping;

static _Noreturn void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  flockfile(stderr);
  fputs("timeline_race: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  _Exit(1);
}

static int64_t true_ns(uint64_t frame) {
  int64_t const rounds = (int64_t)(frame / ROUND_FRAMES);
  int64_t const at = (int64_t)(frame % ROUND_FRAMES);
  int64_t const sound = at < SOUND_FRAMES ? at : SOUND_FRAMES;
  return rounds * (SOUND_FRAMES * sound_frame_ns + GAP_FRAMES * gap_frame_ns) +
         sound * sound_frame_ns + (at - sound) * gap_frame_ns;
}

static void *run_writer(void *argument) {
  uint64_t frame = 0;
  (void)argument;
  stay_on_processor(0);
  /* Relaxed: a wish that stands for itself; partner of the store in main. */
  while (!atomic_load_explicit(&stopping, memory_order_relaxed)) {
    frame += BLOCK_FRAMES;
    timeline_mark(the_timeline, frame, true_ns(frame));
    /* Release: partner of the acquire load in run_reader; what was marked is told. */
    atomic_store_explicit(&marked, frame, memory_order_release);
    if (frame % ROUND_FRAMES != SOUND_FRAMES) continue;
    timeline_break(the_timeline, frame, frame + GAP_FRAMES, false);
    frame += GAP_FRAMES;
  }
  return NULL;
}

/* Acquire: partner of the release store in run_writer. */
static uint64_t newest(void) { return atomic_load_explicit(&marked, memory_order_acquire); }

static bool forgotten(uint64_t frame) { return newest() > frame + MEMORY_FRAMES; }

static void check_time(uint64_t frame) {
  int64_t const error_ns = timeline_time_at(the_timeline, frame) - true_ns(frame);
  if (forgotten(frame)) return;
  if (error_ns > most_error_ns || error_ns < -most_error_ns) {
    fail("frame %" PRIu64 " is dated %" PRId64 " ns wrong", frame, error_ns);
  }
  add(&checked, 1);
}

static void check_frame(uint64_t frame) {
  uint64_t const found = timeline_frame_at(the_timeline, true_ns(frame));
  if (forgotten(frame)) return;
  if (found + 3 < frame || found > frame + 3) {
    fail("frame %" PRIu64 " is said to be at the time of frame %" PRIu64, found, frame);
  }
  add(&checked, 1);
}

static void check_figures(void) {
  double const drift = timeline_drift_ppm(the_timeline);
  int64_t const spread_ns = timeline_spread_ns(the_timeline);
  if (drift < -100 || drift > 100 || spread_ns < 0 || spread_ns > sound_frame_ns) {
    fail("a drift of %g ppm is said, a spread of %" PRId64 " ns", drift, spread_ns);
  }
}

static void *run_reader(void *argument) {
  uint64_t random = 0x9e3779b97f4a7c15u + (uintptr_t)argument;
  stay_on_processor(1 + (int)(uintptr_t)argument);
  /* Relaxed: a wish that stands for itself; partner of the store in main. */
  while (!atomic_load_explicit(&stopping, memory_order_relaxed)) {
    uint64_t const end = newest();
    uint64_t const most = end < MEMORY_FRAMES / 2 ? end : MEMORY_FRAMES / 2;
    if (end == 0) continue;
    /* Mostly what is new, where something changes. */
    uint64_t const back = below(&random, below(&random, 4) == 0 ? most : 1 + most % ROUND_FRAMES);
    check_time(end - back - 1);
    check_frame(end - back - 1);
    check_figures();
  }
  return NULL;
}

int main(int argc, char **argv) {
  double const seconds = argc > 1 ? atof(argv[1]) : 1;
  pthread_t writer;
  pthread_t readers[READERS];
  the_timeline = timeline_create(TIMELINE_FOLLOW, 1e9 / (double)sound_frame_ns, 60, 0);
  if (the_timeline == NULL) fail("no memory for the timeline");
  if (pthread_create(&writer, NULL, run_writer, NULL) != 0) fail("cannot start a thread");
  for (uintptr_t i = 0; i < READERS; i++) {
    if (pthread_create(&readers[i], NULL, run_reader, (void *)i) != 0) {
      fail("cannot start a thread");
    }
  }
  int64_t const end_ns = clock_monotonic_ns() + (int64_t)(seconds * 1e9);
  for (int64_t now_ns = 0; now_ns < end_ns || get(&checked) < LEAST_CHECKED;) {
    clock_sleep_ns(1000000);
    now_ns = clock_monotonic_ns();
    if (now_ns > end_ns + patience_ns) fail("proved nothing: the readers checked next to nothing");
  }
  /* Relaxed: partner of the loads in run_writer and run_reader. */
  atomic_store_explicit(&stopping, true, memory_order_relaxed);
  pthread_join(writer, NULL);
  for (int i = 0; i < READERS; i++) pthread_join(readers[i], NULL);
  timeline_destroy(the_timeline);
  printf("timeline_race: %" PRIu64 " answers while %" PRIu64 " frames were marked\n", get(&checked),
         newest());
  return 0;
}

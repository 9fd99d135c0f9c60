/*
 * Delivers, loses and delays the blocks of a driven microphone at full speed, while a second thread
 * wipes the ring now and then, and a third reads: every frame that it sees is in its place, or
 * inside a gap that it finds in the log, and nothing is from before a wipe.
 *
 * Argument: the seconds to run. Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <pthread.h>

#include "clock.h"
#include "driven.h"

enum { PERIOD = 40, WINDOW = 8000, LEAST_CHECKED = 1000000, LEAST_WIPES = 20, LEAST_BETWEEN = 300 };

static const double rate = 4000;
static const double window_seconds = 4;
static const int64_t patience_ns = 20000000000;
static const int64_t rest_ns = 500000;
/* A period, and what the timeline may be wrong by. */
static const int64_t most_error_ns = 13000000;

static rig the_rig;
static _Atomic uint64_t wiped_at;
static _Atomic uint64_t checked;
static _Atomic uint64_t checked_silence;
static _Atomic uint64_t wipes;
static _Atomic bool stopping;

static bool is_stopping(void) {
  /* Relaxed: a wish that stands for itself; partner of the store in main. */
  return atomic_load_explicit(&stopping, memory_order_relaxed);
}

static _Noreturn void fail_at_once(const char *what, uint64_t frame, int64_t ns) {
  flockfile(stderr);
  fprintf(stderr, "device_race: frame %" PRIu64 " %s (%" PRId64 ")\n", frame, what, ns);
  _Exit(1);
}

/* What a sound system does now and then. */
static void happen(rig *r) {
  uint64_t const frames = (uint64_t)rate / 4 + below(&r->random, (uint64_t)rate);
  switch (below(&r->random, 4)) {
    case 0:
      r->source += frames;
      break;
    case 1:
      r->source += frames;
      deliver(r, MICRING_GAP_HOLE, false);
      break;
    case 2:
      r->source += frames;
      if (!capture_enter(r->capture)) break;
      capture_expect(r->capture, MICRING_GAP_STALL, true);
      capture_outage(r->capture, MICRING_GAP_STALL, captured_ns(r, r->source - frames / 4));
      capture_leave(r->capture);
      break;
    default:
      r->now_ns += captured_ns(r, frames) - captured_ns(r, 0);
      break;
  }
}

/* True if it was let in. */
static bool deliver_one(rig *r) {
  const _Atomic uint64_t *blocks = &capture_statistics_of(r->capture)->blocks;
  uint64_t const before = capture_statistic(blocks);
  deliver(r, CAPTURE_NO_LOSS, false);
  return capture_statistic(blocks) != before;
}

static void *run_source(void *argument) {
  rig *r = argument;
  uint64_t left = LEAST_BETWEEN;
  stay_on_processor(0);
  /* The words count the time since dawn, and not for ever. */
  while (!is_stopping() && r->now_ns < dawn_ns + 80000 * s_ns) {
    /* One thing at a time: what follows while the last is not settled cannot be told from it. */
    if (!deliver_one(r)) left = LEAST_BETWEEN;
    if (left-- > 0) continue;
    happen(r);
    left = LEAST_BETWEEN + below(&r->random, LEAST_BETWEEN);
  }
  return NULL;
}

static void wipe(rig *r) {
  capture_shut(r->capture);
  capture_wipe(r->capture);
  uint64_t const written = ring_written(r->ring);
  if (ring_oldest(r->ring) != written) fail_at_once("can be read after a wipe", written, 0);
  /* Release: partner of the acquire load in run_reader. */
  atomic_store_explicit(&wiped_at, written, memory_order_release);
  capture_open(r->capture);
  add(&wipes, 1);
}

static bool in_gap(const gap *gaps, uint32_t count, uint64_t frame) {
  for (uint32_t i = count; i > 0 && gaps[i - 1].start + MOST_BLOCK * 100 > frame; i--) {
    if (frame >= gaps[i - 1].start && frame - gaps[i - 1].start < gaps[i - 1].frames) return true;
  }
  return false;
}

static void check(rig *r, const frame_word *words, ring_span span) {
  static gap gaps[MICRING_GAPS_KEPT];
  uint64_t known_from;
  uint32_t const count = gaps_read(r->gaps, gaps, &known_from);
  uint64_t silence = 0;
  for (uint64_t frame = span.start; frame < span.end; frame++) {
    frame_word const word = words[frame - span.start];
    if (word == 0) {
      silence++;
      if (frame >= known_from && !in_gap(gaps, count, frame)) {
        fail_at_once("is silent, and no gap says why", frame, 0);
      }
      continue;
    }
    if (frame % 16 != 0) continue;
    int64_t const error_ns = timeline_time_at(r->timeline, frame) - time_of(word);
    if (error_ns < -most_error_ns || error_ns > most_error_ns) {
      if (ring_holds(r->ring, span.start)) fail_at_once("is not in its place", frame, error_ns);
      return;
    }
  }
  add(&checked, span.end - span.start);
  add(&checked_silence, silence);
}

static void *run_reader(void *argument) {
  static frame_word words[WINDOW];
  rig *r = argument;
  uint64_t random = 0x9e3779b97f4a7c15;
  stay_on_processor(1);
  while (!is_stopping()) {
    /* Acquire: partner of the release store in wipe. */
    uint64_t const least = atomic_load_explicit(&wiped_at, memory_order_acquire);
    uint32_t retries = 0;
    ring_span const span = ring_read_last(r->ring, 1 + below(&random, WINDOW), words, &retries);
    if (span.start < least) fail_at_once("is read after a wipe", span.start, 0);
    check(r, words, span);
  }
  return NULL;
}

static bool proved(void) {
  return get(&checked) > LEAST_CHECKED && get(&checked_silence) != 0 && get(&wipes) >= LEAST_WIPES;
}

int main(int argc, char **argv) {
  double const seconds = argc > 1 ? atof(argv[1]) : 1;
  rig *r = &the_rig;
  pthread_t source, reader;
  snprintf(r->doing, sizeof r->doing, "device_race");
  set_up(r, rate, window_seconds, 0x2545f4914f6cdd1d);
  start_device(r, 0, PERIOD, 0);
  if (pthread_create(&source, NULL, run_source, r) != 0 ||
      pthread_create(&reader, NULL, run_reader, r) != 0) {
    fail(r, "cannot start a thread");
  }
  int64_t const end_ns = clock_monotonic_ns() + (int64_t)(seconds * 1e9);
  for (int64_t now_ns = 0; now_ns < end_ns || !proved(); now_ns = clock_monotonic_ns()) {
    if (now_ns > end_ns + patience_ns) fail_at_once("nothing is proved", get(&checked), 0);
    clock_sleep_ns(rest_ns);
    wipe(r);
  }
  /* Relaxed: partner of the load in is_stopping. */
  atomic_store_explicit(&stopping, true, memory_order_relaxed);
  pthread_join(source, NULL);
  pthread_join(reader, NULL);
  printf("device_race: %" PRIu64 " frames checked, of them %" PRIu64 " silent; %" PRIu64
         " gaps began or ended, %" PRIu64 " wipes\n",
         get(&checked), get(&checked_silence), gaps_entries(r->gaps), get(&wipes));
  tear_down(r);
  return 0;
}

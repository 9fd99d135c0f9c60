/*
 * A source that plays: it writes blocks in some manner, as devices do, and stalls now and then. It
 * fails if somebody sleeps on while all he waits for is there, or looks too often in a stall.
 */
#ifndef PLAYER_H
#define PLAYER_H

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "racing.h"
#include "recorder.h"

enum { RATE = 48000, BLOCK_FRAMES = 96 };

/* Only what is lost, or goes on sleeping without a reason, takes so long. */
static const int64_t patience_ns = 5000000000;
static const int64_t block_ns = INT64_C(1000000000) * BLOCK_FRAMES / RATE;
static const int64_t stall_ns = 200000000;
/* In a stall it looks less and less often: that makes eleven looks, each of which asks twice. */
static const uint64_t most_questions_in_stall = 60;

typedef struct manner {
  const char *name;
  int64_t jitter_ns;
  uint32_t blocks_at_once;
  bool stalls;
} manner;

static const manner manners[] = {
    {"regular", 0, 1, false},
    {"jittery", block_ns, 1, false},
    {"bursts", 0, 3, false},
    {"stalls", 0, 1, true},
};

/* A source that writes in its manner until it is told to end. */
typedef struct player {
  source base;
  const manner *manner;
  capture *capture;
  pthread_t thread;
  _Atomic bool ending;
  /* The frame that somebody sleeps for and nobody else will arm for; 0 if there is none. */
  _Atomic uint64_t awaited;
  _Atomic uint64_t stalls;
} player;

/* How often waker.c asked how many frames there are. */
static _Atomic uint64_t questions;

static inline _Noreturn void fail(const manner *m, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  flockfile(stderr);
  fprintf(stderr, "waker_race, %s: ", m->name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  _Exit(1);
}

/* What waker.c calls instead of ring_written. */
uint64_t counted_written(const ring *r) {
  add(&questions, 1);
  return ring_written(r);
}

static void sleep_until(int64_t due_ns) {
  int64_t const rest_ns = due_ns - clock_monotonic_ns();
  if (rest_ns > 0) clock_sleep_ns(rest_ns);
}

static bool told_to(const _Atomic bool *wish) {
  /* Relaxed: a wish that stands for itself; the joins order the rest. Partner: tell. */
  return atomic_load_explicit(wish, memory_order_relaxed);
}

static void tell(_Atomic bool *wish) {
  /* Relaxed: partner of the load in told_to. */
  atomic_store_explicit(wish, true, memory_order_relaxed);
}

static void expect_wake(player *p, uint64_t written) {
  int64_t const begin_ns = clock_monotonic_ns();
  while (get(&p->awaited) != 0 && get(&p->awaited) <= written) {
    if (clock_monotonic_ns() - begin_ns > patience_ns) {
      fail(p->manner, "lost wake-up: %" PRIu64 " waited for, %" PRIu64 " written",
           get(&p->awaited), written);
    }
    clock_sleep_ns(block_ns);
  }
}

/* Writes nothing for a while: who waits for no more than there is wakes by itself, and who waits for
 * more leaves the processor alone. */
static void stall(player *p) {
  uint64_t const written = capture_position(p->capture);
  expect_wake(p, written);
  uint64_t const awaited = get(&p->awaited);
  uint64_t const before = get(&questions);
  clock_sleep_ns(stall_ns);
  uint64_t const asked = get(&questions) - before;
  if (awaited != 0 && awaited == get(&p->awaited) && asked > most_questions_in_stall) {
    fail(p->manner, "it looks too often: %" PRIu64 " questions in a stall", asked);
  }
  add(&p->stalls, 1);
}

static void *play(void *argument) {
  player *p = argument;
  uint64_t random = 0x2545f4914f6cdd1d;
  float frames[BLOCK_FRAMES] = {0};
  int64_t due_ns = clock_monotonic_ns();
  stay_on_processor(0);
  while (!told_to(&p->ending)) {
    due_ns += block_ns * p->manner->blocks_at_once;
    int64_t const jitter_ns = p->manner->jitter_ns;
    sleep_until(due_ns + (jitter_ns == 0 ? 0 : (int64_t)below(&random, (uint64_t)jitter_ns)));
    int64_t const now_ns = clock_now_ns();
    for (uint32_t i = 0; i < p->manner->blocks_at_once; i++) {
      capture_write(p->capture, frames, BLOCK_FRAMES, now_ns);
    }
    if (!p->manner->stalls || below(&random, 24) != 0) continue;
    stall(p);
    due_ns = clock_monotonic_ns();
  }
  source_end(&p->base);
  return NULL;
}

static int32_t start(source *s, capture *c, char *error) {
  player *p = (player *)s;
  (void)error;
  p->capture = c;
  if (pthread_create(&p->thread, NULL, play, p) != 0) fail(p->manner, "cannot start a thread");
  return MICRING_OK;
}

static void stop(source *s) { (void)s; }

static void destroy(source *s) {
  player *p = (player *)s;
  tell(&p->ending);
  pthread_join(p->thread, NULL);
  report_destroy(&s->report);
  free(p);
}

/* A player, not yet playing; a recorder takes it over. */
static player *player_create(const manner *m) {
  static const source_calls calls = {start, stop, destroy};
  player *p = calloc(1, sizeof *p);
  if (p == NULL) fail(m, "no memory for the source");
  source_init(&p->base, &calls, SOURCE_CLOCKED, (source_shape){RATE, 1, MICRING_F32}, 1);
  report_init(&p->base.report);
  p->manner = m;
  return p;
}

#endif

/*
 * A source that plays: it writes short blocks from a thread of its own, late by chance, until it is
 * told to end.
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

/* Only what is lost takes so long. */
static const int64_t patience_ns = 5000000000;
static const int64_t block_ns = INT64_C(1000000000) * BLOCK_FRAMES / RATE;

typedef struct player {
  source base;
  capture *capture;
  pthread_t thread;
  _Atomic bool ending;
} player;

static inline _Noreturn void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  flockfile(stderr);
  fputs("waker_race: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  _Exit(1);
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

static void *play(void *argument) {
  player *p = argument;
  uint64_t random = 0x2545f4914f6cdd1d;
  float frames[BLOCK_FRAMES] = {0};
  int64_t due_ns = clock_monotonic_ns();
  stay_on_processor(0);
  while (!told_to(&p->ending)) {
    due_ns += block_ns;
    sleep_until(due_ns + (int64_t)below(&random, (uint64_t)block_ns));
    capture_write(p->capture, frames, BLOCK_FRAMES, clock_now_ns());
  }
  source_end(&p->base);
  return NULL;
}

static int32_t start(source *s, capture *c, char *error) {
  player *p = (player *)s;
  (void)error;
  p->capture = c;
  if (pthread_create(&p->thread, NULL, play, p) != 0) fail("cannot start a thread");
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
static player *player_create(void) {
  static const source_calls calls = {start, stop, destroy};
  player *p = calloc(1, sizeof *p);
  if (p == NULL) fail("no memory for the source");
  source_init(&p->base, &calls, SOURCE_CLOCKED, (source_shape){RATE, 1, MICRING_F32}, 1);
  report_init(&p->base.report);
  return p;
}

#endif

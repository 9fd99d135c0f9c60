/*
 * Threads that open rings, attach to each other's, read them, wait in them and end in the middle of
 * it, while others come late with what those held: nothing is used after it is freed, nothing is
 * read that was not written, and in the end nothing is left.
 *
 * holds.c is compiled to let go by way of this program. Argument: the seconds to run. Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "holds.h"
#include "racing.h"

enum { RATE = 48000, BLOCK = 480, OWNERS = 2, READERS = 4, LATE = 2, READS = 40, BOARD = 8 };

static const double window_seconds = 0.05;
/* Only what is lost takes so long. */
static const int64_t patience_ns = 3000000000;
/* An end that nobody is told of is found by the next look, a second later. */
static const int64_t noticed_ns = 500000000;

/* What owners have put up: numbers of rings that may be gone by now. */
static _Atomic uint64_t board[BOARD];
/* Numbers of holds, of which most are over: for who comes late. */
static _Atomic uint64_t newest_hold;
enum { OPENED, CLOSED, ATTACHED, REFUSED, READ, WOKEN, PINNED, TOO_LATE, COUNTS };
static _Atomic uint64_t counts[COUNTS];
static _Atomic bool stopping;

static _Noreturn void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("holds_race: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  _Exit(1);
}

/* What holds.c calls instead of recorder_close. */
void counted_close(micring *m, bool keep_samples) {
  recorder_close(m, keep_samples);
  add(&counts[CLOSED], 1);
}

static bool is_over(void) {
  /* Relaxed: a wish that stands for itself; partner of the store in main. */
  return atomic_load_explicit(&stopping, memory_order_relaxed);
}

static float sample_of(uint64_t frame) { return (float)(frame % (1 << 24)); }

/* A few blocks more; each sample is its frame. */
static void push_some(micring *m, uint64_t *frame) {
  float block[BLOCK];
  for (int i = 0; i < BLOCK; i++) block[i] = sample_of(*frame + (uint64_t)i);
  if (recorder_push(m, block, BLOCK) != MICRING_OK) fail("cannot push");
  *frame += BLOCK;
}

static void read_once(micring *m, uint64_t *random) {
  static _Thread_local float out[RATE];
  ring_span const span = recorder_read_last(m, 1 + below(random, m->window), out);
  for (uint64_t i = span.start; i < span.end; i++) {
    float const sample = out[i - span.start];
    if (sample != sample_of(i)) fail("frame %" PRIu64 " is %g", i, (double)sample);
  }
  add(&counts[READ], 1);
}

/* What a call that a thread left to another does, before that thread ends, or after. */
static void *wait_late(void *argument) {
  hold *h = holds_pin((uint64_t)(uintptr_t)argument);
  if (h == NULL) return NULL;
  add(&counts[WOKEN], waker_wait(hold_waker(h), 50000000));
  holds_unpin(h);
  return NULL;
}

static hold *pinned(uint64_t number) {
  hold *h = holds_pin(number);
  if (h == NULL) fail("its own hold is over");
  return h;
}

static micring *recorder_of(uint64_t number) {
  hold *h = pinned(number);
  micring *m = hold_recorder(h);
  holds_unpin(h);
  return m;
}

static void leave_wait(uint64_t number, uint64_t *random) {
  hold *h = pinned(number);
  uint64_t const written = ring_written(hold_recorder(h)->ring);
  waker_arm(hold_waker(h), written + below(random, 3 * BLOCK));
  holds_unpin(h);
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_late, (void *)(uintptr_t)number) != 0) fail("no thread");
  pthread_detach(thread);
}

/* Now and then a thread gives back what it holds; mostly it just ends. */
static void end_hold(uint64_t number, uint64_t *random) {
  /* Relaxed: a number that stands for itself; partner of the load in come_late. */
  atomic_store_explicit(&newest_hold, number, memory_order_relaxed);
  if (below(random, 3) == 0) holds_release(number, false);
}

/* A ring that is pushed into, of that thread. */
static int32_t open_ring(uint64_t thread, uint64_t *number) {
  char error[MICRING_ERROR_BYTES];
  source *s = NULL;
  micring *m = NULL;
  int32_t status = push_open((source_shape){RATE, 1, MICRING_F32}, &s, error);
  if (status == MICRING_OK) status = recorder_open(s, window_seconds, 0, &m, error);
  if (status != MICRING_OK) fail("cannot open: status %d", status);
  add(&counts[OPENED], 1);
  return holds_own(thread, m, number);
}

static void *own(void *argument) {
  uint64_t random = (uint64_t)(uintptr_t)argument;
  uint64_t number = 0;
  if (open_ring(holds_thread(), &number) != MICRING_OK) fail("opened for nobody");
  hold *h = pinned(number);
  /* Relaxed: a number that stands for itself; partner of the load in attach. */
  atomic_store_explicit(&board[below(&random, BOARD)], hold_ring(h), memory_order_relaxed);
  holds_unpin(h);
  micring *m = recorder_of(number);
  uint64_t frame = 0;
  for (uint64_t i = 0; i < READS; i++) {
    push_some(m, &frame);
    if (below(&random, 4) == 0) clock_sleep_ns(100000);
    if (below(&random, 16) == 0) leave_wait(number, &random);
  }
  end_hold(number, &random);
  return NULL;
}

static void *attach(void *argument) {
  uint64_t random = (uint64_t)(uintptr_t)argument;
  uint64_t number = 0;
  int32_t const status = holds_attach(holds_thread(), get(&board[below(&random, BOARD)]), &number);
  if (status == MICRING_CLOSED) {
    add(&counts[REFUSED], 1);
    return NULL;
  }
  if (status != MICRING_OK) fail("cannot attach: status %d", status);
  add(&counts[ATTACHED], 1);
  uint64_t none = 0;
  if (holds_attach(holds_thread(), number, &none) != MICRING_CLOSED) fail("attached to a reader");
  micring *m = recorder_of(number);
  leave_wait(number, &random);
  for (uint64_t i = 0; i < READS; i++) {
    read_once(m, &random);
    if (below(&random, 8) == 0) clock_sleep_ns(100000);
  }
  bool const stays = below(&random, 2) == 0;
  int64_t const begin_ns = clock_monotonic_ns();
  while (stays && !source_ended(m->source)) {
    if (clock_monotonic_ns() - begin_ns > patience_ns) fail("its owner never ends");
    clock_sleep_ns(200000);
  }
  read_once(m, &random);
  end_hold(number, &random);
  return NULL;
}

/* Calls that come when their hold may be over. */
static void *come_late(void *argument) {
  uint64_t random = (uint64_t)(uintptr_t)argument;
  for (uint64_t i = 0; i < READS; i++) {
    hold *h = holds_pin(get(&newest_hold) + 3 - below(&random, 6));
    add(&counts[h != NULL ? PINNED : TOO_LATE], 1);
    clock_sleep_ns(20000);
    if (h == NULL) continue;
    read_once(hold_recorder(h), &random);
    holds_unpin(h);
  }
  return NULL;
}

/* Short lives, one after the other. */
static void *live(void *argument) {
  static void *(*const lives[])(void *) = {own, attach, come_late};
  uint64_t const kind = (uintptr_t)argument;
  uint64_t random = 0x9e3779b97f4a7c15u * (kind + 1);
  while (!is_over()) {
    pthread_t thread;
    uint64_t const life = kind < OWNERS ? 0 : kind < OWNERS + READERS ? 1 : 2;
    uintptr_t const seed = (uintptr_t)(next(&random) | 1);
    if (pthread_create(&thread, NULL, lives[life], (void *)seed) != 0) fail("no thread");
    pthread_join(thread, NULL);
  }
  return NULL;
}

static void *number_of(void *argument) {
  *(uint64_t *)argument = holds_thread();
  return NULL;
}

/* Opened for a thread that has ended meanwhile: nobody would ever close it. */
static void check_orphan(void) {
  uint64_t ended = 0, number = 0;
  pthread_t thread;
  if (pthread_create(&thread, NULL, number_of, &ended) != 0) fail("no thread");
  pthread_join(thread, NULL);
  int32_t const status = open_ring(ended, &number);
  if (status != MICRING_CLOSED || number != 0) fail("opened for nobody: status %d", status);
}

static void *wait_far(void *argument) {
  hold *h = pinned((uint64_t)(uintptr_t)argument);
  waker_arm(hold_waker(h), UINT64_C(3600) * RATE);
  int64_t const begin_ns = clock_monotonic_ns();
  if (!waker_wait(hold_waker(h), patience_ns)) fail("its owner's end: not seen");
  holds_unpin(h);
  return (void *)(uintptr_t)(clock_monotonic_ns() - begin_ns);
}

/* A reader that waits is told of its owner's end: the quickest of a few, on a busy machine. */
static void check_end_is_told(void) {
  uintptr_t quickest_ns = UINTPTR_MAX;
  for (int i = 0; i < 3; i++) {
    uint64_t owner = 0, reader = 0;
    if (open_ring(holds_thread(), &owner) != MICRING_OK) fail("opened for nobody");
    if (holds_attach(holds_thread(), owner, &reader) != MICRING_OK) fail("cannot attach");
    pthread_t thread;
    void *took_ns;
    if (pthread_create(&thread, NULL, wait_far, (void *)(uintptr_t)reader) != 0) fail("no thread");
    clock_sleep_ns(noticed_ns / 10);
    holds_release(owner, false);
    pthread_join(thread, &took_ns);
    holds_release(reader, false);
    if ((uintptr_t)took_ns < quickest_ns) quickest_ns = (uintptr_t)took_ns;
  }
  if (quickest_ns > (uintptr_t)noticed_ns) fail("its owner's end: not told");
}

/* What threads held is let go by others, soon after. */
static void await_closing(void) {
  int64_t const begin_ns = clock_monotonic_ns();
  while (get(&counts[CLOSED]) != get(&counts[OPENED])) {
    if (clock_monotonic_ns() - begin_ns > patience_ns) {
      fail("%" PRIu64 " opened, %" PRIu64 " closed", get(&counts[OPENED]), get(&counts[CLOSED]));
    }
    clock_sleep_ns(1000000);
  }
}

int main(int argc, char **argv) {
  double const seconds = argc > 1 ? atof(argv[1]) : 1;
  pthread_t threads[OWNERS + READERS + LATE];
  check_orphan();
  check_end_is_told();
  await_closing();
  for (uintptr_t i = 0; i < OWNERS + READERS + LATE; i++) {
    if (pthread_create(&threads[i], NULL, live, (void *)i) != 0) fail("no thread");
  }
  clock_sleep_ns((int64_t)(seconds * 1e9));
  /* Relaxed: partner of the load in is_over. */
  atomic_store_explicit(&stopping, true, memory_order_relaxed);
  for (int i = 0; i < OWNERS + READERS + LATE; i++) pthread_join(threads[i], NULL);
  await_closing();
  printf("holds_race: %" PRIu64 " opened, %" PRIu64 " attached, %" PRIu64 " refused, %" PRIu64
         " read, %" PRIu64 " woken, %" PRIu64 " pinned, %" PRIu64 " too late\n",
         get(&counts[OPENED]), get(&counts[ATTACHED]), get(&counts[REFUSED]), get(&counts[READ]),
         get(&counts[WOKEN]), get(&counts[PINNED]), get(&counts[TOO_LATE]));
  return 0;
}

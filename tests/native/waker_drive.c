/*
 * Sleeps in a waker by a driven clock, while a source delivers in several manners: it must wake once
 * all it waits for is in, soon, not before, and not twice; and hardly ever look.
 *
 * waker.c is compiled with driven_waker.h. Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include "driven_waker.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "racing.h"
#include "waker.h"

enum { WAKES = 4000, MOST_BLOCK = 4800, ARRIVALS = 4096, WINDOW_SECONDS = 2 };

static const int64_t us_ns = 1000;
static const int64_t ms_ns = 1000000;
static const int64_t s_ns = 1000000000;
/* As if the machine had been up for a while. */
static const int64_t dawn_ns = 86400 * INT64_C(1000000000);

/* How a source delivers, and what is to be held then: looks a wake, and the latest wake. */
typedef struct manner {
  const char *name;
  uint32_t rate;
  uint64_t block;
  uint32_t blocks_at_once;
  int64_t jitter_ns;
  /* Now and then nothing comes for so long; what was due then is lost, or comes all at once. */
  int64_t stall_ns;
  double most_looks;
  int64_t latest_ns;
} manner;

typedef struct scene {
  const manner *manner;
  source source;
  micring recorder;
  waker *waker;
  uint64_t random;
  int64_t now_ns;
  /* When the next blocks would come without jitter, and when they come. */
  int64_t due_ns;
  int64_t comes_ns;
  uint32_t blocks;
  /* When each of the newest blocks came. */
  int64_t arrivals[ARRIVALS];
  uint64_t sleeps;
  int64_t latest_ns;
} scene;

/* The one that the waker's clock and sleep belong to. */
static scene *driven;

static _Noreturn void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "waker_drive, %s at %.3f s: ", driven->manner->name,
          (double)(driven->now_ns - dawn_ns) / 1e9);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static void plan_next(scene *x) {
  const manner *m = x->manner;
  int64_t const block_ns = (int64_t)m->block * s_ns / m->rate;
  x->blocks = m->blocks_at_once;
  if (m->stall_ns != 0 && below(&x->random, 50) == 0) {
    if (below(&x->random, 2) == 0) x->due_ns += m->stall_ns;
    else x->blocks += (uint32_t)(m->stall_ns / block_ns);
  }
  x->due_ns += x->blocks * block_ns;
  int64_t const late_ns = m->jitter_ns == 0 ? 0 : (int64_t)below(&x->random, (uint64_t)m->jitter_ns);
  x->comes_ns = x->due_ns + late_ns;
}

/* All that comes until then. */
static void advance(scene *x, int64_t until_ns) {
  static const float block[MOST_BLOCK];
  const manner *m = x->manner;
  while (x->comes_ns <= until_ns && !source_ended(&x->source)) {
    x->now_ns = x->comes_ns;
    for (uint32_t i = 0; i < x->blocks; i++) {
      x->arrivals[ring_written(x->recorder.ring) / m->block % ARRIVALS] = x->now_ns;
      capture_write(x->recorder.capture, block, m->block, x->now_ns);
    }
    plan_next(x);
  }
  x->now_ns = until_ns;
}

int64_t driven_now_ns(void) { return driven->now_ns; }

void driven_wait_for(monitor *m, int64_t ns) {
  (void)m;
  if (ns <= 0) fail("it sleeps for %" PRId64 " ns", ns);
  driven->sleeps++;
  advance(driven, driven->now_ns + ns);
}

static void open_scene(scene *x, const manner *m) {
  static const source_calls no_calls;
  driven = x;
  *x = (scene){.manner = m, .random = 0x9e3779b97f4a7c15u, .now_ns = dawn_ns, .due_ns = dawn_ns};
  source *s = &x->source;
  source_init(s, &no_calls, SOURCE_CLOCKED, (source_shape){m->rate, 1, MICRING_F32}, 1);
  report_init(&s->report);
  micring *r = &x->recorder;
  r->source = s;
  r->ring = ring_create((uint64_t)m->rate * WINDOW_SECONDS, sizeof(float));
  r->gaps = gaps_create();
  r->timeline = timeline_create(TIMELINE_FIXED, m->rate, WINDOW_SECONDS, dawn_ns);
  if (r->ring == NULL || r->gaps == NULL || r->timeline == NULL) fail("no memory");
  r->capture = capture_create(r->ring, r->gaps, r->timeline, 1, MICRING_F32, 0);
  x->waker = waker_create(r);
  if (r->capture == NULL || x->waker == NULL) fail("no memory");
  capture_open(r->capture);
  plan_next(x);
}

static void close_scene(scene *x) {
  waker_destroy(x->waker);
  capture_destroy(x->recorder.capture);
  timeline_destroy(x->recorder.timeline);
  ring_destroy(x->recorder.ring, false);
  ring_destroy(x->recorder.gaps, false);
  report_destroy(&x->source.report);
}

static uint64_t written(const scene *x) { return ring_written(x->recorder.ring); }

/* Waits in parts, as a script does; when it woke. */
static int64_t sleep_for(scene *x, uint64_t frame) {
  int64_t const patience_ns = 100 * s_ns;
  int64_t const begin_ns = x->now_ns;
  for (;;) {
    int64_t const limit_ns = below(&x->random, 20) == 0 ? 3 * ms_ns : patience_ns;
    int64_t const asked_ns = x->now_ns;
    if (waker_wait(x->waker, limit_ns)) break;
    if (x->now_ns != asked_ns + limit_ns) fail("gave up after %" PRId64 " ns", x->now_ns - asked_ns);
    if (x->now_ns - begin_ns > patience_ns) fail("lost wake-up: frame %" PRIu64, frame);
  }
  return x->now_ns;
}

/* Armed for a frame, it wakes when that is in. */
static void wake(scene *x, uint64_t frame) {
  int64_t const armed_ns = x->now_ns;
  waker_arm(x->waker, frame);
  int64_t const woke_ns = sleep_for(x, frame);
  if (written(x) < frame) {
    fail("woke too early: for %" PRIu64 ", with %" PRIu64 " written", frame, written(x));
  }
  int64_t const in_ns = x->arrivals[(frame - 1) / x->manner->block % ARRIVALS];
  int64_t const late_ns = woke_ns - (in_ns > armed_ns ? in_ns : armed_ns);
  if (late_ns > x->latest_ns) x->latest_ns = late_ns;
  if (waker_wait(x->waker, 0)) fail("woke twice for %" PRIu64, frame);
}

/* Most often the end of a block, and of one of the next few. */
static uint64_t choose_frame(scene *x) {
  uint64_t const block = x->manner->block;
  uint64_t const far = WINDOW_SECONDS * x->manner->rate / block;
  uint64_t const ahead = below(&x->random, below(&x->random, 8) == 0 ? far : 4);
  uint64_t const frame = (written(x) / block + 1 + ahead) * block;
  return below(&x->random, 4) == 0 ? frame - below(&x->random, block) : frame;
}

static void check_manner(const manner *m) {
  scene x;
  open_scene(&x, m);
  /* From then on it is known how far apart blocks come. */
  wake(&x, 3 * m->block);
  x.latest_ns = 0;
  x.sleeps = 0;
  for (int i = 0; i < WAKES; i++) {
    wake(&x, choose_frame(&x));
    /* What its reader does then takes time, too: none, or more than a block. */
    advance(&x, x.now_ns + (int64_t)below(&x.random, 4) * 3 * ms_ns);
  }
  double const looks = (double)x.sleeps / WAKES;
  if (x.latest_ns > m->latest_ns) fail("woke %" PRId64 " us late", x.latest_ns / us_ns);
  if (looks > m->most_looks) fail("it looks too often: %.2f times a wake", looks);
  printf("waker_drive, %s: %.2f looks a wake, %.2f ms late at most\n", m->name, looks, (double)x.latest_ns / 1e6);
  close_scene(&x);
}

/* What becomes of orders, without anything that comes. */
static void check_orders(const manner *m) {
  scene x;
  open_scene(&x, m);
  int64_t begin_ns = x.now_ns;
  if (waker_wait(x.waker, s_ns)) fail("woke without being armed");
  if (x.now_ns != begin_ns) fail("waited without being armed");
  wake(&x, 3 * m->block);
  uint64_t const far = written(&x) + 10 * m->block;
  waker_arm(x.waker, far);
  begin_ns = x.now_ns;
  if (waker_wait(x.waker, 5 * ms_ns)) fail("woke before frame %" PRIu64 " was in", far);
  if (x.now_ns != begin_ns + 5 * ms_ns) fail("its limit: it did not keep it");
  waker_arm(x.waker, 1);
  begin_ns = x.now_ns;
  if (!waker_wait(x.waker, s_ns) || x.now_ns != begin_ns) {
    fail("armed for an earlier frame: it did not wake");
  }
  waker_arm(x.waker, 1);
  waker_disarm(x.waker);
  if (waker_wait(x.waker, s_ns) || x.now_ns != begin_ns) fail("disarmed: it woke, or waited");
  waker_arm(x.waker, written(&x) + 1000 * m->block);
  source_end(&x.source);
  if (!waker_wait(x.waker, s_ns)) fail("did not notice the end of the source");
  close_scene(&x);
}

/* Nothing comes at all, for a minute: it looks, but ever more rarely. */
static void check_silence(const manner *m) {
  scene x;
  open_scene(&x, m);
  wake(&x, 3 * m->block);
  x.comes_ns = x.due_ns = x.now_ns + 60 * s_ns;
  x.sleeps = 0;
  wake(&x, written(&x) + m->block);
  /* Every 50 ms, and more often in the beginning. */
  if (x.sleeps > 60 * 20 + 40) fail("it looks too often: %" PRIu64 " times a minute", x.sleeps);
  close_scene(&x);
}

int main(void) {
  static const manner manners[] = {
      {"10 ms", 48000, 480, 1, 0, 0, 1.2, 110000},
      {"odd blocks", 44100, 463, 1, 0, 0, 1.2, 110000},
      {"2 ms", 192000, 384, 1, 0, 0, 1.2, 110000},
      {"100 ms", 8000, 800, 1, 0, 0, 1.2, 110000},
      {"bursts", 48000, 480, 3, 0, 0, 1.2, 110000},
      {"a little late", 48000, 480, 1, 50000, 0, 1.2, 160000},
      {"late by half a block", 48000, 480, 1, 5000000, 0, 4, 5100000},
      {"stalls", 48000, 480, 1, 0, 300000000, 7, 60000000},
  };
  for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++) check_manner(&manners[i]);
  check_orders(&manners[0]);
  check_silence(&manners[0]);
  return 0;
}

#include "pacer.h"

#include <pthread.h>
#include <stdlib.h>

#include "monitor.h"

/* In real time a tick is one block of 10 ms; at high speeds it is many of BLOCK_FRAMES. */
enum { BLOCK_FRAMES = 1024 };
static const int64_t tick_ns = 10000000;
/* Whoever opens it waits for this one. */
static const int64_t first_tick_ns = 500000;

typedef struct pacer {
  pthread_t thread;
  _Atomic bool stopping;
  /* Notified when it is to stop. */
  monitor monitor;
  paced *source;
  capture *capture;
  int64_t origin_ns;
  unsigned char block[];
} pacer;

static bool stopping(pacer *p) {
  /* Relaxed: nothing but the wish itself is passed on; pthread_join orders the rest. Partner:
   * the store in stop. */
  return atomic_load_explicit(&p->stopping, memory_order_relaxed);
}

/* One block of what is due; false when nothing more is due now, or ever. */
static bool step(pacer *p, int64_t now_ns) {
  source *s = &p->source->base;
  double const seconds = (double)(now_ns - p->origin_ns) / 1e9;
  uint64_t const due = (uint64_t)(seconds * s->frames_per_second);
  if (!capture_enter(p->capture)) return false;
  uint64_t const frame = capture_position(p->capture);
  uint64_t const behind = due > frame ? due - frame : 0;
  uint64_t const asked = behind < BLOCK_FRAMES ? behind : BLOCK_FRAMES;
  uint64_t const made = asked != 0 ? p->source->produce(p->source, frame, p->block, asked) : 0;
  if (made != 0) capture_append(p->capture, p->block, made, now_ns);
  capture_leave(p->capture);
  if (made < asked) source_end(s);
  return made == BLOCK_FRAMES;
}

/* For so long, or until it is to stop. */
static void sleep_for(pacer *p, int64_t ns) {
  int64_t const end_ns = clock_monotonic_ns() + ns;
  monitor_lock(&p->monitor);
  while (!stopping(p) && clock_monotonic_ns() < end_ns) {
    monitor_wait_for(&p->monitor, end_ns - clock_monotonic_ns());
  }
  monitor_unlock(&p->monitor);
}

static void *run(void *argument) {
  pacer *p = argument;
  /* Before the first step, too: like a device, it begins with frames. */
  sleep_for(p, first_tick_ns);
  while (!stopping(p) && !source_ended(&p->source->base)) {
    int64_t const now_ns = clock_now_ns();
    while (!stopping(p) && step(p, now_ns)) continue;
    sleep_for(p, tick_ns);
  }
  return NULL;
}

static int32_t start(source *s, capture *c, char *error) {
  (void)error;
  pacer *p = calloc(1, sizeof *p + (size_t)BLOCK_FRAMES * source_frame_bytes(s));
  if (p == NULL) return MICRING_OUT_OF_MEMORY;
  p->source = (paced *)s;
  p->capture = c;
  p->origin_ns = s->origin_ns;
  monitor_init(&p->monitor);
  if (pthread_create(&p->thread, NULL, run, p) != 0) {
    monitor_destroy(&p->monitor);
    free(p);
    return MICRING_THREAD_FAILED;
  }
  p->source->pacer = p;
  return MICRING_OK;
}

static void stop(source *s) {
  pacer *p = ((paced *)s)->pacer;
  if (p == NULL) return;
  monitor_lock(&p->monitor);
  /* Relaxed: partner of the load in stopping. */
  atomic_store_explicit(&p->stopping, true, memory_order_relaxed);
  monitor_notify(&p->monitor);
  monitor_unlock(&p->monitor);
  pthread_join(p->thread, NULL);
  monitor_destroy(&p->monitor);
  free(p);
  ((paced *)s)->pacer = NULL;
}

static void destroy(source *s) {
  paced *p = (paced *)s;
  stop(s);
  report_destroy(&s->report);
  if (p->release != NULL) p->release(p);
  free(p);
}

paced *paced_create(size_t bytes, source_shape shape, double speed, paced_produce produce,
                    void (*release)(paced *p)) {
  static const source_calls calls = {start, stop, destroy};
  paced *p = calloc(1, bytes);
  if (p == NULL) return NULL;
  source_init(&p->base, &calls, SOURCE_CLOCKED, shape, speed);
  report_init(&p->base.report);
  p->produce = produce;
  p->release = release;
  return p;
}

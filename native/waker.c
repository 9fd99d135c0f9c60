#include "waker.h"

#include <math.h>
#include <stdlib.h>

#include "monitor.h"

struct micring_waker {
  const micring *recorder;
  monitor monitor;
  /* All of the rest under the monitor's lock. */
  bool armed;
  uint64_t frame;
  /* How often in a row it looked too early. */
  uint32_t misses;
};

/* Behind the moment in which a block is due: what its thread needs to get going, and to write. */
static const int64_t margin_ns = 100000;
/* After a look that was too early: so long, and then longer and longer. */
static const int64_t first_miss_ns = 250000;
static const int64_t most_miss_ns = 50000000;
/* Both clocks, and the rate, are looked at again. */
static const int64_t most_rest_ns = 1000000000;
enum { MOST_DOUBLINGS = 8 };
/* How much of a block may be there early, and still need a whole one more. */
static const double tolerance = 0.25;

waker *waker_create(const micring *m) {
  waker *w = calloc(1, sizeof *w);
  if (w == NULL) return NULL;
  w->recorder = m;
  monitor_init(&w->monitor);
  return w;
}

static bool is_there(const waker *w) {
  const micring *m = w->recorder;
  return ring_written(m->ring) >= w->frame || source_ended(m->source);
}

/* When the frame is due, by when the newest block came and how far apart they come; where that is
 * not known, by the rate alone. */
static int64_t due_ns(const waker *w, int64_t now_ns) {
  const micring *m = w->recorder;
  const capture_statistics *s = capture_statistics_of(m->capture);
  uint64_t const written = ring_written(m->ring);
  uint64_t const missing = w->frame > written ? w->frame - written : 0;
  double const needed_ns = (double)missing / m->source->frames_per_second * 1e9;
  double const interval_ns = (double)capture_statistic(&s->interval_ns);
  if (interval_ns == 0) return now_ns + (int64_t)fmin(needed_ns, (double)most_miss_ns);
  double const blocks = fmax(ceil(needed_ns / interval_ns - tolerance), 1);
  int64_t const arrived_ns = (int64_t)capture_statistic(&s->arrived_ns);
  return arrived_ns + (int64_t)fmin(blocks * interval_ns, 1e18) + margin_ns;
}

/* How long to sleep before the next look. */
static int64_t rest_ns(waker *w) {
  int64_t const now_ns = clock_now_ns();
  int64_t const rest = due_ns(w, now_ns) - now_ns;
  if (rest > 0) {
    w->misses = 0;
    return rest < most_rest_ns ? rest : most_rest_ns;
  }
  uint32_t const doublings = w->misses < MOST_DOUBLINGS ? w->misses++ : MOST_DOUBLINGS;
  int64_t const miss_ns = first_miss_ns << doublings;
  return miss_ns < most_miss_ns ? miss_ns : most_miss_ns;
}

/* Locked: sleeps, until the next look at the latest. */
static void rest(waker *w, int64_t most_ns) {
  int64_t const ns = rest_ns(w);
  monitor_wait_for(&w->monitor, ns < most_ns ? ns : most_ns);
}

/* Locked: takes what it is armed for, if that is there. */
static bool take(waker *w) {
  if (!w->armed || !is_there(w)) return false;
  w->armed = false;
  return true;
}

void waker_arm(waker *w, uint64_t frame) {
  monitor_lock(&w->monitor);
  w->armed = true;
  w->frame = frame;
  w->misses = 0;
  monitor_notify(&w->monitor);
  monitor_unlock(&w->monitor);
}

void waker_disarm(waker *w) {
  monitor_lock(&w->monitor);
  w->armed = false;
  monitor_notify(&w->monitor);
  monitor_unlock(&w->monitor);
}

bool waker_wait(waker *w, int64_t limit_ns) {
  int64_t const deadline_ns = clock_monotonic_ns() + limit_ns;
  bool taken = false;
  monitor_lock(&w->monitor);
  while (w->armed && !(taken = take(w))) {
    int64_t const left_ns = deadline_ns - clock_monotonic_ns();
    if (left_ns <= 0) break;
    rest(w, left_ns);
  }
  monitor_unlock(&w->monitor);
  return taken;
}

void waker_destroy(waker *w) {
  if (w == NULL) return;
  monitor_destroy(&w->monitor);
  free(w);
}

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
};

/* Behind the moment in which a block is due: what its thread needs to get going, and to write. */
static const int64_t margin_ns = 100000;
/* When it is overdue: looks become rarer, so that it is not noticed much later than it was late. */
static const int64_t least_rest_ns = 250000;
static const int64_t most_overdue_rest_ns = 50000000;
enum { LOOKS_IN_OVERDUE = 4 };
/* Both clocks, and the rate, are looked at again. */
static const int64_t most_rest_ns = 1000000000;
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

/* How many frames come at once. Of the last moments the least, as behind a stall they are many; the
 * newest one may go on. 0 if it is not known. */
static uint64_t block_frames(const capture_statistics *s) {
  uint64_t least = 0;
  for (int i = 1; i < CAPTURE_ARRIVALS; i++) {
    uint64_t const frames = capture_statistic(&s->arrived_frames[i]);
    if (frames != 0 && (least == 0 || frames < least)) least = frames;
  }
  return least;
}

/* When the frame is due, by when the newest block came and how long they are; where that is not
 * known, by the rate alone. */
static int64_t due_ns(const waker *w, int64_t now_ns) {
  const micring *m = w->recorder;
  const capture_statistics *s = capture_statistics_of(m->capture);
  double const ns_per_frame = 1e9 / m->source->frames_per_second;
  uint64_t const written = ring_written(m->ring);
  double const missing = w->frame > written ? (double)(w->frame - written) : 0;
  double const block = (double)block_frames(s);
  if (block == 0) return now_ns + (int64_t)fmin(missing * ns_per_frame, (double)most_rest_ns);
  double const blocks = fmax(ceil(missing / block - tolerance), 1);
  int64_t const arrived_ns = (int64_t)capture_statistic(&s->arrived_ns);
  return arrived_ns + (int64_t)fmin(blocks * block * ns_per_frame, 1e18) + margin_ns;
}

static int64_t clamp(int64_t value, int64_t least, int64_t most) {
  return value < least ? least : value > most ? most : value;
}

/* How long to sleep before the next look. */
static int64_t rest_ns(const waker *w) {
  int64_t const now_ns = clock_now_ns();
  int64_t const due = due_ns(w, now_ns);
  if (due > now_ns) return clamp(due - now_ns, 1, most_rest_ns);
  return clamp((now_ns - due) / LOOKS_IN_OVERDUE, least_rest_ns, most_overdue_rest_ns);
}

/* Locked: sleeps, until the next look at the latest. */
static void rest(waker *w, int64_t most_ns) {
  monitor_wait_for(&w->monitor, clamp(rest_ns(w), 1, most_ns));
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
  monitor_notify(&w->monitor);
  monitor_unlock(&w->monitor);
}

void waker_disarm(waker *w) {
  monitor_lock(&w->monitor);
  w->armed = false;
  monitor_notify(&w->monitor);
  monitor_unlock(&w->monitor);
}

void waker_look(waker *w) {
  monitor_lock(&w->monitor);
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

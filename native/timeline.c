#include "timeline.h"

/* Long enough to hold an undisturbed block, short enough to follow a clock that drifts. */
static const int64_t bucket_ns = 5000000000;

static void publish(timeline *t, int64_t origin_ns) {
  /* Relaxed: one number that stands for itself; nothing else is read on the strength of it.
   * Partner: the loads in timeline_time_at and timeline_frame_at. */
  atomic_store_explicit(&t->origin_ns, origin_ns, memory_order_relaxed);
}

static int64_t origin(const timeline *t) {
  /* Relaxed: partner of the store in publish, as there. */
  return atomic_load_explicit(&t->origin_ns, memory_order_relaxed);
}

void timeline_start(timeline *t, double frames_per_second, bool by_arrival, int64_t now_ns) {
  t->ns_per_frame = 1e9 / frames_per_second;
  t->by_arrival = by_arrival;
  t->bucket_end_ns = 0;
  t->least_now = t->least_before = INT64_MAX;
  publish(t, now_ns);
}

void timeline_mark(timeline *t, uint64_t end_frame, int64_t now_ns) {
  int64_t const candidate = now_ns - (int64_t)((double)end_frame * t->ns_per_frame);
  if (t->by_arrival) {
    publish(t, candidate);
    return;
  }
  if (now_ns >= t->bucket_end_ns) {
    t->least_before = t->least_now;
    t->least_now = INT64_MAX;
    t->bucket_end_ns = now_ns + bucket_ns;
  }
  if (candidate < t->least_now) t->least_now = candidate;
  publish(t, t->least_now < t->least_before ? t->least_now : t->least_before);
}

int64_t timeline_time_at(const timeline *t, uint64_t frame) {
  return origin(t) + (int64_t)((double)frame * t->ns_per_frame);
}

uint64_t timeline_frame_at(const timeline *t, int64_t time_ns) {
  double const frames = (double)(time_ns - origin(t)) / t->ns_per_frame;
  return frames > 0 ? (uint64_t)frames : 0;
}

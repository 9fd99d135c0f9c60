#include "outage.h"

#include "clock.h"

static const int64_t fill_interval_ns = 100000000;

void outage_begin(outage *o, micring_gap_cause cause) {
  if (!o->lasting) o->cause = cause;
  o->lasting = true;
}

void outage_explain(outage *o, micring_gap_cause cause) {
  if (o->lasting) o->cause = cause;
}

bool outage_is_due(const outage *o) {
  return o->lasting && clock_monotonic_ns() - o->filled_ns >= fill_interval_ns;
}

void outage_fill(outage *o, capture *c, int64_t reach_ns) {
  if (!capture_enter(c)) return;
  o->filled_ns = clock_monotonic_ns();
  if (capture_position(c) != 0) capture_outage(c, o->cause, clock_now_ns() - reach_ns);
  capture_leave(c);
}

bool outage_expect(outage *o, capture *c, bool new_clock) {
  if (!capture_enter(c)) return false;
  if (capture_position(c) != 0) {
    capture_expect(c, o->lasting ? o->cause : MICRING_GAP_PAUSE, new_clock);
  }
  capture_leave(c);
  return true;
}

#include "health.h"

#include "clock.h"

/* Without a frame for so long, and for three periods, a session is dead. */
static const int64_t dead_ns = 500000000;
/* Who looks ten times a second, and was away for so long, did not run, and could not see frames. */
static const int64_t asleep_ns = 400000000;

void health_begin(health *h) { h->looked_ns = h->awake_ns = clock_now_ns(); }

static int64_t largest(int64_t one, int64_t other) { return one > other ? one : other; }

verdict health_look(health *h, session *s) {
  int64_t const now_ns = clock_now_ns();
  if (now_ns - h->looked_ns > asleep_ns) h->awake_ns = now_ns;
  h->looked_ns = now_ns;
  session_signs const signs = session_watch(s, now_ns);
  int64_t const limit_ns = largest(dead_ns, 3 * session_facts_of(s)->period_ns);
  if (signs.diverted) return HEALTH_DIVERTED;
  if (signs.stopped) return HEALTH_STOPPED;
  if (signs.delivered_ns == 0) return HEALTH_UNPROVEN;
  bool const dumb = now_ns - largest(signs.delivered_ns, h->awake_ns) > limit_ns;
  return dumb ? HEALTH_DUMB : HEALTH_GOOD;
}

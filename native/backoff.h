/* The backoff: how long to wait before something is tried again that has failed so often. */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdint.h>

#include "clock.h"

#define BACKOFF_LEAST_NS INT64_C(50000000)
#define BACKOFF_MOST_NS INT64_C(1000000000)

typedef struct backoff {
  uint32_t failures;
  /* On the monotonic clock. */
  int64_t next_ns;
} backoff;

/* Sets when the next attempt may be: at once where nothing has failed, then twice as late each time. */
static inline void backoff_set(backoff *b) {
  int64_t wait_ns = b->failures == 0 ? 0 : BACKOFF_LEAST_NS;
  for (uint32_t i = 1; i < b->failures && wait_ns < BACKOFF_MOST_NS; i++) wait_ns *= 2;
  if (wait_ns > BACKOFF_MOST_NS) wait_ns = BACKOFF_MOST_NS;
  b->next_ns = clock_monotonic_ns() + wait_ns;
}

/* How long it is until then; 0 or less when it is time. */
static inline int64_t backoff_left_ns(const backoff *b) {
  return b->next_ns - clock_monotonic_ns();
}

#endif

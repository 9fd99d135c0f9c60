/*
 * The outage: the time in which a device that should deliver does not, and what the ring gets for
 * it: silence, and a gap with its cause.
 *
 * For a source's thread that has no stream: whoever fills is the only writer.
 */
#ifndef OUTAGE_H
#define OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture.h"

typedef struct outage {
  bool lasting;
  micring_gap_cause cause;
  /* On the monotonic clock. */
  int64_t filled_ns;
} outage;

/* It begins, unless it lasts already: the first cause is the cause. */
void outage_begin(outage *o, micring_gap_cause cause);

/* It has begun, and now this is known to be its cause. */
void outage_explain(outage *o, micring_gap_cause cause);

/* Whether it is time to fill again: now and then while it lasts. */
bool outage_is_due(const outage *o);

/* Silence up to `reach_ns` ago, which a stream that begins now could not reach back to. */
void outage_fill(outage *o, capture *c, int64_t reach_ns);

/* Before a stream begins: the gap before it, if there is one, is of the outage's cause, or of a
 * pause where there was no outage. False while the gate is shut. */
bool outage_expect(outage *o, capture *c, bool new_clock);

#endif

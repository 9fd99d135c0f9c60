/*
 * The health of a session: whether frames come, judged by who looks every now and then.
 */
#ifndef HEALTH_H
#define HEALTH_H

#include <stdint.h>

#include "session.h"

typedef enum verdict {
  HEALTH_GOOD,
  /* It has not delivered anything yet. */
  HEALTH_UNPROVEN,
  /* It did, and does not any more. */
  HEALTH_DUMB,
  /* The system has stopped the device. */
  HEALTH_STOPPED,
  /* What comes is from another device. */
  HEALTH_DIVERTED,
} verdict;

/* When it was looked at last, and since when this process has not slept; on the timeline's clock. */
typedef struct health {
  int64_t looked_ns;
  int64_t awake_ns;
} health;

/* A session has started. */
void health_begin(health *h);

verdict health_look(health *h, session *s);

#endif

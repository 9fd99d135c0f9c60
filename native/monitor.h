/* A lock that one can also wait at, for a change or for a time of the monotonic clock. */
#ifndef MONITOR_H
#define MONITOR_H

#include <pthread.h>
#include <stdint.h>

#include "clock.h"

/* Where conditions know no other clock than the wall's, they can at least be told how long. */
#if defined(__APPLE__) || defined(_WIN32)
#define MONITOR_RELATIVE
#endif

typedef struct monitor {
  pthread_mutex_t lock;
  pthread_cond_t changed;
} monitor;

static inline void monitor_init(monitor *m) {
  pthread_mutex_init(&m->lock, NULL);
#if defined(MONITOR_RELATIVE)
  pthread_cond_init(&m->changed, NULL);
#else
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  /* Or a limit would grow and shrink with whoever sets the wall clock. */
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&m->changed, &attributes);
  pthread_condattr_destroy(&attributes);
#endif
}

static inline void monitor_destroy(monitor *m) {
  pthread_cond_destroy(&m->changed);
  pthread_mutex_destroy(&m->lock);
}

static inline void monitor_lock(monitor *m) { pthread_mutex_lock(&m->lock); }

static inline void monitor_unlock(monitor *m) { pthread_mutex_unlock(&m->lock); }

/* Locked: wakes everyone who waits. */
static inline void monitor_notify(monitor *m) { pthread_cond_broadcast(&m->changed); }

/* Locked: unlocks, waits for a change, locks. It may also return for nothing. */
static inline void monitor_wait(monitor *m) { pthread_cond_wait(&m->changed, &m->lock); }

/* The same, for at most so long. */
static inline void monitor_wait_for(monitor *m, int64_t ns) {
  if (ns <= 0) return;
#if defined(MONITOR_RELATIVE)
  struct timespec const rest = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
  pthread_cond_timedwait_relative_np(&m->changed, &m->lock, &rest);
#else
  int64_t const deadline_ns = clock_monotonic_ns() + ns;
  struct timespec const deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000),
                                    .tv_nsec = (long)(deadline_ns % 1000000000)};
  pthread_cond_timedwait(&m->changed, &m->lock, &deadline);
#endif
}

#endif

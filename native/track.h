/*
 * The track: the ring with what belongs to it, the gap log, the timeline and the counters, as one
 * who writes sees it. One thread writes at a time.
 */
#ifndef TRACK_H
#define TRACK_H

#include "capture.h"

typedef struct track {
  ring *ring;
  ring *gaps;
  timeline *timeline;
  capture_statistics statistics;
} track;

/* A statistic: stored by whoever writes, so by one thread at a time. Relaxed: its partner is the
 * load in capture_statistic, and nothing is concluded from it about other memory. */
static inline void statistic_set(_Atomic uint64_t *statistic, uint64_t value) {
  atomic_store_explicit(statistic, value, memory_order_relaxed);
}

static inline uint64_t statistic_get(const _Atomic uint64_t *statistic) {
  /* Relaxed: the writer alone stores it, and it is the one that loads it here. */
  return atomic_load_explicit(statistic, memory_order_relaxed);
}

static inline void statistic_add(_Atomic uint64_t *statistic, uint64_t count) {
  statistic_set(statistic, statistic_get(statistic) + count);
}

static inline void statistic_raise(_Atomic uint64_t *statistic, uint64_t value) {
  if (value > statistic_get(statistic)) statistic_set(statistic, value);
}

/* The number that the next frame will have. */
static inline uint64_t track_position(const track *t) { return ring_written(t->ring); }

static inline void track_count_block(track *t, uint64_t frames) {
  statistic_add(&t->statistics.blocks, 1);
  statistic_raise(&t->statistics.longest_block, frames);
}

/* By this, whoever waits for a frame guesses when to look. */
static inline void track_note_arrival(track *t, uint64_t frames, int64_t now_ns) {
  _Atomic uint64_t *arrived = t->statistics.arrived_frames;
  if ((uint64_t)now_ns != statistic_get(&t->statistics.arrived_ns)) {
    for (int i = CAPTURE_ARRIVALS - 1; i > 0; i--) {
      statistic_set(&arrived[i], statistic_get(&arrived[i - 1]));
    }
    statistic_set(&arrived[0], 0);
    statistic_set(&t->statistics.arrived_ns, (uint64_t)now_ns);
  }
  statistic_add(&arrived[0], frames);
}

/* Silence of a gap that is in the log. */
static inline void track_fill(track *t, uint64_t count) {
  ring_write_silence(t->ring, count);
  statistic_add(&t->statistics.lost, count);
}

/* Entered in the log before it can be read: who sees the silence finds why. */
static inline void track_lose(track *t, uint64_t count, micring_gap_cause cause, bool counted) {
  if (count == 0) return;
  gaps_add(t->gaps, (gap){track_position(t), count, cause, counted});
  statistic_add(&t->statistics.gaps, 1);
  track_fill(t, count);
}

#endif

/*
 * The timeline: when was frame n captured?
 *
 * Each block that arrives is evidence: its last frame was captured before now. Blocks come late
 * by chance but never early, so the least late of the last seconds is the truest; following it
 * follows the drift of the device's clock as well.
 *
 * One thread marks at a time; any thread may ask.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct timeline {
  double ns_per_frame;
  bool by_arrival;
  int64_t bucket_end_ns;
  int64_t least_now;
  int64_t least_before;
  _Atomic int64_t origin_ns;
} timeline;

/* `by_arrival`: only the last block counts, for a source that keeps no clock of its own. */
void timeline_start(timeline *t, double frames_per_second, bool by_arrival, int64_t now_ns);

/* The frames before `end_frame` are in, at `now_ns`. */
void timeline_mark(timeline *t, uint64_t end_frame, int64_t now_ns);

/* The monotonic time of the beginning of a frame. */
int64_t timeline_time_at(const timeline *t, uint64_t frame);

/* The frame whose beginning is at that time, or the last one before. */
uint64_t timeline_frame_at(const timeline *t, int64_t time_ns);

#endif

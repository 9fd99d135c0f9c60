/*
 * The timeline: when was frame n captured?
 *
 * Three kinds. A FIXED one is laid down by who makes the frames by the clock. On one by ARRIVAL
 * the last block counts, for a source that keeps no clock of its own. One that FOLLOWS a device
 * learns its clock: each block that arrives is evidence that its last frame was captured before
 * now. Blocks come late by chance but never early, so a line below all of them, close to the
 * earliest, is the truth; its slope is the device's own rate, its drift.
 *
 * What was learned is kept in pieces, each a straight line from a frame on, so that old frames keep
 * the times that were right for them, across gaps too.
 *
 * One thread writes at a time; any thread may ask. Times are of clock_now_ns.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "ring.h"

typedef enum timeline_kind { TIMELINE_FIXED, TIMELINE_ARRIVAL, TIMELINE_FOLLOW } timeline_kind;

typedef struct timeline timeline;

/* Control: NULL when out of memory. `window_seconds` is how far back it must remember. The first
 * frame is due at `now_ns`. */
timeline *timeline_create(timeline_kind kind, double frames_per_second, double window_seconds,
                          int64_t now_ns);
void timeline_destroy(timeline *t);

/* Writer: the frames before `end_frame` are in, at `now_ns`. No allocation, no system call. */
void timeline_mark(timeline *t, uint64_t end_frame, int64_t now_ns);

/* Writer: when a frame is due, by what is known now; the frame that is due at a time. */
int64_t timeline_due_ns(const timeline *t, uint64_t frame);
uint64_t timeline_due_frame(const timeline *t, int64_t time_ns);

/* Writer: the frames [start, end) are a gap, and from `end` on a source goes on that keeps the same
 * clock, or (`new_clock`) another one, whose rate has to be learned anew. The frame `end` is due
 * when the line so far says. */
void timeline_break(timeline *t, uint64_t start, uint64_t end, bool new_clock);

/* Any thread: the time of the beginning of a frame, which may be one to come. */
int64_t timeline_time_at(const timeline *t, uint64_t frame);

/* Any thread: the frame whose beginning is at that time, or the last one before; 0 for what is
 * before the first one. */
uint64_t timeline_frame_at(const timeline *t, int64_t time_ns);

/* Any thread, for display: how fast the device's clock is, in parts per million; and by how much a
 * time may be wrong, beyond the length of a block. */
double timeline_drift_ppm(const timeline *t);
int64_t timeline_spread_ns(const timeline *t);

#endif

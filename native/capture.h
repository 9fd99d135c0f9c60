/*
 * The capture: the one way from a source's thread into the ring.
 *
 * It is a gate before the ring. Only between capture_enter and capture_leave does a source write;
 * capture_shut closes the gate, waits for who is inside, and makes the caller the only writer until
 * capture_open. Nothing here blocks, allocates or calls the system but capture_shut, which the
 * source's thread never calls.
 *
 * A device's frames go through capture_deliver, which puts them in their place on the timeline:
 * what the clock says is missing becomes a gap.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gaps.h"
#include "gate.h"
#include "ring.h"
#include "timeline.h"

/* No gap: the opposite of a micring_gap_cause. */
#define CAPTURE_NO_LOSS UINT32_MAX

enum { CAPTURE_ARRIVALS = 4 };

/* The counters that any thread may read with capture_statistic, for display. */
typedef struct capture_statistics {
  _Atomic uint64_t lost;
  _Atomic uint64_t gaps;
  _Atomic uint64_t blocks;
  _Atomic uint64_t longest_block;
  /* Of a device only: nanoseconds between two deliveries; samples at full scale; frames since the
   * last sample that was not zero. */
  _Atomic uint64_t longest_interval_ns;
  _Atomic uint64_t clipped_samples;
  _Atomic uint64_t silent_frames;
  /* When blocks came last, and how many frames came then and in the moments before, newest first:
   * blocks of the same moment are one. */
  _Atomic uint64_t arrived_ns;
  _Atomic uint64_t arrived_frames[CAPTURE_ARRIVALS];
} capture_statistics;

typedef struct capture capture;

/* Control: the gate starts shut. The rings and the timeline stay the caller's. For a device
 * (`staging_frames` not 0) `channels` and `format` say what its samples are, and so many frames can
 * wait until it is known where they belong. NULL when out of memory. */
capture *capture_create(ring *r, ring *gaps, timeline *t, uint32_t channels,
                        micring_format format, uint64_t staging_frames);
void capture_destroy(capture *c);

/* Source: whether it may write now. If so, it must leave. */
bool capture_enter(capture *c);
void capture_leave(capture *c);

/* Source, inside: the number that the next frame will have; appends frames. */
uint64_t capture_position(const capture *c);
void capture_append(capture *c, const void *frames, uint64_t count, int64_t now_ns);

/* Source: enter, append, leave; or, the gate being shut, counts the frames as refused. */
void capture_write(capture *c, const void *frames, uint64_t count, int64_t now_ns);

/* A device's callback: as capture_write, but in its place on the timeline. `loss` is a
 * micring_gap_cause where the system said that it dropped frames just before these, else
 * CAPTURE_NO_LOSS. `slept` says that this process did not run for a while before now. */
void capture_deliver(capture *c, const void *frames, uint64_t count, int64_t now_ns,
                     uint32_t loss, bool slept);

/* Source of a device, inside, while it has no stream: the time since the last frame is a gap of
 * this cause, if it is not one already; its silence is in the ring up to the frame that is due at
 * `until_ns`. */
void capture_outage(capture *c, micring_gap_cause cause, int64_t until_ns);

/* Source of a device, inside, before a stream begins: what it delivers comes after a gap of this
 * cause, and by another clock if `new_clock`. Replaces what was expected before. Before the first
 * stream it is not called. */
void capture_expect(capture *c, micring_gap_cause cause, bool new_clock);

/* Control: shuts the gate and returns once the caller is the only writer. */
void capture_shut(capture *c);

/* Control, shut: opens the gate. */
void capture_open(capture *c);

/* Control, shut, and no stream there: what waited for its place is put where it seems to belong. */
void capture_settle(capture *c);

/* Control, shut, and the source one that refuses nothing (what it were refused now would be counted
 * twice): appends silence up to now by the clock, as a pause. */
void capture_fill_to(capture *c, int64_t now_ns);

/* Control, shut: forgets everything in the ring, what waits for its place, and what came
 * meanwhile. */
void capture_wipe(capture *c);

/* Any thread. */
const capture_statistics *capture_statistics_of(const capture *c);
uint64_t capture_statistic(const _Atomic uint64_t *counter);

#endif

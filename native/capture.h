/*
 * The capture: the one way from a source's thread into the ring.
 *
 * It is a gate before the ring. Only between capture_enter and capture_leave does a source
 * write; capture_shut closes the gate, waits for who is inside, and makes the caller the only
 * writer until capture_open. Nothing here blocks, allocates or calls the system but
 * capture_shut, which the source's thread never calls.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gaps.h"
#include "ring.h"
#include "timeline.h"

typedef struct capture {
  ring *ring;
  ring *gaps;
  timeline timeline;
  bool resynchronise;
  _Atomic bool open;
  _Atomic bool inside;
  /* Frames that came while the gate was shut, not yet accounted for in the ring. */
  _Atomic uint64_t refused;
  _Atomic uint64_t lost;
  _Atomic uint64_t blocks;
  _Atomic uint64_t longest_block;
} capture;

/* The gate starts shut. Both rings stay the caller's. */
void capture_init(capture *c, ring *r, ring *gaps, double frames_per_second, bool by_arrival,
                  int64_t now_ns);

/* Source: whether it may write now. If so, it must leave. */
bool capture_enter(capture *c);
void capture_leave(capture *c);

/* Source, inside: the number that the next frame will have; appends frames. */
uint64_t capture_position(const capture *c);
void capture_append(capture *c, const void *frames, uint64_t count, int64_t now_ns);

/* Source: enter, append, leave; or, the gate being shut, counts the frames as refused. */
void capture_write(capture *c, const void *frames, uint64_t count, int64_t now_ns);

/* Control: shuts the gate and returns once the caller is the only writer. */
void capture_shut(capture *c);

/* Control, shut: opens the gate. */
void capture_open(capture *c);

/* Control, shut, and the source stopped or one that refuses nothing (what it were refused now would
 * be counted twice): appends silence up to now by the clock; with `resynchronise` the first block
 * after capture_open fills in what is still missing then. */
void capture_fill_to(capture *c, int64_t now_ns, bool resynchronise);

/* Control, shut: forgets everything in the ring, and what came meanwhile. */
void capture_wipe(capture *c);

/* Any thread: a counter, for display. */
uint64_t capture_statistic(const _Atomic uint64_t *counter);

#endif

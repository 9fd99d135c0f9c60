/*
 * The pieces of a timeline, as its readers see them: straight lines, each from a frame on to the
 * next, together one line that never goes back in time.
 *
 * The last stretch, which what comes may still change, is shown as a whole, each time anew; what is
 * settled goes into a log of the newest pieces. One writer at a time, any number of readers.
 */
#ifndef PIECES_H
#define PIECES_H

#include <stdint.h>

#include "line.h"

typedef struct pieces pieces;

/* The end of the timeline. Nothing in it is before `least_ns`: that is when what is before ends. */
typedef struct pieces_end {
  /* Of a gap just before `last`; without one, it begins with it. */
  line gap;
  line last;
  int64_t least_ns;
} pieces_end;

/* Control: NULL when out of memory. `most` is how many settled pieces it remembers. */
pieces *pieces_create(uint64_t most, const pieces_end *end);
void pieces_destroy(pieces *p);

/* Writer: the end was this up to here, from now on it is later; then the later end must be shown,
 * beginning where this piece ends. */
void pieces_settle(pieces *p, line piece);
void pieces_show(pieces *p, const pieces_end *end);

/* Reader. */
int64_t pieces_time_at(const pieces *p, uint64_t frame);
uint64_t pieces_frame_at(const pieces *p, int64_t time_ns);

#endif

/*
 * Changes of sample rate: a windowed sinc, kept as a table of its phases.
 *
 * Frame k of the result stands at k * from_rate / to_rate of what is given, counted in the same way
 * from frame 0: no delay, and the same frame whatever stretch it is taken of.
 */
#ifndef SINC_H
#define SINC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sinc {
  /* The two rates without what they have in common. */
  uint64_t from_rate;
  uint64_t to_rate;
  /* How many frames on either side of its place a frame of the result is made of. */
  size_t margin;
  /* The length of one phase: more than 2 * margin by what makes vectors of it. */
  size_t taps;
  /* How many phases the table has between two frames of what is given. */
  size_t phases;
  /* Whether each place is a phase; if not, it lies between two. */
  bool exact;
} sinc;

/* Where a frame of the result stands. */
typedef struct sinc_place {
  /* The frame at or before it. */
  uint64_t frame;
  /* How far behind that, in `to_rate`ths of a frame. */
  uint64_t part;
} sinc_place;

/* Of two rates that differ. */
sinc sinc_between(uint32_t from_rate, uint32_t to_rate);

/* How many floats its table has. */
size_t sinc_table_length(const sinc *s);

void sinc_fill_table(const sinc *s, float *table);

sinc_place sinc_place_of(const sinc *s, uint64_t result_frame);

/* One sample of the result; `around` begins `margin - 1` frames before the place's, and has `taps`. */
float sinc_sample(const sinc *s, const float *table, uint64_t part, const float *around);

#endif

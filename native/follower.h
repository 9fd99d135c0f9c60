/*
 * The follower: learns a device's clock from when its blocks come.
 *
 * A block comes late by chance but never early. Of every few seconds the least late block is kept,
 * and of the last of these points the line is drawn that lies below all of them and as high as it
 * can: the edge of their lower convex hull that spans their middle, the usual estimate of a clock
 * from one-way delays. It knows no threads.
 */
#ifndef FOLLOWER_H
#define FOLLOWER_H

#include <stdbool.h>
#include <stdint.h>

#include "line.h"

#define FOLLOWER_POINTS 128
#define FOLLOWER_BUCKET_NS INT64_C(2000000000)

typedef struct follower_point {
  uint64_t frame;
  int64_t time_ns;
} follower_point;

/* A slope, and the square of by how much it may be another. */
typedef struct follower_belief {
  double slope;
  double variance;
} follower_belief;

typedef struct follower {
  double nominal;
  line line;
  bool begun;
  int64_t marked_ns;
  /* This bucket: when it ends (0: it has not begun), its least late block, its marks. */
  int64_t bucket_end_ns;
  follower_point least;
  int64_t least_late_ns;
  int64_t marks;
  int64_t late_sum_ns;
  /* The least late blocks of the buckets before: the newest, each in its turn. */
  follower_point points[FOLLOWER_POINTS];
  uint32_t count;
  uint32_t next;
  /* What the slope was believed to be without them, and is with them. */
  follower_belief before;
  follower_belief now;
  int64_t spread_ns;
} follower;

/* Frame 0 is due at `now_ns`, until a block says otherwise. */
void follower_start(follower *f, double ns_per_frame, int64_t now_ns);

/* The frames before `end_frame` are in at `now_ns`: the line is pulled if it was late. */
void follower_mark(follower *f, uint64_t end_frame, int64_t now_ns);

/* Whether it is time to draw the line anew; draws it, from `frame` on. */
bool follower_ripe(const follower *f, int64_t now_ns);
void follower_redraw(follower *f, uint64_t frame);

/* The line goes on from `frame`; what comes may be late or early by another amount, or, with
 * `new_clock`, be of another rate. */
void follower_break(follower *f, uint64_t frame, bool new_clock);

#endif

/* A straight line through frames and times. */
#ifndef LINE_H
#define LINE_H

#include <stdint.h>

typedef struct line {
  uint64_t frame;
  int64_t time_ns;
  double ns_per_frame;
} line;

/* Far beyond any time or frame there is, and two of them still fit. */
static inline int64_t line_bounded(double value) {
  double const most = 4e18;
  return (int64_t)(value > most ? most : value < -most ? -most : value);
}

static inline int64_t line_time_at(line l, uint64_t frame) {
  return l.time_ns + line_bounded((double)(int64_t)(frame - l.frame) * l.ns_per_frame);
}

/* The last frame that begins at that time or before; 0 for what is before frame 0. */
static inline uint64_t line_frame_at(line l, int64_t time_ns) {
  int64_t since_ns;
  if (__builtin_sub_overflow(time_ns, l.time_ns, &since_ns)) {
    since_ns = time_ns < 0 ? INT64_MIN : INT64_MAX;
  }
  if (!(l.ns_per_frame > 0)) return l.frame;
  int64_t const frame = (int64_t)l.frame + line_bounded((double)since_ns / l.ns_per_frame);
  if (frame < 0) return 0;
  /* The division is off by less than a frame, either way. */
  uint64_t const near = (uint64_t)frame;
  if (line_time_at(l, near + 1) <= time_ns) return near + 1;
  return near > 0 && line_time_at(l, near) > time_ns ? near - 1 : near;
}

#endif

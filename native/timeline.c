#include "timeline.h"

#include <stdlib.h>

#include "follower.h"
#include "pieces.h"

/* Each gap takes two pieces more than the buckets do. */
enum { GAP_PIECES = 2 * 1024 };

/* What a reader need not know at once. */
static const int64_t small_ns = 100000;

struct timeline {
  timeline_kind kind;
  double ns_per_frame;
  _Atomic int64_t origin_ns;
  /* Of a device only. */
  _Atomic double drift_ppm;
  _Atomic int64_t spread_ns;
  follower follower;
  pieces_end end;
  pieces *pieces;
};

static void set_origin(timeline *t, int64_t origin_ns) {
  /* Relaxed: one number that stands for itself; nothing else is read on the strength of it.
   * Partner: the load in simple_line. */
  atomic_store_explicit(&t->origin_ns, origin_ns, memory_order_relaxed);
}

/* The whole of a timeline that does not follow. */
static line simple_line(const timeline *t) {
  /* Relaxed: partner of the store in set_origin, as there. */
  int64_t const origin_ns = atomic_load_explicit(&t->origin_ns, memory_order_relaxed);
  return (line){0, origin_ns, t->ns_per_frame};
}

static int64_t later(int64_t one_ns, int64_t other_ns) {
  return one_ns > other_ns ? one_ns : other_ns;
}

timeline *timeline_create(timeline_kind kind, double frames_per_second, double window_seconds,
                          int64_t now_ns) {
  timeline *t = calloc(1, sizeof *t);
  if (t == NULL) return NULL;
  t->kind = kind;
  t->ns_per_frame = 1e9 / frames_per_second;
  set_origin(t, now_ns);
  if (kind != TIMELINE_FOLLOW) return t;
  follower_start(&t->follower, t->ns_per_frame, now_ns);
  t->end = (pieces_end){t->follower.line, t->follower.line, INT64_MIN};
  uint64_t const buckets = (uint64_t)(window_seconds * 1e9 / (double)FOLLOWER_BUCKET_NS);
  t->pieces = pieces_create(buckets + GAP_PIECES, &t->end);
  if (t->pieces != NULL) return t;
  free(t);
  return NULL;
}

void timeline_destroy(timeline *t) {
  if (t == NULL) return;
  pieces_destroy(t->pieces);
  free(t);
}

/* Shows the follower's line as the last piece. The frames since it began are dated anew; a gap
 * before it becomes longer or shorter, and what was before that stays. */
static void show(timeline *t) {
  pieces_end *end = &t->end;
  end->last = t->follower.line;
  uint64_t const gap_frames = end->last.frame - end->gap.frame;
  if (gap_frames != 0) {
    end->least_ns = later(end->gap.time_ns, end->last.time_ns);
    end->gap.ns_per_frame = (double)(end->least_ns - end->gap.time_ns) / (double)gap_frames;
  }
  pieces_show(t->pieces, end);
}

/* Settles what is from `start` to `end`; returns when it ends, which is never before it began. */
static int64_t settle_piece(timeline *t, line start, uint64_t end, int64_t end_ns) {
  if (end_ns < start.time_ns) end_ns = start.time_ns;
  if (end > start.frame) {
    start.ns_per_frame = (double)(end_ns - start.time_ns) / (double)(end - start.frame);
    pieces_settle(t->pieces, start);
  }
  return end_ns;
}

/* Settles everything before `next`, where another piece begins. */
static void settle(timeline *t, line next) {
  pieces_end *end = &t->end;
  if (end->gap.frame < end->last.frame) pieces_settle(t->pieces, end->gap);
  line piece = end->last;
  if (piece.time_ns < end->least_ns) {
    /* Time stands still until the line has come to where it would be. */
    uint64_t const turn = line_frame_at(piece, end->least_ns) + 1;
    line const still = {piece.frame, end->least_ns, 0};
    if (turn < next.frame) settle_piece(t, still, turn, line_time_at(piece, turn));
    piece = turn < next.frame ? (line){turn, line_time_at(piece, turn), 0} : still;
  }
  int64_t const end_ns = settle_piece(t, piece, next.frame, next.time_ns);
  end->gap = (line){next.frame, end_ns, 0};
  end->least_ns = end_ns;
}

static void publish_figures(timeline *t) {
  double const ns_per_frame = t->follower.line.ns_per_frame;
  /* Relaxed, both: figures that stand for themselves; partners in timeline_drift_ppm and
   * timeline_spread_ns. */
  atomic_store_explicit(&t->drift_ppm, (t->ns_per_frame / ns_per_frame - 1) * 1e6,
                        memory_order_relaxed);
  atomic_store_explicit(&t->spread_ns, t->follower.spread_ns, memory_order_relaxed);
}

static void follow(timeline *t, uint64_t end_frame, int64_t now_ns) {
  follower *f = &t->follower;
  follower_mark(f, end_frame, now_ns);
  int64_t const moved_ns = f->line.time_ns - t->end.last.time_ns;
  if (moved_ns > small_ns || moved_ns < -small_ns) show(t);
  if (follower_ripe(f, now_ns)) {
    follower_redraw(f, end_frame);
    settle(t, f->line);
    show(t);
  }
  publish_figures(t);
}

void timeline_mark(timeline *t, uint64_t end_frame, int64_t now_ns) {
  if (t->kind == TIMELINE_ARRIVAL) {
    set_origin(t, now_ns - (int64_t)((double)end_frame * t->ns_per_frame));
  } else if (t->kind == TIMELINE_FOLLOW) {
    follow(t, end_frame, now_ns);
  }
}

static line writers_line(const timeline *t) {
  return t->kind == TIMELINE_FOLLOW ? t->follower.line : simple_line(t);
}

int64_t timeline_due_ns(const timeline *t, uint64_t frame) {
  return line_time_at(writers_line(t), frame);
}

uint64_t timeline_due_frame(const timeline *t, int64_t time_ns) {
  return line_frame_at(writers_line(t), time_ns);
}

void timeline_break(timeline *t, uint64_t start, uint64_t end, bool new_clock) {
  if (t->kind != TIMELINE_FOLLOW) return;
  follower *f = &t->follower;
  settle(t, (line){start, line_time_at(f->line, start), f->line.ns_per_frame});
  follower_break(f, end, new_clock);
  show(t);
  publish_figures(t);
}

int64_t timeline_time_at(const timeline *t, uint64_t frame) {
  return t->kind == TIMELINE_FOLLOW ? pieces_time_at(t->pieces, frame)
                                    : line_time_at(simple_line(t), frame);
}

uint64_t timeline_frame_at(const timeline *t, int64_t time_ns) {
  return t->kind == TIMELINE_FOLLOW ? pieces_frame_at(t->pieces, time_ns)
                                    : line_frame_at(simple_line(t), time_ns);
}

double timeline_drift_ppm(const timeline *t) {
  /* Relaxed: partner of the store in publish_figures, as there. */
  return atomic_load_explicit(&t->drift_ppm, memory_order_relaxed);
}

int64_t timeline_spread_ns(const timeline *t) {
  /* Relaxed: partner of the store in publish_figures, as there. */
  return atomic_load_explicit(&t->spread_ns, memory_order_relaxed);
}

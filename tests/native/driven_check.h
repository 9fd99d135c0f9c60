/*
 * Holds the ring of a driven microphone against what it delivered: each frame that is in the ring
 * is right and in its place, in order and once, or inside a declared gap; and the gaps are those
 * that there were.
 */
#ifndef DRIVEN_CHECK_H
#define DRIVEN_CHECK_H

#include "driven.h"

enum { MOST_LOSSES = 200 };

/* Time that was really lost, and how exactly its gap has to be in its place. */
typedef struct loss {
  micring_gap_cause cause;
  int64_t start_ns;
  int64_t end_ns;
  int64_t margin_ns;
} loss;

typedef struct verdict {
  loss losses[MOST_LOSSES];
  uint32_t loss_count;
  /* What is before these is checked, or was wiped. */
  uint64_t frame;
  uint64_t delivered;
  /* How many delivered frames need not be there; any, up to the next that is. */
  uint64_t surplus;
  bool overwritten;
  /* How far from its place a frame may be. */
  int64_t margin_ns;
  double due;
  int64_t due_ns;
  uint64_t checked;
} verdict;

static inline void expect_gap(rig *r, verdict *v, micring_gap_cause cause, int64_t start_ns,
                              int64_t end_ns) {
  if (v->loss_count == MOST_LOSSES) fail(r, "too many losses");
  v->losses[v->loss_count++] = (loss){cause, start_ns, end_ns, v->margin_ns};
}

/* The frames by the clock up to a time, if the device kept its rate since it was asked last. */
static inline void count_due(rig *r, verdict *v, int64_t now_ns) {
  v->due += (double)(now_ns - v->due_ns) / r->ns_per_frame;
  v->due_ns = now_ns;
}

static inline bool in_gap(const gap *gaps, uint32_t count, uint64_t frame) {
  for (uint32_t i = 0; i < count; i++) {
    if (frame >= gaps[i].start && frame - gaps[i].start < gaps[i].frames) return true;
  }
  return false;
}

static inline void check_frame(rig *r, verdict *v, frame_word word, uint64_t frame) {
  while (v->delivered < r->delivered_count && r->delivered[v->delivered] != word) {
    if (v->surplus == 0 && !v->overwritten) {
      fail(r, "frame %" PRIu64 " is not the next that was delivered", frame);
    }
    if (!v->overwritten) v->surplus--;
    v->delivered++;
  }
  v->overwritten = false;
  if (v->delivered++ == r->delivered_count) fail(r, "frame %" PRIu64 " never was", frame);
  int64_t const error_ns = timeline_time_at(r->timeline, frame) - time_of(word);
  if (error_ns < -v->margin_ns || error_ns > v->margin_ns) {
    fail(r, "frame %" PRIu64 " is %.3f ms from its place", frame, (double)error_ns / 1e6);
  }
}

/* Everything in the ring that is not checked yet. */
static inline void check_frames(rig *r, verdict *v) {
  static gap gaps[MICRING_GAPS_KEPT];
  static frame_word out[4096];
  uint64_t known_from;
  uint32_t const count = gaps_read(r->gaps, gaps, &known_from);
  uint64_t const end = ring_written(r->ring);
  uint64_t const oldest = ring_oldest(r->ring);
  if (v->frame < oldest) {
    v->overwritten = true;
    v->frame = oldest;
  }
  while (v->frame < end) {
    uint64_t const to = end - v->frame < 4096 ? end : v->frame + 4096;
    if (ring_read(r->ring, v->frame, to, out) != RING_TRUE) fail(r, "what is there is not there");
    for (uint64_t frame = v->frame; frame < to; frame++) {
      frame_word const word = out[frame - v->frame];
      bool const gap = in_gap(gaps, count, frame);
      if (word == 0 && !gap) fail(r, "frame %" PRIu64 " is silent, and no gap says why", frame);
      if (word != 0 && gap) fail(r, "frame %" PRIu64 " is inside a gap, but not silent", frame);
      if (word != 0) check_frame(r, v, word, frame);
    }
    v->checked += to - v->frame;
    v->frame = to;
  }
  if (v->delivered + v->surplus < r->delivered_count) {
    fail(r, "%" PRIu64 " delivered frames are not in the ring", r->delivered_count - v->delivered);
  }
}

static inline bool is_near(int64_t one_ns, int64_t other_ns, int64_t margin_ns) {
  return one_ns - other_ns <= margin_ns && other_ns - one_ns <= margin_ns;
}

static inline void check_gaps(rig *r, const verdict *v) {
  static gap gaps[MICRING_GAPS_KEPT];
  uint64_t known_from;
  uint32_t const count = gaps_read(r->gaps, gaps, &known_from);
  uint64_t lost = 0;
  for (uint32_t i = 0; i < count; i++) {
    const loss *l = &v->losses[i];
    if (i >= v->loss_count) fail(r, "a false gap of %" PRIu64 " frames", gaps[i].frames);
    if (gaps[i].cause != l->cause) fail(r, "cause %u, expected %d", gaps[i].cause, l->cause);
    int64_t const start_ns = timeline_time_at(r->timeline, gaps[i].start);
    int64_t const end_ns = timeline_time_at(r->timeline, gaps[i].start + gaps[i].frames);
    if (!is_near(start_ns, l->start_ns, l->margin_ns)) {
      fail(r, "a gap is %.3f ms from its place", (double)(start_ns - l->start_ns) / 1e6);
    }
    if (!is_near(end_ns - start_ns, l->end_ns - l->start_ns, v->margin_ns)) {
      fail(r, "a gap of %.3f ms, expected %.3f ms", (double)(end_ns - start_ns) / 1e6,
           (double)(l->end_ns - l->start_ns) / 1e6);
    }
    lost += gaps[i].frames;
  }
  if (count < v->loss_count) fail(r, "%u gaps, expected %u", count, v->loss_count);
  const capture_statistics *s = capture_statistics_of(r->capture);
  if (capture_statistic(&s->lost) != lost) fail(r, "the lost frames are counted wrong");
  if (capture_statistic(&s->gaps) != count) fail(r, "the gaps are counted wrong");
}

/* Frames and gaps together are as many as the clock says. What is lost is counted by a clock that
 * is known to some parts in a million, from its beginning and to its end, as the least late blocks
 * show them. */
static inline void check_sum(rig *r, verdict *v) {
  int64_t most_ns = 20 * ms_ns;
  for (uint32_t i = 0; i < v->loss_count; i++) {
    most_ns += r->jitter_ns / 16 + (v->losses[i].end_ns - v->losses[i].start_ns) / 50000;
  }
  count_due(r, v, captured_ns(r, r->source));
  double const error_ns = ((double)ring_written(r->ring) - v->due) * r->ns_per_frame;
  if (error_ns > (double)most_ns || error_ns < -(double)most_ns) {
    fail(r, "%.3f ms of frames too many", error_ns / 1e6);
  }
}

static inline void check_all(rig *r, verdict *v) {
  check_frames(r, v);
  check_gaps(r, v);
  check_sum(r, v);
}

static const double case_rate = 4000;
static const double case_window_seconds = 60;

typedef struct setting {
  double ppm;
  uint64_t period_ms;
  int64_t jitter_ms;
  bool ragged;
} setting;

static uint64_t cases;
static uint64_t checked;

static inline int64_t period_ns(const rig *r) {
  return (int64_t)((double)r->period * 1e9 / r->rate);
}

/* A device that has been running for so long. */
static inline void begin_case(rig *r, verdict *v, const setting *s, double seconds,
                              const char *what) {
  *r = (rig){.ragged = s->ragged};
  *v = (verdict){.due_ns = dawn_ns};
  snprintf(r->doing, sizeof r->doing,
           "%s, %g ppm, %sblocks of %" PRIu64 " ms, up to %" PRId64 " ms late", what,
           s->ppm, s->ragged ? "ragged " : "", s->period_ms, s->jitter_ms);
  set_up(r, case_rate, case_window_seconds, 0x2545f4914f6cdd1d + cases);
  r->delivered_room = (uint64_t)(1200 * case_rate);
  r->delivered = malloc(r->delivered_room * sizeof r->delivered[0]);
  if (r->delivered == NULL) fail(r, "no memory");
  start_device(r, s->ppm, s->period_ms * (uint64_t)case_rate / 1000, s->jitter_ms * ms_ns);
  /* Blocks of two periods are the longest. */
  v->margin_ns = period_ns(r) * (s->ragged ? 2 : 1) + 3 * ms_ns;
  int64_t const end_ns = dawn_ns + (int64_t)(seconds * 1e9);
  while (r->now_ns < end_ns) deliver(r, CAPTURE_NO_LOSS, false);
}

static inline void go_on(rig *r, verdict *v, double seconds) {
  int64_t const end_ns = r->now_ns + (int64_t)(seconds * 1e9);
  while (r->now_ns < end_ns) deliver(r, CAPTURE_NO_LOSS, false);
  check_frames(r, v);
}

static inline void end_case(rig *r, verdict *v) {
  go_on(r, v, 10);
  check_all(r, v);
  checked += v->checked;
  cases++;
  tear_down(r);
}

/* So much of what the device captures goes nowhere. */
static inline void drop(rig *r, verdict *v, int64_t ns, micring_gap_cause cause) {
  int64_t const start_ns = captured_ns(r, r->source);
  r->source += (uint64_t)((double)ns / r->ns_per_frame);
  int64_t const end_ns = captured_ns(r, r->source);
  expect_gap(r, v, cause, start_ns, end_ns);
  if (end_ns > r->now_ns) r->now_ns = end_ns;
}

#endif

/*
 * A microphone with a driven clock: hours pass in no time. It delivers into a capture as a device's
 * callback does, and each of its frames says when it was captured.
 */
#ifndef DRIVEN_H
#define DRIVEN_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture.h"
#include "racing.h"

enum { CHANNELS = 2, TICK_NS = 20000, MOST_BLOCK = 20000 };

static const int64_t ms_ns = 1000000;
static const int64_t s_ns = 1000000000;
/* As if the machine had been up for a while. */
static const int64_t dawn_ns = 86400 * s_ns;
static const double staging_seconds = 3;

/* Two s16 samples, together the time of its beginning in ticks since dawn, and 1; silence is 0. */
typedef uint32_t frame_word;

typedef struct rig {
  /* What is tried, for words of failure. */
  char doing[160];
  ring *ring;
  ring *gaps;
  timeline *timeline;
  capture *capture;
  double rate;
  uint64_t random;
  /* The device: how fast it is, when its frame 0 was captured, which frame is next. */
  double ns_per_frame;
  int64_t origin_ns;
  uint64_t source;
  uint64_t period;
  /* Its blocks are of any length up to twice the period. */
  bool ragged;
  int64_t jitter_ns;
  /* No block comes before this. */
  int64_t now_ns;
  /* All that was delivered, if there is room. */
  frame_word *delivered;
  uint64_t delivered_count;
  uint64_t delivered_room;
} rig;

static _Noreturn inline void fail(const rig *r, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s at %.3f s: ", r->doing, (double)(r->now_ns - dawn_ns) / 1e9);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static inline void set_up_as(rig *r, double rate, double window_seconds, uint64_t seed,
                             micring_format format) {
  uint32_t const frame_bytes = CHANNELS * (format == MICRING_F32 ? 4 : 2);
  r->rate = rate;
  r->random = seed;
  r->now_ns = dawn_ns;
  r->ring = ring_create((uint64_t)((window_seconds + 1) * rate), frame_bytes);
  r->gaps = gaps_create();
  r->timeline = timeline_create(TIMELINE_FOLLOW, rate, window_seconds, dawn_ns);
  if (r->ring == NULL || r->gaps == NULL || r->timeline == NULL) fail(r, "no memory");
  r->capture = capture_create(r->ring, r->gaps, r->timeline, CHANNELS, format,
                              (uint64_t)(staging_seconds * rate));
  if (r->capture == NULL) fail(r, "no memory");
  capture_open(r->capture);
}

static inline void set_up(rig *r, double rate, double window_seconds, uint64_t seed) {
  set_up_as(r, rate, window_seconds, seed, MICRING_S16);
}

static inline void tear_down(rig *r) {
  capture_destroy(r->capture);
  timeline_destroy(r->timeline);
  ring_destroy(r->gaps, false);
  ring_destroy(r->ring, false);
  free(r->delivered);
}

/* From now on it is a device that is so much too fast. */
static inline void start_device(rig *r, double ppm, uint64_t period, int64_t jitter_ns) {
  r->ns_per_frame = 1e9 / (r->rate * (1 + ppm / 1e6));
  r->origin_ns = r->now_ns;
  r->source = 0;
  r->period = period;
  r->jitter_ns = jitter_ns;
}

/* When the device captured one of its frames. */
static inline int64_t captured_ns(const rig *r, uint64_t source) {
  return r->origin_ns + (int64_t)((double)source * r->ns_per_frame);
}

static inline frame_word word_at(int64_t time_ns) {
  return (frame_word)((time_ns - dawn_ns) / TICK_NS) + 1;
}

static inline int64_t time_of(frame_word word) { return dawn_ns + (int64_t)(word - 1) * TICK_NS; }

static inline void note_delivered(rig *r, const frame_word *block, uint64_t count) {
  if (r->delivered == NULL) return;
  if (r->delivered_count + count > r->delivered_room) fail(r, "no room for what is delivered");
  for (uint64_t i = 0; i < count; i++) r->delivered[r->delivered_count++] = block[i];
}

/* The next frames are captured, and come as a block, late by chance. */
static inline void deliver_frames(rig *r, uint64_t count, uint32_t loss, bool slept) {
  static frame_word block[MOST_BLOCK];
  for (uint64_t i = 0; i < count; i++) block[i] = word_at(captured_ns(r, r->source + i));
  r->source += count;
  int64_t const jitter_ns =
      r->jitter_ns == 0 ? 0 : (int64_t)below(&r->random, (uint64_t)r->jitter_ns);
  int64_t const comes_ns = captured_ns(r, r->source) + jitter_ns;
  if (comes_ns > r->now_ns) r->now_ns = comes_ns;
  note_delivered(r, block, count);
  capture_deliver(r->capture, block, count, r->now_ns, loss, slept);
}

static inline void deliver(rig *r, uint32_t loss, bool slept) {
  deliver_frames(r, r->ragged ? 1 + below(&r->random, 2 * r->period) : r->period, loss, slept);
}

#endif

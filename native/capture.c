#include "capture.h"

#include <stdlib.h>

#include "aligner.h"
#include "samples.h"

struct capture {
  gate gate;
  /* Frames that found the gate shut. */
  _Atomic uint64_t refused;
  track track;
  /* Of a device only, from here on. */
  aligner *aligner;
  uint32_t channels;
  micring_format format;
  int64_t delivered_ns;
};

capture *capture_create(ring *r, ring *gaps, timeline *t, uint32_t channels,
                        micring_format format, uint64_t staging_frames) {
  capture *c = calloc(1, sizeof *c);
  if (c == NULL) return NULL;
  c->track.ring = r;
  c->track.gaps = gaps;
  c->track.timeline = t;
  c->channels = channels;
  c->format = format;
  if (staging_frames == 0) return c;
  c->aligner = aligner_create(&c->track, staging_frames);
  if (c->aligner != NULL) return c;
  free(c);
  return NULL;
}

void capture_destroy(capture *c) {
  if (c == NULL) return;
  aligner_destroy(c->aligner);
  free(c);
}

static uint64_t take_refused(capture *c) {
  /* Relaxed: the count stands for itself; partner of the add in enter_with. Looked at first, as it
   * is hardly ever there, and an exchange costs more than the rest of this file. */
  if (atomic_load_explicit(&c->refused, memory_order_relaxed) == 0) return 0;
  return atomic_exchange_explicit(&c->refused, 0, memory_order_relaxed);
}

/* What a shut gate refuses but no pause explains came in the moment of a wipe. */
static void make_up_for_refused(capture *c) {
  uint64_t const count = take_refused(c);
  if (c->aligner != NULL) aligner_refuse(c->aligner, count);
  else track_lose(&c->track, count, MICRING_GAP_WIPE, true);
}

bool capture_enter(capture *c) {
  if (!gate_enter(&c->gate)) return false;
  make_up_for_refused(c);
  return true;
}

void capture_leave(capture *c) { gate_leave(&c->gate); }

uint64_t capture_position(const capture *c) { return track_position(&c->track); }

void capture_append(capture *c, const void *frames, uint64_t count, int64_t now_ns) {
  ring_write(c->track.ring, frames, count);
  timeline_mark(c->track.timeline, capture_position(c), now_ns);
  track_count_block(&c->track, count);
  track_note_arrival(&c->track, count, now_ns);
}

/* True if inside; else so many frames count as refused. */
static bool enter_with(capture *c, uint64_t count) {
  if (capture_enter(c)) return true;
  /* Relaxed: the count stands for itself; partner of the exchange in take_refused. */
  atomic_fetch_add_explicit(&c->refused, count, memory_order_relaxed);
  return false;
}

void capture_write(capture *c, const void *frames, uint64_t count, int64_t now_ns) {
  if (!enter_with(c, count)) return;
  capture_append(c, frames, count, now_ns);
  capture_leave(c);
}

/* What a block tells, wherever it belongs. */
static void observe(capture *c, const void *frames, uint64_t count, int64_t now_ns) {
  capture_statistics *s = &c->track.statistics;
  uint64_t const samples = count * c->channels;
  track_count_block(&c->track, count);
  track_note_arrival(&c->track, count, now_ns);
  uint64_t const clipped = samples_clipped(c->format, frames, samples);
  if (clipped != 0) statistic_add(&s->clipped_samples, clipped);
  uint64_t const silent = samples_silent(c->format, frames, samples);
  if (silent == samples) statistic_add(&s->silent_frames, count);
  else statistic_set(&s->silent_frames, silent / c->channels);
  int64_t const interval_ns = now_ns - c->delivered_ns;
  if (c->delivered_ns != 0 && interval_ns > 0) {
    statistic_raise(&s->longest_interval_ns, (uint64_t)interval_ns);
  }
  c->delivered_ns = now_ns;
}

void capture_deliver(capture *c, const void *frames, uint64_t count, int64_t now_ns,
                     uint32_t loss, bool slept) {
  if (count == 0 || !enter_with(c, count)) return;
  observe(c, frames, count, now_ns);
  aligner_deliver(c->aligner, frames, count, now_ns, loss, slept);
  capture_leave(c);
}

void capture_outage(capture *c, micring_gap_cause cause, int64_t until_ns) {
  c->delivered_ns = 0;
  aligner_outage(c->aligner, cause, until_ns);
}

void capture_expect(capture *c, micring_gap_cause cause, bool new_clock) {
  c->delivered_ns = 0;
  aligner_expect(c->aligner, cause, new_clock);
}

void capture_shut(capture *c) { gate_shut(&c->gate); }

void capture_open(capture *c) { gate_open(&c->gate); }

void capture_settle(capture *c) {
  if (c->aligner != NULL) aligner_settle(c->aligner);
}

void capture_fill_to(capture *c, int64_t now_ns) {
  take_refused(c);
  uint64_t const due = timeline_due_frame(c->track.timeline, now_ns);
  uint64_t const position = capture_position(c);
  if (due > position) track_lose(&c->track, due - position, MICRING_GAP_PAUSE, false);
}

void capture_wipe(capture *c) {
  ring_wipe(c->track.ring);
  uint64_t const waiting = c->aligner != NULL ? aligner_forget(c->aligner) : 0;
  uint64_t const meanwhile = waiting + take_refused(c);
  if (meanwhile == 0) return;
  /* No gap says why this is missing: not for a moment may it be read. */
  ring_skip(c->track.ring, meanwhile);
}

const capture_statistics *capture_statistics_of(const capture *c) { return &c->track.statistics; }

uint64_t capture_statistic(const _Atomic uint64_t *counter) {
  /* Relaxed: partner of the stores in statistic_set, as there. */
  return atomic_load_explicit(counter, memory_order_relaxed);
}

#include "recorder.h"

#include <math.h>
#include <stdlib.h>

#include "clock.h"
#include "error.h"
#include "memory.h"

/* Beyond the window: what a reader may be late before the writer reaches the frames it copies. */
static const double headroom_seconds = 0.25;
static const int64_t settle_poll_ns = 200000;
enum { OFFSET_ATTEMPTS = 8 };
static const int64_t offset_good_ns = 1000;
/* What PulseAudio keeps for a process that is stopped, and some more. */
static const double staging_seconds = 2.5;
static const uint64_t most_staging_bytes = 8 << 20;
/* The coarsest tick that systems have. */
static const int64_t push_tick_most_ns = 10000000;

static int32_t create_ring(micring *m, double seconds, char *error) {
  source const *s = m->source;
  double const window = floor(seconds * s->sample_rate + 0.5);
  double const frames = window + ceil(headroom_seconds * s->frames_per_second);
  if (window < 1) {
    error_set(error, "less than one frame at %u Hz", s->sample_rate);
    return MICRING_BAD_ARGUMENT;
  }
  uint32_t const frame_bytes = source_frame_bytes(s);
  double const bytes = 2 * frames * frame_bytes;
  double const available = memory_available();
  if (!(frames < MICRING_MOST_FRAMES) || bytes > available) {
    error_set(error, "it takes %.3g GB, and there are %.3g GB", bytes / 1e9, available / 1e9);
    return MICRING_TOO_LARGE;
  }
  m->window = (uint64_t)window;
  m->ring = ring_create((uint64_t)frames, frame_bytes);
  m->gaps = gaps_create();
  return m->ring != NULL && m->gaps != NULL ? MICRING_OK : MICRING_OUT_OF_MEMORY;
}

/* Waits for the first frame; a source that ended before it had one has nothing to give. */
static int32_t settle(micring *m, int64_t settle_ns, char *error) {
  int64_t const deadline_ns = clock_monotonic_ns() + settle_ns;
  while (ring_written(m->ring) == 0) {
    if (source_ended(m->source) || clock_monotonic_ns() > deadline_ns) {
      error_set(error, "nothing came within %.1f s", (double)settle_ns / 1e9);
      return MICRING_NO_FRAMES;
    }
    clock_sleep_ns(settle_poll_ns);
  }
  return MICRING_OK;
}

static timeline_kind kind_of(const source *s) {
  switch (s->kind) {
    case SOURCE_DEVICE:
      return TIMELINE_FOLLOW;
    case SOURCE_PUSH:
      return TIMELINE_ARRIVAL;
    default:
      return TIMELINE_FIXED;
  }
}

/* Room for what a device may hand over all at once, after this process was stopped. */
static uint64_t staging_frames(const source *s) {
  if (s->kind != SOURCE_DEVICE) return 0;
  double const frames = staging_seconds * s->sample_rate;
  double const most = (double)most_staging_bytes / source_frame_bytes(s);
  return (uint64_t)(frames < most ? frames : most);
}

static int32_t start(micring *m, double seconds, int64_t settle_ns, char *error) {
  source *s = m->source;
  int32_t status = create_ring(m, seconds, error);
  if (status != MICRING_OK) return status;
  s->origin_ns = clock_now_ns();
  m->timeline = timeline_create(kind_of(s), s->frames_per_second, seconds, s->origin_ns);
  if (m->timeline == NULL) return MICRING_OUT_OF_MEMORY;
  m->capture = capture_create(m->ring, m->gaps, m->timeline, s->channels, s->format,
                              staging_frames(s));
  if (m->capture == NULL) return MICRING_OUT_OF_MEMORY;
  capture_open(m->capture);
  status = s->calls->start(s, m->capture, error);
  if (status != MICRING_OK) return status;
  if (settle_ns != 0) status = settle(m, settle_ns, error);
  if (status == MICRING_OK && !source_ended(s)) {
    report_state(&s->report, MICRING_STATE_RUNNING, MICRING_OK, "");
  }
  return status;
}

int32_t recorder_open(source *s, double seconds, int64_t settle_ns, micring **out, char *error) {
  micring *m = calloc(1, sizeof *m);
  if (m == NULL) {
    s->calls->destroy(s);
    return MICRING_OUT_OF_MEMORY;
  }
  m->source = s;
  int32_t const status = start(m, seconds, settle_ns, error);
  if (status != MICRING_OK) {
    recorder_close(m, false);
    return status;
  }
  *out = m;
  return MICRING_OK;
}

void recorder_close(micring *m, bool keep_samples) {
  m->source->calls->destroy(m->source);
  capture_destroy(m->capture);
  timeline_destroy(m->timeline);
  ring_destroy(m->ring, keep_samples);
  ring_destroy(m->gaps, false);
  free(m);
}

bool recorder_paused(const micring *m) {
  /* Relaxed: partner of the store in set_paused; the gate orders the frames, this only tells. */
  return atomic_load_explicit(&m->paused, memory_order_relaxed);
}

static void set_paused(micring *m, bool paused) {
  /* Relaxed: partner of the load in recorder_paused. */
  atomic_store_explicit(&m->paused, paused, memory_order_relaxed);
}

/* Dated by its arrival, which the script's own timing makes uncertain by more than a tick of the
 * coarse clock; the fine one costs a fifth of a push, and is read once a tick. */
static int64_t push_now_ns(micring *m) {
  int64_t const tick_ns = clock_monotonic_coarse_ns();
  if (tick_ns != m->push_tick_ns) {
    m->push_tick_ns = tick_ns;
    m->push_now_ns = clock_now_ns();
  }
  return m->push_now_ns;
}

int32_t recorder_push(micring *m, const void *samples, uint64_t frames) {
  if (m->source->kind != SOURCE_PUSH) return MICRING_NOT_PUSH;
  if (frames == 0 || recorder_paused(m)) return MICRING_OK;
  capture_write(m->capture, samples, frames, push_now_ns(m));
  return MICRING_OK;
}

int32_t recorder_pause(micring *m) {
  if (recorder_paused(m)) return MICRING_OK;
  set_paused(m, true);
  /* A pacer waits at the gate and keeps its place; a device is given back to the system. */
  if (m->source->kind == SOURCE_DEVICE) m->source->calls->stop(m->source);
  capture_shut(m->capture);
  capture_settle(m->capture);
  report_state(&m->source->report, MICRING_STATE_PAUSED, MICRING_OK, "");
  return MICRING_OK;
}

static int32_t resume_device(micring *m, char *error) {
  capture_open(m->capture);
  int32_t const status = m->source->calls->start(m->source, m->capture, error);
  if (status == MICRING_OK || !recorder_paused(m)) return status;
  capture_shut(m->capture);
  report_state(&m->source->report, MICRING_STATE_PAUSED, status, "");
  return status;
}

void recorder_retire(micring *m) {
  if (!recorder_paused(m)) {
    m->source->calls->stop(m->source);
    capture_shut(m->capture);
    capture_settle(m->capture);
  }
  source_end(m->source);
}

static bool has_failed(micring *m) {
  report_change_entry newest;
  report_newest_change(&m->source->report, &newest);
  return newest.state == MICRING_STATE_FAILED;
}

int32_t recorder_resume(micring *m, char *error) {
  if (!recorder_paused(m) && !has_failed(m)) return MICRING_OK;
  if (m->source->kind == SOURCE_DEVICE) {
    int32_t const status = resume_device(m, error);
    if (status == MICRING_OK) set_paused(m, false);
    return status;
  }
  bool const ended = source_ended(m->source);
  /* What is pushed has no clock that could run on in a pause, and what has ended runs on no more. */
  bool const runs_on = m->source->kind != SOURCE_PUSH && !ended;
  if (runs_on) capture_fill_to(m->capture, clock_now_ns());
  capture_open(m->capture);
  set_paused(m, false);
  report_state(&m->source->report, ended ? MICRING_STATE_ENDED : MICRING_STATE_RUNNING, MICRING_OK,
               "");
  return MICRING_OK;
}

void recorder_wipe(micring *m) {
  if (!recorder_paused(m)) capture_shut(m->capture);
  capture_wipe(m->capture);
  if (!recorder_paused(m)) capture_open(m->capture);
}

static void count_retries(micring *m, uint32_t count) {
  /* Relaxed: a statistic, read by capture_statistic. */
  if (count != 0) atomic_fetch_add_explicit(&m->retries, count, memory_order_relaxed);
}

ring_verdict recorder_read(micring *m, ring_span span, void *out) {
  ring_verdict const verdict = ring_read(m->ring, span.start, span.end, out);
  count_retries(m, verdict == RING_OVERWRITTEN);
  return verdict;
}

ring_span recorder_read_last(micring *m, uint64_t frames, void *out) {
  uint32_t retries = 0;
  ring_span const span = ring_read_last(m->ring, frames, out, &retries);
  count_retries(m, retries);
  return span;
}

/* The two clocks are read one after the other, and between them a busy machine may stop the thread:
 * of some readings the one that took the least time counts. */
int64_t recorder_wall_offset_ns(void) {
  int64_t best_ns = INT64_MAX;
  int64_t offset_ns = 0;
  for (int attempt = 0; attempt < OFFSET_ATTEMPTS && best_ns > offset_good_ns; attempt++) {
    int64_t const before_ns = clock_now_ns();
    int64_t const wall_ns = clock_wall_ns();
    int64_t const took_ns = clock_now_ns() - before_ns;
    if (took_ns >= best_ns) continue;
    best_ns = took_ns;
    offset_ns = wall_ns - before_ns - took_ns / 2;
  }
  return offset_ns;
}

int64_t recorder_uncertainty_ns(const micring *m) {
  switch (m->source->kind) {
    case SOURCE_DEVICE:
      return m->source->period_ns + timeline_spread_ns(m->timeline);
    case SOURCE_PUSH:
      return push_tick_most_ns;
    default:
      return 0;
  }
}

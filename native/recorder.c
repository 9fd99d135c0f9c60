#include "recorder.h"

#include <math.h>
#include <stdlib.h>

#include "clock.h"
#include "error.h"
#include "memory.h"

/* Beyond the window: what a reader may be late before the writer reaches the frames it copies. */
static const double headroom_seconds = 0.25;
static const int64_t settle_poll_ns = 1000000;

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

static int32_t start(micring *m, double seconds, int64_t settle_ns, char *error) {
  source *s = m->source;
  int32_t status = create_ring(m, seconds, error);
  if (status != MICRING_OK) return status;
  capture_init(&m->capture, m->ring, m->gaps, s->frames_per_second, s->kind == SOURCE_PUSH,
               clock_monotonic_ns());
  capture_open(&m->capture);
  status = s->calls->start(s, &m->capture, error);
  if (status != MICRING_OK || settle_ns == 0) return status;
  return settle(m, settle_ns, error);
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
  m->source->calls->stop(m->source);
  m->source->calls->destroy(m->source);
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

int32_t recorder_push(micring *m, const void *samples, uint64_t frames) {
  if (m->source->kind != SOURCE_PUSH) return MICRING_NOT_PUSH;
  if (frames == 0 || recorder_paused(m)) return MICRING_OK;
  /* Dated by its arrival, which the script's own timing makes uncertain by more than a tick. */
  capture_write(&m->capture, samples, frames, clock_monotonic_coarse_ns());
  return MICRING_OK;
}

int32_t recorder_pause(micring *m) {
  if (recorder_paused(m)) return MICRING_OK;
  set_paused(m, true);
  capture_shut(&m->capture);
  /* A pacer waits at the gate and keeps its place; a device is given back to the system. */
  return m->source->kind == SOURCE_DEVICE ? m->source->calls->stop(m->source) : MICRING_OK;
}

int32_t recorder_resume(micring *m, char *error) {
  if (!recorder_paused(m)) return MICRING_OK;
  bool const device = m->source->kind == SOURCE_DEVICE;
  /* What is pushed has no clock that could run on in a pause. */
  if (m->source->kind != SOURCE_PUSH) capture_fill_to(&m->capture, clock_monotonic_ns(), device);
  capture_open(&m->capture);
  if (device) {
    int32_t const status = m->source->calls->start(m->source, &m->capture, error);
    if (status != MICRING_OK) {
      capture_shut(&m->capture);
      return status;
    }
  }
  set_paused(m, false);
  return MICRING_OK;
}

void recorder_wipe(micring *m) {
  if (!recorder_paused(m)) capture_shut(&m->capture);
  capture_wipe(&m->capture);
  if (!recorder_paused(m)) capture_open(&m->capture);
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

void recorder_wall_ms(const micring *m, ring_span span, double *start_ms, double *end_ms) {
  int64_t const wall_ns = clock_wall_ns() - clock_monotonic_ns();
  *start_ms = (double)(wall_ns + timeline_time_at(&m->capture.timeline, span.start)) / 1e6;
  *end_ms = (double)(wall_ns + timeline_time_at(&m->capture.timeline, span.end)) / 1e6;
}

/* The microphone: a real capture device, kept recording by a supervisor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "source.h"
#include "supervisor.h"

typedef struct microphone {
  source base;
  supervisor *supervisor;
} microphone;

static const int64_t poll_ns = 2000000;

static int32_t start(source *s, capture *c, char *error) {
  return supervisor_start(((microphone *)s)->supervisor, c, error);
}

static void stop(source *s) { supervisor_pause(((microphone *)s)->supervisor); }

static void destroy(source *s) {
  microphone *m = (microphone *)s;
  if (m->supervisor != NULL) supervisor_destroy(m->supervisor);
  report_destroy(&s->report);
  free(m);
}

/* Opens the wished device; NULL, and why not in `status` and `words`. */
static session *open_session(const session_wish *wish, int32_t *status, char *words) {
  session *s = session_begin(wish);
  *status = MICRING_THREAD_FAILED;
  if (s == NULL) return NULL;
  int64_t const deadline_ns = clock_monotonic_ns() + BACKEND_ANSWER_NS;
  session_phase phase;
  while ((phase = session_look(s, status, words)) == SESSION_OPENING) {
    if (clock_monotonic_ns() > deadline_ns) {
      error_set(words, "%s: no answer within %.1f s", backend_name(wish->backend),
                (double)BACKEND_ANSWER_NS / 1e9);
      *status = MICRING_NO_ANSWER;
      break;
    }
    clock_sleep_ns(poll_ns);
  }
  if (phase == SESSION_OPENED) return s;
  session_end(s);
  session_drop(s);
  return NULL;
}

static int32_t supervise(microphone *m, session *opened, session_wish *wish) {
  const session_facts *facts = session_facts_of(opened);
  source *s = &m->base;
  s->kind = SOURCE_DEVICE;
  s->sample_rate = facts->sample_rate;
  s->channels = facts->channels;
  s->format = wish->shape.format;
  s->frames_per_second = facts->sample_rate;
  s->period_ns = facts->period_ns;
  /* What the ring holds stays of one kind, whatever the device is after it was gone. */
  wish->shape.sample_rate = facts->sample_rate;
  wish->shape.channels = facts->channels;
  snprintf(wish->name, sizeof wish->name, "%s", facts->device.name);
  m->supervisor = supervisor_create(opened, wish, &s->report);
  return m->supervisor != NULL ? MICRING_OK : MICRING_THREAD_FAILED;
}

/* Tries one sound system after the other. */
static session *search(micring_backend wanted, session_wish *wish, int32_t *status, char *error) {
  /* Of several backends' failures, the one that got furthest is worth telling. */
  static const int32_t by_distance[] = {
      MICRING_NO_BACKEND,    MICRING_NO_DEVICE,     MICRING_DEVICE_NOT_FOUND,
      MICRING_DEVICE_FAILED, MICRING_THREAD_FAILED, MICRING_OUT_OF_MEMORY,
      MICRING_NO_ANSWER,     MICRING_FORMAT_REFUSED, MICRING_DEVICE_BUSY,
      MICRING_ACCESS_DENIED};
  micring_backend candidates[8];
  uint32_t const count = backend_candidates(wanted, candidates);
  uint32_t furthest = 0;
  for (uint32_t i = 0; i < count; i++) {
    char words[MICRING_ERROR_BYTES] = "";
    wish->backend = candidates[i];
    session *opened = open_session(wish, status, words);
    if (opened != NULL) return opened;
    error_add(error, "%s", words);
    for (uint32_t at = 0; at < sizeof by_distance / sizeof by_distance[0]; at++) {
      if (by_distance[at] == *status && at > furthest) furthest = at;
    }
    /* A sound server that answers, or hangs, speaks for the machine: ALSA would only lead back. */
    if (candidates[i] == MICRING_BACKEND_PULSEAUDIO && *status != MICRING_NO_BACKEND) break;
  }
  *status = by_distance[furthest];
  return NULL;
}

int32_t microphone_open(uint32_t backend, const char *device_id, uint32_t period_ms,
                        source_shape shape, source **out, char *error) {
  static const source_calls calls = {start, stop, destroy};
  session_wish wish = {.period_ms = period_ms, .shape = shape};
  snprintf(wish.id, sizeof wish.id, "%s", device_id);
  int32_t status = MICRING_OK;
  session *opened = search(backend, &wish, &status, error);
  if (opened == NULL) return status;
  error_set(error, "%s", "");
  microphone *m = calloc(1, sizeof *m);
  if (m == NULL) {
    session_end(opened);
    session_drop(opened);
    return MICRING_OUT_OF_MEMORY;
  }
  m->base.calls = &calls;
  report_init(&m->base.report);
  status = supervise(m, opened, &wish);
  if (status != MICRING_OK) {
    destroy(&m->base);
    return status;
  }
  *out = &m->base;
  return MICRING_OK;
}

#include <math.h>
#include <stddef.h>

#include "error.h"
#include "holds.h"
#include "micring.h"

/* Bounds that the caller should have kept; here they only keep bad numbers out of the code. */
enum { MOST_CHANNELS = 254, MOST_SAMPLE_RATE = 768000 };
static const int64_t device_settle_ns = 3000000000;
static const double most_wait_ms = 1e12;

static bool is_count(double value) { return value >= 0 && value <= MICRING_MOST_FRAMES; }

static bool is_positive(double value) { return value > 0 && isfinite(value); }

static bool is_shape(double seconds, uint32_t sample_rate, uint32_t channels, uint32_t format) {
  return is_positive(seconds) && sample_rate <= MOST_SAMPLE_RATE && channels <= MOST_CHANNELS &&
         (format == MICRING_F32 || format == MICRING_S16);
}

static bool begin(double *out, char *error, bool good) {
  if (out == NULL) return false;
  *out = 0;
  error_set(error, "%s", "");
  return good;
}

static int32_t finish(int32_t status, source *s, double seconds, int64_t settle_ns, double thread,
                      double *out, char *error) {
  if (status != MICRING_OK) return status;
  micring *m = NULL;
  status = recorder_open(s, seconds, settle_ns, &m, error);
  if (status != MICRING_OK) return status;
  uint64_t number = 0;
  status = holds_own(is_count(thread) ? (uint64_t)thread : 0, m, &number);
  *out = (double)number;
  return status;
}

static hold *pin(double number) {
  return is_count(number) ? holds_pin((uint64_t)number) : NULL;
}

double micring_thread(void) { return (double)holds_thread(); }

int32_t micring_open_microphone(uint32_t backend, const char *device_id, uint32_t period_ms,
                                double seconds, uint32_t sample_rate, uint32_t channels,
                                uint32_t format, double thread, double *out, char *error) {
  if (!begin(out, error, is_shape(seconds, sample_rate, channels, format) && device_id != NULL &&
                             period_ms > 0)) {
    return MICRING_BAD_ARGUMENT;
  }
  source_shape const shape = {sample_rate, channels, (micring_format)format};
  source *s = NULL;
  int32_t const status = microphone_open(backend, device_id, period_ms, shape, &s, error);
  return finish(status, s, seconds, device_settle_ns, thread, out, error);
}

int32_t micring_open_tone(double frequency, double level_dbfs, double speed, double seconds,
                          uint32_t sample_rate, uint32_t channels, uint32_t format, double thread,
                          double *out, char *error) {
  if (!begin(out, error, is_shape(seconds, sample_rate, channels, format) &&
                             is_positive(frequency) && level_dbfs <= 0 && is_positive(speed))) {
    return MICRING_BAD_ARGUMENT;
  }
  source_shape const shape = {sample_rate, channels, (micring_format)format};
  source *s = NULL;
  int32_t const status = tone_open(frequency, level_dbfs, speed, shape, &s, error);
  return finish(status, s, seconds, device_settle_ns, thread, out, error);
}

int32_t micring_open_sequence(double speed, double seconds, uint32_t sample_rate,
                              uint32_t channels, uint32_t format, double thread, double *out, char *error) {
  if (!begin(out, error, is_shape(seconds, sample_rate, channels, format) && is_positive(speed))) {
    return MICRING_BAD_ARGUMENT;
  }
  source_shape const shape = {sample_rate, channels, (micring_format)format};
  source *s = NULL;
  int32_t const status = sequence_open(speed, shape, &s, error);
  return finish(status, s, seconds, device_settle_ns, thread, out, error);
}

int32_t micring_open_file(const char *path, uint32_t loop, double speed, double seconds,
                          uint32_t sample_rate, uint32_t channels, uint32_t format, double thread,
                          double *out, char *error) {
  if (!begin(out, error, is_shape(seconds, sample_rate, channels, format) && path != NULL &&
                             is_positive(speed))) {
    return MICRING_BAD_ARGUMENT;
  }
  source_shape const shape = {sample_rate, channels, (micring_format)format};
  source *s = NULL;
  int32_t const status = file_open(path, loop != 0, speed, shape, &s, error);
  return finish(status, s, seconds, device_settle_ns, thread, out, error);
}

int32_t micring_open_push(double seconds, uint32_t sample_rate, uint32_t channels,
                          uint32_t format, double thread, double *out, char *error) {
  if (!begin(out, error, is_shape(seconds, sample_rate, channels, format))) {
    return MICRING_BAD_ARGUMENT;
  }
  source_shape const shape = {sample_rate, channels, (micring_format)format};
  source *s = NULL;
  int32_t const status = push_open(shape, &s, error);
  return finish(status, s, seconds, 0, thread, out, error);
}

void micring_close(double hold, uint32_t keep_samples) {
  if (is_count(hold)) holds_release((uint64_t)hold, keep_samples != 0);
}

micring *micring_recorder(double number) {
  hold *h = pin(number);
  if (h == NULL) return NULL;
  micring *m = hold_recorder(h);
  holds_unpin(h);
  return m;
}

int32_t micring_push(micring *recorder, const void *samples, double frames) {
  if (recorder == NULL || !is_count(frames) || (samples == NULL && frames != 0)) {
    return MICRING_BAD_ARGUMENT;
  }
  return recorder_push(recorder, samples, (uint64_t)frames);
}

int32_t micring_pause(double number) {
  hold *h = pin(number);
  if (h == NULL) return MICRING_CLOSED;
  int32_t const status = recorder_pause(hold_recorder(h));
  holds_unpin(h);
  return status;
}

int32_t micring_resume(double number, char *error) {
  error_set(error, "%s", "");
  hold *h = pin(number);
  if (h == NULL) return MICRING_CLOSED;
  int32_t const status = recorder_resume(hold_recorder(h), error);
  holds_unpin(h);
  return status;
}

int32_t micring_wipe(double number) {
  hold *h = pin(number);
  if (h == NULL) return MICRING_CLOSED;
  recorder_wipe(hold_recorder(h));
  holds_unpin(h);
  return MICRING_OK;
}

int32_t micring_share(double number, double *token) {
  hold *h = pin(number);
  if (h == NULL) return MICRING_CLOSED;
  token[MICRING_TOKEN_PROCESS] = (double)holds_process();
  token[MICRING_TOKEN_RING] = (double)hold_ring(h);
  holds_unpin(h);
  return MICRING_OK;
}

int32_t micring_attach(double thread, double process, double ring, double *out) {
  if (out == NULL) return MICRING_BAD_ARGUMENT;
  *out = 0;
  if (!is_count(thread) || !is_count(ring)) return MICRING_BAD_ARGUMENT;
  if (process != (double)holds_process()) return MICRING_FOREIGN;
  uint64_t number = 0;
  int32_t const status = holds_attach((uint64_t)thread, (uint64_t)ring, &number);
  *out = (double)number;
  return status;
}

micring_waker *micring_waker_of(double number) {
  hold *h = pin(number);
  if (h == NULL) return NULL;
  waker *w = hold_waker(h);
  holds_unpin(h);
  return w;
}

void micring_waker_arm(micring_waker *waker, double frame) {
  if (waker != NULL && is_count(frame)) waker_arm(waker, (uint64_t)frame);
}

void micring_waker_disarm(micring_waker *waker) {
  if (waker != NULL) waker_disarm(waker);
}

uint32_t micring_waker_wait(double number, double limit_ms) {
  if (!(limit_ms >= 0 && limit_ms < most_wait_ms)) return 0;
  hold *h = pin(number);
  if (h == NULL) return 0;
  waker *w = hold_waker(h);
  bool const woken = w != NULL && waker_wait(w, (int64_t)(limit_ms * 1e6));
  holds_unpin(h);
  return woken;
}

/* The microphone: a real capture device through miniaudio. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "clock.h"
#include "error.h"
#include "source.h"

typedef struct wish {
  const char *device_id;
  uint32_t period_ms;
  source_shape shape;
} wish;

typedef struct microphone {
  source base;
  ma_context context;
  /* Only while there is a stream: a paused one is given back to the system altogether. */
  bool streaming;
  ma_device device;
  ma_device_config config;
  ma_device_id id;
  /* Set before the device starts, and not while it runs. */
  capture *capture;
} microphone;

/* How late the process may come for its frames. PulseAudio drops what does not fit, and tells
 * nobody; miniaudio would ask it for three periods. */
enum { PULSE_BUFFER_MS = 2000 };

/* On miniaudio's thread. */
static void on_frames(ma_device *device, void *output, const void *input, ma_uint32 count) {
  (void)output;
  microphone *m = device->pUserData;
  capture_write(m->capture, input, count, clock_monotonic_ns());
}

static int32_t status_of(ma_result result) {
  switch (result) {
    case MA_SUCCESS:
      return MICRING_OK;
    case MA_OUT_OF_MEMORY:
      return MICRING_OUT_OF_MEMORY;
    case MA_ACCESS_DENIED:
      return MICRING_ACCESS_DENIED;
    case MA_BUSY:
    case MA_ALREADY_IN_USE:
      return MICRING_DEVICE_BUSY;
    case MA_FORMAT_NOT_SUPPORTED:
    case MA_INVALID_DEVICE_CONFIG:
      return MICRING_FORMAT_REFUSED;
    case MA_NO_DEVICE:
    case MA_DOES_NOT_EXIST:
      return MICRING_NO_DEVICE;
    case MA_NO_BACKEND:
    case MA_FAILED_TO_INIT_BACKEND:
    case MA_CONNECTION_REFUSED:
      return MICRING_NO_BACKEND;
    default:
      return MICRING_DEVICE_FAILED;
  }
}

static int32_t stop(source *s) {
  microphone *m = (microphone *)s;
  if (!m->streaming) return MICRING_OK;
  /* Stopping alone leaves the stream with the server, which shows the microphone as taken, and
   * leaves frames in it that would come after the pause. Uninit alone can hang. */
  ma_result const result =
      ma_device_is_started(&m->device) ? ma_device_stop(&m->device) : MA_SUCCESS;
  ma_device_uninit(&m->device);
  m->streaming = false;
  return status_of(result);
}

static int32_t start(source *s, capture *c, char *error) {
  microphone *m = (microphone *)s;
  m->capture = c;
  ma_result result = MA_SUCCESS;
  if (!m->streaming) {
    result = ma_device_init(&m->context, &m->config, &m->device);
    m->streaming = result == MA_SUCCESS;
  }
  if (result == MA_SUCCESS) result = ma_device_start(&m->device);
  if (result != MA_SUCCESS) {
    error_add(error, "%s: %s", backend_name(s->backend), ma_result_description(result));
    stop(s);
  }
  return status_of(result);
}

static void destroy(source *s) {
  microphone *m = (microphone *)s;
  stop(s);
  ma_context_uninit(&m->context);
  free(m);
}

static void describe(microphone *m, micring_backend backend, const wish *w) {
  source *s = &m->base;
  const ma_device *d = &m->device;
  s->kind = SOURCE_DEVICE;
  s->sample_rate = d->sampleRate;
  s->channels = d->capture.channels;
  s->format = w->shape.format;
  s->frames_per_second = d->sampleRate;
  s->backend = backend;
  s->device_sample_rate = d->capture.internalSampleRate;
  s->device_channels = d->capture.internalChannels;
  snprintf(s->device_name, sizeof s->device_name, "%s", d->capture.name);
  snprintf(s->device_id, sizeof s->device_id, "%s", w->device_id);
}

static ma_device_config configuration(microphone *m, micring_backend backend, const wish *w,
                                      const ma_device_id *id) {
  ma_device_config config = ma_device_config_init(ma_device_type_capture);
  config.capture.pDeviceID = id;
  config.capture.format = w->shape.format == MICRING_S16 ? ma_format_s16 : ma_format_f32;
  config.capture.channels = w->shape.channels;
  config.sampleRate = w->shape.sample_rate;
  config.periodSizeInMilliseconds = w->period_ms;
  if (backend == MICRING_BACKEND_PULSEAUDIO) config.periods = PULSE_BUFFER_MS / w->period_ms + 2;
  config.resampling.linear.lpfOrder = MA_MAX_FILTER_ORDER;
  /* With fixed-size callbacks a stream begins with a period of zeros that nobody recorded. */
  config.noFixedSizedCallback = MA_TRUE;
  config.noPreSilencedOutputBuffer = MA_TRUE;
  config.noClip = MA_TRUE;
  config.dataCallback = on_frames;
  config.pUserData = m;
  config.pulse.pStreamNameCapture = "MicRing";
  return config;
}

/* Without a microphone the default of PulseAudio is what an output plays: to record that unasked
 * would be a surprise. */
static const char *default_monitor(micring_backend backend, ma_context *context) {
  backend_devices const list = backend_list(context);
  for (ma_uint32 i = 0; i < list.count; i++) {
    const ma_device_info *info = &list.infos[i];
    if (info->isDefault && backend_is_monitor(backend, &info->id)) return info->name;
  }
  return NULL;
}

static bool any_device(micring_backend backend, ma_context *context) {
  backend_devices const list = backend_list(context);
  for (ma_uint32 i = 0; i < list.count; i++) {
    ma_device_info detail;
    if (backend_inspect(backend, context, &list.infos[i], &detail)) return true;
  }
  return false;
}

/* Opens the wished device on one backend, in `m`, whose context is open. */
static int32_t open_device(microphone *m, micring_backend backend, const wish *w, char *error) {
  bool const named = w->device_id[0] != '\0';
  if (named && !backend_find(backend, &m->context, w->device_id, &m->id)) {
    error_add(error, "%s: no such device", backend_name(backend));
    return MICRING_DEVICE_NOT_FOUND;
  }
  const char *monitor = named ? NULL : default_monitor(backend, &m->context);
  if (monitor != NULL) {
    error_add(error, "%s: the default is no microphone, but \"%s\"", backend_name(backend),
              monitor);
    return MICRING_NO_DEVICE;
  }
  m->config = configuration(m, backend, w, named ? &m->id : NULL);
  ma_result const result = ma_device_init(&m->context, &m->config, &m->device);
  if (result == MA_SUCCESS) {
    m->streaming = true;
    /* What the ring holds stays of one kind, whatever is the default after a pause. */
    m->config.sampleRate = m->device.sampleRate;
    m->config.capture.channels = m->device.capture.channels;
    return MICRING_OK;
  }
  if (!named && !any_device(backend, &m->context)) {
    error_add(error, "%s: no capture device", backend_name(backend));
    return MICRING_NO_DEVICE;
  }
  error_add(error, "%s: %s", backend_name(backend), ma_result_description(result));
  return status_of(result);
}

static int32_t open_on(microphone *m, micring_backend backend, const wish *w, char *error) {
  int32_t status = backend_open(backend, &m->context, error);
  if (status != MICRING_OK) return status;
  status = open_device(m, backend, w, error);
  if (status == MICRING_OK) describe(m, backend, w);
  else ma_context_uninit(&m->context);
  return status;
}

int32_t microphone_open(uint32_t backend, const char *device_id, uint32_t period_ms,
                        source_shape shape, source **out, char *error) {
  static const source_calls calls = {start, stop, destroy};
  /* Of several backends' failures, the one that got furthest is worth telling. */
  static const int32_t by_distance[] = {
      MICRING_NO_BACKEND,     MICRING_NO_DEVICE,     MICRING_DEVICE_NOT_FOUND,
      MICRING_DEVICE_FAILED,  MICRING_OUT_OF_MEMORY, MICRING_FORMAT_REFUSED,
      MICRING_DEVICE_BUSY,    MICRING_ACCESS_DENIED};
  wish const w = {device_id, period_ms, shape};
  microphone *m = calloc(1, sizeof *m);
  if (m == NULL) return MICRING_OUT_OF_MEMORY;
  m->base.calls = &calls;
  micring_backend candidates[8];
  uint32_t const count = backend_candidates(backend, candidates);
  uint32_t furthest = 0;
  for (uint32_t i = 0; i < count; i++) {
    int32_t const status = open_on(m, candidates[i], &w, error);
    if (status == MICRING_OK) {
      error_set(error, "%s", "");
      *out = &m->base;
      return MICRING_OK;
    }
    for (uint32_t at = 0; at < sizeof by_distance / sizeof by_distance[0]; at++) {
      if (by_distance[at] == status && at > furthest) furthest = at;
    }
    /* A sound server that answers speaks for the machine: ALSA would only lead back to it. */
    if (candidates[i] == MICRING_BACKEND_PULSEAUDIO && status != MICRING_NO_BACKEND) break;
  }
  free(m);
  return by_distance[furthest];
}

#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "delivery.h"
#include "error.h"
#include "status.h"
#include "thread.h"

struct session {
  delivery delivery;
  session_wish wish;
  session_facts facts;
  ma_context context;
  ma_device device;
  ma_device_id id;
  /* Set by the sound system's notification. */
  _Atomic bool stopped;
  monitor monitor;
  /* From here on all under the lock. */
  session_phase phase;
  bool start;
  bool end;
  bool dropped;
  int32_t status;
  char words[MICRING_ERROR_BYTES];
};

/* How late the process may come for its frames; what does not fit is lost. miniaudio would ask for
 * three periods. What the hardware of ALSA cannot do, it makes less. */
enum { PULSE_BUFFER_MS = 2000, ALSA_BUFFER_MS = 1000 };

static uint32_t buffer_ms(micring_backend backend) {
  switch (backend) {
    case MICRING_BACKEND_PULSEAUDIO:
      return PULSE_BUFFER_MS;
    case MICRING_BACKEND_ALSA:
      return ALSA_BUFFER_MS;
    default:
      return 0;
  }
}

/* On miniaudio's thread. */
static void on_frames(ma_device *device, void *output, const void *input, ma_uint32 count) {
  (void)output;
  session *s = device->pUserData;
  delivery_take(&s->delivery, input, count, clock_now_ns());
}

/* On any thread of miniaudio's. It does not say by itself where frames are missing; it only logs
 * that, in these words (its version is pinned). */
static void on_log(void *user_data, ma_uint32 level, const char *message) {
  (void)level;
  session *s = user_data;
  bool const hole = strstr(message, "on_read__pulse: Hole") != NULL;
  bool const overrun = strstr(message, "EPIPE (read)") != NULL ||
                       strstr(message, "Data discontinuity") != NULL;
  if (hole) delivery_report_loss(&s->delivery, MICRING_GAP_HOLE);
  if (overrun) delivery_report_loss(&s->delivery, MICRING_GAP_OVERRUN);
}

static void set_stopped(session *s, bool stopped) {
  /* Relaxed: a sign that stands for itself; partner of the load in session_watch. */
  atomic_store_explicit(&s->stopped, stopped, memory_order_relaxed);
}

/* On any thread of miniaudio's. */
static void on_notification(const ma_device_notification *notification) {
  session *s = notification->pDevice->pUserData;
  switch (notification->type) {
    case ma_device_notification_type_started:
    case ma_device_notification_type_interruption_ended:
      set_stopped(s, false);
      break;
    case ma_device_notification_type_stopped:
    case ma_device_notification_type_interruption_began:
      set_stopped(s, true);
      break;
    case ma_device_notification_type_rerouted:
      delivery_divert(&s->delivery);
      break;
    default:
      break;
  }
}

static int32_t failed(session *s, ma_result result, char *words) {
  error_add(words, "%s: %s", backend_name(s->wish.backend), ma_result_description(result));
  return status_of_result(result);
}

static ma_device_config configuration(session *s, const ma_device_id *id) {
  const session_wish *w = &s->wish;
  ma_device_config config = ma_device_config_init(ma_device_type_capture);
  config.capture.pDeviceID = id;
  config.capture.format = w->shape.format == MICRING_S16 ? ma_format_s16 : ma_format_f32;
  config.capture.channels = w->shape.channels;
  config.sampleRate = w->shape.sample_rate;
  config.periodSizeInMilliseconds = w->period_ms;
  uint32_t const periods = buffer_ms(w->backend) / w->period_ms + 2;
  if (periods > 2) config.periods = periods;
  config.resampling.linear.lpfOrder = MA_MAX_FILTER_ORDER;
  /* With fixed-size callbacks a stream begins with a period of zeros that nobody recorded. */
  config.noFixedSizedCallback = MA_TRUE;
  config.noPreSilencedOutputBuffer = MA_TRUE;
  config.noClip = MA_TRUE;
  config.dataCallback = on_frames;
  config.notificationCallback = on_notification;
  config.pUserData = s;
  config.pulse.pStreamNameCapture = "MicRing";
  return config;
}

/* What a device has by itself, where a server converts it before it gets here. */
static void note_native_form(session *s, const ma_device_id *id, opened_device *device) {
  ma_device_info info;
  ma_result const result =
      ma_context_get_device_info(&s->context, ma_device_type_capture, id, &info);
  /* Of several it would be a guess. */
  if (result != MA_SUCCESS || info.nativeDataFormatCount != 1) return;
  if (info.nativeDataFormats[0].sampleRate != 0) {
    device->sample_rate = info.nativeDataFormats[0].sampleRate;
  }
  if (info.nativeDataFormats[0].channels != 0) {
    device->channels = info.nativeDataFormats[0].channels;
  }
}

static void note_facts(session *s, const ma_device_id *device_id, const char *id) {
  const ma_device *d = &s->device;
  opened_device *device = &s->facts.device;
  device->backend = s->wish.backend;
  device->sample_rate = d->capture.internalSampleRate;
  device->channels = d->capture.internalChannels;
  note_native_form(s, device_id, device);
  snprintf(device->name, sizeof device->name, "%s", d->capture.name);
  snprintf(device->id, sizeof device->id, "%s", id);
  s->facts.sample_rate = d->sampleRate;
  s->facts.channels = d->capture.channels;
  s->facts.period_ns = (int64_t)d->capture.internalPeriodSizeInFrames * 1000000000 /
                       (d->capture.internalSampleRate != 0 ? d->capture.internalSampleRate : 1);
}

/* In an open context. */
static int32_t open_device(session *s, char *words) {
  session_wish *w = &s->wish;
  bool const named = w->id[0] != '\0';
  char id[BACKEND_ID_BYTES];
  snprintf(id, sizeof id, "%s", w->id);
  if (named && !backend_find(w->backend, &s->context, w->id, &s->id) &&
      !backend_find_name(w->backend, &s->context, w->name, &s->id, id)) {
    error_add(words, "%s: no such device", backend_name(w->backend));
    return MICRING_DEVICE_NOT_FOUND;
  }
  char monitor[256];
  if (!named && backend_default_monitor(w->backend, &s->context, monitor)) {
    error_add(words, "%s: the default is no microphone, but \"%s\"", backend_name(w->backend),
              monitor);
    return MICRING_NO_DEVICE;
  }
  ma_device_config const config = configuration(s, named ? &s->id : NULL);
  ma_result const result = ma_device_init(&s->context, &config, &s->device);
  if (result == MA_SUCCESS) {
    note_facts(s, named ? &s->id : NULL, id);
    return MICRING_OK;
  }
  if (!named && !backend_any_device(w->backend, &s->context)) {
    error_add(words, "%s: no capture device", backend_name(w->backend));
    return MICRING_NO_DEVICE;
  }
  return failed(s, result, words);
}

/* Under the lock. Nobody waits for it: the owner looks. */
static void set_phase(session *s, session_phase phase, int32_t status, const char *words) {
  s->phase = phase;
  if (status == MICRING_OK) return;
  s->status = status;
  snprintf(s->words, sizeof s->words, "%s", words);
}

static void enter_phase(session *s, session_phase phase, int32_t status, const char *words) {
  monitor_lock(&s->monitor);
  set_phase(s, phase, status, words);
  monitor_unlock(&s->monitor);
}

/* Waits for a word from the owner; true to start, false to end. */
static bool told_to_start(session *s) {
  monitor_lock(&s->monitor);
  while (!s->start && !s->end) monitor_wait(&s->monitor);
  bool const start = !s->end;
  if (start) s->phase = SESSION_STARTING;
  monitor_unlock(&s->monitor);
  return start;
}

static void wait_for_end(session *s) {
  monitor_lock(&s->monitor);
  while (!s->end) monitor_wait(&s->monitor);
  s->phase = SESSION_ENDING;
  monitor_unlock(&s->monitor);
}

static void start_and_stay(session *s) {
  if (!told_to_start(s)) return;
  ma_result const result = ma_device_start(&s->device);
  if (result == MA_SUCCESS) {
    enter_phase(s, SESSION_STARTED, MICRING_OK, "");
    wait_for_end(s);
    return;
  }
  char words[MICRING_ERROR_BYTES] = "";
  int32_t const status = failed(s, result, words);
  enter_phase(s, SESSION_ENDING, status, words);
}

/* With an open context. */
static void live(session *s) {
  char words[MICRING_ERROR_BYTES] = "";
  int32_t const status = open_device(s, words);
  if (status != MICRING_OK) {
    enter_phase(s, SESSION_ENDING, status, words);
    return;
  }
  enter_phase(s, SESSION_OPENED, MICRING_OK, "");
  start_and_stay(s);
  /* Stop, then uninit: uninit alone hangs where the server or the device is gone. A stop alone
   * would leave the stream with the server, and the microphone shown as taken. */
  if (ma_device_is_started(&s->device)) ma_device_stop(&s->device);
  ma_device_uninit(&s->device);
}

static void destroy(session *s) {
  monitor_destroy(&s->monitor);
  free(s);
}

static void *run(void *argument) {
  session *s = argument;
  char words[MICRING_ERROR_BYTES] = "";
  int32_t const status = backend_open(s->wish.backend, &s->context, words);
  if (status == MICRING_OK) {
    ma_log_register_callback(ma_context_get_log(&s->context), ma_log_callback_init(on_log, s));
    live(s);
    ma_context_uninit(&s->context);
  }
  monitor_lock(&s->monitor);
  set_phase(s, SESSION_ENDED, status, words);
  bool const last = s->dropped;
  monitor_unlock(&s->monitor);
  if (last) destroy(s);
  return NULL;
}

session *session_begin(const session_wish *wish) {
  session *s = calloc(1, sizeof *s);
  if (s == NULL) return NULL;
  delivery_init(&s->delivery);
  monitor_init(&s->monitor);
  s->wish = *wish;
  if (thread_detach(run, s)) return s;
  destroy(s);
  return NULL;
}

session_phase session_look(session *s, int32_t *status, char *words) {
  monitor_lock(&s->monitor);
  session_phase const phase = s->phase;
  if (status != NULL) *status = s->status;
  if (words != NULL) snprintf(words, MICRING_ERROR_BYTES, "%s", s->words);
  monitor_unlock(&s->monitor);
  return phase;
}

const session_facts *session_facts_of(const session *s) { return &s->facts; }

/* The owner's word, which the session's thread waits for. */
static void give_word(session *s, bool *word) {
  monitor_lock(&s->monitor);
  *word = true;
  monitor_notify(&s->monitor);
  monitor_unlock(&s->monitor);
}

void session_start(session *s, capture *c) {
  s->delivery.capture = c;
  gate_open(&s->delivery.gate);
  give_word(s, &s->start);
}

void session_hold(session *s) { gate_shut(&s->delivery.gate); }

void session_release_frames(session *s) { gate_open(&s->delivery.gate); }

session_signs session_watch(session *s, int64_t now_ns) {
  return (session_signs){
      .delivered_ns = delivery_watch(&s->delivery, now_ns),
      /* Relaxed: partner of the store in set_stopped. The notification is skipped where a stop
       * fails, and the state stays as it is where the server suspends: so both are asked. */
      .stopped = atomic_load_explicit(&s->stopped, memory_order_relaxed) ||
                 ma_device_get_state(&s->device) != ma_device_state_started,
      .diverted = delivery_diverted(&s->delivery),
  };
}

void session_end(session *s) {
  gate_shut(&s->delivery.gate);
  give_word(s, &s->end);
}

void session_drop(session *s) {
  monitor_lock(&s->monitor);
  bool const last = s->phase == SESSION_ENDED;
  s->dropped = true;
  monitor_unlock(&s->monitor);
  if (last) destroy(s);
}

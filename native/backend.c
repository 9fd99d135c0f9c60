#include "backend.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "pulse_guard.h"
#include "quiet.h"

typedef struct known_backend {
  micring_backend backend;
  ma_backend miniaudio;
  const char *name;
} known_backend;

/* In the order of micring_backend; AUTO goes from the top and stops before NULL. */
static const known_backend known[] = {
    {MICRING_BACKEND_WASAPI, ma_backend_wasapi, "wasapi"},
    {MICRING_BACKEND_COREAUDIO, ma_backend_coreaudio, "coreaudio"},
    {MICRING_BACKEND_PULSEAUDIO, ma_backend_pulseaudio, "pulseaudio"},
    {MICRING_BACKEND_ALSA, ma_backend_alsa, "alsa"},
    {MICRING_BACKEND_JACK, ma_backend_jack, "jack"},
    {MICRING_BACKEND_NULL, ma_backend_null, "null"},
};

enum { KNOWN = sizeof known / sizeof known[0] };

static const known_backend *entry(micring_backend backend) {
  for (uint32_t i = 0; i < KNOWN; i++) {
    if (known[i].backend == backend) return &known[i];
  }
  return NULL;
}

const char *backend_name(micring_backend backend) {
  const known_backend *found = entry(backend);
  return found != NULL ? found->name : "";
}

uint32_t backend_candidates(micring_backend wanted, micring_backend candidates[8]) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < KNOWN; i++) {
    bool const chosen = wanted == MICRING_BACKEND_AUTO
                            ? known[i].backend != MICRING_BACKEND_NULL &&
                                  ma_is_backend_enabled(known[i].miniaudio)
                            : known[i].backend == wanted;
    if (chosen) candidates[count++] = known[i].backend;
  }
  return count;
}

int32_t backend_open(micring_backend backend, ma_context *context, char *error) {
  const known_backend *chosen = entry(backend);
  if (chosen == NULL || !ma_is_backend_enabled(chosen->miniaudio)) {
    error_add(error, "%s: not on this system", backend_name(backend));
    return MICRING_NO_BACKEND;
  }
  quiet_system_libraries();
  ma_context_config config = ma_context_config_init();
  config.pulse.pApplicationName = "MicRing";
  config.jack.pClientName = "MicRing";
  ma_result const result = ma_context_init(&chosen->miniaudio, 1, &config, context);
  if (result == MA_SUCCESS) {
    if (backend == MICRING_BACKEND_PULSEAUDIO) pulse_guard(context);
    return MICRING_OK;
  }
  bool const absent = result == MA_NO_BACKEND;
  error_add(error, "%s: %s", chosen->name,
            absent ? "does not answer" : ma_result_description(result));
  return result == MA_OUT_OF_MEMORY ? MICRING_OUT_OF_MEMORY : MICRING_NO_BACKEND;
}

void backend_device_id(micring_backend backend, const ma_device_id *id,
                       char text[BACKEND_ID_BYTES]) {
  const char *name = backend_name(backend);
  switch (backend) {
    case MICRING_BACKEND_PULSEAUDIO:
      snprintf(text, BACKEND_ID_BYTES, "%s:%s", name, id->pulse);
      break;
    case MICRING_BACKEND_ALSA:
      snprintf(text, BACKEND_ID_BYTES, "%s:%s", name, id->alsa);
      break;
    case MICRING_BACKEND_COREAUDIO:
      snprintf(text, BACKEND_ID_BYTES, "%s:%s", name, id->coreaudio);
      break;
    case MICRING_BACKEND_WASAPI: {
      /* Endpoint ids are ASCII: "{0.0.1.00000000}.{guid}". */
      int used = snprintf(text, BACKEND_ID_BYTES, "%s:", name);
      for (size_t i = 0; i < sizeof id->wasapi / sizeof id->wasapi[0] && id->wasapi[i] != 0; i++) {
        text[used++] = (char)id->wasapi[i];
      }
      text[used] = '\0';
      break;
    }
    default:
      /* JACK and null have one device each. */
      snprintf(text, BACKEND_ID_BYTES, "%s:0", name);
  }
}

bool backend_is_monitor(micring_backend backend, const ma_device_id *id) {
  static const char ending[] = ".monitor";
  if (backend != MICRING_BACKEND_PULSEAUDIO) return false;
  size_t const length = strlen(id->pulse);
  size_t const tail = sizeof ending - 1;
  return length >= tail && strcmp(id->pulse + length - tail, ending) == 0;
}

backend_devices backend_list(ma_context *context) {
  ma_device_info *infos = NULL;
  ma_uint32 count = 0;
  ma_result const result = ma_context_get_devices(context, NULL, NULL, &infos, &count);
  return result == MA_SUCCESS ? (backend_devices){infos, count} : (backend_devices){NULL, 0};
}

bool backend_find(micring_backend backend, ma_context *context, const char *wanted,
                  ma_device_id *found) {
  backend_devices const list = backend_list(context);
  for (ma_uint32 i = 0; i < list.count; i++) {
    char text[BACKEND_ID_BYTES];
    backend_device_id(backend, &list.infos[i].id, text);
    if (strcmp(text, wanted) != 0) continue;
    *found = list.infos[i].id;
    return true;
  }
  return false;
}

bool backend_inspect(micring_backend backend, ma_context *context, const ma_device_info *basic,
                     ma_device_info *detail) {
  bool const alsa = backend == MICRING_BACKEND_ALSA;
  if (alsa && strcmp(basic->id.alsa, "null") == 0) return false;
  ma_result const result =
      ma_context_get_device_info(context, ma_device_type_capture, &basic->id, detail);
  /* What the list said is kept where the closer look does not say it, or says it otherwise. */
  if (result != MA_SUCCESS) *detail = *basic;
  memcpy(detail->name, basic->name, sizeof detail->name);
  detail->isDefault = basic->isDefault;
  return result == MA_SUCCESS || !alsa || result == MA_BUSY || result == MA_ACCESS_DENIED;
}

bool backend_find_name(micring_backend backend, ma_context *context, const char *name,
                       ma_device_id *found, char id[BACKEND_ID_BYTES]) {
  backend_devices const list = backend_list(context);
  uint32_t matches = 0;
  for (ma_uint32 i = 0; i < list.count; i++) {
    if (name[0] == '\0' || strcmp(list.infos[i].name, name) != 0) continue;
    matches++;
    *found = list.infos[i].id;
  }
  if (matches != 1) return false;
  backend_device_id(backend, found, id);
  return true;
}

bool backend_default_monitor(micring_backend backend, ma_context *context, char name[256]) {
  backend_devices const list = backend_list(context);
  for (ma_uint32 i = 0; i < list.count; i++) {
    const ma_device_info *info = &list.infos[i];
    if (!info->isDefault || !backend_is_monitor(backend, &info->id)) continue;
    snprintf(name, 256, "%s", info->name);
    return true;
  }
  return false;
}

bool backend_any_device(micring_backend backend, ma_context *context) {
  backend_devices const list = backend_list(context);
  for (ma_uint32 i = 0; i < list.count; i++) {
    ma_device_info detail;
    if (backend_inspect(backend, context, &list.infos[i], &detail)) return true;
  }
  return false;
}

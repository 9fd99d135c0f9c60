/* The list of capture devices, over all the sound systems that answer. */
#include "devices.h"

#include <stdlib.h>

#include "backend.h"
#include "error.h"

typedef struct device {
  micring_backend backend;
  char id[BACKEND_ID_BYTES];
  ma_device_info info;
} device;

struct micring_devices {
  uint32_t count;
  device *devices;
};

static int32_t add(micring_devices *list, micring_backend backend, ma_context *context,
                   const ma_device_info *basic) {
  ma_device_info detail;
  if (!backend_inspect(backend, context, basic, &detail)) return MICRING_OK;
  device *grown = realloc(list->devices, (list->count + 1) * sizeof *grown);
  if (grown == NULL) return MICRING_OUT_OF_MEMORY;
  list->devices = grown;
  device *d = &grown[list->count++];
  d->backend = backend;
  d->info = detail;
  backend_device_id(backend, &basic->id, d->id);
  return MICRING_OK;
}

static int32_t list_backend(micring_devices *list, micring_backend backend, char *error) {
  ma_context context;
  if (backend_open(backend, &context, error) != MICRING_OK) return MICRING_NO_BACKEND;
  backend_devices const found = backend_list(&context);
  int32_t status = MICRING_OK;
  for (ma_uint32 i = 0; i < found.count && status == MICRING_OK; i++) {
    status = add(list, backend, &context, &found.infos[i]);
  }
  ma_context_uninit(&context);
  return status;
}

int32_t devices_list(uint32_t backend, micring_devices **out, char *error) {
  micring_devices *list = calloc(1, sizeof *list);
  if (list == NULL) return MICRING_OUT_OF_MEMORY;
  micring_backend candidates[8];
  uint32_t const count = backend_candidates(backend, candidates);
  uint32_t answered = 0;
  for (uint32_t i = 0; i < count; i++) {
    int32_t const status = list_backend(list, candidates[i], error);
    if (status == MICRING_OUT_OF_MEMORY) {
      devices_free(list);
      return status;
    }
    if (status == MICRING_OK) answered++;
  }
  if (answered == 0) {
    devices_free(list);
    return MICRING_NO_BACKEND;
  }
  error_set(error, "%s", "");
  *out = list;
  return MICRING_OK;
}

uint32_t devices_count(const micring_devices *list) { return list->count; }

const char *devices_text(const micring_devices *list, uint32_t index, bool id) {
  if (index >= list->count) return "";
  return id ? list->devices[index].id : list->devices[index].info.name;
}

double devices_number(const micring_devices *list, uint32_t index, uint32_t field,
                      uint32_t item) {
  if (index >= list->count) return 0;
  const device *d = &list->devices[index];
  switch (field) {
    case MICRING_DEVICE_BACKEND:
      return d->backend;
    case MICRING_DEVICE_IS_DEFAULT:
      return d->info.isDefault != 0;
    case MICRING_DEVICE_IS_MONITOR:
      return backend_is_monitor(d->backend, &d->info.id);
    case MICRING_DEVICE_FORMAT_COUNT:
      return d->info.nativeDataFormatCount;
    default:
      break;
  }
  if (item >= d->info.nativeDataFormatCount) return 0;
  ma_format const format = d->info.nativeDataFormats[item].format;
  switch (field) {
    case MICRING_DEVICE_FORMAT_BITS:
      return 8.0 * ma_get_bytes_per_sample(format);
    case MICRING_DEVICE_FORMAT_IS_FLOAT:
      return format == ma_format_f32;
    case MICRING_DEVICE_FORMAT_CHANNELS:
      return d->info.nativeDataFormats[item].channels;
    case MICRING_DEVICE_FORMAT_SAMPLE_RATE:
      return d->info.nativeDataFormats[item].sampleRate;
    default:
      return 0;
  }
}

void devices_free(micring_devices *list) {
  if (list == NULL) return;
  free(list->devices);
  free(list);
}

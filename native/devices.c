/* The list of capture devices, over all the sound systems that answer. */
#include "devices.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "errand.h"
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

static int32_t append(micring_devices *list, const micring_devices *more) {
  if (more->count == 0) return MICRING_OK;
  device *grown = realloc(list->devices, (list->count + more->count) * sizeof *grown);
  if (grown == NULL) return MICRING_OUT_OF_MEMORY;
  memcpy(grown + list->count, more->devices, more->count * sizeof *grown);
  list->devices = grown;
  list->count += more->count;
  return MICRING_OK;
}

static int32_t add(micring_devices *list, micring_backend backend, ma_context *context,
                   const ma_device_info *basic) {
  device found = {.backend = backend};
  if (!backend_inspect(backend, context, basic, &found.info)) return MICRING_OK;
  backend_device_id(backend, &basic->id, found.id);
  return append(list, &(micring_devices){1, &found});
}

/* The devices of one sound system, listed on a thread that may never come back. */
typedef struct enquiry {
  micring_devices list;
  micring_backend backend;
  int32_t status;
  char words[MICRING_ERROR_BYTES];
} enquiry;

/* Of each backend, by its number, how many enquiries hang. Whoever asks a sound system that hangs
 * every second shall not leave a thread behind each time. It may be -1 for a moment: what was left
 * behind can come back before it is counted. */
static _Atomic int32_t hanging[MICRING_BACKEND_NULL + 1];

static void enquire(void *argument) {
  enquiry *e = argument;
  ma_context context;
  e->status = backend_open(e->backend, &context, e->words);
  if (e->status != MICRING_OK) return;
  backend_devices const found = backend_list(&context);
  for (ma_uint32 i = 0; i < found.count && e->status == MICRING_OK; i++) {
    e->status = add(&e->list, e->backend, &context, &found.infos[i]);
  }
  ma_context_uninit(&context);
}

static void discard(void *argument) {
  enquiry *e = argument;
  free(e->list.devices);
  free(e);
}

static void discard_late(void *argument) {
  /* Relaxed: a count that stands for itself; partner of the add in list_backend. */
  atomic_fetch_sub_explicit(&hanging[((enquiry *)argument)->backend], 1, memory_order_relaxed);
  discard(argument);
}

static int32_t no_answer(micring_backend backend, char *error) {
  error_add(error, "%s: does not answer", backend_name(backend));
  return MICRING_NO_ANSWER;
}

static int32_t list_backend(micring_devices *list, micring_backend backend, char *error) {
  _Atomic int32_t *hang = &hanging[backend];
  /* Relaxed, both here: the count stands for itself; partners of each other and of discard_late. */
  if (atomic_load_explicit(hang, memory_order_relaxed) > 0) return no_answer(backend, error);
  enquiry *e = calloc(1, sizeof *e);
  if (e == NULL) return MICRING_OUT_OF_MEMORY;
  e->backend = backend;
  errand_end const end = errand_run(enquire, discard_late, e, BACKEND_ANSWER_NS);
  if (end == ERRAND_LATE) {
    atomic_fetch_add_explicit(hang, 1, memory_order_relaxed);
    return no_answer(backend, error);
  }
  int32_t const status = end == ERRAND_DONE ? e->status : MICRING_THREAD_FAILED;
  if (status == MICRING_OK) {
    int32_t const taken = append(list, &e->list);
    discard(e);
    return taken;
  }
  error_add(error, "%s", e->words);
  discard(e);
  return status;
}

int32_t devices_list(uint32_t backend, micring_devices **out, char *error) {
  micring_devices *list = calloc(1, sizeof *list);
  if (list == NULL) return MICRING_OUT_OF_MEMORY;
  micring_backend candidates[8];
  uint32_t const count = backend_candidates(backend, candidates);
  uint32_t answered = 0;
  int32_t failure = MICRING_NO_BACKEND;
  for (uint32_t i = 0; i < count; i++) {
    int32_t const status = list_backend(list, candidates[i], error);
    if (status == MICRING_OUT_OF_MEMORY) {
      devices_free(list);
      return status;
    }
    if (status == MICRING_OK) answered++;
    else if (status != MICRING_NO_BACKEND) failure = status;
  }
  if (answered == 0) {
    devices_free(list);
    return failure;
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

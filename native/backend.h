/* The sound systems: their names, their contexts, and the ids of their devices as text. */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "miniaudio_config.h"
#include "micring.h"

enum { BACKEND_ID_BYTES = 1024 };

/* So long whoever asks a sound system waits at the most for its answer: it may hang. */
#define BACKEND_ANSWER_NS INT64_C(3000000000)

/* The backends that AUTO tries on this system, in order; returns how many. */
uint32_t backend_candidates(micring_backend wanted, micring_backend candidates[8]);

const char *backend_name(micring_backend backend);

/* Control: opens a context. What the system's own library would print is silenced first.
 * MICRING_OK, NO_BACKEND or OUT_OF_MEMORY; says which in `error`. */
int32_t backend_open(micring_backend backend, ma_context *context, char *error);

/* "name:id", unique on this machine and the same at the next start. */
void backend_device_id(micring_backend backend, const ma_device_id *id,
                       char text[BACKEND_ID_BYTES]);

typedef struct backend_devices {
  const ma_device_info *infos;
  ma_uint32 count;
} backend_devices;

/* Control: the capture devices that a context lists; none where it cannot. They are the context's,
 * until it lists them again. */
backend_devices backend_list(ma_context *context);

/* Whether a device is no microphone but what an output plays: PulseAudio lists these as well. */
bool backend_is_monitor(micring_backend backend, const ma_device_id *id);

/* Control: the capture device whose text id is `wanted`; false when it is not there. */
bool backend_find(micring_backend backend, ma_context *context, const char *wanted,
                  ma_device_id *found);

/* Control: the only capture device of that name; `id` gets its text id. False when there is none, or
 * several, or no name. */
bool backend_find_name(micring_backend backend, ma_context *context, const char *name,
                       ma_device_id *found, char id[BACKEND_ID_BYTES]);

/* Control: whether the default is no microphone but a monitor; `name` gets what it is called.
 * PulseAudio without a microphone is like that, and to record what an output plays, unasked, would
 * be a surprise. */
bool backend_default_monitor(micring_backend backend, ma_context *context, char name[256]);

/* Control: whether there is any device to record from. */
bool backend_any_device(micring_backend backend, ma_context *context);

/* Control: looks closer at a device that the context listed; `detail` gets its formats. False
 * when it is none to record from: ALSA lists every plug-in that is installed, whether or not
 * there is anything behind it, and one that delivers nothing but silence. */
bool backend_inspect(micring_backend backend, ma_context *context, const ma_device_info *basic,
                     ma_device_info *detail);

#endif

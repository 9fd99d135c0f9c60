/*
 * A source: who fills the ring. Each kind opens itself and hands out one of these; nobody above
 * knows which kind it is.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture.h"
#include "micring.h"
#include "report.h"

typedef struct source source;

typedef struct source_calls {
  /* Control: begins to deliver into the capture, on a thread of its own; may follow a stop.
   * MICRING_OK or another status, with words in `error`. */
  int32_t (*start)(source *s, capture *c, char *error);
  /* Control: returns once nothing is delivered any more. */
  void (*stop)(source *s);
  /* Control: stops it, and frees it. */
  void (*destroy)(source *s);
} source_calls;

typedef enum source_kind { SOURCE_DEVICE, SOURCE_CLOCKED, SOURCE_PUSH } source_kind;

struct source {
  const source_calls *calls;
  source_kind kind;
  uint32_t sample_rate;
  uint32_t channels;
  micring_format format;
  /* How many frames it delivers in a second of the monotonic clock. */
  double frames_per_second;
  /* When frame 0 is due, on the timeline's clock. */
  int64_t origin_ns;
  /* Set by the source's thread when there is no more to come. */
  _Atomic bool ended;
  /* Of a device only, else 0: how often it hands over frames. */
  int64_t period_ns;
  report report;
};

/* What every open function is asked for. Zero rate or channels: the source's own. */
typedef struct source_shape {
  uint32_t sample_rate;
  uint32_t channels;
  micring_format format;
} source_shape;

uint32_t source_frame_bytes(const source *s);

bool source_ended(const source *s);

/* Source: there is no more to come. */
void source_end(source *s);

/* Fills in a zeroed source that has no shape of its own: 48 kHz mono unless asked otherwise. */
void source_init(source *s, const source_calls *calls, source_kind kind, source_shape shape,
                 double speed);

int32_t microphone_open(uint32_t backend, const char *device_id, uint32_t period_ms,
                        source_shape shape, source **out, char *error);
int32_t tone_open(double frequency, double level_dbfs, double speed, source_shape shape,
                  source **out, char *error);
int32_t sequence_open(double speed, source_shape shape, source **out, char *error);
int32_t file_open(const char *path, bool loop, double speed, source_shape shape, source **out,
                  char *error);
int32_t push_open(source_shape shape, source **out, char *error);

#endif

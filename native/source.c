#include "source.h"

enum { DEFAULT_SAMPLE_RATE = 48000, DEFAULT_CHANNELS = 1 };

uint32_t source_frame_bytes(const source *s) {
  return s->channels * (s->format == MICRING_S16 ? 2 : 4);
}

bool source_ended(const source *s) {
  /* Acquire: partner of the release store in source_end. */
  return atomic_load_explicit(&s->ended, memory_order_acquire);
}

void source_end(source *s) {
  /* Release: partner of the acquire load in source_ended; who sees the end sees all frames. */
  atomic_store_explicit(&s->ended, true, memory_order_release);
  report_state(&s->report, MICRING_STATE_ENDED, MICRING_OK, "");
}

void source_init(source *s, const source_calls *calls, source_kind kind, source_shape shape,
                 double speed) {
  s->calls = calls;
  s->kind = kind;
  s->sample_rate = shape.sample_rate != 0 ? shape.sample_rate : DEFAULT_SAMPLE_RATE;
  s->channels = shape.channels != 0 ? shape.channels : DEFAULT_CHANNELS;
  s->format = shape.format;
  s->frames_per_second = s->sample_rate * speed;
}

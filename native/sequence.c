/* The sequence: every sample is its own frame number, so that a reader can check each one. */
#include "pacer.h"

/* The largest powers of two below which every whole number is exact in the format. */
enum { F32_PERIOD = 1 << 24, S16_PERIOD = 1 << 15 };

static uint64_t produce(paced *p, uint64_t frame, void *frames, uint64_t count) {
  const source *s = &p->base;
  for (uint64_t i = 0; i < count; i++) {
    for (uint32_t channel = 0; channel < s->channels; channel++) {
      uint64_t const at = i * s->channels + channel;
      if (s->format == MICRING_S16) {
        ((int16_t *)frames)[at] = (int16_t)((frame + i) % S16_PERIOD);
      } else {
        ((float *)frames)[at] = (float)((frame + i) % F32_PERIOD);
      }
    }
  }
  return count;
}

int32_t sequence_open(double speed, source_shape shape, source **out, char *error) {
  (void)error;
  paced *p = paced_create(sizeof *p, shape, speed, produce, NULL);
  if (p == NULL) return MICRING_OUT_OF_MEMORY;
  *out = &p->base;
  return MICRING_OK;
}

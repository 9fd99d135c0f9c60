/* The tone: a sine of a given frequency and level, with no error that grows with time. */
#include <math.h>

#include "pacer.h"

typedef struct tone {
  paced paced;
  double frequency;
  double amplitude;
} tone;

static uint64_t produce(paced *p, uint64_t frame, void *frames, uint64_t count) {
  const tone *t = (const tone *)p;
  const source *s = &p->base;
  double const turn = 2 * acos(-1.0);
  for (uint64_t i = 0; i < count; i++) {
    /* The phase comes from the frame number, reduced to one turn before it is multiplied, so
     * that an hour in, the sine is as clean as at the start. */
    double const cycles = fmod((double)(frame + i) * t->frequency, s->sample_rate);
    double const value = t->amplitude * sin(turn * cycles / s->sample_rate);
    for (uint32_t channel = 0; channel < s->channels; channel++) {
      uint64_t const at = i * s->channels + channel;
      if (s->format == MICRING_S16) {
        ((int16_t *)frames)[at] = (int16_t)lrint(value * INT16_MAX);
      } else {
        ((float *)frames)[at] = (float)value;
      }
    }
  }
  return count;
}

int32_t tone_open(double frequency, double level_dbfs, double speed, source_shape shape,
                  source **out, char *error) {
  (void)error;
  tone *t = (tone *)paced_create(sizeof *t, shape, speed, produce, NULL);
  if (t == NULL) return MICRING_OUT_OF_MEMORY;
  t->frequency = frequency;
  t->amplitude = pow(10, level_dbfs / 20);
  *out = &t->paced.base;
  return MICRING_OK;
}

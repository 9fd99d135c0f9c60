/*
 * A counter that runs by the clock, as the feeding programs and plug-ins deliver it: which number a
 * microphone captures follows from the time alone. So whoever records it later, elsewhere or after
 * a fault still gets the number that belongs to the time, and whoever gets another one has moved
 * it.
 */
#ifndef COUNTER_H
#define COUNTER_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "clock.h"

typedef struct counter {
  /* When it was at its first number. */
  int64_t epoch_ns;
  double frames_per_ns;
  /* It goes from 1 to `last` and begins anew: all of them exact in the format, none of them 0. */
  int64_t first;
  int64_t last;
  uint32_t channels;
  bool is_float;
} counter;

enum { COUNTER_F32_LAST = (1 << 24) - 1, COUNTER_S16_LAST = (1 << 15) - 1 };

/* False if there is no such format. */
static inline bool counter_set(counter *c, const char *format, double rate, double ppm,
                               uint32_t channels, int64_t first, int64_t epoch_ns) {
  c->is_float = strcmp(format, "f32") == 0;
  if (!c->is_float && strcmp(format, "s16") != 0) return false;
  c->last = c->is_float ? COUNTER_F32_LAST : COUNTER_S16_LAST;
  c->frames_per_ns = rate * (1 + ppm / 1e6) / 1e9;
  c->first = first;
  c->channels = channels;
  c->epoch_ns = epoch_ns;
  return rate > 0 && channels > 0 && first > 0 && first <= c->last;
}

static inline uint32_t counter_frame_bytes(const counter *c) {
  return c->channels * (c->is_float ? sizeof(float) : sizeof(int16_t));
}

/* How many frames it has captured since its epoch. */
static inline int64_t counter_due(const counter *c, int64_t now_ns) {
  return (int64_t)floor((double)(now_ns - c->epoch_ns) * c->frames_per_ns);
}

static inline int64_t counter_number(const counter *c, int64_t frame) {
  int64_t const place = (c->first - 1 + frame) % c->last;
  return (place < 0 ? place + c->last : place) + 1;
}

/* The sample of a channel: the number, its negative, and so on. */
static inline float counter_f32(int64_t number, uint32_t channel) {
  return (float)(channel % 2 == 0 ? number : -number) / (COUNTER_F32_LAST + 1);
}
static inline int16_t counter_s16(int64_t number, uint32_t channel) {
  return (int16_t)(channel % 2 == 0 ? number : -number);
}

/* Writes frames, interleaved. */
static inline void counter_write(const counter *c, int64_t frame, int64_t count, void *out) {
  for (int64_t i = 0; i < count; i++) {
    int64_t const number = counter_number(c, frame + i);
    for (uint32_t channel = 0; channel < c->channels; channel++) {
      int64_t const at = i * c->channels + channel;
      if (c->is_float) ((float *)out)[at] = counter_f32(number, channel);
      else ((int16_t *)out)[at] = counter_s16(number, channel);
    }
  }
}

#endif

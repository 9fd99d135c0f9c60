#include "samples.h"

/* So many at a time, so that the compiler makes vectors of them. */
enum { LANES = 8 };

static inline uint32_t is_clipped_f32(float sample) { return (sample >= 1) | (sample <= -1); }

static inline uint32_t is_clipped_s16(int16_t sample) {
  return (sample == INT16_MAX) | (sample == INT16_MIN);
}

static uint64_t clipped_f32(const float *samples, uint64_t count) {
  uint64_t clipped = 0;
  for (; count >= LANES; count -= LANES, samples += LANES) {
    uint32_t lanes = 0;
    for (int i = 0; i < LANES; i++) lanes += is_clipped_f32(samples[i]);
    clipped += lanes;
  }
  for (; count > 0; count--) clipped += is_clipped_f32(*samples++);
  return clipped;
}

static uint64_t clipped_s16(const int16_t *samples, uint64_t count) {
  uint64_t clipped = 0;
  for (; count >= LANES; count -= LANES, samples += LANES) {
    uint32_t lanes = 0;
    for (int i = 0; i < LANES; i++) lanes += is_clipped_s16(samples[i]);
    clipped += lanes;
  }
  for (; count > 0; count--) clipped += is_clipped_s16(*samples++);
  return clipped;
}

uint64_t samples_clipped(micring_format format, const void *samples, uint64_t count) {
  return format == MICRING_S16 ? clipped_s16(samples, count) : clipped_f32(samples, count);
}

uint64_t samples_silent(micring_format format, const void *samples, uint64_t count) {
  uint64_t at = count;
  if (format == MICRING_S16) {
    const int16_t *values = samples;
    while (at > 0 && values[at - 1] == 0) at--;
  } else {
    const float *values = samples;
    while (at > 0 && values[at - 1] == 0) at--;
  }
  return count - at;
}

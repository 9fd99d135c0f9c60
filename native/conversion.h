/* Stretches of audio in another sample rate, with other channels, or stored otherwise. */
#ifndef CONVERSION_H
#define CONVERSION_H

#include <stdint.h>

#include "micring.h"

typedef struct conversion_side {
  micring_format format;
  uint32_t channels;
  uint32_t sample_rate;
  /* Which frames: so many from this one on, counted from the same instant on both sides. */
  uint64_t first;
  uint64_t frames;
} conversion_side;

/* Converts; what `from` has not of the frames that a result takes is silence. `channel_map` has the
 * channel of each of the result's, or is NULL; `table` is the sinc's, or NULL at equal rates.
 * MICRING_OK or OUT_OF_MEMORY. */
int32_t conversion_run(const conversion_side *from, const void *in, const conversion_side *to,
                       void *out, const uint32_t *channel_map, const float *table);

#endif

/* What a device's samples tell about it: whether they are at full scale, or nothing at all. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdint.h>

#include "micring.h"

/* How many of so many samples are at full scale. */
uint64_t samples_clipped(micring_format format, const void *samples, uint64_t count);

/* How many of them, at the end, are zero. */
uint64_t samples_silent(micring_format format, const void *samples, uint64_t count);

#endif

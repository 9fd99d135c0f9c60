/* Samples of every format, and as floats: full scale is 1. */
#ifndef ENCODING_H
#define ENCODING_H

#include <stdint.h>

#include "micring.h"

uint32_t encoding_bytes(micring_format format);

/* To floats; only s32 loses something by it. What is no number is silence, and what has no end is
 * full scale. */
void encoding_to_floats(micring_format format, const void *samples, uint64_t first, uint64_t count,
                        float *out);

/* From floats, to the nearest step, and not beyond full scale; what came from integers of the format
 * comes out as it was. */
void encoding_of_floats(micring_format format, const float *samples, uint64_t count, void *out,
                        uint64_t first);

#endif

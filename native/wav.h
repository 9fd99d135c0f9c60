/* A WAV in memory, through miniaudio's encoder. */
#ifndef WAV_H
#define WAV_H

#include "micring.h"

uint64_t wav_bytes(uint64_t frames, uint32_t channels, micring_format wav_format);

int32_t wav_encode(const void *samples, uint64_t frames, uint32_t channels, uint32_t sample_rate,
                   micring_format format, micring_format wav_format, uint8_t *out,
                   uint64_t *length);

#endif

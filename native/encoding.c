#include "encoding.h"

#include <math.h>
#include <string.h>

uint32_t encoding_bytes(micring_format format) {
  switch (format) {
    case MICRING_U8:
      return 1;
    case MICRING_S16:
      return 2;
    case MICRING_S24:
      return 3;
    default:
      return 4;
  }
}

static inline int32_t s24_at(const unsigned char *bytes) {
  uint32_t const word = (uint32_t)bytes[0] << 8 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 24;
  return (int32_t)word / 256;
}

void encoding_to_floats(micring_format format, const void *samples, uint64_t first, uint64_t count,
                        float *out) {
  const unsigned char *bytes = (const unsigned char *)samples + first * encoding_bytes(format);
  for (uint64_t i = 0; i < count; i++) {
    switch (format) {
      case MICRING_U8:
        out[i] = (float)(bytes[i] - 128) / 128;
        break;
      case MICRING_S16:
        out[i] = (float)((const int16_t *)(const void *)bytes)[i] / 32768;
        break;
      case MICRING_S24:
        out[i] = (float)s24_at(bytes + 3 * i) / 8388608;
        break;
      case MICRING_S32:
        out[i] = (float)((const int32_t *)(const void *)bytes)[i] / 2147483648.0F;
        break;
      default: {
        float const value = ((const float *)(const void *)bytes)[i];
        out[i] = isnan(value) ? 0 : isinf(value) ? copysignf(1, value) : value;
      }
    }
  }
}

/* miniaudio's own conversion scales by one less than it scales back and cuts off instead of
 * rounding: what a 16-bit device delivered would come out one step lower. This one gives such
 * samples back as they were. */
static int32_t quantise(float value, double scale) {
  double const scaled = nearbyint((double)value * scale);
  if (scaled > scale - 1) return (int32_t)(scale - 1);
  if (scaled < -scale) return (int32_t)-scale;
  /* A sample that is no number is silence. */
  return scaled == scaled ? (int32_t)scaled : 0;
}

void encoding_of_floats(micring_format format, const float *samples, uint64_t count, void *out,
                        uint64_t first) {
  unsigned char *bytes = (unsigned char *)out + first * encoding_bytes(format);
  for (uint64_t i = 0; i < count; i++) {
    switch (format) {
      case MICRING_U8:
        bytes[i] = (unsigned char)(quantise(samples[i], 128) + 128);
        break;
      case MICRING_S16:
        ((int16_t *)(void *)bytes)[i] = (int16_t)quantise(samples[i], 32768);
        break;
      case MICRING_S24: {
        int32_t const value = quantise(samples[i], 8388608);
        bytes[3 * i] = (unsigned char)(value & 0xFF);
        bytes[3 * i + 1] = (unsigned char)(value >> 8 & 0xFF);
        bytes[3 * i + 2] = (unsigned char)(value >> 16 & 0xFF);
        break;
      }
      case MICRING_S32:
        ((int32_t *)(void *)bytes)[i] = quantise(samples[i], 2147483648.0);
        break;
      default:
        ((float *)(void *)bytes)[i] = samples[i];
    }
  }
}

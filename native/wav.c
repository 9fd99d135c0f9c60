#include "wav.h"

#include <math.h>
#include <string.h>

#include "miniaudio_config.h"

/* More than any header and padding that the encoder writes. */
enum { OVERHEAD_BYTES = 256, CHUNK_BYTES = 4096 };

typedef struct memory_file {
  uint8_t *bytes;
  uint64_t capacity;
  uint64_t position;
  uint64_t length;
} memory_file;

static uint32_t sample_bytes(micring_format format) {
  switch (format) {
    case MICRING_S16:
      return 2;
    case MICRING_S24:
      return 3;
    default:
      return 4;
  }
}

uint64_t wav_bytes(uint64_t frames, uint32_t channels, micring_format wav_format) {
  return frames * channels * sample_bytes(wav_format) + OVERHEAD_BYTES;
}

static ma_result on_write(ma_encoder *encoder, const void *bytes, size_t count, size_t *written) {
  memory_file *file = encoder->pUserData;
  if (count > file->capacity - file->position) return MA_NO_SPACE;
  memcpy(file->bytes + file->position, bytes, count);
  file->position += count;
  if (file->position > file->length) file->length = file->position;
  *written = count;
  return MA_SUCCESS;
}

static ma_result on_seek(ma_encoder *encoder, ma_int64 offset, ma_seek_origin origin) {
  memory_file *file = encoder->pUserData;
  int64_t const base = origin == ma_seek_origin_start     ? 0
                       : origin == ma_seek_origin_current ? (int64_t)file->position
                                                          : (int64_t)file->length;
  if (base + offset < 0 || (uint64_t)(base + offset) > file->length) return MA_BAD_SEEK;
  file->position = (uint64_t)(base + offset);
  return MA_SUCCESS;
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

/* 24 bits in the high end of the word; s16 fits there without loss. */
static int32_t as_s24(const void *samples, uint64_t at, micring_format format) {
  if (format == MICRING_S16) return ((const int16_t *)samples)[at] * 256;
  return quantise(((const float *)samples)[at], 8388608.0);
}

static void convert(const void *samples, uint64_t first, uint64_t count, micring_format format,
                    micring_format wav_format, unsigned char *out) {
  for (uint64_t i = 0; i < count; i++) {
    if (wav_format == MICRING_F32) {
      float const value = (float)((const int16_t *)samples)[first + i] / 32768.0F;
      memcpy(out + 4 * i, &value, 4);
    } else if (wav_format == MICRING_S16) {
      int16_t const value = (int16_t)quantise(((const float *)samples)[first + i], 32768.0);
      memcpy(out + 2 * i, &value, 2);
    } else {
      int32_t const value = as_s24(samples, first + i, format);
      out[3 * i] = (unsigned char)(value & 0xFF);
      out[3 * i + 1] = (unsigned char)(value >> 8 & 0xFF);
      out[3 * i + 2] = (unsigned char)(value >> 16 & 0xFF);
    }
  }
}

static ma_format miniaudio_format(micring_format format) {
  switch (format) {
    case MICRING_S16:
      return ma_format_s16;
    case MICRING_S24:
      return ma_format_s24;
    default:
      return ma_format_f32;
  }
}

static ma_result write_all(ma_encoder *encoder, const void *samples, uint64_t frames,
                           uint32_t channels, micring_format format, micring_format wav_format) {
  if (frames == 0) return MA_SUCCESS;
  if (format == wav_format) {
    return ma_encoder_write_pcm_frames(encoder, samples, frames, NULL);
  }
  unsigned char chunk[CHUNK_BYTES];
  uint64_t const step = CHUNK_BYTES / (sample_bytes(wav_format) * channels);
  for (uint64_t frame = 0; frame < frames; frame += step) {
    uint64_t const count = frames - frame < step ? frames - frame : step;
    convert(samples, frame * channels, count * channels, format, wav_format, chunk);
    ma_result const result = ma_encoder_write_pcm_frames(encoder, chunk, count, NULL);
    if (result != MA_SUCCESS) return result;
  }
  return MA_SUCCESS;
}

int32_t wav_encode(const void *samples, uint64_t frames, uint32_t channels, uint32_t sample_rate,
                   micring_format format, micring_format wav_format, uint8_t *out,
                   uint64_t *length) {
  memory_file file = {.bytes = out, .capacity = wav_bytes(frames, channels, wav_format)};
  ma_encoder_config const config = ma_encoder_config_init(
      ma_encoding_format_wav, miniaudio_format(wav_format), channels, sample_rate);
  ma_encoder encoder;
  if (ma_encoder_init(on_write, on_seek, &file, &config, &encoder) != MA_SUCCESS) {
    return MICRING_ENCODER_FAILED;
  }
  ma_result const result = write_all(&encoder, samples, frames, channels, format, wav_format);
  ma_encoder_uninit(&encoder);
  *length = file.length;
  return result == MA_SUCCESS ? MICRING_OK : MICRING_ENCODER_FAILED;
}

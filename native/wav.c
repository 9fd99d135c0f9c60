#include "wav.h"

#include <string.h>

#include "encoding.h"
#include "miniaudio_config.h"

/* More than any header and padding that the encoder writes. */
enum { OVERHEAD_BYTES = 256, CHUNK_BYTES = 4096 };

typedef struct memory_file {
  uint8_t *bytes;
  uint64_t capacity;
  uint64_t position;
  uint64_t length;
} memory_file;

uint64_t wav_bytes(uint64_t frames, uint32_t channels, micring_format wav_format) {
  return frames * channels * encoding_bytes(wav_format) + OVERHEAD_BYTES;
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

static ma_format miniaudio_format(micring_format format) {
  switch (format) {
    case MICRING_S16:
      return ma_format_s16;
    case MICRING_S24:
      return ma_format_s24;
    case MICRING_S32:
      return ma_format_s32;
    case MICRING_U8:
      return ma_format_u8;
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
  float floats[CHUNK_BYTES];
  uint64_t const step = CHUNK_BYTES / (encoding_bytes(wav_format) * channels);
  for (uint64_t frame = 0; frame < frames; frame += step) {
    uint64_t const count = frames - frame < step ? frames - frame : step;
    encoding_to_floats(format, samples, frame * channels, count * channels, floats);
    encoding_of_floats(wav_format, floats, count * channels, chunk, 0);
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

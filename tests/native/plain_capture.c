/*
 * Captures the default device of PulseAudio, as f32 in its own rate and channels, and keeps the
 * newest samples in a buffer: what a recording costs at the least.
 *
 *   plain_capture PERIOD_MS SECONDS PERIODS
 *
 * Says "ready" when the first samples are there, and ends when its input does.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "miniaudio_config.h"

typedef struct recording {
  unsigned char *bytes;
  size_t size;
  size_t at;
  size_t frame_bytes;
  _Atomic uint64_t frames;
} recording;

static _Noreturn void fail(const char *doing, ma_result result) {
  fprintf(stderr, "plain_capture: %s: %s\n", doing, ma_result_description(result));
  exit(1);
}

static void on_frames(ma_device *device, void *output, const void *input, ma_uint32 count) {
  recording *r = device->pUserData;
  const unsigned char *bytes = input;
  (void)output;
  for (size_t left = count * r->frame_bytes, piece; left > 0; left -= piece, bytes += piece) {
    piece = left < r->size - r->at ? left : r->size - r->at;
    memcpy(r->bytes + r->at, bytes, piece);
    r->at = (r->at + piece) % r->size;
  }
  /* Release: partner of the acquire load in main, which then sees samples. */
  atomic_fetch_add_explicit(&r->frames, count, memory_order_release);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  static const ma_backend pulse = ma_backend_pulseaudio;
  recording r = {0};
  ma_context context;
  ma_device device;
  ma_result result = ma_context_init(&pulse, 1, NULL, &context);
  if (result != MA_SUCCESS) fail("no PulseAudio", result);
  ma_device_config config = ma_device_config_init(ma_device_type_capture);
  config.capture.format = ma_format_f32;
  config.periodSizeInMilliseconds = (ma_uint32)atoi(argv[1]);
  config.periods = (ma_uint32)atoi(argv[3]);
  config.noFixedSizedCallback = MA_TRUE;
  config.noPreSilencedOutputBuffer = MA_TRUE;
  config.noClip = MA_TRUE;
  config.dataCallback = on_frames;
  config.pUserData = &r;
  result = ma_device_init(&context, &config, &device);
  if (result != MA_SUCCESS) fail("no device", result);
  r.frame_bytes = ma_get_bytes_per_frame(ma_format_f32, device.capture.channels);
  r.size = (size_t)atoi(argv[2]) * device.sampleRate * r.frame_bytes;
  r.bytes = malloc(r.size);
  if (r.bytes == NULL) fail("no buffer", MA_OUT_OF_MEMORY);
  /* Touched now, as MicRing does: else the first round would pay for the pages. */
  memset(r.bytes, 1, r.size);
  result = ma_device_start(&device);
  if (result != MA_SUCCESS) fail("no start", result);
  struct timespec const moment = {.tv_nsec = 1000000};
  /* Acquire: partner of the add in on_frames. */
  while (atomic_load_explicit(&r.frames, memory_order_acquire) == 0) nanosleep(&moment, NULL);
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) continue;
  ma_device_stop(&device);
  ma_device_uninit(&device);
  ma_context_uninit(&context);
  free(r.bytes);
  return 0;
}

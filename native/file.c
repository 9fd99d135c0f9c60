/* The file source: a WAV, FLAC or MP3 through miniaudio's decoder, at the pace of the clock. */
#include <stdlib.h>

#include "error.h"
#include "miniaudio_config.h"
#include "pacer.h"

#if defined(_WIN32)
#include <windows.h>

enum { MOST_PATH = 4096 };
#endif

typedef struct file {
  paced paced;
  ma_decoder decoder;
  bool loop;
} file;

static uint64_t produce(paced *p, uint64_t frame, void *frames, uint64_t count) {
  (void)frame;
  file *f = (file *)p;
  uint64_t made = 0;
  bool rewound = false;
  while (made < count) {
    ma_uint64 got = 0;
    unsigned char *at = (unsigned char *)frames + made * source_frame_bytes(&p->base);
    ma_decoder_read_pcm_frames(&f->decoder, at, count - made, &got);
    made += got;
    if (got != 0) {
      rewound = false;
      continue;
    }
    /* Nothing after a rewind: the file broke while it played, and asking again would not end. */
    if (!f->loop || rewound) break;
    if (ma_decoder_seek_to_pcm_frame(&f->decoder, 0) != MA_SUCCESS) break;
    rewound = true;
  }
  return made;
}

static void release(paced *p) { ma_decoder_uninit(&((file *)p)->decoder); }

/* The path is UTF-8, which the system's own functions for narrow text may not take. */
static ma_result open_decoder(const char *path, const ma_decoder_config *config, ma_decoder *out) {
#if defined(_WIN32)
  wchar_t wide[MOST_PATH];
  int const length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, MOST_PATH);
  return length > 0 ? ma_decoder_init_file_w(wide, config, out) : MA_DOES_NOT_EXIST;
#else
  return ma_decoder_init_file(path, config, out);
#endif
}

/* What a decoder that cannot be opened means. */
static int32_t refuse(ma_result result, char *error) {
  bool const unread =
      result == MA_DOES_NOT_EXIST || result == MA_ACCESS_DENIED || result == MA_IS_DIRECTORY;
  error_set(error, "%s", unread ? ma_result_description(result) : "it is no WAV, FLAC or MP3");
  return unread ? MICRING_FILE_UNREADABLE : MICRING_FILE_NOT_AUDIO;
}

/* A header may promise more than the file holds: the last frame is there, or the file is cut.
 * Asked of the file as it is, since a resampler's last frame is not the file's. */
static int32_t check_whole(const char *path, char *error) {
  ma_decoder_config const config = ma_decoder_config_init(ma_format_f32, 0, 0);
  ma_decoder decoder;
  ma_result const result = open_decoder(path, &config, &decoder);
  if (result != MA_SUCCESS) return refuse(result, error);
  float one[MA_MAX_CHANNELS];
  ma_uint64 length = 0;
  ma_uint64 got = 0;
  if (ma_decoder_get_length_in_pcm_frames(&decoder, &length) != MA_SUCCESS || length == 0) {
    /* A stream that does not say its length: one frame must come out of it, at least. */
    ma_decoder_read_pcm_frames(&decoder, one, 1, &got);
    length = got;
  } else if (ma_decoder_seek_to_pcm_frame(&decoder, length - 1) == MA_SUCCESS) {
    ma_decoder_read_pcm_frames(&decoder, one, 1, &got);
  }
  ma_decoder_uninit(&decoder);
  if (got != 0) return MICRING_OK;
  if (length == 0) {
    error_set(error, "there is no audio in it");
    return MICRING_FILE_NOT_AUDIO;
  }
  error_set(error, "it is cut off: its header promises %llu frames, and the last is missing",
            (unsigned long long)length);
  return MICRING_FILE_TRUNCATED;
}

int32_t file_open(const char *path, bool loop, double speed, source_shape shape, source **out,
                  char *error) {
  int32_t const status = check_whole(path, error);
  if (status != MICRING_OK) return status;
  file *f = (file *)paced_create(sizeof *f, shape, speed, produce, release);
  if (f == NULL) return MICRING_OUT_OF_MEMORY;
  ma_decoder_config config =
      ma_decoder_config_init(shape.format == MICRING_S16 ? ma_format_s16 : ma_format_f32,
                             shape.channels, shape.sample_rate);
  config.resampling.linear.lpfOrder = MA_MAX_FILTER_ORDER;
  ma_result const result = open_decoder(path, &config, &f->decoder);
  if (result != MA_SUCCESS) {
    report_destroy(&f->paced.base.report);
    free(f);
    return refuse(result, error);
  }
  source_shape const opened = {f->decoder.outputSampleRate, f->decoder.outputChannels,
                               shape.format};
  source_init(&f->paced.base, f->paced.base.calls, SOURCE_CLOCKED, opened, speed);
  f->loop = loop;
  *out = &f->paced.base;
  return MICRING_OK;
}

#include "conversion.h"

#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "miniaudio_config.h"
#include "sinc.h"

/* The most frames of either side that are worked on at a time. */
enum { CHUNK_FRAMES = 4096 };

typedef struct worker {
  const conversion_side *from;
  const conversion_side *to;
  const void *in;
  void *out;
  const uint32_t *channel_map;
  const float *table;
  sinc sinc;
  /* As many as both sides have at the least: with so many the rate is changed. */
  uint32_t channels;
  /* How many frames of the result are made at a time, and of how many at the most. */
  uint64_t step;
  uint64_t most;
  ma_channel_converter mixer;
  /* What is given, with its own channels, and then with `channels`; these one by one; the result of
   * each, and together. */
  float *given;
  float *mixed;
  float *planar;
  float *changed;
  float *result;
} worker;

static bool changes_rate(const worker *w) { return w->table != NULL; }

static bool mixes(const worker *w) { return w->from->channels != w->to->channels; }

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* So many of the given frames, from a place that may lie before or behind them all: there is
 * silence. */
static void gather(const worker *w, int64_t first, uint64_t frames) {
  uint64_t const channels = w->from->channels;
  int64_t const start = (int64_t)w->from->first;
  int64_t const end = start + (int64_t)w->from->frames;
  int64_t const last = first + (int64_t)frames;
  int64_t const begin = first > start ? first : start;
  int64_t const stop = last < end ? last : end;
  memset(w->given, 0, frames * channels * sizeof(float));
  if (begin >= stop) return;
  encoding_to_floats(w->from->format, w->in, (uint64_t)(begin - start) * channels,
                     (uint64_t)(stop - begin) * channels,
                     w->given + (uint64_t)(begin - first) * channels);
}

static void mix(worker *w, const float *in, float *out, uint64_t frames) {
  uint32_t const from = w->from->channels;
  uint32_t const to = w->to->channels;
  if (w->channel_map == NULL) {
    ma_channel_converter_process_pcm_frames(&w->mixer, out, in, frames);
    return;
  }
  for (uint64_t frame = 0; frame < frames; frame++) {
    for (uint32_t channel = 0; channel < to; channel++) {
      out[frame * to + channel] = in[frame * from + w->channel_map[channel]];
    }
  }
}

/* Before the rate is changed if that leaves less to do, else behind it. */
static bool mixes_first(const worker *w) {
  return (mixes(w) || w->channel_map != NULL) && w->to->channels <= w->from->channels;
}

static bool mixes_last(const worker *w) { return w->to->channels > w->from->channels; }

static void separate(const worker *w, const float *in, uint64_t frames) {
  for (uint32_t channel = 0; channel < w->channels; channel++) {
    float *out = w->planar + channel * w->most;
    for (uint64_t i = 0; i < frames; i++) out[i] = in[i * w->channels + channel];
  }
}

/* So many frames of the result, of those that begin `margin - 1` before the first one's place. */
static void change_rate(const worker *w, uint64_t first, uint64_t frames) {
  uint64_t const origin = sinc_place_of(&w->sinc, first).frame;
  for (uint64_t i = 0; i < frames; i++) {
    sinc_place const place = sinc_place_of(&w->sinc, first + i);
    for (uint32_t channel = 0; channel < w->channels; channel++) {
      const float *around = w->planar + channel * w->most + (place.frame - origin);
      w->changed[i * w->channels + channel] =
          sinc_sample(&w->sinc, w->table, place.part, around);
    }
  }
}

static void convert(worker *w, uint64_t first, uint64_t frames) {
  uint64_t const margin = changes_rate(w) ? w->sinc.margin - 1 : 0;
  uint64_t const begin = changes_rate(w) ? sinc_place_of(&w->sinc, first).frame : first;
  uint64_t count = frames;
  if (changes_rate(w)) {
    count = sinc_place_of(&w->sinc, first + frames - 1).frame - begin + w->sinc.taps;
  }
  gather(w, (int64_t)begin - (int64_t)margin, count);
  const float *samples = w->given;
  if (mixes_first(w)) {
    mix(w, samples, w->mixed, count);
    samples = w->mixed;
  }
  if (changes_rate(w)) {
    separate(w, samples, count);
    change_rate(w, first, frames);
    samples = w->changed;
  }
  if (mixes_last(w)) {
    mix(w, samples, w->result, frames);
    samples = w->result;
  }
  encoding_of_floats(w->to->format, samples, frames * w->to->channels, w->out,
                     (first - w->to->first) * w->to->channels);
}

static void measure(worker *w) {
  w->step = w->most = CHUNK_FRAMES;
  if (!changes_rate(w)) return;
  w->sinc = sinc_between(w->from->sample_rate, w->to->sample_rate);
  /* Where there are fewer of the result, by how many more it is made of. */
  w->step = w->sinc.from_rate > w->sinc.to_rate
                ? 1 + CHUNK_FRAMES * w->sinc.to_rate / w->sinc.from_rate
                : CHUNK_FRAMES;
  w->most = (w->step * w->sinc.from_rate) / w->sinc.to_rate + 2 + w->sinc.taps;
}

/* One piece of memory for all stages. */
static float *lay_out(worker *w) {
  uint64_t const given = w->most * w->from->channels;
  uint64_t const mixed = w->most * w->channels;
  uint64_t const changed = w->step * w->channels;
  uint64_t const result = w->step * w->to->channels;
  float *memory = malloc((given + 2 * mixed + changed + result) * sizeof(float));
  if (memory == NULL) return NULL;
  w->given = memory;
  w->mixed = w->given + given;
  w->planar = w->mixed + mixed;
  w->changed = w->planar + mixed;
  w->result = w->changed + changed;
  return memory;
}

static void convert_all(worker *w) {
  uint64_t const end = w->to->first + w->to->frames;
  for (uint64_t frame = w->to->first; frame < end; frame += w->step) {
    convert(w, frame, least(w->step, end - frame));
  }
}

int32_t conversion_run(const conversion_side *from, const void *in, const conversion_side *to,
                       void *out, const uint32_t *channel_map, const float *table) {
  worker w = {
      .from = from,
      .to = to,
      .in = in,
      .out = out,
      .channel_map = channel_map,
      .table = table,
      .channels = (uint32_t)least(from->channels, to->channels),
  };
  measure(&w);
  bool const mixer = mixes(&w) && channel_map == NULL;
  if (mixer) {
    ma_channel_converter_config const config =
        ma_channel_converter_config_init(ma_format_f32, from->channels, NULL, to->channels, NULL,
                                         ma_channel_mix_mode_default);
    if (ma_channel_converter_init(&config, NULL, &w.mixer) != MA_SUCCESS) {
      return MICRING_OUT_OF_MEMORY;
    }
  }
  float *memory = lay_out(&w);
  if (memory != NULL) convert_all(&w);
  free(memory);
  if (mixer) ma_channel_converter_uninit(&w.mixer, NULL);
  return memory == NULL ? MICRING_OUT_OF_MEMORY : MICRING_OK;
}

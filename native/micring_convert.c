#include <stdbool.h>
#include <stddef.h>

#include "conversion.h"
#include "micring.h"
#include "sinc.h"

/* Bounds that the caller should have kept; here they only keep bad numbers out of the code. */
enum { MOST_CHANNELS = 254, MOST_SAMPLE_RATE = 768000 };

static bool is_rate(double value) { return value >= 1 && value <= MOST_SAMPLE_RATE; }

static bool is_change(uint32_t from_rate, uint32_t to_rate) {
  return is_rate(from_rate) && is_rate(to_rate) && from_rate != to_rate;
}

double micring_filter_length(uint32_t from_rate, uint32_t to_rate) {
  if (!is_change(from_rate, to_rate)) return 0;
  sinc const s = sinc_between(from_rate, to_rate);
  return (double)sinc_table_length(&s);
}

double micring_filter_margin(uint32_t from_rate, uint32_t to_rate) {
  return is_change(from_rate, to_rate) ? (double)sinc_between(from_rate, to_rate).margin : 0;
}

int32_t micring_filter(uint32_t from_rate, uint32_t to_rate, float *table) {
  if (!is_change(from_rate, to_rate) || table == NULL) return MICRING_BAD_ARGUMENT;
  sinc const s = sinc_between(from_rate, to_rate);
  sinc_fill_table(&s, table);
  return MICRING_OK;
}

static bool is_whole(double value, double least, double most) {
  return value >= least && value <= most && value == (double)(uint64_t)value;
}

/* `fields` of one side, which are in the same order for both. */
static bool read_side(const double *fields, conversion_side *side) {
  if (!is_whole(fields[MICRING_CONVERSION_FROM_FORMAT], 0, MICRING_U8) ||
      !is_whole(fields[MICRING_CONVERSION_FROM_CHANNELS], 1, MOST_CHANNELS) ||
      !is_whole(fields[MICRING_CONVERSION_FROM_RATE], 1, MOST_SAMPLE_RATE) ||
      !is_whole(fields[MICRING_CONVERSION_FROM_FRAME], 0, MICRING_MOST_FRAMES) ||
      !is_whole(fields[MICRING_CONVERSION_FROM_FRAMES], 0, MICRING_MOST_FRAMES)) {
    return false;
  }
  *side = (conversion_side){
      .format = (micring_format)fields[MICRING_CONVERSION_FROM_FORMAT],
      .channels = (uint32_t)fields[MICRING_CONVERSION_FROM_CHANNELS],
      .sample_rate = (uint32_t)fields[MICRING_CONVERSION_FROM_RATE],
      .first = (uint64_t)fields[MICRING_CONVERSION_FROM_FRAME],
      .frames = (uint64_t)fields[MICRING_CONVERSION_FROM_FRAMES],
  };
  return true;
}

static bool is_map(const uint32_t *map, const conversion_side *from, const conversion_side *to) {
  for (uint32_t i = 0; map != NULL && i < to->channels; i++) {
    if (map[i] >= from->channels) return false;
  }
  return true;
}

int32_t micring_convert(const double *fields, const uint32_t *channel_map, const float *table,
                        const void *in, void *out) {
  conversion_side from;
  conversion_side to;
  if (fields == NULL || !read_side(fields, &from) ||
      !read_side(fields + MICRING_CONVERSION_TO_FORMAT, &to) || !is_map(channel_map, &from, &to)) {
    return MICRING_BAD_ARGUMENT;
  }
  bool const change = from.sample_rate != to.sample_rate;
  if ((change && table == NULL) || (in == NULL && from.frames != 0) ||
      (out == NULL && to.frames != 0)) {
    return MICRING_BAD_ARGUMENT;
  }
  return conversion_run(&from, in, &to, out, channel_map, change ? table : NULL);
}

#include "micring.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "devices.h"
#include "error.h"
#include "miniaudio_config.h"
#include "recorder.h"
#include "wav.h"

/* Bounds that the caller should have kept; here they only keep bad numbers out of the code. */
enum { MOST_CHANNELS = 254 };
/* The year 2112: nothing up to it overflows in nanoseconds. */
#define MOST_TIME_MS 4.5e12

static bool is_count(double value) { return value >= 0 && value <= MICRING_MOST_FRAMES; }

uint32_t micring_abi_version(void) { return MICRING_ABI_VERSION; }

const char *micring_miniaudio_version(void) { return ma_version_string(); }

void micring_info(const micring *recorder, double *fields) {
  const source *s = recorder->source;
  uint64_t const capacity = ring_capacity(recorder->ring);
  fields[MICRING_INFO_SAMPLE_RATE] = s->sample_rate;
  fields[MICRING_INFO_CHANNELS] = s->channels;
  fields[MICRING_INFO_FORMAT] = s->format;
  fields[MICRING_INFO_WINDOW_FRAMES] = (double)recorder->window;
  fields[MICRING_INFO_CAPACITY_FRAMES] = (double)capacity;
  fields[MICRING_INFO_MEMORY_BYTES] = (double)ring_bytes_for(capacity, source_frame_bytes(s));
}

void micring_stats(const micring *recorder, double *fields) {
  const capture_statistics *c = capture_statistics_of(recorder->capture);
  const report *r = &recorder->source->report;
  /* Read before the frames, so that "ended" never comes with fewer frames than there were. */
  fields[MICRING_STATS_ENDED] = source_ended(recorder->source);
  /* The oldest first, as all of the ring may be overwritten between the two. */
  double const oldest = (double)ring_oldest(recorder->ring);
  double const written = (double)ring_written(recorder->ring);
  fields[MICRING_STATS_WRITTEN_FRAMES] = written;
  /* In the midst of a wipe it is beyond the newest for a moment. */
  fields[MICRING_STATS_OLDEST_FRAME] = fmin(oldest, written);
  fields[MICRING_STATS_LOST_FRAMES] = (double)capture_statistic(&c->lost);
  fields[MICRING_STATS_BLOCKS] = (double)capture_statistic(&c->blocks);
  fields[MICRING_STATS_LONGEST_BLOCK_FRAMES] = (double)capture_statistic(&c->longest_block);
  fields[MICRING_STATS_RETRIES] = (double)capture_statistic(&recorder->retries);
  fields[MICRING_STATS_PAUSED] = recorder_paused(recorder);
  fields[MICRING_STATS_GAPS] = (double)capture_statistic(&c->gaps);
  fields[MICRING_STATS_REOPENINGS] = (double)report_count(&r->reopenings);
  fields[MICRING_STATS_ABANDONED] = (double)report_count(&r->abandoned);
  fields[MICRING_STATS_LONGEST_INTERVAL_MS] =
      (double)capture_statistic(&c->longest_interval_ns) / 1e6;
  fields[MICRING_STATS_CLIPPED_SAMPLES] = (double)capture_statistic(&c->clipped_samples);
  fields[MICRING_STATS_SILENT_FRAMES] = (double)capture_statistic(&c->silent_frames);
  fields[MICRING_STATS_DRIFT_PPM] = timeline_drift_ppm(recorder->timeline);
}

double micring_change_count(const micring *recorder) {
  return (double)report_count(&recorder->source->report.changes);
}

int32_t micring_change(const micring *recorder, double number, double *fields, char *words) {
  if (!is_count(number)) return MICRING_BAD_ARGUMENT;
  report_change_entry change;
  int32_t const status =
      report_read_change(&recorder->source->report, (uint64_t)number, &change);
  if (status != MICRING_OK) return status;
  fields[MICRING_CHANGE_STATE] = change.state;
  fields[MICRING_CHANGE_REASON] = change.reason;
  fields[MICRING_CHANGE_TIME_MS] = change.time_ms;
  memcpy(words, change.words, sizeof change.words);
  return MICRING_OK;
}

double micring_opened_count(const micring *recorder) {
  return (double)report_count(&recorder->source->report.openings);
}

void micring_opened(const micring *recorder, double *fields, char *name, char *id) {
  opened_device device;
  report_read_opened(&recorder->source->report, &device);
  fields[MICRING_OPENED_BACKEND] = device.backend;
  fields[MICRING_OPENED_SAMPLE_RATE] = device.sample_rate;
  fields[MICRING_OPENED_CHANNELS] = device.channels;
  memcpy(name, device.name, sizeof device.name);
  memcpy(id, device.id, sizeof device.id);
}

double micring_time_at(const micring *recorder, double frame) {
  uint64_t const known = frame > 0 ? (uint64_t)fmin(frame, MICRING_MOST_FRAMES) : 0;
  int64_t const time_ns = timeline_time_at(recorder->timeline, known);
  return (double)(time_ns + recorder_wall_offset_ns()) / 1e6;
}

double micring_frame_at(const micring *recorder, double time_ms) {
  double const bounded = fmax(-MOST_TIME_MS, fmin(time_ms, MOST_TIME_MS));
  int64_t const time_ns = (int64_t)(bounded * 1e6) - recorder_wall_offset_ns();
  return (double)timeline_frame_at(recorder->timeline, time_ns);
}

double micring_written(const micring *recorder) { return (double)ring_written(recorder->ring); }

double micring_oldest(const micring *recorder) { return (double)ring_oldest(recorder->ring); }

static void report_span(const micring *recorder, ring_span span, double *result) {
  result[MICRING_SNAPSHOT_START_FRAME] = (double)span.start;
  result[MICRING_SNAPSHOT_END_FRAME] = (double)span.end;
  int64_t const start_ns = timeline_time_at(recorder->timeline, span.start);
  int64_t const end_ns = timeline_time_at(recorder->timeline, span.end);
  int64_t const wall_ns = recorder_wall_offset_ns();
  result[MICRING_SNAPSHOT_START_TIME_MS] = (double)(start_ns + wall_ns) / 1e6;
  result[MICRING_SNAPSHOT_END_TIME_MS] = (double)(end_ns + wall_ns) / 1e6;
  result[MICRING_SNAPSHOT_UNCERTAINTY_MS] = (double)recorder_uncertainty_ns(recorder) / 1e6;
}

int32_t micring_snapshot(micring *recorder, double frames, void *out, double *result) {
  if (!is_count(frames)) return MICRING_BAD_ARGUMENT;
  report_span(recorder, recorder_read_last(recorder, (uint64_t)frames, out), result);
  return MICRING_OK;
}

int32_t micring_snapshot_at(micring *recorder, double from, double to, void *out,
                            double *result) {
  if (!is_count(from) || !is_count(to) || from > to) return MICRING_BAD_ARGUMENT;
  ring_span const span = {(uint64_t)from, (uint64_t)to};
  switch (recorder_read(recorder, span, out)) {
    case RING_TRUE:
      report_span(recorder, span, result);
      return MICRING_OK;
    case RING_FUTURE:
      return MICRING_FUTURE;
    default:
      return MICRING_OVERWRITTEN;
  }
}

double micring_gap_changes(const micring *recorder) {
  return (double)gaps_entries(recorder->gaps);
}

uint32_t micring_gaps(const micring *recorder, double *out, double *known_from) {
  gap kept[MICRING_GAPS_KEPT];
  uint64_t from = 0;
  uint32_t const count = gaps_read(recorder->gaps, kept, &from);
  for (uint32_t i = 0; i < count; i++, out += MICRING_GAP_FIELDS) {
    out[MICRING_GAP_START_FRAME] = (double)kept[i].start;
    out[MICRING_GAP_FRAMES] = kept[i].frames == GAP_OPEN ? INFINITY : (double)kept[i].frames;
    out[MICRING_GAP_CAUSE] = kept[i].cause;
    out[MICRING_GAP_COUNTED] = kept[i].counted;
  }
  *known_from = (double)from;
  return count;
}

uint32_t micring_holds(const micring *recorder, double from) {
  return is_count(from) && ring_holds(recorder->ring, (uint64_t)from);
}

void *micring_memory(micring *recorder) { return ring_memory(recorder->ring); }

int32_t micring_devices_list(uint32_t backend, micring_devices **out, char *error) {
  if (out == NULL) return MICRING_BAD_ARGUMENT;
  *out = NULL;
  error_set(error, "%s", "");
  return devices_list(backend, out, error);
}

uint32_t micring_devices_count(const micring_devices *list) { return devices_count(list); }

const char *micring_devices_text(const micring_devices *list, uint32_t index, uint32_t id) {
  return devices_text(list, index, id != 0);
}

double micring_devices_number(const micring_devices *list, uint32_t index, uint32_t field,
                              uint32_t item) {
  return devices_number(list, index, field, item);
}

void micring_devices_free(micring_devices *list) { devices_free(list); }

double micring_wav_bytes(double frames, uint32_t channels, uint32_t wav_format) {
  return is_count(frames) ? (double)wav_bytes((uint64_t)frames, channels, wav_format) : 0;
}

int32_t micring_wav(const void *samples, double frames, uint32_t channels, uint32_t sample_rate,
                    uint32_t format, uint32_t wav_format, uint8_t *out, double *length) {
  bool const formats = format <= MICRING_U8 && wav_format <= MICRING_U8;
  if (out == NULL || length == NULL || !is_count(frames) || (samples == NULL && frames != 0) ||
      !formats || channels == 0 || channels > MOST_CHANNELS || sample_rate == 0) {
    return MICRING_BAD_ARGUMENT;
  }
  uint64_t bytes = 0;
  int32_t const status =
      wav_encode(samples, (uint64_t)frames, channels, sample_rate, (micring_format)format,
                 (micring_format)wav_format, out, &bytes);
  *length = (double)bytes;
  return status;
}

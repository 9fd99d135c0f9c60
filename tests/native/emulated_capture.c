/*
 * Captures a counter with the native library of another system, and checks it frame by frame.
 *
 *   emulated_capture LIBRARY FORMAT RATE SECONDS PERIOD_MS
 *
 * Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include "emulated.h"

#include <string.h>

enum { WINDOW_SECONDS = 2, F32_LAST = (1 << 24) - 1, S16_LAST = (1 << 15) - 1 };

static int32_t number_at(const void *samples, uint64_t i, uint32_t format) {
  if (format == MICRING_S16) return ((const int16_t *)samples)[i];
  return (int32_t)(((const float *)samples)[i] * (F32_LAST + 1));
}

static bool in_gap(micring *m, double frame) {
  static double gaps[MICRING_GAPS_KEPT * MICRING_GAP_FIELDS];
  double known_from;
  uint32_t const count = micring_gaps_(m, gaps, &known_from);
  for (uint32_t i = 0; i < count; i++) {
    const double *gap = gaps + i * MICRING_GAP_FIELDS;
    double const start = gap[MICRING_GAP_START_FRAME];
    if (frame >= start && frame < start + gap[MICRING_GAP_FRAMES]) return true;
  }
  return false;
}

/* Each frame is the next of the counter, or in a gap, and then silence; how many are not in one. */
static uint64_t check(micring *m, double from, double to, uint32_t format) {
  int32_t const last = format == MICRING_S16 ? S16_LAST : F32_LAST;
  uint64_t const frames = (uint64_t)(to - from);
  void *samples = malloc(frames * sizeof(float));
  double result[MICRING_SNAPSHOT_FIELDS];
  if (samples == NULL) fail("no memory");
  if (micring_snapshot_at_(m, from, to, samples, result) != MICRING_OK) fail("what is there is not");
  uint64_t exact = 0;
  int32_t before = 0;
  for (uint64_t i = 0; i < frames; i++) {
    int32_t const number = number_at(samples, i, format);
    if (in_gap(m, from + (double)i)) {
      if (number != 0) fail("frame %.0f is %d, in a gap", from + (double)i, number);
      before = 0;
      continue;
    }
    if (number == 0) fail("frame %.0f is silence, in no gap", from + (double)i);
    if (before != 0 && number != before % last + 1) {
      fail("frame %.0f is %d after %d", from + (double)i, number, before);
    }
    before = number;
    exact++;
  }
  free(samples);
  return exact;
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  uint32_t const period_ms = (uint32_t)atoi(argv[5]);
  uint32_t const format = strcmp(argv[2], "s16") == 0 ? MICRING_S16 : MICRING_F32;
  double const rate = atof(argv[3]), seconds = atof(argv[4]);
  char error[MICRING_ERROR_BYTES], name[MICRING_ERROR_BYTES], id[MICRING_ERROR_BYTES];
  double opened[MICRING_OPENED_FIELDS];
  double hold = 0;
  load_all(argv[1]);
  int32_t status = micring_open_microphone_(MICRING_BACKEND_AUTO, "", period_ms, WINDOW_SECONDS, 0, 0,
                                            format, micring_thread_(), &hold, error);
  if (status != MICRING_OK) fail("cannot open: status %d, %s", status, error);
  micring *m = micring_recorder_(hold);
  micring_opened_(m, opened, name, id);
  if (opened[MICRING_OPENED_SAMPLE_RATE] != rate || opened[MICRING_OPENED_CHANNELS] != 1) {
    fail("opened with %.0f Hz and %.0f channels", opened[MICRING_OPENED_SAMPLE_RATE],
         opened[MICRING_OPENED_CHANNELS]);
  }
  uint64_t exact = 0;
  double from = 0;
  /* Second by second, and once behind a pause, when the stream has settled. */
  for (double end = rate; end <= seconds * rate; end += rate) {
    await_frames(m, end);
    exact += check(m, from, end, format);
    from = end;
  }
  if (micring_pause_(hold) != MICRING_OK) fail("cannot pause");
  status = micring_resume_(hold, error);
  if (status != MICRING_OK) fail("cannot resume: status %d, %s", status, error);
  from = micring_written_(m) + rate / 2;
  await_frames(m, from + rate);
  exact += check(m, from, from + rate, format);
  micring_close_(hold, 0);
  printf("emulated_capture: backend %.0f, %s: %" PRIu64 " frames exact\n",
         opened[MICRING_OPENED_BACKEND], name, exact);
  return 0;
}

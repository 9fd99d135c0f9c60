/*
 * Delivers blocks of all kinds of samples, in each format, and counts beside the capture what it
 * says about them.
 *
 * Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include "driven.h"

enum { BLOCKS = 3000, LONGEST_BLOCK = 101 };

static const double rate = 4000;

typedef struct counts {
  uint64_t clipped;
  uint64_t silent;
} counts;

/* Fills a block with samples that are loud, nearly so, quiet or none, or with silence alone. */
static void make_f32(rig *r, float *samples, uint64_t count, counts *c) {
  static const float kinds[] = {0, 0, -0.0f, 1, -1, 1.5f, -7, 0.99999994f, -0.99999994f, 1e-30f};
  bool const sound = below(&r->random, 3) != 0;
  for (uint64_t i = 0; i < count; i++) {
    samples[i] = sound ? kinds[below(&r->random, 10)] : 0;
    c->clipped += samples[i] >= 1 || samples[i] <= -1;
    if (i % CHANNELS == 0) c->silent++;
    if (samples[i] != 0) c->silent = 0;
  }
}

static void make_s16(rig *r, int16_t *samples, uint64_t count, counts *c) {
  static const int16_t kinds[] = {0, 0, 0, INT16_MAX, INT16_MIN, 1, -1, 32766, -32767, 256};
  bool const sound = below(&r->random, 3) != 0;
  for (uint64_t i = 0; i < count; i++) {
    samples[i] = sound ? kinds[below(&r->random, 10)] : 0;
    c->clipped += samples[i] == INT16_MAX || samples[i] == INT16_MIN;
    if (i % CHANNELS == 0) c->silent++;
    if (samples[i] != 0) c->silent = 0;
  }
}

static void check_samples(rig *r, micring_format format) {
  static union {
    float f32[CHANNELS * LONGEST_BLOCK];
    int16_t s16[CHANNELS * LONGEST_BLOCK];
  } block;
  const capture_statistics *s = capture_statistics_of(r->capture);
  counts c = {0, 0};
  for (uint64_t i = 0; i < BLOCKS; i++) {
    uint64_t const frames = 1 + below(&r->random, LONGEST_BLOCK);
    if (format == MICRING_F32) make_f32(r, block.f32, frames * CHANNELS, &c);
    else make_s16(r, block.s16, frames * CHANNELS, &c);
    r->source += frames;
    r->now_ns = captured_ns(r, r->source);
    capture_deliver(r->capture, &block, frames, r->now_ns, CAPTURE_NO_LOSS, false);
    if (capture_statistic(&s->clipped_samples) != c.clipped) {
      fail(r, "%" PRIu64 " samples at full scale, expected %" PRIu64,
           capture_statistic(&s->clipped_samples), c.clipped);
    }
    if (capture_statistic(&s->silent_frames) != c.silent) {
      fail(r, "%" PRIu64 " silent frames, expected %" PRIu64, capture_statistic(&s->silent_frames),
           c.silent);
    }
  }
  if (capture_statistic(&s->blocks) != BLOCKS) fail(r, "blocks are miscounted");
  if (capture_statistic(&s->longest_block) != LONGEST_BLOCK) fail(r, "the longest block is wrong");
}

static void check_interval(rig *r, int64_t ns, int64_t longest_ns) {
  static const float block[CHANNELS];
  r->now_ns += ns;
  capture_deliver(r->capture, block, 1, r->now_ns, CAPTURE_NO_LOSS, false);
  const capture_statistics *s = capture_statistics_of(r->capture);
  if (capture_statistic(&s->longest_interval_ns) == (uint64_t)longest_ns) return;
  fail(r, "the longest interval is %" PRIu64 " ns", capture_statistic(&s->longest_interval_ns));
}

/* Between two blocks, but not if something else was expected. */
static void check_intervals(rig *r) {
  check_interval(r, 77 * ms_ns, 77 * ms_ns);
  check_interval(r, 30 * ms_ns, 77 * ms_ns);
  if (!capture_enter(r->capture)) fail(r, "the gate is shut");
  capture_expect(r->capture, MICRING_GAP_PAUSE, false);
  capture_leave(r->capture);
  check_interval(r, 5 * s_ns, 77 * ms_ns);
  if (!capture_enter(r->capture)) fail(r, "the gate is shut");
  capture_outage(r->capture, MICRING_GAP_STALL, r->now_ns);
  capture_leave(r->capture);
  check_interval(r, 5 * s_ns, 77 * ms_ns);
  check_interval(r, 90 * ms_ns, 90 * ms_ns);
}

static void check_format(micring_format format) {
  rig r = {0};
  bool const f32 = format == MICRING_F32;
  snprintf(r.doing, sizeof r.doing, "device_statistics, %s", f32 ? "f32" : "s16");
  set_up_as(&r, rate, 1, 1, format);
  start_device(&r, 0, 0, 0);
  check_samples(&r, format);
  check_intervals(&r);
  tear_down(&r);
}

int main(void) {
  check_format(MICRING_F32);
  check_format(MICRING_S16);
  printf("device_statistics: %d blocks of each format\n", BLOCKS);
  return 0;
}

/*
 * Lets the blocks of a driven microphone come late in every way without losing any, and loses some
 * so few that it hardly shows; and at last everything at random.
 *
 * Argument: every how many of the kinds of device are tried. Exits 0 with a line of counts, or 1
 * with what was wrong.
 */
#include "driven_check.h"

static const setting settings[] = {
    {0, 10, 0, false}, {50, 10, 4, false}, {-50, 20, 8, true}, {0, 100, 0, false},
    {30, 100, 20, true},
};

/* Nothing is lost: it all comes late, and at once. */
static void check_burst(const setting *s, int64_t late_ms, double age) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, age, "a burst");
  for (int i = 0; i < 4; i++) {
    r.now_ns += late_ms * ms_ns;
    go_on(&r, &v, 0.3 + (double)i);
  }
  end_case(&r, &v);
}

/* At first it seems to stay late: one block comes a period after the other. */
static void check_hesitation(const setting *s) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a burst that hesitates");
  int64_t const late_ns = 500 * ms_ns;
  int64_t const hesitates_ns = period_ns(&r) > 60 * ms_ns ? period_ns(&r) : 60 * ms_ns;
  int64_t const end_ns = captured_ns(&r, r.source) + hesitates_ns;
  while (captured_ns(&r, r.source) <= end_ns) {
    r.now_ns = captured_ns(&r, r.source + r.period) + late_ns;
    deliver(&r, CAPTURE_NO_LOSS, false);
  }
  end_case(&r, &v);
}

/* It catches up slowly, for longer than can wait. */
static void check_slow_burst(const setting *s) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a slow burst");
  r.ragged = false;
  int64_t const late_ns = 2500 * ms_ns;
  int64_t const began_ns = r.now_ns;
  int64_t const from_ns = captured_ns(&r, r.source);
  while (captured_ns(&r, r.source) < from_ns + 3 * late_ns) {
    /* Three blocks in the time of two. */
    r.now_ns = began_ns + late_ns + (captured_ns(&r, r.source + r.period) - from_ns) * 2 / 3;
    deliver(&r, CAPTURE_NO_LOSS, false);
  }
  check_frames(&r, &v);
  end_case(&r, &v);
}

/* A busy machine: for a while no block is in time. */
static void check_busy(const setting *s, int64_t late_ms, double seconds) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a busy machine");
  r.ragged = false;
  int64_t const end_ns = r.now_ns + (int64_t)(seconds * 1e9);
  while (r.now_ns < end_ns) {
    r.now_ns = captured_ns(&r, r.source + r.period) + late_ms * ms_ns;
    deliver(&r, CAPTURE_NO_LOSS, false);
  }
  end_case(&r, &v);
}

/* Less than makes a block suspicious: it shows as a step that lasts. */
static void check_step(const setting *s, int64_t lost_ms) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 30, "a small overrun");
  /* The gap is where it is noticed, some seconds later. */
  v.margin_ns += lost_ms * ms_ns;
  int64_t const start_ns = captured_ns(&r, r.source);
  r.source += (uint64_t)((double)(lost_ms * ms_ns) / r.ns_per_frame);
  go_on(&r, &v, 10);
  expect_gap(&r, &v, MICRING_GAP_OVERRUN, start_ns, start_ns + lost_ms * ms_ns);
  v.losses[0].margin_ns += 6 * s_ns;
  end_case(&r, &v);
}

/* A block that is longer than all that can wait, in time and after a loss. */
static void check_long_block(const setting *s) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a long block");
  uint64_t const frames = (uint64_t)(4 * r.rate);
  deliver_frames(&r, frames, CAPTURE_NO_LOSS, false);
  go_on(&r, &v, 5);
  drop(&r, &v, 2 * s_ns, MICRING_GAP_OVERRUN);
  deliver_frames(&r, frames, MICRING_GAP_OVERRUN, false);
  end_case(&r, &v);
}

/* What the clock says is not missing, whatever the system reports. */
static void check_false_report(const setting *s) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a false report");
  deliver(&r, MICRING_GAP_OVERRUN, false);
  end_case(&r, &v);
}

/* One of all that can happen. */
static void happen(rig *r, verdict *v) {
  /* After a burst, less than a tenth of a second is not suspicious. */
  int64_t const ns = v->margin_ns + (int64_t)below(&r->random, 2000) * ms_ns + 100 * ms_ns;
  switch (below(&r->random, 6)) {
    case 0:
      drop(r, v, ns, MICRING_GAP_OVERRUN);
      break;
    case 1:
      drop(r, v, ns, MICRING_GAP_HOLE);
      deliver(r, MICRING_GAP_HOLE, false);
      break;
    case 2:
      drop(r, v, ns, MICRING_GAP_PAUSE);
      capture_enter(r->capture);
      capture_expect(r->capture, MICRING_GAP_PAUSE, false);
      capture_leave(r->capture);
      break;
    default:
      r->now_ns += ns;
      break;
  }
}

/* Ten minutes with something every few seconds. */
static void check_life(const setting *s) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a life");
  for (int i = 0; i < 60; i++) {
    happen(&r, &v);
    go_on(&r, &v, 5 + (double)below(&r.random, 10000) / 1000);
    check_gaps(&r, &v);
  }
  end_case(&r, &v);
}

int main(int argc, char **argv) {
  static const int64_t bursts_ms[] = {20, 60, 150, 500, 1000, 2000};
  size_t const step = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i += step) {
    const setting *s = &settings[i];
    for (size_t j = 0; j < 6; j++) check_burst(s, bursts_ms[j], j % 2 == 0 ? 20 : 1);
    check_slow_burst(s);
    if (s->jitter_ms == 0) {
      check_hesitation(s);
      check_false_report(s);
    }
    check_busy(s, 8, 1);
    check_busy(s, 8, 1.9);
    check_long_block(s);
    check_life(s);
  }
  check_step(&settings[0], 9);
  check_step(&settings[3], 9);
  check_step(&settings[3], 80);
  printf("late_drive: %" PRIu64 " cases, %" PRIu64 " frames in their place or in a gap\n", cases,
         checked);
  return 0;
}

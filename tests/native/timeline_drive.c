/*
 * Drives the clock of a device for hours, and asks at every second when frames were captured: by a
 * clock that is right, fast or slow, with blocks that come in time or late by chance. Then breaks
 * the timeline in every way.
 *
 * Argument: the seconds that a device runs, if not an hour. Exits 0 with a line of counts, or 1
 * with what was wrong.
 */
#include "driven.h"

static const double rate = 4000;
static const double window_seconds = 60;
static const int64_t right_ns = 2000000;
/* What the timeline does not tell its readers at once, and a frame. */
static const int64_t small_ns = 350000;
/* Blocks that come anyhow tell little at first: for so long, all that is promised is what the
 * timeline itself says. */
static const int64_t settling_ns = 180000000000;

static uint64_t times;
static uint64_t inverses;
static uint64_t breaks;

static int64_t distance(int64_t one, int64_t other) {
  return one > other ? one - other : other - one;
}

static void check_time(rig *r, uint64_t frame, int64_t true_ns, int64_t most_ns) {
  int64_t const said_ns = timeline_time_at(r->timeline, frame);
  times++;
  if (distance(said_ns, true_ns) <= most_ns) return;
  fail(r, "frame %" PRIu64 " is dated %.3f ms wrong, spread %.3f ms", frame,
       (double)(said_ns - true_ns) / 1e6, (double)timeline_spread_ns(r->timeline) / 1e6);
}

/* Never back in time, but for rounding; and the frame at a time is the last that begins by then. */
static void check_order(rig *r, uint64_t from, uint64_t to, uint64_t step) {
  int64_t before_ns = timeline_time_at(r->timeline, from);
  for (uint64_t frame = from; frame < to; frame += step) {
    int64_t const time_ns = timeline_time_at(r->timeline, frame);
    if (time_ns < before_ns - 2) {
      fail(r, "frame %" PRIu64 " is %" PRId64 " ns before an older one", frame,
           before_ns - time_ns);
    }
    before_ns = time_ns;
    int64_t const asked_ns = time_ns + (int64_t)below(&r->random, 300000);
    uint64_t const found = timeline_frame_at(r->timeline, asked_ns);
    inverses++;
    if (timeline_time_at(r->timeline, found) > asked_ns + 2 ||
        timeline_time_at(r->timeline, found + 1) < asked_ns - 2) {
      fail(r, "frame %" PRIu64 " is not the one at a time near frame %" PRIu64 " (%" PRId64
           " ns before its beginning, %" PRId64 " ns before its end)", found, frame,
           timeline_time_at(r->timeline, found) - asked_ns,
           timeline_time_at(r->timeline, found + 1) - asked_ns);
    }
  }
}

/* The ends of a window that ends now. */
static void check_window(rig *r, double seconds) {
  uint64_t const end = capture_position(r->capture);
  uint64_t const frames = (uint64_t)(seconds * rate);
  uint64_t const start = end > frames ? end - frames : 0;
  int64_t const said_ns = timeline_spread_ns(r->timeline);
  bool const settled = captured_ns(r, start) - dawn_ns > settling_ns;
  if (r->jitter_ns == 0 || settled) {
    check_time(r, start, captured_ns(r, start), right_ns);
    check_time(r, end, captured_ns(r, end), right_ns);
  } else {
    check_time(r, start, captured_ns(r, start), r->jitter_ns);
    check_time(r, end, captured_ns(r, end), said_ns + 2 * right_ns);
  }
}

static void check_now(rig *r) {
  static const double windows[] = {2, 30, 60};
  for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) check_window(r, windows[i]);
  check_window(r, (double)below(&r->random, 60000) / 1000);
  if (below(&r->random, 16) != 0) return;
  uint64_t const end = capture_position(r->capture);
  uint64_t const from = end > 16 * (uint64_t)rate ? end - 16 * (uint64_t)rate : 0;
  check_order(r, from, end + (uint64_t)rate, 41 + below(&r->random, 97));
}

static void check_clock(double ppm, uint64_t period_ms, int64_t jitter_ms, int64_t long_ns) {
  rig r = {0};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: %g ppm, blocks of %" PRIu64 " ms, up to %"
           PRId64 " ms late", ppm, period_ms, jitter_ms);
  set_up(&r, rate, window_seconds, 0x9e3779b97f4a7c15u + period_ms);
  start_device(&r, ppm, period_ms * (uint64_t)rate / 1000, jitter_ms * ms_ns);
  for (int64_t next_ns = dawn_ns + s_ns; r.now_ns < dawn_ns + long_ns;) {
    deliver(&r, CAPTURE_NO_LOSS, false);
    if (r.now_ns < next_ns) continue;
    check_now(&r);
    next_ns += s_ns;
  }
  if (gaps_entries(r.gaps) != 0) fail(&r, "%" PRIu64 " false gaps", gaps_entries(r.gaps));
  if (capture_position(r.capture) != r.source) fail(&r, "not every frame is in the ring");
  double const drift = timeline_drift_ppm(r.timeline);
  if (drift < ppm - 20 || drift > ppm + 20) fail(&r, "a drift of %g ppm is said", drift);
  int64_t const spread_ns = timeline_spread_ns(r.timeline);
  int64_t const least_ns = jitter_ms * ms_ns / 200;
  if (spread_ns < least_ns || spread_ns > least_ns * 20 + ms_ns) {
    fail(&r, "a spread of %" PRId64 " ns is said", spread_ns);
  }
  tear_down(&r);
}

/* So far off that its rate must be learned, or every block would be late. */
static void check_odd_clock(double ppm) {
  rig r = {0};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: an odd clock, %g ppm", ppm);
  set_up(&r, rate, window_seconds, 7);
  start_device(&r, ppm, 40, 0);
  while (r.now_ns < dawn_ns + 60 * s_ns) {
    deliver(&r, CAPTURE_NO_LOSS, false);
    if (r.now_ns < dawn_ns + 20 * s_ns) continue;
    uint64_t const end = capture_position(r.capture);
    check_time(&r, end, captured_ns(&r, end), right_ns);
  }
  if (gaps_entries(r.gaps) != 0) fail(&r, "%" PRIu64 " false gaps", gaps_entries(r.gaps));
  double const drift = timeline_drift_ppm(r.timeline);
  if (drift < ppm - 20 || drift > ppm + 20) fail(&r, "a drift of %g ppm is said", drift);
  uint64_t const end = capture_position(r.capture);
  timeline_break(r.timeline, end, end, false);
  if (timeline_drift_ppm(r.timeline) != drift) fail(&r, "the same clock has another drift");
  timeline_break(r.timeline, end, end, true);
  if (timeline_drift_ppm(r.timeline) != 0) fail(&r, "another clock has the same drift");
  tear_down(&r);
}

/* What was late for a minute comes in time from now on, by a shorter way. */
static void check_shorter_way(void) {
  rig r = {0};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: a shorter way");
  set_up(&r, rate, window_seconds, 11);
  start_device(&r, 0, 40, 0);
  while (r.now_ns < dawn_ns + 60 * s_ns) {
    r.now_ns = captured_ns(&r, r.source + r.period) + 30 * ms_ns;
    deliver(&r, CAPTURE_NO_LOSS, false);
  }
  while (r.now_ns < dawn_ns + 240 * s_ns) {
    deliver(&r, CAPTURE_NO_LOSS, false);
    if (r.now_ns < dawn_ns + 61 * s_ns) continue;
    uint64_t const end = capture_position(r.capture);
    check_time(&r, end, captured_ns(&r, end), right_ns);
  }
  tear_down(&r);
}

/* Blocks at random, on time or late or by a shorter way, and gaps between them. */
static void check_breaks(uint64_t seed) {
  rig r = {.rate = rate, .random = seed, .now_ns = dawn_ns};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: breaks, seed %" PRIu64, seed);
  r.timeline = timeline_create(TIMELINE_FOLLOW, rate, window_seconds, dawn_ns);
  if (r.timeline == NULL) fail(&r, "no memory");
  uint64_t frame = 0;
  for (int i = 0; i < 3000; i++) {
    uint64_t const frames = 1 + below(&r.random, 400);
    r.now_ns += (int64_t)(frames * 250000 + below(&r.random, 50 * ms_ns));
    if (below(&r.random, 100) == 0) r.now_ns -= (int64_t)below(&r.random, 3 * s_ns);
    frame += frames;
    timeline_mark(r.timeline, frame, r.now_ns);
    if (below(&r.random, 8) == 0) {
      uint64_t const missing = below(&r.random, below(&r.random, 8) == 0 ? 4000000 : 300);
      int64_t const start_ns = timeline_time_at(r.timeline, frame > 100 ? frame - 100 : 0);
      int64_t const due_ns = timeline_due_ns(r.timeline, frame + missing);
      timeline_break(r.timeline, frame, frame + missing, below(&r.random, 4) == 0);
      if (timeline_due_ns(r.timeline, frame + missing) != due_ns) {
        fail(&r, "a break moves the line");
      }
      int64_t const now_ns = timeline_time_at(r.timeline, frame > 100 ? frame - 100 : 0);
      if (distance(now_ns, start_ns) > small_ns) {
        fail(&r, "a break dates older frames anew, by %" PRId64 " ns", now_ns - start_ns);
      }
      frame += missing;
      breaks++;
    }
    if (below(&r.random, 50) != 0) continue;
    check_order(&r, frame > 8000 ? frame - 8000 : 0, frame + 400, 1 + below(&r.random, 13));
  }
  check_order(&r, 0, frame, 1 + frame / 200000);
  timeline_destroy(r.timeline);
}

/* What is before a gap, in it and behind it, when the frames behind it turn out to be older. */
static void check_gap(void) {
  rig r = {.rate = rate, .random = 1, .now_ns = dawn_ns};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: a gap");
  r.timeline = timeline_create(TIMELINE_FOLLOW, rate, window_seconds, dawn_ns);
  if (r.timeline == NULL) fail(&r, "no memory");
  for (uint64_t frame = 40; frame <= 400; frame += 40) {
    timeline_mark(r.timeline, frame, dawn_ns + (int64_t)frame * 250000);
  }
  timeline_break(r.timeline, 400, 4400, true);
  check_time(&r, 2400, dawn_ns + 600 * ms_ns, 2);
  check_time(&r, 4400, dawn_ns + 1100 * ms_ns, 2);
  /* It comes 100 ms before it is due: so the gap was as much shorter. */
  timeline_mark(r.timeline, 4440, dawn_ns + 1010 * ms_ns);
  check_time(&r, 0, dawn_ns, 2);
  check_time(&r, 400, dawn_ns + 100 * ms_ns, 2);
  check_time(&r, 2400, dawn_ns + 550 * ms_ns, 2);
  check_time(&r, 4400, dawn_ns + 1000 * ms_ns, 2);
  check_time(&r, 8400, dawn_ns + 2000 * ms_ns, 2);
  /* So much that there is no time left for the gap. */
  timeline_mark(r.timeline, 4480, dawn_ns + 90 * ms_ns);
  check_time(&r, 400, dawn_ns + 100 * ms_ns, 2);
  check_time(&r, 4000, dawn_ns + 100 * ms_ns, 2);
  check_time(&r, 4440, dawn_ns + 100 * ms_ns, 2);
  check_time(&r, 4600, dawn_ns + 120 * ms_ns, 2);
  check_order(&r, 0, 9000, 1);
  timeline_destroy(r.timeline);
}

/* Numbers so large that they are not exact any more if they are multiplied as they are. */
static void check_decades(void) {
  rig r = {.rate = rate, .random = 3, .now_ns = dawn_ns};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: decades");
  r.timeline = timeline_create(TIMELINE_FOLLOW, rate, window_seconds, dawn_ns);
  if (r.timeline == NULL) fail(&r, "no memory");
  uint64_t const later = UINT64_C(1) << 42;
  timeline_mark(r.timeline, 40, dawn_ns + 10 * ms_ns);
  timeline_break(r.timeline, 40, later, false);
  int64_t const later_ns = dawn_ns + (int64_t)later * 250000;
  for (uint64_t frame = 40; frame < 400000; frame += 40) {
    r.now_ns = later_ns + (int64_t)(frame * 250000);
    timeline_mark(r.timeline, later + frame, r.now_ns);
    check_time(&r, later + frame, r.now_ns, 1000);
  }
  check_order(&r, later, later + 400000, 7);
  (void)timeline_time_at(r.timeline, UINT64_C(1) << 63);
  (void)timeline_frame_at(r.timeline, INT64_MAX);
  if (timeline_frame_at(r.timeline, INT64_MIN) != 0) fail(&r, "there is a frame before all time");
  timeline_destroy(r.timeline);
}

/* The device's rate in the memory test: another one every ten minutes. */
static int64_t wavering_ns(uint64_t frame) {
  uint64_t const stretch = 600 * (uint64_t)rate;
  uint64_t const rounds = frame / stretch;
  uint64_t const at = frame % stretch;
  int64_t const frame_ns = rounds % 2 == 0 ? 250050 : 249950;
  return dawn_ns + (int64_t)(rounds / 2 * 2 * stretch * 250000 + rounds % 2 * stretch * 250050) +
         (int64_t)at * frame_ns;
}

/* As far back as a window goes it remembers what was learned then. */
static void check_memory(void) {
  rig r = {.rate = rate, .random = 5, .now_ns = dawn_ns};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: a long window");
  uint64_t const frames = 4 * 3600 * (uint64_t)rate;
  r.timeline = timeline_create(TIMELINE_FOLLOW, rate, 4 * 3600, dawn_ns);
  if (r.timeline == NULL) fail(&r, "no memory");
  for (uint64_t frame = 40; frame < frames; frame += 400) {
    r.now_ns = wavering_ns(frame);
    timeline_mark(r.timeline, frame, r.now_ns);
  }
  /* Where the rate changes, it takes its time to learn that. */
  for (uint64_t frame = 0; frame < frames; frame += 40000) {
    check_time(&r, frame, wavering_ns(frame), 60 * ms_ns);
  }
  timeline_destroy(r.timeline);
}

/* Beyond that, the oldest piece says when it was. */
static void check_forgotten(void) {
  rig r = {.rate = rate, .random = 5, .now_ns = dawn_ns};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: forgotten pieces");
  r.timeline = timeline_create(TIMELINE_FOLLOW, rate, 1, dawn_ns);
  if (r.timeline == NULL) fail(&r, "no memory");
  for (uint64_t frame = 40; frame < 8 * 3600 * (uint64_t)rate; frame += 400) {
    r.now_ns = dawn_ns + (int64_t)(frame * 250000);
    timeline_mark(r.timeline, frame, r.now_ns);
  }
  for (uint64_t frame = 0; frame < 8 * 3600 * (uint64_t)rate; frame += 40000) {
    check_time(&r, frame, dawn_ns + (int64_t)(frame * 250000), right_ns);
  }
  timeline_destroy(r.timeline);
}

static void check_simple_kinds(void) {
  rig r = {.rate = rate, .random = 9, .now_ns = dawn_ns};
  snprintf(r.doing, sizeof r.doing, "timeline_drive: by arrival");
  for (int kind = TIMELINE_FIXED; kind <= TIMELINE_ARRIVAL; kind++) {
    r.timeline = timeline_create((timeline_kind)kind, rate, window_seconds, dawn_ns);
    if (r.timeline == NULL) fail(&r, "no memory");
    timeline_mark(r.timeline, 4000, dawn_ns + 5 * s_ns);
    int64_t const origin_ns = kind == TIMELINE_ARRIVAL ? dawn_ns + 4 * s_ns : dawn_ns;
    check_time(&r, 0, origin_ns, 0);
    check_time(&r, 8000, origin_ns + 2 * s_ns, 0);
    if (timeline_due_ns(r.timeline, 8000) != origin_ns + 2 * s_ns) fail(&r, "due is wrong");
    timeline_break(r.timeline, 8000, 12000, true);
    check_order(&r, 0, 20000, 3);
    timeline_destroy(r.timeline);
  }
}

int main(int argc, char **argv) {
  static const double drifts[] = {0, 200, -200};
  static const uint64_t periods_ms[] = {10, 20, 100};
  int64_t const long_ns = (int64_t)((argc > 1 ? atof(argv[1]) : 3600) * 1e9);
  check_simple_kinds();
  check_gap();
  check_decades();
  for (uint64_t seed = 1; seed <= 4; seed++) check_breaks(seed);
  check_odd_clock(20000);
  check_odd_clock(1000);
  check_odd_clock(-1000);
  check_shorter_way();
  check_memory();
  check_forgotten();
  for (size_t i = 0; i < 18; i++) {
    check_clock(drifts[i % 3], periods_ms[i / 3 % 3], i < 9 ? 0 : 50, long_ns);
  }
  printf("timeline_drive: %" PRIu64 " times, %" PRIu64 " frames by time, %" PRIu64 " breaks\n",
         times, inverses, breaks);
  return 0;
}

/*
 * Loses frames of a driven microphone in every way that sound systems have, and lets its blocks
 * come late without losing any: every frame must be in its place, or inside a gap that says why.
 *
 * Argument: every how many of the kinds of device are tried. Exits 0 with a line of counts, or 1
 * with what was wrong.
 */
#include "driven_check.h"

/* How far back a supervisor does not fill in silence yet, but for two periods. */
static const int64_t reach_ns = 100000000;
/* What is let go at the end of a queue that has overflowed. */
static const double shreds_ns = 25000000;

static const setting settings[] = {
    {0, 10, 0, false}, {50, 10, 4, false}, {-50, 20, 8, true}, {0, 100, 0, false},
    {30, 25, 20, true},
};

static void check_overrun(const setting *s, int64_t lost_ms, bool reported) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, reported ? "a reported overrun" : "an overrun that nobody reports");
  micring_gap_cause const cause = reported ? MICRING_GAP_HOLE : MICRING_GAP_OVERRUN;
  drop(&r, &v, lost_ms * ms_ns, cause);
  deliver(&r, reported ? (uint32_t)cause : CAPTURE_NO_LOSS, false);
  go_on(&r, &v, 15);
  end_case(&r, &v);
}

/* While a queue that is full is emptied, a few frames fit in now and then. Returns how many. */
static uint64_t deliver_shreds(rig *r, bool slept) {
  for (int i = 0; i < 3; i++) {
    r->source += 30;
    deliver_frames(r, 6, CAPTURE_NO_LOSS, slept);
  }
  return 18;
}

/* The process was stopped: of what was captured meanwhile the oldest is in a queue, the rest
 * gone. */
static void check_stopped(const setting *s, int64_t stop_ms, int64_t queue_ms, bool slept) {
  rig r;
  verdict v;
  /* The longer the gap, the better the clock must be known by which it is measured. */
  begin_case(&r, &v, s, stop_ms > 60000 ? 120 : 20, "a process that was stopped");
  int64_t const queued_ns = r.now_ns + queue_ms * ms_ns;
  r.now_ns += stop_ms * ms_ns;
  for (int i = 0; captured_ns(&r, r.source + r.period) <= queued_ns; i++) {
    deliver(&r, CAPTURE_NO_LOSS, slept);
    /* Something else has its turn in between. */
    if (i == 1) r.now_ns += 30 * ms_ns;
  }
  int64_t gone_ns = captured_ns(&r, r.source);
  if (queue_ms != 0) {
    uint64_t const shreds = deliver_shreds(&r, slept);
    /* They are let go, and with them what cannot be told from them. */
    v.surplus = (uint64_t)(shreds_ns / r.ns_per_frame) + 1;
    gone_ns -= (int64_t)(shreds_ns - (double)shreds * r.ns_per_frame);
    /* And again, before it comes back for more. */
    r.now_ns += 30 * ms_ns;
  }
  int64_t const start_ns = captured_ns(&r, r.source);
  r.source += (uint64_t)((double)(r.now_ns - start_ns) / r.ns_per_frame);
  micring_gap_cause const cause = slept ? MICRING_GAP_SLEEP : MICRING_GAP_OVERRUN;
  expect_gap(&r, &v, cause, gone_ns, captured_ns(&r, r.source));
  deliver(&r, CAPTURE_NO_LOSS, slept);
  end_case(&r, &v);
}

static void fill(rig *r, micring_gap_cause cause, int64_t until_ns) {
  if (!capture_enter(r->capture)) fail(r, "the gate is shut");
  capture_outage(r->capture, cause, until_ns);
  capture_leave(r->capture);
}

/* As the supervisor does it: from half a second on, and again and again. */
static void wait_for_device(rig *r, verdict *v, int64_t end_ns, micring_gap_cause cause) {
  int64_t const keep_ns = 2 * period_ns(r) + reach_ns;
  r->now_ns += 500 * ms_ns;
  for (; r->now_ns < end_ns; r->now_ns += r->now_ns < end_ns - 20 * s_ns ? s_ns : 100 * ms_ns) {
    fill(r, cause, r->now_ns - keep_ns);
    int64_t const filled_ns = timeline_due_ns(r->timeline, capture_position(r->capture));
    if (filled_ns < r->now_ns - keep_ns - ms_ns) fail(r, "an outage is not filled in");
    check_frames(r, v);
  }
  r->now_ns = end_ns;
}

static void expect(rig *r, micring_gap_cause cause, bool new_clock) {
  if (!capture_enter(r->capture)) fail(r, "the gate is shut");
  capture_expect(r->capture, cause, new_clock);
  capture_leave(r->capture);
}

/* The device is gone, and comes back as another one. */
static void check_outage(const setting *s, double seconds, bool wipe) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, seconds > 60 ? 120 : 20, wipe ? "an outage with a wipe" : "an outage");
  check_frames(&r, &v);
  int64_t const gone_ns = captured_ns(&r, r.source);
  int64_t const back_ns = gone_ns + (int64_t)(seconds * 1e9);
  wait_for_device(&r, &v, gone_ns + (back_ns - gone_ns) / 2, MICRING_GAP_STALL);
  if (wipe) {
    capture_shut(r.capture);
    capture_wipe(r.capture);
    capture_open(r.capture);
    check_frames(&r, &v);
  }
  wait_for_device(&r, &v, back_ns, MICRING_GAP_DEVICE);
  count_due(&r, &v, r.now_ns);
  expect(&r, MICRING_GAP_REROUTE, true);
  start_device(&r, -s->ppm, r.period, r.jitter_ns);
  expect_gap(&r, &v, MICRING_GAP_REROUTE, gone_ns, r.now_ns);
  end_case(&r, &v);
}

/* A stream that has more to tell than there was room left for: what is inside the silence already
 * is let go. */
static void check_backlog(const setting *s) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a stream that begins in the past");
  int64_t const gone_ns = captured_ns(&r, r.source);
  r.now_ns += 2 * s_ns;
  fill(&r, MICRING_GAP_STALL, r.now_ns);
  uint64_t const skipped = (uint64_t)(1.6e9 / r.ns_per_frame);
  uint64_t const before = r.source;
  r.source += skipped;
  expect(&r, MICRING_GAP_STALL, false);
  int64_t const filled_ns = timeline_due_ns(r.timeline, capture_position(r.capture));
  v.surplus = (uint64_t)((double)(filled_ns - captured_ns(&r, r.source)) / r.ns_per_frame) + 40;
  expect_gap(&r, &v, MICRING_GAP_STALL, gone_ns, filled_ns);
  if (r.source - before != skipped) fail(&r, "nothing was skipped");
  end_case(&r, &v);
}

static void check_pause(const setting *s, double seconds) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a pause");
  expect(&r, MICRING_GAP_PAUSE, false);
  drop(&r, &v, (int64_t)(seconds * 1e9), MICRING_GAP_PAUSE);
  end_case(&r, &v);
}

/* It is shut while nobody knows yet how much is missing: what came by then is there, as near to its
 * place as two blocks can tell. */
static void check_settled(const setting *s, int64_t lost_ms) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a capture that is shut in doubt");
  v.margin_ns += r.jitter_ns;
  drop(&r, &v, lost_ms * ms_ns, MICRING_GAP_OVERRUN);
  deliver(&r, CAPTURE_NO_LOSS, false);
  deliver(&r, CAPTURE_NO_LOSS, false);
  capture_shut(r.capture);
  capture_settle(r.capture);
  check_frames(&r, &v);
  if (v.delivered != r.delivered_count) fail(&r, "what came before is not there");
  check_gaps(&r, &v);
  capture_settle(r.capture);
  if (ring_written(r.ring) != v.frame) fail(&r, "settled twice");
  checked += v.checked;
  cases++;
  tear_down(&r);
}

static void check_wipe(const setting *s, int64_t lost_ms, int64_t after_ms) {
  rig r;
  verdict v;
  begin_case(&r, &v, s, 20, "a wipe");
  check_frames(&r, &v);
  int64_t const gone_ns = captured_ns(&r, r.source);
  r.source += (uint64_t)((double)(lost_ms * ms_ns) / r.ns_per_frame);
  int64_t const back_ns = captured_ns(&r, r.source);
  while (captured_ns(&r, r.source) < back_ns + after_ms * ms_ns) {
    deliver(&r, CAPTURE_NO_LOSS, false);
  }
  bool const certain = gaps_entries(r.gaps) != 0;
  capture_shut(r.capture);
  deliver(&r, CAPTURE_NO_LOSS, false);
  capture_wipe(r.capture);
  if (ring_oldest(r.ring) != ring_written(r.ring)) fail(&r, "something is left after a wipe");
  v.frame = ring_written(r.ring);
  /* One more is turned away, after the wipe: that is a gap. */
  int64_t const start_ns = captured_ns(&r, r.source);
  deliver(&r, CAPTURE_NO_LOSS, false);
  v.delivered = r.delivered_count;
  capture_open(r.capture);
  /* The gap of what was lost comes as soon as that is certain. Until then, all is too early. */
  int64_t const exact_ns = v.margin_ns;
  v.margin_ns += (lost_ms + after_ms) * ms_ns;
  if (lost_ms != 0 && certain) expect_gap(&r, &v, MICRING_GAP_OVERRUN, gone_ns, back_ns);
  expect_gap(&r, &v, MICRING_GAP_WIPE, start_ns, captured_ns(&r, r.source));
  if (lost_ms != 0 && !certain) expect_gap(&r, &v, MICRING_GAP_OVERRUN, gone_ns, back_ns);
  v.margin_ns = exact_ns;
  end_case(&r, &v);
}

static void check_all_with(const setting *s) {
  static const int64_t losses_ms[] = {130, 480, 1000, 3000};
  for (size_t i = 0; i < 4; i++) {
    check_overrun(s, losses_ms[i], false);
    check_overrun(s, losses_ms[i], true);
  }
  check_overrun(s, (int64_t)s->period_ms, true);
  check_overrun(s, (int64_t)s->period_ms * 3, true);
  check_stopped(s, 3000, 2000, true);
  check_stopped(s, 3000, 2000, false);
  check_stopped(s, 5000, 2000, true);
  check_stopped(s, 3000, 400, true);
  check_stopped(s, 3000, 0, true);
  check_stopped(s, 3600000, 2000, true);
  check_stopped(s, 3600000, 0, true);
  check_outage(s, 1, false);
  check_outage(s, 17.3, false);
  check_outage(s, 17.3, true);
  check_outage(s, 3600, false);
  check_backlog(s);
  check_pause(s, 0.4);
  check_pause(s, 100);
  check_settled(s, 480);
  check_settled(s, 3000);
  check_wipe(s, 0, 0);
  check_wipe(s, 1000, 50);
  check_wipe(s, 1000, 400);
}

int main(int argc, char **argv) {
  size_t const step = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i += step) {
    check_all_with(&settings[i]);
  }
  printf("align_drive: %" PRIu64 " cases, %" PRIu64 " frames in their place or in a gap\n", cases,
         checked);
  return 0;
}

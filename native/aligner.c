#include "aligner.h"

#include <stdlib.h>

#include "lateness.h"
#include "trial.h"

/* Why blocks wait, if they do. */
typedef enum doubt { CERTAIN, SUSPECTED, REPORTED, EXPECTED } doubt;

struct aligner {
  track *track;
  ring *staging;
  lateness lateness;
  bool begun;
  int64_t stream_began_ns;
  doubt doubt;
  trial trial;
  /* Of the gap that is reported or expected. */
  micring_gap_cause cause;
  bool new_clock;
  /* Of the one that is suspected. */
  bool slept;
  /* A gap that has not ended is in the log. */
  bool open;
  uint64_t open_start;
};

static const int64_t shreds_most_ns = 25000000;
static const int64_t patience_ns = 100000000;
/* While a stream is young, nobody knows how late its blocks can be. */
static const int64_t young_ns = 8000000000;
static const int64_t patience_while_young_ns = 1000000000;

aligner *aligner_create(track *t, uint64_t staging_frames) {
  aligner *a = calloc(1, sizeof *a);
  if (a == NULL) return NULL;
  a->track = t;
  a->staging = ring_create(staging_frames, ring_frame_bytes(t->ring));
  if (a->staging != NULL) return a;
  free(a);
  return NULL;
}

void aligner_destroy(aligner *a) {
  if (a == NULL) return;
  ring_destroy(a->staging, false);
  free(a);
}

static int64_t due_ns(const aligner *a, uint64_t frame) {
  return timeline_due_ns(a->track->timeline, frame);
}

static uint64_t position(const aligner *a) { return track_position(a->track); }

static int64_t duration_ns(const aligner *a, uint64_t frames) {
  uint64_t const start = position(a);
  return due_ns(a, start + frames) - due_ns(a, start);
}

/* The frame whose beginning is nearest to that time. */
static uint64_t nearest_frame(const aligner *a, int64_t time_ns) {
  uint64_t const before = timeline_due_frame(a->track->timeline, time_ns);
  bool const nearer = due_ns(a, before + 1) - time_ns < time_ns - due_ns(a, before);
  return nearer ? before + 1 : before;
}

static void append(aligner *a, const void *frames, uint64_t count) {
  if (count != 0) ring_write(a->track->ring, frames, count);
}

/* The staged frames from the number `from` on, which are in one stretch: the ring's memory mirrors
 * itself. */
static const void *staged(const aligner *a, uint64_t from) {
  const ring *r = a->staging;
  uint64_t const frame = ring_written(r) - a->trial.staged + from;
  const unsigned char *memory = ring_memory(a->staging);
  return memory + frame % ring_capacity(r) * ring_frame_bytes(r);
}

static void append_staged(aligner *a, uint64_t from, uint64_t to) {
  if (to > from) append(a, staged(a, from), to - from);
}

/* They are in the ring, but for those that were let go: the least late block is the best evidence
 * there is of when that was, if it is one of those behind the first `skipped`. */
static void mark_staged(aligner *a, trial_best best, uint64_t skipped) {
  const trial *t = &a->trial;
  if (t->staged <= skipped) return;
  bool const good = best.frames > skipped;
  uint64_t const after = good ? t->staged - best.frames : 0;
  timeline_mark(a->track->timeline, position(a) - after, good ? best.now_ns : t->last_now_ns);
}

/* As if nothing were missing before what waits. What comes is tried anew. */
static void flush(aligner *a) {
  append_staged(a, 0, a->trial.staged);
  mark_staged(a, a->trial.best, 0);
  a->trial = (trial){0};
}

static void end_doubt(aligner *a) {
  a->doubt = CERTAIN;
  a->new_clock = false;
  a->trial = (trial){0};
  lateness_restart(&a->lateness);
}

static void begin_doubt(aligner *a, doubt why, micring_gap_cause cause) {
  a->doubt = why;
  a->cause = cause;
  a->slept = false;
  a->trial = (trial){0};
}

/* So much time is missing here. */
static void insert_gap(aligner *a, int64_t missing_ns, micring_gap_cause cause) {
  track *t = a->track;
  uint64_t const start = position(a);
  uint64_t const end = nearest_frame(a, due_ns(a, start) + missing_ns);
  if (!a->open) {
    if (end > start) track_lose(t, end - start, cause, false);
    if (end > start || a->new_clock) timeline_break(t->timeline, start, position(a), a->new_clock);
    return;
  }
  if (end > start) track_fill(t, end - start);
  a->open = false;
  gaps_add(t->gaps, (gap){a->open_start, position(a) - a->open_start, cause, false});
  timeline_break(t->timeline, a->open_start, position(a), a->new_clock);
}

/* How many frames before the first that belongs there are inside the silence already. */
static uint64_t surplus(const aligner *a) {
  if (a->doubt != EXPECTED || a->trial.best.late_ns >= 0) return 0;
  uint64_t const start = position(a);
  uint64_t const begins = nearest_frame(a, due_ns(a, start) + a->trial.best.late_ns);
  return begins < start ? start - begins : 0;
}

/* Late by so much is any block now and then. */
static int64_t limit_ns(const aligner *a, int64_t block_ns) {
  return lateness_limit(&a->lateness, block_ns);
}

/* The end of a queue that has overflowed is in shreds: while it is emptied, a few frames fit in now
 * and then. Nobody can tell where they belong; so many at the most are let go. */
static uint64_t shredded(const aligner *a, uint64_t before) {
  uint64_t const start = position(a);
  uint64_t const most = nearest_frame(a, due_ns(a, start) + shreds_most_ns) - start;
  return before < most ? before : most;
}

/* What waits gets no less late: so much is lost. */
static void settle(aligner *a) {
  trial *t = &a->trial;
  uint64_t const drop = surplus(a);
  if (drop >= t->staged && drop != 0) {
    a->trial = (trial){0};
    return;
  }
  /* Queues that overflow drop the newest: frames are missing behind what came at once. */
  uint64_t const before = a->doubt == SUSPECTED ? trial_burst(t, limit_ns(a, 0)) : 0;
  /* Whatever the system reports after a sleep, the sleep is the cause. */
  micring_gap_cause const cause =
      a->slept && a->doubt != EXPECTED ? MICRING_GAP_SLEEP : a->cause;
  uint64_t const shreds = shredded(a, before);
  int64_t const shreds_ns = duration_ns(a, before) - duration_ns(a, before - shreds);
  append_staged(a, 0, before - shreds);
  /* How much is missing, those tell that came behind the gap. */
  bool const behind = before != 0 && t->after_burst.late_ns != INT64_MAX;
  trial_best const best = behind ? t->after_burst : t->best;
  insert_gap(a, best.late_ns - lateness_of_few(&a->lateness) + shreds_ns, cause);
  append_staged(a, before + drop, t->staged);
  mark_staged(a, best, before + drop);
  end_doubt(a);
}

static void stage(aligner *a, const void *frames, uint64_t count, int64_t now_ns) {
  trial *t = &a->trial;
  if (!t->begun && a->doubt == EXPECTED) a->stream_began_ns = now_ns;
  ring_write(a->staging, frames, count);
  int64_t const late_ns = now_ns - due_ns(a, position(a) + t->staged + count);
  trial_add(t, (trial_block){count, duration_ns(a, count), late_ns, now_ns}, limit_ns(a, 0));
}

static int64_t patience(const aligner *a, int64_t now_ns) {
  bool const young = now_ns - a->stream_began_ns < young_ns;
  return a->doubt == SUSPECTED && young ? patience_while_young_ns : patience_ns;
}

static void judge(aligner *a, uint64_t count, int64_t now_ns) {
  const trial *t = &a->trial;
  bool const usual = t->best.late_ns <= limit_ns(a, duration_ns(a, count));
  if (a->doubt == SUSPECTED && usual) {
    int64_t const first_ns = t->first_late_ns;
    int64_t const best_ns = t->best.late_ns;
    flush(a);
    end_doubt(a);
    lateness_learn(&a->lateness, first_ns, now_ns);
    lateness_learn(&a->lateness, best_ns, now_ns);
  } else if (trial_is_settled(t, patience(a, now_ns), now_ns)) {
    settle(a);
  }
}

/* Frames are missing just before what comes. */
static void report(aligner *a, micring_gap_cause cause) {
  if (a->doubt == EXPECTED) return;
  if (a->doubt == REPORTED) settle(a);
  if (a->doubt == SUSPECTED) flush(a);
  begin_doubt(a, REPORTED, cause);
}

/* The usual: it is put behind the last. False if it is too late for that. */
static bool place(aligner *a, const void *frames, uint64_t count, int64_t now_ns) {
  int64_t const step_ns = lateness_step(&a->lateness, now_ns);
  if (step_ns != 0) insert_gap(a, step_ns, MICRING_GAP_OVERRUN);
  uint64_t const start = position(a);
  int64_t const end_ns = due_ns(a, start + count);
  int64_t const late_ns = now_ns - end_ns;
  if (late_ns > limit_ns(a, end_ns - due_ns(a, start))) return false;
  append(a, frames, count);
  timeline_mark(a->track->timeline, start + count, now_ns);
  lateness_learn(&a->lateness, late_ns, now_ns);
  return true;
}

/* A block that fits into the staging. */
static void take(aligner *a, const void *frames, uint64_t count, int64_t now_ns, bool slept) {
  bool const full = a->trial.staged + count > ring_capacity(a->staging);
  if (full && a->doubt == SUSPECTED) flush(a);
  else if (full) settle(a);
  if (a->doubt == CERTAIN) {
    if (place(a, frames, count, now_ns)) return;
    begin_doubt(a, SUSPECTED, MICRING_GAP_OVERRUN);
  }
  a->slept |= slept;
  stage(a, frames, count, now_ns);
  judge(a, count, now_ns);
}

/* The very first block: nothing says where it belongs, it is where everything begins. */
static void begin(aligner *a, const void *frames, uint64_t count, int64_t now_ns) {
  a->begun = true;
  a->stream_began_ns = now_ns;
  append(a, frames, count);
  timeline_mark(a->track->timeline, position(a), now_ns);
}

void aligner_deliver(aligner *a, const void *frames, uint64_t count, int64_t now_ns,
                     uint32_t loss, bool slept) {
  if (!a->begun) {
    begin(a, frames, count, now_ns);
    return;
  }
  if (loss != CAPTURE_NO_LOSS) report(a, (micring_gap_cause)loss);
  const unsigned char *from = frames;
  uint64_t const most = ring_capacity(a->staging);
  while (count > 0) {
    uint64_t const part = count < most ? count : most;
    count -= part;
    take(a, from, part, now_ns - duration_ns(a, count), slept);
    from += part * ring_frame_bytes(a->staging);
  }
}

void aligner_outage(aligner *a, micring_gap_cause cause, int64_t until_ns) {
  track *t = a->track;
  if (a->trial.begun) settle(a);
  if (a->doubt != EXPECTED) begin_doubt(a, EXPECTED, cause);
  a->cause = cause;
  if (!a->open) {
    a->open = true;
    a->open_start = position(a);
    gaps_add(t->gaps, (gap){a->open_start, GAP_OPEN, cause, false});
    statistic_add(&t->statistics.gaps, 1);
  }
  uint64_t const start = position(a);
  uint64_t const due = timeline_due_frame(t->timeline, until_ns);
  if (due > start) track_fill(t, due - start);
}

void aligner_expect(aligner *a, micring_gap_cause cause, bool new_clock) {
  if (a->trial.begun) settle(a);
  begin_doubt(a, EXPECTED, cause);
  a->new_clock = new_clock;
}

void aligner_refuse(aligner *a, uint64_t count) {
  if (count == 0) return;
  if (a->trial.staged != 0) settle(a);
  if (a->open) track_fill(a->track, count);
  else track_lose(a->track, count, MICRING_GAP_WIPE, true);
}

void aligner_settle(aligner *a) {
  if (a->trial.begun) settle(a);
}

uint64_t aligner_forget(aligner *a) {
  uint64_t const count = a->trial.staged;
  a->trial = (trial){0};
  ring_wipe(a->staging);
  return count;
}

#include "trial.h"

/* One block more may be late by chance. */
enum { LEAST_BLOCKS = 2 };

static const int64_t trifle_ns = 3000000;
static const int64_t at_once_ns = 200000;

static void begin(trial *t, int64_t late_ns, int64_t now_ns) {
  t->begun = t->bursting = true;
  t->first_late_ns = t->improved_late_ns = late_ns;
  t->best.late_ns = INT64_MAX;
  t->improved_ns = t->last_now_ns = now_ns;
}

/* Whether this block comes with those before, in no time, or they go on coming after a break. */
static void follow_burst(trial *t, trial_block block, int64_t limit_ns) {
  int64_t const interval_ns = block.now_ns - t->last_now_ns;
  bool const at_once = interval_ns < at_once_ns || interval_ns < block.long_ns / 2;
  bool const again = t->burst_late_ns - block.late_ns > limit_ns;
  t->bursting = again || (t->bursting && at_once);
  if (!t->bursting) return;
  t->burst_frames = t->staged;
  t->burst_late_ns = block.late_ns;
  t->after_burst.late_ns = INT64_MAX;
}

static void improve(trial_best *best, const trial *t, trial_block block) {
  if (block.late_ns < best->late_ns) *best = (trial_best){block.late_ns, block.now_ns, t->staged};
}

void trial_add(trial *t, trial_block block, int64_t limit_ns) {
  t->staged += block.frames;
  if (!t->begun) begin(t, block.late_ns, block.now_ns);
  improve(&t->best, t, block);
  follow_burst(t, block, limit_ns);
  if (!t->bursting) improve(&t->after_burst, t, block);
  t->last_now_ns = block.now_ns;
  t->blocks_since++;
  if (block.long_ns > t->longest_ns) t->longest_ns = block.long_ns;
  if (t->improved_late_ns - block.late_ns <= trifle_ns) return;
  t->improved_late_ns = block.late_ns;
  t->improved_ns = block.now_ns;
  t->blocks_since = 0;
}

bool trial_is_settled(const trial *t, int64_t patience_ns, int64_t now_ns) {
  int64_t const since_ns = now_ns - t->improved_ns;
  return t->blocks_since >= LEAST_BLOCKS && since_ns >= patience_ns &&
         since_ns >= t->longest_ns * 3 / 2;
}

uint64_t trial_burst(const trial *t, int64_t limit_ns) {
  return t->first_late_ns - t->best.late_ns > limit_ns ? t->burst_frames : 0;
}

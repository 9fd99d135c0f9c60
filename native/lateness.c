#include "lateness.h"

#include <stdbool.h>

enum {
  FEW_BLOCKS = 5,
  BRIEFS_KEPT = 32,
  LEAST_BLOCKS = 16,
  LEAST_WINDOWS = 4,
  /* So much of the past the usual is made of. */
  WINDOWS_KEPT = 16,
  /* The least of many random delays falls off exponentially: that it is by chance so many times
   * what it usually is happens once in ten million windows. */
  CHANCE = 16,
};

static const int64_t worst_stretch_ns = 4000000000;
static const int64_t brief_ns = 100000000;
static const int64_t window_ns = 2000000000;
static const int64_t least_limit_ns = 10000000;
/* What is later for longer is better looked at than believed. */
static const int64_t most_learned_ns = 100000000;
/* A slow clock that is not yet known shows as a step as well, of this much at the most. */
static const int64_t least_step_ns = 4000000;

int64_t lateness_limit(const lateness *l, int64_t block_ns) {
  int64_t const worst_ns =
      l->worst_ns > l->worst_before_ns ? l->worst_ns : l->worst_before_ns;
  int64_t const learned_ns = 2 * worst_ns < most_learned_ns ? 2 * worst_ns : most_learned_ns;
  int64_t const limit_ns = learned_ns > least_limit_ns ? learned_ns : least_limit_ns;
  return block_ns > limit_ns ? block_ns : limit_ns;
}

int64_t lateness_of_few(const lateness *l) { return (int64_t)l->usual_brief_ns; }

static void learn_brief(lateness *l, int64_t late_ns, int64_t now_ns) {
  if (l->brief_blocks == 0) {
    l->brief_least_ns = late_ns;
    l->brief_end_ns = now_ns + brief_ns;
  }
  if (late_ns < l->brief_least_ns) l->brief_least_ns = late_ns;
  if (++l->brief_blocks < FEW_BLOCKS || now_ns < l->brief_end_ns) return;
  l->usual_brief_ns += ((double)l->brief_least_ns - l->usual_brief_ns) / BRIEFS_KEPT;
  l->brief_blocks = 0;
}

void lateness_learn(lateness *l, int64_t late_ns, int64_t now_ns) {
  if (late_ns < 0) late_ns = 0;
  if (now_ns >= l->worst_end_ns) {
    l->worst_before_ns = l->worst_ns;
    l->worst_ns = 0;
    l->worst_end_ns = now_ns + worst_stretch_ns;
  }
  if (late_ns > l->worst_ns) l->worst_ns = late_ns;
  learn_brief(l, late_ns, now_ns);
  if (l->blocks == 0) {
    l->window_end_ns = now_ns + window_ns;
    l->least_ns = l->most_ns = late_ns;
  }
  if (late_ns < l->least_ns) l->least_ns = late_ns;
  if (late_ns > l->most_ns) l->most_ns = late_ns;
  l->blocks++;
}

/* More than what chance, or a slow clock, could make of it. */
static bool is_step(const lateness *l) {
  double const chance_ns = CHANCE * l->usual_least_ns;
  double const range_ns = l->usual_most_ns / 2;
  double const most_ns = (double)least_step_ns + (chance_ns > range_ns ? chance_ns : range_ns);
  return l->windows >= LEAST_WINDOWS && (double)l->least_ns > most_ns;
}

int64_t lateness_step(lateness *l, int64_t now_ns) {
  if (l->blocks < LEAST_BLOCKS || now_ns < l->window_end_ns) return 0;
  l->blocks = 0;
  if (is_step(l)) return l->least_ns - (int64_t)l->usual_least_ns;
  if (l->windows < WINDOWS_KEPT) l->windows++;
  l->usual_least_ns += ((double)l->least_ns - l->usual_least_ns) / l->windows;
  l->usual_most_ns += ((double)l->most_ns - l->usual_most_ns) / l->windows;
  return 0;
}

void lateness_restart(lateness *l) { l->blocks = l->brief_blocks = 0; }

/*
 * A trial: how late the blocks are that wait for their place, and what that says. They may still
 * catch up; they may have come all at once, as from a queue that was full. It knows no threads.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include <stdbool.h>
#include <stdint.h>

/* The least late of some blocks: how late it was, when it came, and how many frames wait up to its
 * end. */
typedef struct trial_best {
  int64_t late_ns;
  int64_t now_ns;
  uint64_t frames;
} trial_best;

/* All zero to begin with. */
typedef struct trial {
  bool begun;
  /* How many frames wait. */
  uint64_t staged;
  int64_t first_late_ns;
  int64_t last_now_ns;
  /* Of all blocks; of those that came after the burst. */
  trial_best best;
  trial_best after_burst;
  /* Those that came at once: how many, how late the last was, whether there may be more. */
  uint64_t burst_frames;
  int64_t burst_late_ns;
  bool bursting;
  /* When they last became less late, by more than a trifle, how late they were then, and how many
   * blocks have come since. */
  int64_t improved_ns;
  int64_t improved_late_ns;
  uint32_t blocks_since;
  int64_t longest_ns;
} trial;

/* A block that comes now. */
typedef struct trial_block {
  uint64_t frames;
  int64_t long_ns;
  int64_t late_ns;
  int64_t now_ns;
} trial_block;

/* Adds a block. To be late by `limit_ns` is nothing unusual. */
void trial_add(trial *t, trial_block block, int64_t limit_ns);

/* Whether they get no less late any more, having had so much time for it. */
bool trial_is_settled(const trial *t, int64_t patience_ns, int64_t now_ns);

/* How many frames came at once before the rest, more than is usual; 0 if none. */
uint64_t trial_burst(const trial *t, int64_t limit_ns);

#endif

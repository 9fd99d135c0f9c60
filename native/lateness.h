/*
 * The lateness of a device's blocks: what is ordinary, and what is not.
 */
#ifndef LATENESS_H
#define LATENESS_H

#include <stdint.h>

/* All zero to begin with. */
typedef struct lateness {
  /* Of a few blocks: the least late one, so far and on average. */
  int64_t brief_least_ns;
  int64_t brief_end_ns;
  uint32_t brief_blocks;
  double usual_brief_ns;
  /* The latest blocks of this stretch of time and of the one before. */
  int64_t worst_ns;
  int64_t worst_before_ns;
  int64_t worst_end_ns;
  /* Of this window: the least and the most late block, how many there were. */
  int64_t least_ns;
  int64_t most_ns;
  uint32_t blocks;
  int64_t window_end_ns;
  /* Of the windows before: the same, on average. */
  double usual_least_ns;
  double usual_most_ns;
  uint32_t windows;
} lateness;

/* The most by which a block of this length may be late without being suspected. */
int64_t lateness_limit(const lateness *l, int64_t block_ns);

/* How late the least late of a few blocks mostly is. */
int64_t lateness_of_few(const lateness *l);

/* A block that was late by so much, and belonged where it was put. */
void lateness_learn(lateness *l, int64_t late_ns, int64_t now_ns);

/* By how much all blocks of a whole window came later than those of the windows before, if that is
 * more than chance, or drift; else 0. */
int64_t lateness_step(lateness *l, int64_t now_ns);

/* Its windows begin anew: the line that it was measured by is another. */
void lateness_restart(lateness *l);

#endif

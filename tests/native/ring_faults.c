/*
 * Writes a large ring full, and counts the page faults: every page was to be touched when the
 * ring was made, as a fault in an audio callback is a system call in disguise.
 *
 * Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>

#include "ring.h"

enum {
  FRAMES = 4 << 20,
  BLOCK_FRAMES = 480,
  /* The program's own: a page of its stack, a page of the clock. Without the touching there would
   * be one for each of 8192 pages. */
  MOST_FAULTS = 16,
};

static long faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

int main(void) {
  static float block[BLOCK_FRAMES] = {1};
  ring *r = ring_create(FRAMES, sizeof block[0]);
  if (r == NULL) {
    fprintf(stderr, "ring_faults: no memory\n");
    return 1;
  }
  long const before = faults();
  for (uint64_t frame = 0; frame < FRAMES; frame += BLOCK_FRAMES) {
    ring_write(r, block, BLOCK_FRAMES);
  }
  long const seen = faults() - before;
  ring_destroy(r, false);
  if (seen > MOST_FAULTS) {
    fprintf(stderr, "ring_faults: %ld page faults while writing\n", seen);
    return 1;
  }
  printf("ring_faults: %ld page faults while writing %d frames\n", seen, FRAMES);
  return 0;
}

/*
 * The gap log: which frames of the ring are silence that stands for time in which nothing was
 * recorded, and why. It remembers the newest; who reads it is told when it has forgotten some.
 *
 * It is a ring of its own, of entries instead of frames: one writer at a time (whoever may write
 * into the audio ring), any number of readers. A gap that lasts is entered twice, when it begins
 * and when it has ended: of two entries with the same start the later one counts.
 */
#ifndef GAPS_H
#define GAPS_H

#include <stdint.h>

#include "micring.h"
#include "ring.h"

/* The frames of a gap that has not ended. */
#define GAP_OPEN UINT64_MAX

typedef struct gap {
  uint64_t start;
  uint64_t frames;
  /* A micring_gap_cause. */
  uint32_t cause;
  /* Whether the frames were counted; else their number is by the clock. */
  uint32_t counted;
} gap;

/* NULL when out of memory; ring_destroy frees it. */
ring *gaps_create(void);

/* Writer: adds an entry. No allocation, no system call. */
void gaps_add(ring *log, gap entry);

/* Reader: how many entries there have been. */
uint64_t gaps_entries(const ring *log);

/* Reader: copies the newest gaps, oldest first, each once, into room for MICRING_GAPS_KEPT; returns
 * how many. `*known_from` is the frame from which on these are all: 0 where none is forgotten. */
uint32_t gaps_read(const ring *log, gap *out, uint64_t *known_from);

#endif

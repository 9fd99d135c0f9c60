/*
 * The gap log: which frames of the ring are silence that stands for time in which nothing was
 * recorded, and why. It remembers the newest; who reads it is told when it has forgotten some.
 *
 * It is a ring of its own, of entries instead of frames: one writer at a time (whoever may write
 * into the audio ring), any number of readers.
 */
#ifndef GAPS_H
#define GAPS_H

#include <stdint.h>

#include "micring.h"
#include "ring.h"

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

/* Reader: how many there have been. */
uint64_t gaps_count(const ring *log);

/* Reader: copies the newest entries, oldest first, into room for MICRING_GAPS_KEPT; returns how
 * many. */
uint32_t gaps_read(const ring *log, gap *out);

#endif

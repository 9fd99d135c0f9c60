/*
 * The pacer: the thread and the clock of every source that is not a device. It asks a producer
 * for the frames that are due, in real time or at a multiple of it, and passes them on.
 */
#ifndef PACER_H
#define PACER_H

#include "source.h"

typedef struct paced paced;

/* Writes up to `count` frames, the first of which will be `frame` in the ring; returns how many.
 * Fewer than asked: the source has ended. On the pacer's thread. */
typedef uint64_t (*paced_produce)(paced *p, uint64_t frame, void *frames, uint64_t count);

/* What a paced source begins with. */
struct paced {
  source base;
  paced_produce produce;
  /* Control: frees what the source holds beside its own memory; may be NULL. */
  void (*release)(paced *p);
  struct pacer *pacer;
};

/* Allocates a paced source of `bytes` in all, zeroed; its shape is as asked, or 48 kHz mono.
 * NULL when out of memory. */
paced *paced_create(size_t bytes, source_shape shape, double speed, paced_produce produce,
                    void (*release)(paced *p));

#endif

/*
 * The holds: which thread of a script holds which recorder, as its owner or as a reader.
 *
 * A script in a Worker may be terminated at any moment. Its thread ends without a word, while calls
 * that it left to other threads are still to come. So a hold is a number that is used only once:
 * who comes with one that is over is refused. What a thread held when it ended is let go.
 *
 * The recorder records while its owner holds it, and its memory stays until nobody does.
 */
#ifndef HOLDS_H
#define HOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "recorder.h"
#include "waker.h"

typedef struct hold hold;

/* Any thread: a number of this process, as good as its own; below 2^53. */
uint64_t holds_process(void);

/* Script: the calling thread's number. From the first call on its end is noticed. */
uint64_t holds_thread(void);

/* Control: takes the recorder over; that thread owns it. OUT_OF_MEMORY, or CLOSED if that thread has
 * ended; the recorder is closed then. */
int32_t holds_own(uint64_t thread, micring *m, uint64_t *number);

/* Any thread: a reader's hold on the ring of that number, while its owner holds it; else CLOSED. */
int32_t holds_attach(uint64_t thread, uint64_t ring, uint64_t *number);

/* Any thread: gives up a hold. Its owner's end stops the recording; the last end of all frees
 * everything, and the samples unless someone said to keep them. One that is over is left alone. */
void holds_release(uint64_t number, bool keep_samples);

/* Any thread: what is pinned stays until it is unpinned, released or not. NULL if it is over. */
hold *holds_pin(uint64_t number);
void holds_unpin(hold *h);

/* Pinned, or on the thread that holds it before it releases it: what it is a hold on; that ring's
 * number; its waker, made by the first who asks (NULL when out of memory). */
micring *hold_recorder(const hold *h);
uint64_t hold_ring(const hold *h);
waker *hold_waker(hold *h);

#endif

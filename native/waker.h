/*
 * The waker: a thread sleeps in it until a frame is in the ring.
 *
 * The source's thread never signals. It leaves behind when blocks come, and how far apart; the waker
 * guesses by that when the frame will be there, so that it looks once or twice for each waking.
 */
#ifndef WAKER_H
#define WAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "recorder.h"

typedef struct micring_waker waker;

/* NULL when out of memory. The recorder must outlive it. */
waker *waker_create(const micring *m);

/* Nobody waits in it any more. NULL is allowed. */
void waker_destroy(waker *w);

/* Any thread: it wakes once, when all frames before `frame` are in or no more will come; instead of
 * what it was armed for before. */
void waker_arm(waker *w, uint64_t frame);
void waker_disarm(waker *w);

/* Any thread: whoever waits looks now; there may be no more to come. */
void waker_look(waker *w);

/* Any thread, one at a time: returns when what it is armed for is there (true), when it is not
 * armed, or when the time is over. */
bool waker_wait(waker *w, int64_t limit_ns);

#endif

/*
 * The delivery: what runs in the audio callback of a device, from the moment at which the device
 * hands its frames over.
 *
 * Each opening of a device has one of its own, in its own memory. Whoever opened it lets go of it by
 * shutting its gate: from then on a device that hangs, and wakes up in an hour, touches nothing.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture.h"
#include "gate.h"

typedef struct delivery {
  gate gate;
  /* Set before the gate is first opened. */
  capture *capture;
  /* When frames came last, 0 before the first ones; when somebody looked last. */
  _Atomic int64_t delivered_ns;
  _Atomic int64_t watched_ns;
  /* Who watches was away for long: this process did not run. */
  _Atomic bool slept;
  /* A micring_gap_cause that the next frames come after, or CAPTURE_NO_LOSS. */
  _Atomic uint32_t loss;
  /* What comes is from another device than the one that was opened. */
  _Atomic bool diverted;
} delivery;

void delivery_init(delivery *d);

/* The device's thread: hands frames over. No lock, no allocation, no system call. */
void delivery_take(delivery *d, const void *frames, uint64_t count, int64_t now_ns);

/* Any thread of the sound system: it said that frames were dropped before the next ones; that what
 * comes from now on is from another device. */
void delivery_report_loss(delivery *d, micring_gap_cause cause);
void delivery_divert(delivery *d);
bool delivery_diverted(const delivery *d);

/* Who watches: notes that it did, and says when frames came last. */
int64_t delivery_watch(delivery *d, int64_t now_ns);

#endif

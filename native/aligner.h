/*
 * The aligner: puts a device's frames in their place on the timeline. What the clock says is
 * missing becomes a gap.
 *
 * A block that is later than usual may only be late, with all the frames there are right behind it;
 * or frames before it were lost. That shows in what comes next: so it waits, with what comes, until
 * either they have caught up, or get no less late. How late the least late of them is, is then how
 * much was lost. The first blocks of a stream that comes after a gap wait in the same way.
 *
 * Nothing here allocates, waits or calls the system, but create and destroy.
 */
#ifndef ALIGNER_H
#define ALIGNER_H

#include "track.h"

typedef struct aligner aligner;

/* Control: so many frames can wait. The track stays the caller's. NULL when out of memory. */
aligner *aligner_create(track *t, uint64_t staging_frames);
void aligner_destroy(aligner *a);

/* Source: as capture_deliver, capture_outage and capture_expect, which see. */
void aligner_deliver(aligner *a, const void *frames, uint64_t count, int64_t now_ns,
                     uint32_t loss, bool slept);
void aligner_outage(aligner *a, micring_gap_cause cause, int64_t until_ns);
void aligner_expect(aligner *a, micring_gap_cause cause, bool new_clock);

/* Source: so many frames came and were turned away. */
void aligner_refuse(aligner *a, uint64_t count);

/* Control, as the only writer: what waits is put in its place, as nothing will come behind it. */
void aligner_settle(aligner *a);

/* Control, as the only writer: forgets the frames that wait; returns how many, and the caller has
 * to put as many others in their place. */
uint64_t aligner_forget(aligner *a);

#endif

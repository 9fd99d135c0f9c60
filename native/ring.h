/*
 * The overwrite ring: one writer, any number of readers, the oldest frames overwritten.
 *
 * Frames are numbered from 0 for ever. Frame n is stored at n modulo the capacity and once more
 * a capacity later, so any stretch up to the capacity is contiguous in plain memory.
 *
 * It knows neither threads nor devices: who is the writer, and when that changes, is its
 * caller's affair.
 */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ring ring;

typedef struct ring_span {
  uint64_t start;
  uint64_t end;
} ring_span;

typedef enum ring_verdict { RING_TRUE, RING_FUTURE, RING_OVERWRITTEN } ring_verdict;

/* The capacity in frames that a ring made for at least `frames` will have. */
uint64_t ring_capacity_for(uint64_t frames);

/* The memory such a ring takes: every sample is stored twice. */
uint64_t ring_bytes_for(uint64_t frames, uint32_t frame_bytes);

/* NULL when out of memory. Every page is touched here, so that no later write faults. */
ring *ring_create(uint64_t frames, uint32_t frame_bytes);

/* With `keep_memory` the samples outlive the ring, for ever. */
void ring_destroy(ring *r, bool keep_memory);

void *ring_memory(ring *r);
uint64_t ring_capacity(const ring *r);
uint32_t ring_frame_bytes(const ring *r);

/* Writer: appends. Of a block larger than the capacity only the newest part is kept. */
void ring_write(ring *r, const void *frames, uint64_t count);

/* Writer: appends `count` frames of zeros. */
void ring_write_silence(ring *r, uint64_t count);

/* Writer: no frame written so far can be read again; ring_wipe zeroes the memory as well. */
void ring_forget(ring *r);
void ring_wipe(ring *r);

/* Writer: goes on by `count` frames that nobody can read, nor any before them. */
void ring_skip(ring *r, uint64_t count);

/* Reader: one past the newest frame; the oldest that can still be read, which is beyond the newest
 * for a moment while the writer skips, or writes a block larger than the capacity. */
uint64_t ring_written(const ring *r);
uint64_t ring_oldest(const ring *r);

/* Reader: whether every frame from `start` on is still there. */
bool ring_holds(const ring *r, uint64_t start);

/* Reader: copies [start, end) and says whether the copy is true; if not, `out` is worthless. */
ring_verdict ring_read(const ring *r, uint64_t start, uint64_t end, void *out);

/* Reader: copies the newest `frames` frames, or what there is, to the beginning of `out`, and
 * returns which they are. After a few overtaken attempts the span is shorter, but still true;
 * `*retries` counts the attempts that failed. */
ring_span ring_read_last(const ring *r, uint64_t frames, void *out, uint32_t *retries);

#endif

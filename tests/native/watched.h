/*
 * Watches a capture's writes to its ring: never two writers, no frame in another's place, and no
 * silence that the log does not know of. For capture_gate alone, whose threads share what is here.
 */
#ifndef WATCHED_H
#define WATCHED_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture.h"
#include "ring.h"

/* capture.c is compiled to call these in place of the ring's, so that every write passes by. */
void watched_write(ring *r, const void *frames, uint64_t count);
void watched_silence(ring *r, uint64_t count);
void watched_skip(ring *r, uint64_t count);
void watched_wipe(ring *r);

enum { LONG_STAY = 2000 };

static ring *the_ring;
static ring *the_gaps;
static _Thread_local bool is_source;

/* Somebody writes; the gate is shut, and nobody but the control may. */
static _Atomic bool writing;
static _Atomic bool held;

/* Plain on purpose: the gate alone orders these between the source and who shuts it, and where it
 * does not, ThreadSanitizer tells. */
static uint64_t appended;
static uint64_t silenced;
/* What wipes let pass: silence without an entry, which nobody can read. */
static uint64_t skipped;
static ring_span last_block;

/* The source's own; the control may touch it while the source is parked. */
static uint64_t sent;

static _Noreturn void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  flockfile(stderr);
  fputs("capture_gate: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  /* The other threads are still at it: no tidying up under their feet. */
  _Exit(1);
}

/* Relaxed, all of them: flags that stand for themselves, their partners one another.
 * Anything stronger would do the gate's work for it. */
static bool is_set(const _Atomic bool *flag) {
  return atomic_load_explicit(flag, memory_order_relaxed);
}
static void set(_Atomic bool *flag, bool value) {
  atomic_store_explicit(flag, value, memory_order_relaxed);
}
static bool swap(_Atomic bool *flag, bool value) {
  return atomic_exchange_explicit(flag, value, memory_order_relaxed);
}

static void spin(uint64_t rounds) {
  for (volatile uint64_t i = 0; i < rounds; i++) continue;
}

static void begin_writing(const char *what) {
  if (swap(&writing, true)) fail("two writers: %s begins while another writes", what);
  if (is_source && is_set(&held)) fail("two writers: the source's %s while the gate is shut", what);
  if (!is_source && !is_set(&held)) fail("the control's %s while the gate is open", what);
}

static void end_writing(const char *what) {
  if (!swap(&writing, false)) fail("two writers: another ended before %s did", what);
}

void watched_write(ring *r, const void *frames, uint64_t count) {
  begin_writing("block");
  if (ring_written(r) != sent) {
    fail("frame %" PRIu64 " would become frame %" PRIu64, sent, ring_written(r));
  }
  ring_write(r, frames, count);
  appended += count;
  last_block = (ring_span){sent, sent + count};
  /* Now and then it stays, so that whoever does not wait for it is caught. */
  if (sent % 64 == 0) spin(LONG_STAY);
  end_writing("block");
}

/* Silence stands for time; the log's newest entry says which, before the silence is there. */
static void check_entry(uint64_t count) {
  static gap kept[MICRING_GAPS_KEPT];
  uint64_t known_from;
  uint32_t const entries = gaps_read(the_gaps, kept, &known_from);
  if (entries == 0) fail("silence without an entry in the log");
  gap const last = kept[entries - 1];
  if (last.start != ring_written(the_ring) || last.frames != count) {
    fail("silence of %" PRIu64 " frames from %" PRIu64 " is in the log as %" PRIu64
         " from %" PRIu64, count, ring_written(the_ring), last.frames, last.start);
  }
  /* What was refused is counted, by the source; a pause is by the clock. */
  bool const refused = last.cause == MICRING_GAP_WIPE && last.counted == 1 && is_source;
  bool const paused = last.cause == MICRING_GAP_PAUSE && last.counted == 0;
  if (!refused && !paused) fail("silence has the wrong cause in the log");
}

void watched_silence(ring *r, uint64_t count) {
  begin_writing("silence");
  check_entry(count);
  ring_write_silence(r, count);
  silenced += count;
  end_writing("silence");
}

void watched_skip(ring *r, uint64_t count) {
  begin_writing("skip");
  ring_skip(r, count);
  skipped += count;
  end_writing("skip");
}

void watched_wipe(ring *r) {
  begin_writing("wipe");
  ring_wipe(r);
  end_writing("wipe");
}

#endif

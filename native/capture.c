#include "capture.h"

#include "clock.h"

static const int64_t shut_poll_ns = 100000;

/* A statistic: stored by whoever is inside the gate, so by one thread at a time. Relaxed: its
 * partner is the load in capture_statistic, and nothing is concluded from it about other memory. */
static void set(_Atomic uint64_t *statistic, uint64_t value) {
  atomic_store_explicit(statistic, value, memory_order_relaxed);
}

static void add(_Atomic uint64_t *statistic, uint64_t count) {
  set(statistic, capture_statistic(statistic) + count);
}

void capture_init(capture *c, ring *r, ring *gaps, double frames_per_second, bool by_arrival,
                  int64_t now_ns) {
  *c = (capture){.ring = r, .gaps = gaps};
  timeline_start(&c->timeline, frames_per_second, by_arrival, now_ns);
}

/* Entered in the log before it can be read: who sees the silence finds why. */
static void lose(capture *c, uint64_t count, micring_gap_cause cause, bool counted) {
  if (count == 0) return;
  gaps_add(c->gaps, (gap){capture_position(c), count, cause, counted});
  ring_write_silence(c->ring, count);
  add(&c->lost, count);
}

static uint64_t take_refused(capture *c) {
  /* Relaxed: the count stands for itself; partner of the add in capture_write. Looked at first,
   * as it is hardly ever there, and an exchange costs more than the rest of this file. */
  if (atomic_load_explicit(&c->refused, memory_order_relaxed) == 0) return 0;
  return atomic_exchange_explicit(&c->refused, 0, memory_order_relaxed);
}

/* Silence for every frame that is due at `now_ns` beyond `end`. */
static void lose_until(capture *c, uint64_t end, int64_t now_ns) {
  uint64_t const due = timeline_frame_at(&c->timeline, now_ns);
  if (due > end) lose(c, due - end, MICRING_GAP_PAUSE, false);
}

bool capture_enter(capture *c) {
  /* Sequentially consistent, as is the load below: with their partners in capture_shut, either
   * this thread sees the gate shut, or the shutter sees it inside. Never neither. */
  atomic_store_explicit(&c->inside, true, memory_order_seq_cst);
  if (!atomic_load_explicit(&c->open, memory_order_seq_cst)) {
    capture_leave(c);
    return false;
  }
  /* What a shut gate refuses but no pause explains came in the moment of a wipe. */
  lose(c, take_refused(c), MICRING_GAP_WIPE, true);
  return true;
}

void capture_leave(capture *c) {
  /* Release: partner of the load of `inside` in capture_shut, which then sees all writes. */
  atomic_store_explicit(&c->inside, false, memory_order_release);
}

uint64_t capture_position(const capture *c) { return ring_written(c->ring); }

void capture_append(capture *c, const void *frames, uint64_t count, int64_t now_ns) {
  if (c->resynchronise) {
    c->resynchronise = false;
    lose_until(c, capture_position(c) + count, now_ns);
  }
  ring_write(c->ring, frames, count);
  timeline_mark(&c->timeline, capture_position(c), now_ns);
  add(&c->blocks, 1);
  if (count > capture_statistic(&c->longest_block)) set(&c->longest_block, count);
}

void capture_write(capture *c, const void *frames, uint64_t count, int64_t now_ns) {
  if (!capture_enter(c)) {
    /* Relaxed: the count stands for itself; partner of the exchange in take_refused. */
    atomic_fetch_add_explicit(&c->refused, count, memory_order_relaxed);
    return;
  }
  capture_append(c, frames, count, now_ns);
  capture_leave(c);
}

void capture_shut(capture *c) {
  /* Sequentially consistent: partners in capture_enter, see there. The load of `inside` is also
   * the acquire that pairs with the release in capture_leave. */
  atomic_store_explicit(&c->open, false, memory_order_seq_cst);
  while (atomic_load_explicit(&c->inside, memory_order_seq_cst)) clock_sleep_ns(shut_poll_ns);
}

void capture_open(capture *c) {
  /* Sequentially consistent: the load in capture_enter that sees it also sees every write made
   * while the gate was shut. */
  atomic_store_explicit(&c->open, true, memory_order_seq_cst);
}

void capture_fill_to(capture *c, int64_t now_ns, bool resynchronise) {
  take_refused(c);
  lose_until(c, capture_position(c), now_ns);
  c->resynchronise = resynchronise;
}

void capture_wipe(capture *c) {
  ring_wipe(c->ring);
  uint64_t const meanwhile = take_refused(c);
  if (meanwhile == 0) return;
  ring_write_silence(c->ring, meanwhile);
  ring_forget(c->ring);
}

uint64_t capture_statistic(const _Atomic uint64_t *counter) {
  /* Relaxed: partner of the stores in set, as there. */
  return atomic_load_explicit(counter, memory_order_relaxed);
}

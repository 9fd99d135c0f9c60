/*
 * A gate: lets one thread, the source's, in to write, or a second one, who shut it, be sure that
 * nobody is inside.
 *
 * The source's side never waits. Only gate_shut does, for as long as the source is inside.
 */
#ifndef GATE_H
#define GATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "clock.h"

enum { GATE_POLL_NS = 100000 };

typedef struct gate {
  _Atomic bool open;
  _Atomic bool inside;
} gate;

static inline void gate_leave(gate *g) {
  /* Release: partner of the load of `inside` in gate_shut, which then sees all writes. */
  atomic_store_explicit(&g->inside, false, memory_order_release);
}

/* Source: whether it may write now. If so, it must leave. */
static inline bool gate_enter(gate *g) {
  /* Sequentially consistent, as is the load below: with their partners in gate_shut, either this
   * thread sees the gate shut, or the shutter sees it inside. Never neither. */
  atomic_store_explicit(&g->inside, true, memory_order_seq_cst);
  if (atomic_load_explicit(&g->open, memory_order_seq_cst)) return true;
  gate_leave(g);
  return false;
}

/* Control: shuts the gate and returns once nobody is inside, nor will be. */
static inline void gate_shut(gate *g) {
  /* Sequentially consistent: partners in gate_enter, see there. The load of `inside` is also the
   * acquire that pairs with the release in gate_leave. */
  atomic_store_explicit(&g->open, false, memory_order_seq_cst);
  while (atomic_load_explicit(&g->inside, memory_order_seq_cst)) clock_sleep_ns(GATE_POLL_NS);
}

/* Control: lets the source in. */
static inline void gate_open(gate *g) {
  /* Sequentially consistent: the load in gate_enter that sees it also sees every write made while
   * the gate was shut. */
  atomic_store_explicit(&g->open, true, memory_order_seq_cst);
}

#endif

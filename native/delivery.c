#include "delivery.h"

/* Whoever watches does so several times in this time, if this process runs at all. */
static const int64_t sleep_ns = 500000000;

void delivery_init(delivery *d) {
  *d = (delivery){0};
  /* Relaxed: partner of the exchange in take_loss; nobody else is here yet. */
  atomic_store_explicit(&d->loss, CAPTURE_NO_LOSS, memory_order_relaxed);
}

static uint32_t take_loss(delivery *d) {
  /* Relaxed, both: the cause stands for itself; partner of the store in delivery_report_loss, which
   * mostly runs on this same thread. Looked at first, as there is hardly ever one. */
  if (atomic_load_explicit(&d->loss, memory_order_relaxed) == CAPTURE_NO_LOSS) {
    return CAPTURE_NO_LOSS;
  }
  return atomic_exchange_explicit(&d->loss, CAPTURE_NO_LOSS, memory_order_relaxed);
}

static bool was_away(const delivery *d, int64_t now_ns) {
  /* Relaxed: a time that stands for itself; partner of the store in delivery_watch. */
  int64_t const watched_ns = atomic_load_explicit(&d->watched_ns, memory_order_relaxed);
  return watched_ns != 0 && now_ns - watched_ns > sleep_ns;
}

/* After a sleep either thread may be the first to run. */
static bool take_slept(delivery *d, int64_t now_ns) {
  /* Relaxed, both: a sign that stands for itself; partner of the store in delivery_watch. */
  bool const told = atomic_load_explicit(&d->slept, memory_order_relaxed);
  if (told) atomic_store_explicit(&d->slept, false, memory_order_relaxed);
  return told || was_away(d, now_ns);
}

void delivery_take(delivery *d, const void *frames, uint64_t count, int64_t now_ns) {
  if (count == 0 || !gate_enter(&d->gate)) return;
  if (!delivery_diverted(d)) {
    capture_deliver(d->capture, frames, count, now_ns, take_loss(d), take_slept(d, now_ns));
    /* Relaxed: a time that stands for itself; partner of the load in delivery_watch. */
    atomic_store_explicit(&d->delivered_ns, now_ns, memory_order_relaxed);
  }
  gate_leave(&d->gate);
}

void delivery_report_loss(delivery *d, micring_gap_cause cause) {
  /* Relaxed: partner of the exchange in take_loss, as there. */
  atomic_store_explicit(&d->loss, cause, memory_order_relaxed);
}

void delivery_divert(delivery *d) {
  /* Release: partner of the load in delivery_diverted; told before the frames that it is about. */
  atomic_store_explicit(&d->diverted, true, memory_order_release);
}

bool delivery_diverted(const delivery *d) {
  /* Acquire: partner of the store in delivery_divert. */
  return atomic_load_explicit(&d->diverted, memory_order_acquire);
}

int64_t delivery_watch(delivery *d, int64_t now_ns) {
  /* Relaxed, all: they stand for themselves; partners in take_slept, was_away, delivery_take. */
  if (was_away(d, now_ns)) atomic_store_explicit(&d->slept, true, memory_order_relaxed);
  atomic_store_explicit(&d->watched_ns, now_ns, memory_order_relaxed);
  return atomic_load_explicit(&d->delivered_ns, memory_order_relaxed);
}

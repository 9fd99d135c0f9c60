/* What the programs with racing threads share: random numbers, and processors kept apart. */
#ifndef RACING_H
#define RACING_H

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

#if defined(_WIN32)
#define flockfile _lock_file
#endif

/* Relaxed, both: a count stands for itself, and anything stronger would do the work of what is
 * under test. Partners are each other. */
static inline uint64_t get(const _Atomic uint64_t *number) {
  return atomic_load_explicit(number, memory_order_relaxed);
}
static inline void add(_Atomic uint64_t *number, uint64_t count) {
  atomic_fetch_add_explicit(number, count, memory_order_relaxed);
}

/* xorshift: the next of a thread's own random numbers; the seed is not 0. */
static inline uint64_t next(uint64_t *random) {
  *random ^= *random << 13;
  *random ^= *random >> 7;
  *random ^= *random << 17;
  return *random >> 8;
}

static inline uint64_t below(uint64_t *random, uint64_t limit) { return next(random) % limit; }

/* Threads that share a processor hardly ever meet; where the system can, they are kept apart. */
static inline void stay_on_processor(int number) {
#ifdef __linux__
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  number %= CPU_COUNT(&allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed) || number-- != 0) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
#else
  (void)number;
#endif
}

#endif

/*
 * An errand: work that may hang, since it asks a sound system. It is done on a thread of its own and
 * waited for with a limit; what takes longer is left behind, and ends by itself when it can.
 */
#ifndef ERRAND_H
#define ERRAND_H

#include <stdbool.h>
#include <stdint.h>

typedef enum errand_end { ERRAND_DONE, ERRAND_LATE, ERRAND_IMPOSSIBLE } errand_end;

/* Runs `work` with `argument`. DONE: it has returned, and `argument` is the caller's again. LATE:
 * once it returns, `discard` gets the argument on that thread. IMPOSSIBLE: no thread or memory. */
errand_end errand_run(void (*work)(void *), void (*discard)(void *), void *argument,
                      int64_t limit_ns);

#endif

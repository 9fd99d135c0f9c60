#include "errand.h"

#include <stdlib.h>

#include "monitor.h"
#include "thread.h"

typedef struct errand {
  monitor monitor;
  void (*work)(void *);
  void (*discard)(void *);
  void *argument;
  bool done;
  bool left;
} errand;

static void destroy(errand *e) {
  monitor_destroy(&e->monitor);
  free(e);
}

static void *run(void *argument) {
  errand *e = argument;
  e->work(e->argument);
  monitor_lock(&e->monitor);
  e->done = true;
  bool const left = e->left;
  monitor_notify(&e->monitor);
  monitor_unlock(&e->monitor);
  /* Of the two threads the last one tidies up. */
  if (left) {
    e->discard(e->argument);
    destroy(e);
  }
  return NULL;
}

errand_end errand_run(void (*work)(void *), void (*discard)(void *), void *argument,
                      int64_t limit_ns) {
  errand *e = calloc(1, sizeof *e);
  if (e == NULL) return ERRAND_IMPOSSIBLE;
  monitor_init(&e->monitor);
  e->work = work;
  e->discard = discard;
  e->argument = argument;
  if (!thread_detach(run, e)) {
    destroy(e);
    return ERRAND_IMPOSSIBLE;
  }
  int64_t const deadline_ns = clock_monotonic_ns() + limit_ns;
  monitor_lock(&e->monitor);
  while (!e->done && clock_monotonic_ns() < deadline_ns) {
    monitor_wait_for(&e->monitor, deadline_ns - clock_monotonic_ns());
  }
  bool const done = e->done;
  e->left = !done;
  monitor_unlock(&e->monitor);
  if (!done) return ERRAND_LATE;
  destroy(e);
  return ERRAND_DONE;
}

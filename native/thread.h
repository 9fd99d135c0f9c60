/* Threads that nobody joins. */
#ifndef THREAD_H
#define THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts one that ends by itself; false where the system has no more. */
static inline bool thread_detach(void *(*run)(void *), void *argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, argument) != 0) return false;
  pthread_detach(thread);
  return true;
}

#endif

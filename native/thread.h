/* Threads that nobody joins. */
#ifndef THREAD_H
#define THREAD_H

#include <stdbool.h>

#if defined(_WIN32)
#include <stdlib.h>
#include <windows.h>

typedef struct thread_work {
  void *(*run)(void *);
  void *argument;
} thread_work;

static inline DWORD WINAPI thread_begin(void *argument) {
  thread_work const work = *(thread_work *)argument;
  free(argument);
  work.run(work.argument);
  return 0;
}

/* As below; the system's own kind, as it is also started by threads that end, which winpthreads does
 * not always survive. */
static inline bool thread_detach(void *(*run)(void *), void *argument) {
  thread_work *work = malloc(sizeof *work);
  if (work == NULL) return false;
  *work = (thread_work){run, argument};
  HANDLE const thread = CreateThread(NULL, 0, thread_begin, work, 0, NULL);
  if (thread == NULL) free(work);
  else CloseHandle(thread);
  return thread != NULL;
}
#else
#include <pthread.h>

/* Starts one that ends by itself; false where the system has no more. */
static inline bool thread_detach(void *(*run)(void *), void *argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, argument) != 0) return false;
  pthread_detach(thread);
  return true;
}
#endif

#endif

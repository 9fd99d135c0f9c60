#include "thread_end.h"

static void (*call)(uint64_t number);

#if defined(_WIN32)
#include <windows.h>

/* The system's own, as in thread.h. */
static DWORD slot;

__declspec(dllimport) BOOLEAN NTAPI RtlDllShutdownInProgress(void);

/* At the end of the process all other threads are gone, and one may have left with the lock. */
static void WINAPI on_end(void *number) {
  if (number != NULL && !RtlDllShutdownInProgress()) call((uint64_t)(uintptr_t)number);
}

void thread_end_begin(void (*ended)(uint64_t number)) {
  call = ended;
  slot = FlsAlloc(on_end);
}

void thread_end_watch(uint64_t number) { FlsSetValue(slot, (void *)(uintptr_t)number); }

uint64_t thread_end_number(void) { return (uint64_t)(uintptr_t)FlsGetValue(slot); }
#else
#include <pthread.h>

static pthread_key_t key;

static void on_end(void *number) { call((uint64_t)(uintptr_t)number); }

void thread_end_begin(void (*ended)(uint64_t number)) {
  call = ended;
  pthread_key_create(&key, on_end);
}

void thread_end_watch(uint64_t number) { pthread_setspecific(key, (void *)(uintptr_t)number); }

uint64_t thread_end_number(void) { return (uint64_t)(uintptr_t)pthread_getspecific(key); }
#endif

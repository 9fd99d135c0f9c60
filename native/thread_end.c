#include "thread_end.h"

#include <pthread.h>

static void (*call)(uint64_t number);
static pthread_key_t key;

static void on_end(void *number) { call((uint64_t)(uintptr_t)number); }

void thread_end_begin(void (*ended)(uint64_t number)) {
  call = ended;
  pthread_key_create(&key, on_end);
}

void thread_end_watch(uint64_t number) { pthread_setspecific(key, (void *)(uintptr_t)number); }

uint64_t thread_end_number(void) { return (uint64_t)(uintptr_t)pthread_getspecific(key); }

#include "thread_end.h"

#include <pthread.h>

/* Written once, before the key has any value. */
static void (*call)(uint64_t number);
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void on_end(void *value) { call((uint64_t)(uintptr_t)value); }

static void create_key(void) { pthread_key_create(&key, on_end); }

void thread_end_watch(void (*ended)(uint64_t number), uint64_t number) {
  call = ended;
  pthread_once(&once, create_key);
  pthread_setspecific(key, (void *)(uintptr_t)number);
}

uint64_t thread_end_number(void) {
  pthread_once(&once, create_key);
  return (uint64_t)(uintptr_t)pthread_getspecific(key);
}

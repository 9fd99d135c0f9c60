/*
 * What the programs share that run where another system is emulated: the native library, loaded and
 * asked by nothing but its ABI.
 */
#ifndef EMULATED_H
#define EMULATED_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "micring.h"

#if defined(_WIN32)
#include <windows.h>
typedef HANDLE thread;
typedef DWORD thread_result;
#define THREAD_CALL WINAPI
static inline void start(thread *t, thread_result(THREAD_CALL *run)(void *)) {
  *t = CreateThread(NULL, 0, run, NULL, 0, NULL);
}
static inline void join(thread t) { WaitForSingleObject(t, INFINITE); }
static void *load(const char *path) { return (void *)LoadLibraryA(path); }
static void release(void *library) { FreeLibrary((HMODULE)library); }
static void *find(void *library, const char *name) {
  return (void *)(uintptr_t)GetProcAddress((HMODULE)library, name);
}
#else
#include <dlfcn.h>
#include <pthread.h>
typedef pthread_t thread;
typedef void *thread_result;
#define THREAD_CALL
static inline void start(thread *t, thread_result(THREAD_CALL *run)(void *)) {
  pthread_create(t, NULL, run, NULL);
}
static inline void join(thread t) { pthread_join(t, NULL); }
static void *load(const char *path) { return dlopen(path, RTLD_NOW); }
static void release(void *library) { dlclose(library); }
static void *find(void *library, const char *name) { return dlsym(library, name); }
#endif

/* Only what is lost takes so long. */
static const int64_t patience_ns = 20000000000;

/* The functions that it calls, each as micring.h declares it. */
#define FUNCTIONS(X)                                                                         \
  X(micring_abi_version)                                                                     \
  X(micring_thread)                                                                          \
  X(micring_open_microphone)                                                                 \
  X(micring_open_sequence)                                                                   \
  X(micring_open_file)                                                                       \
  X(micring_recorder)                                                                        \
  X(micring_written)                                                                         \
  X(micring_snapshot_at)                                                                     \
  X(micring_gaps)                                                                            \
  X(micring_pause)                                                                           \
  X(micring_resume)                                                                          \
  X(micring_opened)                                                                          \
  X(micring_share)                                                                           \
  X(micring_attach)                                                                          \
  X(micring_close)

#define DECLARE(name) static __typeof__(name) *name##_ __attribute__((unused));
FUNCTIONS(DECLARE)

static _Noreturn void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static void *library;

static void load_all(const char *path) {
  library = load(path);
  if (library == NULL) fail("cannot load %s", path);
#define FIND(name) \
  if ((*(void **)&name##_ = find(library, #name)) == NULL) fail("no function %s", #name);
  FUNCTIONS(FIND)
  if (micring_abi_version_() != MICRING_ABI_VERSION) fail("another ABI");
}

static inline void unload(void) { release(library); }

static inline void await_frames(micring *m, double frames) {
  int64_t const begin_ns = clock_monotonic_ns();
  while (micring_written_(m) < frames) {
    if (clock_monotonic_ns() - begin_ns > patience_ns) fail("%.0f frames came", micring_written_(m));
    clock_sleep_ns(5000000);
  }
}

#endif

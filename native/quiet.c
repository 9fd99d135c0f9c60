#include "quiet.h"

#if defined(__linux__) || defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__NetBSD__)

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

typedef void (*alsa_handler)(const char *file, int line, const char *function, int error,
                             const char *format, ...);
typedef void (*jack_handler)(const char *message);

static void ignore_alsa(const char *file, int line, const char *function, int error,
                        const char *format, ...) {
  (void)file, (void)line, (void)function, (void)error, (void)format;
}

static void ignore_jack(const char *message) { (void)message; }

/* The library stays loaded: miniaudio is about to load it anyway, and a handler must not be left
 * in one that goes and comes back. */
static void *function_of(const char *library, const char *name) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  return handle != NULL ? dlsym(handle, name) : NULL;
}

static void silence(void) {
  int (*set_alsa)(alsa_handler);
  void (*set_jack)(jack_handler);
  /* ISO C has no conversion from an object's pointer to a function's; POSIX has this copy. */
  void *found = function_of("libasound.so.2", "snd_lib_error_set_handler");
  memcpy(&set_alsa, &found, sizeof found);
  if (set_alsa != NULL) set_alsa(ignore_alsa);
  static const char *const jack_setters[] = {"jack_set_error_function", "jack_set_info_function"};
  for (size_t i = 0; i < 2; i++) {
    found = function_of("libjack.so.0", jack_setters[i]);
    memcpy(&set_jack, &found, sizeof found);
    if (set_jack != NULL) set_jack(ignore_jack);
  }
}

void quiet_system_libraries(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, silence);
}

#else

void quiet_system_libraries(void) {}

#endif

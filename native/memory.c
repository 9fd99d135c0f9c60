#include "memory.h"

#include <math.h>

#if defined(_WIN32)

#include <windows.h>

double memory_available(void) {
  MEMORYSTATUSEX status = {.dwLength = sizeof status};
  return GlobalMemoryStatusEx(&status) ? (double)status.ullAvailPhys : INFINITY;
}

#elif defined(__APPLE__)

#include <stdint.h>
#include <sys/sysctl.h>

double memory_available(void) {
  /* macOS gives up caches and compresses as needed: what is installed is the honest bound. */
  uint64_t bytes = 0;
  size_t size = sizeof bytes;
  return sysctlbyname("hw.memsize", &bytes, &size, NULL, 0) == 0 ? (double)bytes : INFINITY;
}

#else

#include <stdio.h>

/* The first number in the file, or the one behind `label`; NAN where there is none, as in a
 * limit of "max". */
static double number_in(const char *path, const char *label) {
  char line[128];
  double value = NAN;
  FILE *file = fopen(path, "re");
  if (file == NULL) return NAN;
  while (isnan(value) && fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, label, &value) != 1) value = NAN;
  }
  fclose(file);
  return value;
}

double memory_available(void) {
  double const machine = 1024 * number_in("/proc/meminfo", "MemAvailable: %lf");
  double const container = number_in("/sys/fs/cgroup/memory.max", "%lf") -
                           number_in("/sys/fs/cgroup/memory.current", "%lf");
  double const least = fmin(machine, container);
  return isnan(least) ? INFINITY : least;
}

#endif

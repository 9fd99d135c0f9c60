/* Prints the monotonic clock, in nanoseconds: where the counters of a test begin. */
#include <inttypes.h>
#include <stdio.h>

#include "clock.h"

int main(void) {
  printf("%" PRId64 "\n", clock_monotonic_ns());
  return 0;
}

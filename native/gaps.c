#include "gaps.h"

ring *gaps_create(void) { return ring_create(MICRING_GAPS_KEPT, sizeof(gap)); }

void gaps_add(ring *log, gap entry) { ring_write(log, &entry, 1); }

uint64_t gaps_count(const ring *log) { return ring_written(log); }

uint32_t gaps_read(const ring *log, gap *out) {
  uint32_t retries = 0;
  ring_span const span = ring_read_last(log, MICRING_GAPS_KEPT, out, &retries);
  return (uint32_t)(span.end - span.start);
}

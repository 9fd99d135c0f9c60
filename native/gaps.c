#include "gaps.h"

#include <stdbool.h>

/* A gap that lasted has two entries. */
enum { ENTRIES_KEPT = 2 * MICRING_GAPS_KEPT };

ring *gaps_create(void) { return ring_create(ENTRIES_KEPT, sizeof(gap)); }

void gaps_add(ring *log, gap entry) { ring_write(log, &entry, 1); }

uint64_t gaps_entries(const ring *log) { return ring_written(log); }

/* In place: one entry for each start, the last. Starts only grow, but for those that come again. */
static uint32_t merge(gap *entries, uint32_t count) {
  uint32_t merged = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t at = merged;
    while (at > 0 && entries[at - 1].start > entries[i].start) at--;
    bool const again = at > 0 && entries[at - 1].start == entries[i].start;
    entries[again ? at - 1 : merged++] = entries[i];
  }
  return merged;
}

/* What began as a gap and turned out to have no frame is none. */
static uint32_t without_empty(gap *entries, uint32_t count) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (entries[i].frames != 0) entries[kept++] = entries[i];
  }
  return kept;
}

uint32_t gaps_read(const ring *log, gap *out, uint64_t *known_from) {
  gap entries[ENTRIES_KEPT];
  uint32_t retries = 0;
  ring_span const span = ring_read_last(log, ENTRIES_KEPT, entries, &retries);
  uint32_t const merged = merge(entries, (uint32_t)(span.end - span.start));
  /* What is forgotten began, and so ended, before the oldest that is known. */
  *known_from = span.start > 0 && merged > 0 ? entries[0].start : 0;
  uint32_t const count = without_empty(entries, merged);
  uint32_t const skipped = count > MICRING_GAPS_KEPT ? count - MICRING_GAPS_KEPT : 0;
  if (skipped > 0) *known_from = entries[skipped].start;
  for (uint32_t i = skipped; i < count; i++) out[i - skipped] = entries[i];
  return count - skipped;
}

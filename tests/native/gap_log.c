/*
 * Enters gaps in the log as a capture does, and holds what can be read from it against a plain
 * list: each gap once, its last entry, the newest of them, and from where on they are all there
 * are.
 *
 * Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "gaps.h"
#include "racing.h"

enum { ROUNDS = 3000, ENTRIES_KEPT = 2 * MICRING_GAPS_KEPT };

typedef struct model {
  ring *log;
  gap gaps[ROUNDS];
  /* How many entries there were before the last one of each. */
  uint64_t entered[ROUNDS];
  uint32_t count;
  uint64_t entries;
  uint64_t frame;
  uint64_t random;
} model;

static uint64_t reads;

static _Noreturn void fail(const model *m, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "gap_log: after %" PRIu64 " entries, %u gaps: ", m->entries, m->count);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static void enter(model *m, gap entry) {
  gaps_add(m->log, entry);
  m->entries++;
  if (gaps_entries(m->log) != m->entries) fail(m, "%" PRIu64 " are said", gaps_entries(m->log));
}

static bool same(gap one, gap other) {
  return one.start == other.start && one.frames == other.frames && one.cause == other.cause &&
         one.counted == other.counted;
}

/* How many of the gaps the log can still know. */
static uint32_t kept(const model *m) {
  uint32_t count = 0;
  while (count < m->count && count < MICRING_GAPS_KEPT &&
         m->entered[m->count - count - 1] + ENTRIES_KEPT >= m->entries) {
    count++;
  }
  return count;
}

static void check(const model *m) {
  gap out[MICRING_GAPS_KEPT];
  uint64_t known_from = UINT64_MAX;
  uint32_t const count = gaps_read(m->log, out, &known_from);
  reads++;
  if (count != kept(m)) fail(m, "%u are told, expected %u", count, kept(m));
  for (uint32_t i = 0; i < count; i++) {
    gap const expected = m->gaps[m->count - count + i];
    if (same(out[i], expected)) continue;
    fail(m, "gap %u of %u is told as %" PRIu64 " from %" PRIu64 ", expected %" PRIu64 " from %"
         PRIu64, i, count, out[i].frames, out[i].start, expected.frames, expected.start);
  }
  if (count == m->count && m->entries <= MICRING_GAPS_KEPT && known_from != 0) {
    fail(m, "nothing is forgotten, but known from %" PRIu64, known_from);
  }
  if (count < m->count) {
    gap const forgotten = m->gaps[m->count - count - 1];
    if (known_from < forgotten.start + forgotten.frames) {
      fail(m, "known from %" PRIu64 ", but one before %" PRIu64 " is forgotten", known_from,
           forgotten.start + forgotten.frames);
    }
  }
  if (count > 0 && known_from > out[0].start) fail(m, "known from behind the first");
}

static void note(model *m, gap entry) {
  m->entered[m->count] = m->entries;
  m->gaps[m->count++] = entry;
  enter(m, entry);
}

/* A gap at once, or in two steps, or one that comes to nothing. */
static void add_gap(model *m, uint32_t lasting) {
  gap const entry = {m->frame += 1 + below(&m->random, 100), 1 + below(&m->random, 100),
                     (uint32_t)below(&m->random, 9), (uint32_t)below(&m->random, 2)};
  if (below(&m->random, 100) < lasting) {
    gap const open = {entry.start, GAP_OPEN, (uint32_t)below(&m->random, 9), 0};
    note(m, open);
    check(m);
    m->count--;
    if (below(&m->random, 8) == 0) {
      enter(m, (gap){entry.start, 0, entry.cause, 0});
      return;
    }
  }
  note(m, entry);
  m->frame += entry.frames;
}

static void check_log(uint32_t lasting, uint64_t seed) {
  static model m;
  m = (model){.log = gaps_create(), .random = seed};
  if (m.log == NULL) fail(&m, "no memory");
  check(&m);
  for (int i = 0; i < ROUNDS; i++) {
    add_gap(&m, lasting);
    check(&m);
  }
  ring_destroy(m.log, false);
}

int main(void) {
  check_log(0, 1);
  check_log(30, 2);
  check_log(100, 3);
  printf("gap_log: %" PRIu64 " times read\n", reads);
  return 0;
}

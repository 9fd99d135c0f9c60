/*
 * Races one writer against two readers over the ring, and checks every sample of every window
 * that the ring calls true.
 *
 * Argument: the seconds to run. Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "racing.h"
#include "ring.h"

enum {
  READERS = 2,
  /* What the writer makes in advance, so that it then writes faster than anyone checks. */
  BURST_CAPACITIES = 32,
  NOTES = 1 << 16,
  WORD_BYTES = 8,
};

static const int64_t poll_ns = 10000000;
/* How much longer than asked it waits for every kind of thing to have happened at least once. */
static const int64_t patience_ns = 20000000000;

typedef struct shape {
  const char *name;
  uint32_t sample_bytes;
  uint32_t channels;
  uint64_t frames;
} shape;

/* Of 2 bytes a frame, four frames share a word and windows begin within one; frames of 6 bytes lie
 * across words. No capacity is a power of two, so a wrong modulus shows. */
static const shape shapes[] = {
    {"f32 mono", 4, 1, 250},
    {"s16 mono", 2, 1, 497},
    {"s16 3 channels", 2, 3, 202},
    {"f32 8 channels", 4, 8, 61},
};

typedef enum way { READ_LAST, READ, PEEK, WAYS } way;
static const char *const way_names[WAYS] = {"ring_read_last", "ring_read", "peek"};

typedef struct race {
  const shape *shape;
  ring *ring;
  _Atomic bool stopping;
  /* Counted by the writer before it writes: nothing beyond may ever be read. */
  _Atomic uint64_t sent;
  _Atomic uint64_t accepted[WAYS];
  _Atomic uint64_t overtaken[WAYS];
  _Atomic uint64_t shortened;
  _Atomic uint64_t samples;
  /* Plain on purpose: each is stored once, before the frames of its burst, and read by whoever
   * saw such a frame. The ring alone orders the two; where it does not, ThreadSanitizer tells. */
  uint64_t *notes;
} race;

typedef struct reader {
  race *race;
  uint64_t random;
  int processor;
  unsigned char *out;
} reader;

static _Noreturn void fail(const race *x, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  flockfile(stderr);
  fprintf(stderr, "ring_race: %s: ", x->shape->name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  /* The other threads are still at it: no tidying up under their feet. */
  _Exit(1);
}

/* Relaxed: nothing but the wish is passed on; partner of the store that makes it. */
static bool stopping(const race *x) {
  return atomic_load_explicit(&x->stopping, memory_order_relaxed);
}

/* Every sample is a hash of where it belongs. */
static uint32_t sample_at(const shape *s, uint64_t frame, uint32_t channel) {
  uint64_t hash = (frame * s->channels + channel + 1) * 0x9e3779b97f4a7c15u;
  hash = (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93u;
  return (uint32_t)(hash >> 32) >> (32 - 8 * s->sample_bytes);
}

static uint32_t stored(const shape *s, const unsigned char *sample) {
  uint16_t narrow;
  uint32_t wide;
  if (s->sample_bytes == sizeof narrow) {
    memcpy(&narrow, sample, sizeof narrow);
    return narrow;
  }
  memcpy(&wide, sample, sizeof wide);
  return wide;
}

static void make(const shape *s, uint64_t frame, uint64_t count, unsigned char *out) {
  for (uint64_t end = frame + count; frame < end; frame++) {
    for (uint32_t channel = 0; channel < s->channels; channel++, out += s->sample_bytes) {
      uint32_t const wide = sample_at(s, frame, channel);
      uint16_t const narrow = (uint16_t)wide;
      if (s->sample_bytes == sizeof narrow) memcpy(out, &narrow, sizeof narrow);
      else memcpy(out, &wide, sizeof wide);
    }
  }
}

static uint64_t block_size(uint64_t *random, uint64_t capacity) {
  static const uint64_t primes[] = {3, 7, 13, 31};
  switch (below(random, 16)) {
    case 0:
    case 1:
    case 2:
      return 1;
    case 3:
    case 4:
      return primes[below(random, 4)];
    case 5:
    case 6:
      return capacity - below(random, 4);
    case 7:
      return capacity + 1 + below(random, capacity);
    default:
      return 1 + below(random, capacity / 2);
  }
}

/* Now and then what was written is taken back: zeros are no sample's hash. */
static void take_back(race *x, uint64_t *random) {
  uint64_t const kind = below(random, 8);
  if (kind == 0) ring_wipe(x->ring);
  if (kind == 1) ring_forget(x->ring);
}

static void *write_all(void *argument) {
  race *x = argument;
  uint32_t const frame_bytes = ring_frame_bytes(x->ring);
  uint64_t const capacity = ring_capacity(x->ring);
  uint64_t const burst = BURST_CAPACITIES * capacity;
  uint64_t random = 0x2545f4914f6cdd1d;
  stay_on_processor(0);
  unsigned char *frames = malloc((size_t)(burst * frame_bytes));
  if (frames == NULL) fail(x, "no memory for a burst");
  while (!stopping(x)) {
    uint64_t const start = get(&x->sent);
    make(x->shape, start, burst, frames);
    if (start / burst < NOTES) x->notes[start / burst] = ~start;
    take_back(x, &random);
    for (uint64_t done = 0, count; done < burst; done += count) {
      count = block_size(&random, capacity);
      if (count > burst - done) count = burst - done;
      add(&x->sent, count);
      /* Now and then instead of a block there is nothing: zeros, and all before them is gone. */
      if (below(&random, 32) == 0) ring_skip(x->ring, count);
      else ring_write(x->ring, frames + done * frame_bytes, count);
    }
  }
  free(frames);
  return NULL;
}

static void check_samples(reader *r, way by, uint64_t start, uint64_t end) {
  race *x = r->race;
  const shape *s = x->shape;
  if (start > end) fail(x, "%s ends before it starts", way_names[by]);
  if (end > get(&x->sent)) fail(x, "%s ends at %" PRIu64 ": not sent yet", way_names[by], end);
  if (start == end) return;
  uint64_t const burst = BURST_CAPACITIES * ring_capacity(x->ring);
  uint64_t const note = (end - 1) / burst;
  if (note < NOTES && x->notes[note] != ~(note * burst)) fail(x, "frames came before their note");
  const unsigned char *sample = r->out;
  for (uint64_t frame = start; frame < end; frame++) {
    for (uint32_t channel = 0; channel < s->channels; channel++, sample += s->sample_bytes) {
      uint32_t const expected = sample_at(s, frame, channel);
      uint32_t const got = stored(s, sample);
      if (got == expected) continue;
      fail(x, "torn sample: %s of [%" PRIu64 ", %" PRIu64 "), frame %" PRIu64
           ", channel %u: expected %08x, got %08x", way_names[by], start, end, frame, channel,
           expected, got);
    }
  }
  add(&x->accepted[by], 1);
  add(&x->samples, (end - start) * s->channels);
}

static void read_last(reader *r) {
  race *x = r->race;
  uint64_t const capacity = ring_capacity(x->ring);
  uint64_t const asked = 1 + below(&r->random, capacity + 4);
  uint64_t const most = asked < capacity ? asked : capacity;
  uint64_t const before = ring_written(x->ring);
  uint32_t retries = 0;
  ring_span const span = ring_read_last(x->ring, asked, r->out, &retries);
  uint64_t const whole = span.end > most ? span.end - most : 0;
  if (span.end < before) fail(x, "ring_read_last is older than what was written before it");
  if (span.start < whole) fail(x, "ring_read_last is longer than asked for");
  if (span.start > whole && span.start > ring_oldest(x->ring) && span.start != span.end) {
    fail(x, "ring_read_last is shorter than it need be");
  }
  if (retries != 0 && span.start > whole && span.start < span.end) add(&x->shortened, 1);
  add(&x->overtaken[READ_LAST], retries);
  check_samples(r, READ_LAST, span.start, span.end);
}

/* Mostly from the oldest frame on, where the writer strikes next. */
static ring_span choose(reader *r) {
  uint64_t const end = ring_written(r->race->ring);
  uint64_t const oldest = ring_oldest(r->race->ring);
  uint64_t start = oldest < end ? oldest : end;
  start += below(&r->random, below(&r->random, 8) == 0 ? end - start + 1 : 6);
  if (start > end) start = end;
  if (below(&r->random, 2) == 0) return (ring_span){start, end};
  return (ring_span){start, start + below(&r->random, end - start + 1)};
}

static void read_window(reader *r) {
  race *x = r->race;
  ring_span span = choose(r);
  if (below(&r->random, 16) == 0) span.end = ring_written(x->ring) + 1 + below(&r->random, 3);
  uint64_t const before = ring_written(x->ring);
  switch (ring_read(x->ring, span.start, span.end, r->out)) {
    case RING_TRUE:
      check_samples(r, READ, span.start, span.end);
      break;
    case RING_FUTURE:
      if (span.end <= before) fail(x, "ring_read calls future what was written");
      break;
    case RING_OVERWRITTEN:
      if (span.start >= ring_oldest(x->ring)) fail(x, "ring_read calls overwritten what is there");
      add(&x->overtaken[READ], 1);
      break;
  }
}

/* As a script does it: plainly from memory, then the question whether it was still there. */
static void peek(reader *r) {
  race *x = r->race;
  ring_span const span = choose(r);
  uint32_t const frame_bytes = ring_frame_bytes(x->ring);
  size_t const at = (size_t)(span.start % ring_capacity(x->ring)) * frame_bytes;
  size_t const bytes = (size_t)(span.end - span.start) * frame_bytes;
  const _Atomic uint64_t *words = ring_memory(x->ring);
  for (size_t done = 0; done < bytes;) {
    size_t const skip = (at + done) % WORD_BYTES;
    size_t const rest = bytes - done;
    size_t const piece = rest < WORD_BYTES - skip ? rest : WORD_BYTES - skip;
    /* Relaxed: partner of the stores in ring.c; the fence in ring_holds decides. */
    uint64_t const value =
        atomic_load_explicit(&words[(at + done) / WORD_BYTES], memory_order_relaxed);
    memcpy(r->out + done, (const unsigned char *)&value + skip, piece);
    done += piece;
  }
  if (ring_holds(x->ring, span.start)) check_samples(r, PEEK, span.start, span.end);
  else add(&x->overtaken[PEEK], 1);
}

static void *read_all(void *argument) {
  static void (*const ways[WAYS])(reader *r) = {read_last, read_window, peek};
  reader *r = argument;
  stay_on_processor(r->processor);
  while (!stopping(r->race)) ways[below(&r->random, WAYS)](r);
  return NULL;
}

/* What never happened yet, without which the race has proved nothing; or NULL. */
static const char *missing(const race *x) {
  static const char *const never_accepted[WAYS] = {
      "ring_read_last never gave a window", "ring_read never gave a window", "no peek ever held"};
  static const char *const never_overtaken[WAYS] = {
      "ring_read_last was never overtaken", "ring_read was never overtaken",
      "no peek was ever overtaken"};
  for (int by = 0; by < WAYS; by++) {
    if (get(&x->accepted[by]) == 0) return never_accepted[by];
    if (get(&x->overtaken[by]) == 0) return never_overtaken[by];
  }
  return get(&x->shortened) == 0 ? "ring_read_last never gave a shorter window" : NULL;
}

static void wait_for(const race *x, int64_t duration_ns) {
  int64_t const start_ns = clock_monotonic_ns();
  for (;;) {
    clock_sleep_ns(poll_ns);
    int64_t const elapsed_ns = clock_monotonic_ns() - start_ns;
    if (elapsed_ns < duration_ns) continue;
    const char *what = missing(x);
    if (what == NULL) return;
    if (elapsed_ns > duration_ns + patience_ns) fail(x, "proved nothing: %s", what);
  }
}

static void run(race *x, int64_t duration_ns) {
  uint32_t const frame_bytes = x->shape->sample_bytes * x->shape->channels;
  reader readers[READERS];
  pthread_t threads[READERS + 1];
  x->ring = ring_create(x->shape->frames, frame_bytes);
  x->notes = calloc(NOTES, sizeof *x->notes);
  if (x->ring == NULL || x->notes == NULL) fail(x, "no memory for the ring");
  for (int i = 0; i < READERS; i++) {
    unsigned char *out = malloc((size_t)ring_capacity(x->ring) * frame_bytes);
    readers[i] = (reader){x, 0x9e3779b97f4a7c15u * (uint64_t)(i + 1), i + 1, out};
    if (out == NULL) fail(x, "no memory for a reader");
  }
  int failed = pthread_create(&threads[READERS], NULL, write_all, x);
  for (int i = 0; i < READERS; i++) {
    failed |= pthread_create(&threads[i], NULL, read_all, &readers[i]);
  }
  if (failed) fail(x, "cannot start a thread");
  wait_for(x, duration_ns);
  /* Relaxed: partner of the load in stopping; the joins order the rest. */
  atomic_store_explicit(&x->stopping, true, memory_order_relaxed);
  for (int i = 0; i <= READERS; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < READERS; i++) free(readers[i].out);
  free(x->notes);
  ring_destroy(x->ring, false);
}

int main(int argc, char **argv) {
  double const seconds = argc > 1 ? atof(argv[1]) : 1;
  size_t const count = sizeof shapes / sizeof shapes[0];
  uint64_t accepted[WAYS] = {0}, overtaken[WAYS] = {0}, shortened = 0, samples = 0;
  for (size_t i = 0; i < count; i++) {
    race x = {.shape = &shapes[i]};
    run(&x, (int64_t)(seconds * 1e9 / (double)count));
    for (int by = 0; by < WAYS; by++) {
      accepted[by] += get(&x.accepted[by]);
      overtaken[by] += get(&x.overtaken[by]);
    }
    shortened += get(&x.shortened);
    samples += get(&x.samples);
  }
  printf("ring_race: %" PRIu64 " samples checked", samples);
  for (int by = 0; by < WAYS; by++) {
    printf("; %s: %" PRIu64 " true, %" PRIu64 " overtaken", way_names[by], accepted[by],
           overtaken[by]);
  }
  printf("; %" PRIu64 " shortened\n", shortened);
  return 0;
}

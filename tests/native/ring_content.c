/*
 * Checks everything that can be read from the ring, and its memory, against a plain model after
 * every kind of write at every place: one thread, no chance.
 *
 * Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"

enum {
  CANARY = 0xa5,
  CANARY_BYTES = 16,
  MULTIPLE = 4,
  /* Rings up to here have every window checked, larger ones those at the edges. */
  EXHAUSTIVE_FRAMES = 16,
  LARGE_FRAMES = 5000,
};

static const uint32_t frame_sizes[] = {2, 4, 6, 8, 16, 32};

/* What the ring should be: each slot's bytes and the numbers, kept in the simplest way. */
typedef struct model {
  ring *ring;
  uint64_t capacity;
  uint32_t frame_bytes;
  uint64_t written;
  uint64_t floor;
  unsigned char *slots;
  unsigned char *out;
} model;

static const char *doing = "";
static uint64_t windows;

static _Noreturn void fail(const model *m, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "ring_content: %u bytes a frame, capacity %" PRIu64 ", %" PRIu64
          " written, after %s: ", m->frame_bytes, m->capacity, m->written, doing);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static void *allocate(size_t bytes) {
  void *memory = malloc(bytes);
  if (memory != NULL) return memory;
  fprintf(stderr, "ring_content: no memory\n");
  exit(1);
}

static unsigned char byte_at(const model *m, uint64_t frame, uint32_t byte) {
  uint64_t hash = (frame * m->frame_bytes + byte + 1) * 0x9e3779b97f4a7c15u;
  hash = (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93u;
  return (unsigned char)(hash >> 56);
}

static unsigned char *slot(const model *m, uint64_t frame) {
  return m->slots + frame % m->capacity * m->frame_bytes;
}

static uint64_t oldest(const model *m) {
  uint64_t const kept = m->written < m->capacity ? 0 : m->written - m->capacity;
  return kept < m->floor ? m->floor : kept;
}

static void open_model(model *m, uint64_t frames, uint32_t frame_bytes) {
  uint64_t const capacity = (frames + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
  doing = "ring_create";
  *m = (model){.capacity = capacity, .frame_bytes = frame_bytes};
  m->ring = ring_create(frames, frame_bytes);
  if (m->ring == NULL) fail(m, "no memory");
  if (ring_capacity_for(frames) != capacity) fail(m, "ring_capacity_for is wrong");
  if (ring_capacity(m->ring) != capacity) fail(m, "ring_capacity is wrong");
  if (ring_frame_bytes(m->ring) != frame_bytes) fail(m, "ring_frame_bytes is wrong");
  if (ring_bytes_for(frames, frame_bytes) != 2 * capacity * frame_bytes) {
    fail(m, "ring_bytes_for is wrong");
  }
  m->slots = calloc(1, (size_t)capacity * frame_bytes);
  if (m->slots == NULL) fail(m, "no memory");
  m->out = allocate((size_t)capacity * frame_bytes + CANARY_BYTES);
}

static void close_model(model *m) {
  ring_destroy(m->ring, false);
  free(m->slots);
  free(m->out);
}

static void write_frames(model *m, uint64_t count) {
  size_t const bytes = (size_t)count * m->frame_bytes;
  /* An odd address, as the caller's may be, and nothing behind the last byte. */
  unsigned char *memory = allocate(bytes + 1);
  unsigned char *frames = memory + 1;
  for (uint64_t i = 0; i < count; i++) {
    unsigned char *frame = frames + i * m->frame_bytes;
    for (uint32_t at = 0; at < m->frame_bytes; at++) frame[at] = byte_at(m, m->written + i, at);
    memcpy(slot(m, m->written + i), frame, m->frame_bytes);
  }
  ring_write(m->ring, frames, count);
  m->written += count;
  free(memory);
}

static void write_silence(model *m, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) memset(slot(m, m->written + i), 0, m->frame_bytes);
  ring_write_silence(m->ring, count);
  m->written += count;
}

static void forget(model *m) {
  ring_forget(m->ring);
  m->floor = m->written;
}

static void wipe(model *m) {
  ring_wipe(m->ring);
  m->floor = m->written;
  memset(m->slots, 0, (size_t)m->capacity * m->frame_bytes);
}

static void skip(model *m, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) memset(slot(m, m->written + i), 0, m->frame_bytes);
  ring_skip(m->ring, count);
  m->written += count;
  m->floor = m->written;
}

/* Every frame at its place and a capacity later, and nothing else anywhere. */
static void check_memory(const model *m) {
  size_t const bytes = (size_t)m->capacity * m->frame_bytes;
  const unsigned char *memory = ring_memory(m->ring);
  if (memcmp(memory, m->slots, bytes) != 0) fail(m, "the memory is wrong");
  if (memcmp(memory + bytes, m->slots, bytes) != 0) fail(m, "the mirror is wrong");
}

static void check_out(const model *m, const char *by, uint64_t start, uint64_t end) {
  const unsigned char *frame = m->out;
  for (uint64_t at = start; at < end; at++, frame += m->frame_bytes) {
    if (memcmp(frame, slot(m, at), m->frame_bytes) == 0) continue;
    fail(m, "%s of [%" PRIu64 ", %" PRIu64 "): frame %" PRIu64 " is wrong", by, start, end, at);
  }
  for (int i = 0; i < CANARY_BYTES; i++) {
    if (frame[i] != CANARY) fail(m, "%s of %" PRIu64 " frames writes more", by, end - start);
  }
  windows++;
}

static void soil_out(const model *m) {
  memset(m->out, CANARY, (size_t)m->capacity * m->frame_bytes + CANARY_BYTES);
}

static void check_window(const model *m, uint64_t start, uint64_t end) {
  ring_verdict const expected = end > m->written   ? RING_FUTURE
                                : start < oldest(m) ? RING_OVERWRITTEN
                                                    : RING_TRUE;
  soil_out(m);
  ring_verdict const verdict = ring_read(m->ring, start, end, m->out);
  if (verdict != expected) {
    fail(m, "ring_read of [%" PRIu64 ", %" PRIu64 "): verdict %d, expected %d", start, end, verdict,
         expected);
  }
  if (verdict == RING_TRUE) check_out(m, "ring_read", start, end);
}

static void check_last(const model *m, uint64_t frames) {
  uint64_t const held = m->written - oldest(m);
  uint64_t const start = m->written - (frames < held ? frames : held);
  uint32_t retries = 0;
  soil_out(m);
  ring_span const span = ring_read_last(m->ring, frames, m->out, &retries);
  if (span.start != start || span.end != m->written) {
    fail(m, "ring_read_last of %" PRIu64 " gives [%" PRIu64 ", %" PRIu64 ")", frames, span.start,
         span.end);
  }
  if (retries != 0) fail(m, "ring_read_last of %" PRIu64 " was overtaken by nobody", frames);
  check_out(m, "ring_read_last", span.start, span.end);
}

static void check_numbers(const model *m) {
  uint64_t const first = oldest(m);
  if (ring_written(m->ring) != m->written) fail(m, "ring_written is wrong");
  if (ring_oldest(m->ring) != first) fail(m, "ring_oldest is wrong");
  if (!ring_holds(m->ring, first)) fail(m, "ring_holds denies the oldest frame");
  if (first > 0 && ring_holds(m->ring, first - 1)) fail(m, "ring_holds grants what is gone");
}

static void check_every_window(const model *m) {
  uint64_t const first = oldest(m);
  for (uint64_t start = first > 2 ? first - 2 : 0; start <= m->written; start++) {
    for (uint64_t end = start; end <= m->written + 2; end++) check_window(m, start, end);
  }
  for (uint64_t frames = 0; frames <= m->capacity + 2; frames++) check_last(m, frames);
}

static void check_edges(const model *m) {
  uint64_t const first = oldest(m);
  uint64_t const end = m->written;
  uint64_t const starts[] = {first - (first > 0), first, first + (first < end),
                             end - (end > first)};
  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
    check_window(m, starts[i], starts[i] + 1);
    check_window(m, starts[i], end);
    check_window(m, starts[i], end + 1);
  }
  check_last(m, 1);
  check_last(m, m->capacity);
  check_last(m, m->capacity + 1);
}

static void check_all(const model *m, const char *what) {
  doing = what;
  check_numbers(m);
  check_memory(m);
  if (m->capacity <= EXHAUSTIVE_FRAMES) check_every_window(m);
  else check_edges(m);
}

/* Every kind of write of `count` frames, the first of them at frame `start`. */
static void check_from(uint64_t frames, uint32_t frame_bytes, uint64_t start, uint64_t count) {
  model m;
  open_model(&m, frames, frame_bytes);
  check_all(&m, "ring_create");
  if (start != 0) write_frames(&m, start);
  check_all(&m, "the first block");
  write_frames(&m, count);
  check_all(&m, "a block");
  write_frames(&m, 0);
  check_all(&m, "an empty block");
  write_silence(&m, count);
  check_all(&m, "silence");
  write_frames(&m, 3);
  check_all(&m, "a block after silence");
  forget(&m);
  check_all(&m, "ring_forget");
  write_frames(&m, count);
  check_all(&m, "a block after ring_forget");
  wipe(&m);
  check_all(&m, "ring_wipe");
  write_frames(&m, 1);
  check_all(&m, "a frame after ring_wipe");
  write_frames(&m, count);
  check_all(&m, "a block after ring_wipe");
  skip(&m, count);
  check_all(&m, "ring_skip");
  write_frames(&m, count);
  check_all(&m, "a block after ring_skip");
  skip(&m, 0);
  check_all(&m, "an empty ring_skip");
  close_model(&m);
}

static void check_blocks(uint64_t frames, uint32_t frame_bytes, uint64_t starts) {
  uint64_t const capacity = ring_capacity_for(frames);
  uint64_t const blocks[] = {1, 3, 7, capacity - 1, capacity, capacity + 1, 2 * capacity + 3};
  for (uint64_t i = 0; i <= starts; i++) {
    for (size_t block = 0; block < sizeof blocks / sizeof blocks[0]; block++) {
      check_from(frames, frame_bytes, i * capacity / starts, blocks[block]);
    }
  }
}

/* Many rounds of the same block: every phase of it against the wrap. */
static void check_rounds(uint32_t frame_bytes) {
  static const uint64_t blocks[] = {1, 3, 5, 7, 11};
  for (size_t block = 0; block < sizeof blocks / sizeof blocks[0]; block++) {
    model m;
    open_model(&m, EXHAUSTIVE_FRAMES - MULTIPLE, frame_bytes);
    for (int round = 0; round < 2 * EXHAUSTIVE_FRAMES; round++) {
      write_frames(&m, blocks[block]);
      check_all(&m, "one block of many");
    }
    close_model(&m);
  }
}

static void check_kept_memory(uint32_t frame_bytes) {
  /* Reachable to the end, so that it counts as kept and not as leaked. */
  static void *kept[sizeof frame_sizes / sizeof frame_sizes[0]];
  static size_t count;
  model m;
  open_model(&m, EXHAUSTIVE_FRAMES, frame_bytes);
  write_frames(&m, EXHAUSTIVE_FRAMES + 1);
  kept[count] = ring_memory(m.ring);
  ring_destroy(m.ring, true);
  doing = "ring_destroy";
  size_t const bytes = (size_t)m.capacity * frame_bytes;
  if (memcmp(kept[count++], m.slots, bytes) != 0) fail(&m, "kept memory is wrong");
  m.ring = NULL;
  close_model(&m);
}

int main(void) {
  for (size_t i = 0; i < sizeof frame_sizes / sizeof frame_sizes[0]; i++) {
    for (uint64_t frames = 1; frames <= EXHAUSTIVE_FRAMES; frames += 5) {
      check_blocks(frames, frame_sizes[i], ring_capacity_for(frames));
    }
    check_blocks(LARGE_FRAMES, frame_sizes[i], 5);
    check_rounds(frame_sizes[i]);
    check_kept_memory(frame_sizes[i]);
  }
  printf("ring_content: %" PRIu64 " windows checked\n", windows);
  return 0;
}

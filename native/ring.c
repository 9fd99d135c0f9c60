#include "ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The samples are only ever touched as whole words: the C memory model has no atomic access of
 * mixed sizes, and a word at a time is near the speed of memcpy. */
typedef _Atomic uint64_t word;

enum {
  WORD_BYTES = 8,
  FRAME_MULTIPLE = 4,
  READ_ATTEMPTS = 8,
  SILENCE_BYTES = 4096,
  CACHE_LINE_BYTES = 64,
  /* The smallest there is; where pages are larger, each is touched several times. */
  PAGE_BYTES = 4096,
  PREFETCH_BYTES = 512,
};

struct ring {
  /* The writer alone stores these, every block. */
  _Atomic uint64_t claimed;
  _Atomic uint64_t written;
  /* Everything before it was wiped or skipped. */
  _Atomic uint64_t floor;
  /* What never changes stands on a cache line that the writer never touches. */
  unsigned char apart[CACHE_LINE_BYTES];
  uint64_t capacity;
  size_t half_words;
  uint32_t frame_bytes;
  word *words;
};

uint64_t ring_capacity_for(uint64_t frames) {
  /* A frame is at least 2 bytes, so 4 of them are whole words. */
  return (frames + FRAME_MULTIPLE - 1) / FRAME_MULTIPLE * FRAME_MULTIPLE;
}

uint64_t ring_bytes_for(uint64_t frames, uint32_t frame_bytes) {
  return 2 * ring_capacity_for(frames) * frame_bytes;
}

ring *ring_create(uint64_t frames, uint32_t frame_bytes) {
  size_t const bytes = (size_t)ring_bytes_for(frames, frame_bytes);
  ring *r = calloc(1, sizeof *r);
  word *words = calloc(1, bytes);
  if (r == NULL || words == NULL) {
    free(r);
    free(words);
    return NULL;
  }
  /* Volatile, or the compiler would see that nothing changes: the page does, it comes to be. */
  volatile unsigned char *pages = (volatile unsigned char *)words;
  for (size_t at = 0; at < bytes; at += PAGE_BYTES) pages[at] = 0;
  /* They need not begin where a page does: the last one may not have had its turn. */
  if (bytes != 0) pages[bytes - 1] = 0;
  r->capacity = ring_capacity_for(frames);
  r->frame_bytes = frame_bytes;
  r->half_words = bytes / 2 / WORD_BYTES;
  r->words = words;
  return r;
}

void ring_destroy(ring *r, bool keep_memory) {
  if (r == NULL) return;
  if (!keep_memory) free((void *)r->words);
  free(r);
}

void *ring_memory(ring *r) { return (void *)r->words; }
uint64_t ring_capacity(const ring *r) { return r->capacity; }
uint32_t ring_frame_bytes(const ring *r) { return r->frame_bytes; }

static inline uint64_t load_word(const word *w) {
  /* Relaxed: it races with store_word by design; the fences around the two copies decide
   * whether what was read counts. */
  return atomic_load_explicit(w, memory_order_relaxed);
}

static inline void store_word(word *w, uint64_t value) {
  /* Relaxed, as in load_word: ordered against readers by the release fence before the first of
   * these and the release store of `written` after the last. */
  atomic_store_explicit(w, value, memory_order_relaxed);
}

static inline void store_twice(word *low, word *high, uint64_t value) {
  store_word(low, value);
  store_word(high, value);
}

/* The caller's memory, which may begin at any sample. One word at a time: gathered into a vector
 * first, they would pass through the stack, at an eighth of the speed. */
static inline uint64_t take_word(const unsigned char *source) {
  uint64_t value;
  memcpy(&value, source, WORD_BYTES);
  return value;
}

static inline void give_word(unsigned char *out, uint64_t value) {
  memcpy(out, &value, WORD_BYTES);
}

/* By how many bits a byte of a word is shifted. */
static inline unsigned byte_shift(size_t byte) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return (unsigned)(WORD_BYTES - 1 - byte) * 8;
#else
  return (unsigned)byte * 8;
#endif
}

/* The samples beside the stored ones may be under a reader's eyes: they keep their bits. By shifts,
 * since a copy of a length that varies would be a call out of here. */
static void store_part(word *low, word *high, size_t skip, const unsigned char *source,
                       size_t bytes) {
  uint64_t value = load_word(low);
  for (size_t i = 0; i < bytes; i++) {
    unsigned const shift = byte_shift(skip + i);
    value = (value & ~(UINT64_C(0xff) << shift)) | (uint64_t)source[i] << shift;
  }
  store_twice(low, high, value);
}

static void store_piece(ring *r, size_t offset, const unsigned char *source, size_t bytes) {
  word *low = r->words + offset / WORD_BYTES;
  word *high = low + r->half_words;
  size_t const skip = offset % WORD_BYTES;
  if (skip != 0) {
    size_t const head = bytes < WORD_BYTES - skip ? bytes : WORD_BYTES - skip;
    store_part(low++, high++, skip, source, head);
    source += head;
    bytes -= head;
  }
  /* Four to one place, then four to the other: by turns they would take a quarter longer. */
  for (; bytes >= 4 * WORD_BYTES; bytes -= 4 * WORD_BYTES) {
    uint64_t const first = take_word(source);
    uint64_t const second = take_word(source + WORD_BYTES);
    uint64_t const third = take_word(source + 2 * WORD_BYTES);
    uint64_t const fourth = take_word(source + 3 * WORD_BYTES);
    store_word(low, first);
    store_word(low + 1, second);
    store_word(low + 2, third);
    store_word(low + 3, fourth);
    store_word(high, first);
    store_word(high + 1, second);
    store_word(high + 2, third);
    store_word(high + 3, fourth);
    low += 4;
    high += 4;
    source += 4 * WORD_BYTES;
  }
  for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
    store_twice(low++, high++, take_word(source));
    source += WORD_BYTES;
  }
  if (bytes != 0) store_part(low, high, 0, source, bytes);
}

static void store(ring *r, uint64_t frame, const unsigned char *source, size_t bytes) {
  size_t const half_bytes = r->half_words * WORD_BYTES;
  size_t offset = (size_t)(frame % r->capacity) * r->frame_bytes;
  while (bytes != 0) {
    size_t const piece = bytes < half_bytes - offset ? bytes : half_bytes - offset;
    store_piece(r, offset, source, piece);
    source += piece;
    bytes -= piece;
    offset = 0;
  }
}

static void load(const ring *r, uint64_t frame, unsigned char *out, size_t bytes) {
  size_t const offset = (size_t)(frame % r->capacity) * r->frame_bytes;
  const word *from = r->words + offset / WORD_BYTES;
  size_t const skip = offset % WORD_BYTES;
  if (skip != 0) {
    uint64_t const value = load_word(from++);
    size_t const head = bytes < WORD_BYTES - skip ? bytes : WORD_BYTES - skip;
    memcpy(out, (const unsigned char *)&value + skip, head);
    out += head;
    bytes -= head;
  }
  for (; bytes >= 8 * WORD_BYTES; bytes -= 8 * WORD_BYTES) {
    /* A seventh faster over long stretches, and harmless past their end; as a number, since a
     * pointer may not even be made there. */
    __builtin_prefetch((const void *)((uintptr_t)out + PREFETCH_BYTES), 1);
    give_word(out, load_word(from));
    give_word(out + WORD_BYTES, load_word(from + 1));
    give_word(out + 2 * WORD_BYTES, load_word(from + 2));
    give_word(out + 3 * WORD_BYTES, load_word(from + 3));
    give_word(out + 4 * WORD_BYTES, load_word(from + 4));
    give_word(out + 5 * WORD_BYTES, load_word(from + 5));
    give_word(out + 6 * WORD_BYTES, load_word(from + 6));
    give_word(out + 7 * WORD_BYTES, load_word(from + 7));
    from += 8;
    out += 8 * WORD_BYTES;
  }
  for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
    give_word(out, load_word(from++));
    out += WORD_BYTES;
  }
  if (bytes != 0) {
    uint64_t const value = load_word(from);
    memcpy(out, &value, bytes);
  }
}

/* Publishes what the writer is about to overwrite, and returns the frame it starts at. */
static uint64_t claim(ring *r, uint64_t count) {
  /* Relaxed: only the writer stores `written`, and it is the one that loads it here. */
  uint64_t const start = atomic_load_explicit(&r->written, memory_order_relaxed);
  /* Relaxed: the fence below carries it. */
  atomic_store_explicit(&r->claimed, start + count, memory_order_relaxed);
  /* Release: partner of the acquire fence in oldest_true. A reader that saw any word stored after
   * this fence sees this claim, too. */
  atomic_thread_fence(memory_order_release);
  return start;
}

static void publish(ring *r, uint64_t end) {
  /* Release: partner of the acquire load in ring_written. Whoever sees this count sees every
   * word below it. */
  atomic_store_explicit(&r->written, end, memory_order_release);
}

void ring_write(ring *r, const void *frames, uint64_t count) {
  uint64_t const kept = count < r->capacity ? count : r->capacity;
  uint64_t const end = claim(r, count) + count;
  store(r, end - kept, (const unsigned char *)frames + (count - kept) * r->frame_bytes,
        (size_t)(kept * r->frame_bytes));
  publish(r, end);
}

void ring_write_silence(ring *r, uint64_t count) {
  static const unsigned char zeros[SILENCE_BYTES];
  uint64_t const end = claim(r, count) + count;
  uint64_t const step = SILENCE_BYTES / r->frame_bytes;
  uint64_t const kept = count < r->capacity ? count : r->capacity;
  for (uint64_t frame = end - kept; frame < end; frame += step) {
    uint64_t const frames = end - frame < step ? end - frame : step;
    store(r, frame, zeros, (size_t)(frames * r->frame_bytes));
  }
  publish(r, end);
}

void ring_forget(ring *r) {
  /* Relaxed, and a release fence: partner of the acquire fence in oldest_true, as in claim. */
  atomic_store_explicit(&r->floor, ring_written(r), memory_order_relaxed);
  atomic_thread_fence(memory_order_release);
}

void ring_wipe(ring *r) {
  ring_forget(r);
  for (size_t i = 0; i < 2 * r->half_words; i++) store_word(r->words + i, 0);
}

void ring_skip(ring *r, uint64_t count) {
  /* Relaxed: what ring_write_silence does next carries it. The release fence in claim, partner of
   * the acquire fence in oldest_true: who read a word of the silence sees this floor. The release
   * store in publish, partner of the acquire load in ring_written: who sees a count that has the
   * silence in it sees this floor, too, so the silence can at no moment be read. Until then the
   * floor is beyond what is written, and a reader has an empty span or RING_OVERWRITTEN. */
  atomic_store_explicit(&r->floor, ring_written(r) + count, memory_order_relaxed);
  ring_write_silence(r, count);
}

uint64_t ring_written(const ring *r) {
  /* Acquire: partner of the release store in publish. */
  return atomic_load_explicit(&r->written, memory_order_acquire);
}

uint64_t ring_oldest(const ring *r) {
  /* Relaxed: a forecast only; what is read is judged by oldest_true afterwards. */
  uint64_t const claimed = atomic_load_explicit(&r->claimed, memory_order_relaxed);
  uint64_t const floor = atomic_load_explicit(&r->floor, memory_order_relaxed);
  uint64_t const overwritten = claimed > r->capacity ? claimed - r->capacity : 0;
  return overwritten > floor ? overwritten : floor;
}

/* After reading samples: the oldest frame of which the words read are true. */
static uint64_t oldest_true(const ring *r) {
  /* Acquire: partner of the release fences in claim and ring_forget. If any word read before came
   * from a later write, the loads below see that write's claim, and the floor of a skip; if from
   * a wipe, its floor. */
  atomic_thread_fence(memory_order_acquire);
  return ring_oldest(r);
}

bool ring_holds(const ring *r, uint64_t start) { return start >= oldest_true(r); }

ring_verdict ring_read(const ring *r, uint64_t start, uint64_t end, void *out) {
  if (end > ring_written(r)) return RING_FUTURE;
  if (start < ring_oldest(r)) return RING_OVERWRITTEN;
  load(r, start, out, (size_t)((end - start) * r->frame_bytes));
  return start >= oldest_true(r) ? RING_TRUE : RING_OVERWRITTEN;
}

ring_span ring_read_last(const ring *r, uint64_t frames, void *out, uint32_t *retries) {
  if (frames > r->capacity) frames = r->capacity;
  for (uint32_t attempt = 0;; attempt++) {
    uint64_t const end = ring_written(r);
    uint64_t const oldest = ring_oldest(r);
    uint64_t start = end > frames ? end - frames : 0;
    if (start < oldest) start = oldest < end ? oldest : end;
    load(r, start, out, (size_t)((end - start) * r->frame_bytes));
    uint64_t const still = oldest_true(r);
    if (start >= still) return (ring_span){start, end};
    ++*retries;
    if (attempt + 1 < READ_ATTEMPTS) continue;
    uint64_t const kept = still < end ? still : end;
    memmove(out, (unsigned char *)out + (kept - start) * r->frame_bytes,
            (size_t)((end - kept) * r->frame_bytes));
    return (ring_span){kept, end};
  }
}

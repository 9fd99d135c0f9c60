/*
 * One writer and one reader on native/ring.c, in every execution that the C11 memory model allows:
 * whatever a reader accepts is exactly the frames it is said to be.
 *
 * Arguments: the number of the ring, as its makers listed them, and a scenario. Exits 0 with the
 * number of executions, or 1 with the first that was wrong.
 */
#include "c11_on_relacy.hpp"

#include <cstddef>
#include <cstdint>

struct span {
  uint64_t start;
  uint64_t end;
};

/* What ring.h declares, of whichever of the rings. */
struct ring_calls {
  void *(*create)(uint64_t frames, uint32_t frame_bytes);
  void (*unmake)(void *r);
  void (*write)(void *r, const void *frames, uint64_t count);
  void (*write_silence)(void *r, uint64_t count);
  void (*forget)(void *r);
  void (*wipe)(void *r);
  void (*skip)(void *r, uint64_t count);
  uint64_t (*written)(void *r);
  bool (*holds)(void *r, uint64_t start);
  bool (*read)(void *r, uint64_t start, uint64_t end, void *out, bool *overwritten);
  span (*read_last)(void *r, uint64_t frames, void *out);
  /* As a view reads the memory. */
  uint64_t (*load_word)(void *r, size_t at);
  /* What the counters are at this moment of the execution, whatever a thread may see of them. */
  uint64_t (*oldest_now)(void *r);
};

/* The translated sources, and the table `ring_calls_of`. */
#include "subjects.inc"

enum { CAPACITY = 4, WORD = 8, SAMPLE = 2, MOST_BLOCK = 8 };

struct scenario {
  const char *name;
  uint32_t frame_bytes;
  uint64_t filled;
  void (*write)();
  void (*read)();
  /* Another thread's, who writes next; or nobody. */
  void (*write_next)() = nullptr;
};

static const ring_calls *calls;
static const scenario *played;

/* Of this execution. Plain: the search runs one thread at a time, and does not know of these. */
static void *the_ring;
static uint64_t next_frame;
static uint64_t silent_frames;
static uint64_t skipped_frames;
static uint64_t wiped_at;
static atomic_of<bool> *told;

/* Never 0, which is silence. */
static unsigned char byte_of(uint64_t frame) {
  return (silent_frames >> frame & 1) != 0 ? 0 : static_cast<unsigned char>(frame + 1);
}

static void write_frames(uint64_t count) {
  unsigned char block[MOST_BLOCK * WORD];
  for (uint64_t i = 0; i < count; i++) {
    memset(block + i * played->frame_bytes, byte_of(next_frame + i), played->frame_bytes);
  }
  calls->write(the_ring, block, count);
  next_frame += count;
}

static void write_silence(uint64_t count) {
  for (uint64_t i = 0; i < count; i++) silent_frames |= UINT64_C(1) << (next_frame + i);
  calls->write_silence(the_ring, count);
  next_frame += count;
}

static void wipe() {
  wiped_at = next_frame;
  calls->wipe(the_ring);
}

static void skip(uint64_t count) {
  for (uint64_t i = 0; i < count; i++) skipped_frames |= UINT64_C(1) << (next_frame + i);
  next_frame += count;
  wiped_at = next_frame;
  calls->skip(the_ring, count);
}

static void check(span s, const unsigned char *frames) {
  if (s.start < wiped_at && s.end > wiped_at) {
    fail("[%" PRIu64 ", %" PRIu64 ") goes across a wipe at %" PRIu64, s.start, s.end, wiped_at);
  }
  for (uint64_t frame = s.start; frame < s.end; frame++) {
    if ((skipped_frames >> frame & 1) != 0) fail("frame %" PRIu64 " is read, and skipped", frame);
    const unsigned char *bytes = frames + (frame - s.start) * played->frame_bytes;
    for (uint32_t i = 0; i < played->frame_bytes; i++) {
      if (bytes[i] == byte_of(frame)) continue;
      fail("torn: frame %" PRIu64 " of [%" PRIu64 ", %" PRIu64 ") is %02x", frame, s.start, s.end,
           bytes[i]);
    }
  }
}

static void read_span(uint64_t start, uint64_t end) {
  unsigned char out[CAPACITY * WORD];
  bool overwritten = false;
  if (calls->read(the_ring, start, end, out, &overwritten)) check({start, end}, out);
  else if (overwritten && start >= calls->oldest_now(the_ring)) {
    fail("frame %" PRIu64 " is refused, and is there", start);
  }
}

static span read_last(uint64_t frames) {
  unsigned char out[CAPACITY * WORD];
  span const s = calls->read_last(the_ring, frames, out);
  check(s, out);
  uint64_t const oldest = calls->oldest_now(the_ring);
  if (s.start > oldest && s.end - s.start < frames) {
    fail("[%" PRIu64 ", %" PRIu64 ") is shorter than it need be", s.start, s.end);
  }
  return s;
}

/* As a view over the memory: whole words, the window contiguous across the wrap. */
static void peek(uint64_t frames) {
  uint64_t out[CAPACITY];
  uint64_t const end = calls->written(the_ring);
  uint64_t const start = end - frames;
  for (uint64_t i = 0; i < frames; i++) {
    out[i] = calls->load_word(the_ring, start % CAPACITY + i);
  }
  if (calls->holds(the_ring, start)) {
    check({start, end}, reinterpret_cast<const unsigned char *>(out));
  }
}

static void write_one_and_one() {
  write_frames(1);
  write_frames(1);
}

static void write_one_and_two() {
  write_frames(1);
  write_frames(2);
}

static void write_six() { write_frames(6); }

static void write_silence_and_one() {
  write_silence(2);
  write_frames(1);
}

static void wipe_and_tell() {
  wipe();
  atomic_store_explicit(told, true, memory_order_release);
}

static void forget() {
  wiped_at = next_frame;
  calls->forget(the_ring);
}

static void forget_and_write() {
  forget();
  write_frames(1);
}

static void write_and_tell() {
  write_frames(1);
  atomic_store_explicit(told, true, memory_order_release);
}

static void forget_and_tell() {
  forget();
  atomic_store_explicit(told, true, memory_order_release);
}

/* As who shut the gate, and waited. */
static void write_if_told() {
  if (atomic_load_explicit(told, memory_order_acquire)) write_frames(1);
}

static void wipe_if_told() {
  if (atomic_load_explicit(told, memory_order_acquire)) wipe();
}

/* As capture_wipe does, with frames that came meanwhile. */
static void wipe_and_skip() {
  wipe();
  skip(1);
  write_frames(1);
}

static void skip_and_tell() {
  skip(1);
  atomic_store_explicit(told, true, memory_order_release);
}

/* More than there is room for. */
static void skip_six() { skip(6); }

static void read_all() { read_last(CAPACITY); }

static void read_if_told() {
  if (!atomic_load_explicit(told, memory_order_acquire)) return;
  span const s = read_last(CAPACITY);
  if (s.end != s.start) fail("frame %" PRIu64 " is read after it was forgotten", s.start);
}

static const scenario scenarios[] = {
    {"old frames", WORD, 4, write_one_and_one, [] { read_span(0, 2); }},
    {"new frames", WORD, 2, write_one_and_one, [] { read_span(2, 4); }},
    {"the last frames, overtaken", WORD, 4, [] { write_frames(2); }, [] { read_last(3); }},
    {"the last frames, all", WORD, 4, [] { write_frames(1); }, read_all},
    {"parts of words", SAMPLE, 3, write_one_and_two, [] { read_span(1, 4); }},
    {"the last parts of words", SAMPLE, 4, [] { write_frames(2); }, read_all},
    {"a view", WORD, 5, write_one_and_one, [] { peek(3); }},
    {"a view of it all", WORD, 5, [] { write_frames(1); }, [] { peek(CAPACITY); }},
    {"before too large a block", SAMPLE, 3, write_six, [] { read_span(1, 3); }},
    {"within too large a block", SAMPLE, 3, write_six, [] { read_span(4, 7); }},
    {"of too large a block", SAMPLE, 3, write_six, [] { read_span(6, 9); }},
    {"silence", SAMPLE, 4, write_silence_and_one, [] { read_span(3, 6); }},
    {"a wipe", SAMPLE, 4, wipe, [] { read_span(0, 2); }},
    {"a view of a wipe", WORD, 4, wipe, [] { peek(2); }},
    {"a wipe, told", SAMPLE, 4, wipe_and_tell, read_if_told},
    {"another writes on", WORD, 4, forget_and_tell, [] { read_span(3, 5); }, write_if_told},
    {"a wipe by another", SAMPLE, 4, write_and_tell, [] { read_span(2, 5); }, wipe_if_told},
    {"forgetting, and on", WORD, 4, forget_and_write, [] { read_last(2); }},
    {"a wipe, a skip, and on", SAMPLE, 4, wipe_and_skip, [] { read_span(4, 5); }},
    {"a skip", WORD, 3, [] { skip(1); }, [] { read_span(3, 4); }},
    {"a view of a skip", WORD, 4, [] { skip(1); }, [] { peek(2); }},
    {"a skip, told", SAMPLE, 4, skip_and_tell, read_if_told},
    {"of too large a skip", SAMPLE, 3, skip_six, [] { read_span(7, 9); }},
};

template <unsigned threads>
struct play : rl::test_suite<play<threads>, threads> {
  atomic_of<bool> flag;

  void before() {
    next_frame = silent_frames = skipped_frames = wiped_at = 0;
    told = &flag;
    the_ring = calls->create(CAPACITY, played->frame_bytes);
    write_frames(played->filled);
  }

  void thread(unsigned index) {
    void (*const jobs[])() = {played->write, played->read, played->write_next};
    jobs[index]();
  }

  void after() { calls->unmake(the_ring); }
};

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  calls = ring_calls_of[atoi(argv[1])];
  for (const scenario &s : scenarios) {
    if (strcmp(s.name, argv[2]) != 0) continue;
    played = &s;
    bool const alone = s.write_next == nullptr;
    bool const right = alone ? search<play<2>>(s.name) : search<play<3>>(s.name);
    return right ? 0 : 1;
  }
  fprintf(stderr, "no scenario %s\n", argv[2]);
  return 2;
}

/*
 * Shuts, wipes, fills and opens the gate at random while a source writes through it and a reader
 * looks on: never two writers, no frame unaccounted for, nothing from before a wipe.
 *
 * Argument: the seconds to run. Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include <pthread.h>

#include "clock.h"
#include "racing.h"
#include "watched.h"

enum {
  CAPACITY = 240,
  MOST_BLOCK = 2 * CAPACITY,
  MOST_GAP = 3 * CAPACITY,
  SHORT_STAY = 8,
  KNOCKS = 16,
};

/* How much longer than asked it goes on until every kind of thing has happened at least once. */
static const int64_t patience_ns = 20000000000;
static const int64_t nap_ns = 50000;

/* A frame a nanosecond: a time is the number of the frame that is due then. */
static const double frames_per_second = 1e9;

typedef uint64_t frame_word;

static capture *door;
static timeline *the_timeline;

static _Atomic bool stopping;
/* Nothing before it may be read any more. */
static _Atomic uint64_t wiped_at;
static _Atomic uint64_t checked_frames;
static _Atomic uint64_t checked_silence;
static _Atomic uint64_t refusals;

static pthread_mutex_t park_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t park_changed = PTHREAD_COND_INITIALIZER;
static bool park_wanted;
static bool parked;
/* Relaxed wherever it is used: the lock orders what follows. */
static _Atomic bool park_hint;

/* Never 0, which is silence. */
static frame_word frame_at(uint64_t frame) {
  uint64_t const hash = (frame + 1) * 0x9e3779b97f4a7c15u;
  return (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93u | 1;
}

static void park_if_wanted(void) {
  if (!is_set(&park_hint)) return;
  pthread_mutex_lock(&park_lock);
  while (park_wanted) {
    parked = true;
    pthread_cond_broadcast(&park_changed);
    pthread_cond_wait(&park_changed, &park_lock);
  }
  parked = false;
  pthread_mutex_unlock(&park_lock);
}

/* Control: returns once the source delivers nothing, as a device that was stopped. */
static void park(void) {
  pthread_mutex_lock(&park_lock);
  park_wanted = true;
  set(&park_hint, true);
  while (!parked) pthread_cond_wait(&park_changed, &park_lock);
  pthread_mutex_unlock(&park_lock);
}

static void unpark(void) {
  pthread_mutex_lock(&park_lock);
  park_wanted = false;
  set(&park_hint, false);
  pthread_cond_broadcast(&park_changed);
  while (parked) {
    pthread_mutex_unlock(&park_lock);
    spin(LONG_STAY);
    pthread_mutex_lock(&park_lock);
  }
  pthread_mutex_unlock(&park_lock);
}

/* As a device does: what it has, it has; shut out, it goes on. */
static void deliver(const frame_word *block, uint64_t count) {
  uint64_t const before = appended;
  capture_write(door, block, count, (int64_t)(sent + count));
  if (appended == before) add(&refusals, 1);
  sent += count;
}

/* As a pacer does: shut out, it waits at the gate. */
static void offer(const frame_word *block, uint64_t count) {
  if (!capture_enter(door)) return;
  if (capture_position(door) != sent) {
    fail("position %" PRIu64 ", expected %" PRIu64, capture_position(door), sent);
  }
  capture_append(door, block, count, (int64_t)(sent + count));
  capture_leave(door);
  sent += count;
}

/* As a pacer does when nothing is due: in and out, which tries the gate most often. */
static void knock(void) {
  for (int i = 0; i < KNOCKS; i++) {
    if (!capture_enter(door)) return;
    spin(SHORT_STAY);
    if (is_set(&held)) fail("two writers: the source is inside while the gate is shut");
    capture_leave(door);
  }
}

static uint64_t block_size(uint64_t *random) {
  switch (below(random, 16)) {
    case 0:
      return CAPACITY;
    case 1:
      return 1 + below(random, MOST_BLOCK);
    case 2:
    case 3:
      return 1;
    default:
      return 1 + below(random, 31);
  }
}

static void *run_source(void *argument) {
  static frame_word block[MOST_BLOCK];
  uint64_t random = 0x2545f4914f6cdd1d;
  (void)argument;
  is_source = true;
  stay_on_processor(0);
  while (!is_set(&stopping)) {
    park_if_wanted();
    knock();
    uint64_t const count = block_size(&random);
    for (uint64_t i = 0; i < count; i++) block[i] = frame_at(sent + i);
    if (below(&random, 2) == 0) deliver(block, count);
    else offer(block, count);
  }
  return NULL;
}

/* How many of the frames from `start` on are silence; none may be anything but right or silent. */
static uint64_t count_silence(const char *by, const frame_word *frames, ring_span span) {
  uint64_t silence = 0;
  for (uint64_t frame = span.start; frame < span.end; frame++) {
    frame_word const got = frames[frame - span.start];
    if (got == 0) silence++;
    else if (got != frame_at(frame)) {
      fail("%s: frame %" PRIu64 " is %016" PRIx64 ", expected %016" PRIx64 " or silence", by, frame,
           got, frame_at(frame));
    }
  }
  return silence;
}

static void *run_reader(void *argument) {
  static frame_word out[CAPACITY];
  uint64_t random = 0x9e3779b97f4a7c15;
  (void)argument;
  stay_on_processor(2);
  while (!is_set(&stopping)) {
    /* Acquire: partner of the release store in wipe. */
    uint64_t const least = atomic_load_explicit(&wiped_at, memory_order_acquire);
    uint32_t retries = 0;
    ring_span const span =
        ring_read_last(the_ring, 1 + below(&random, CAPACITY), out, &retries);
    if (span.start < least) {
      fail("frame %" PRIu64 " is read after a wipe at %" PRIu64, span.start, least);
    }
    uint64_t const silence = count_silence("reader", out, span);
    add(&checked_silence, silence);
    add(&checked_frames, span.end - span.start - silence);
  }
  return NULL;
}

static void shut(void) {
  capture_shut(door);
  set(&held, true);
  if (is_set(&writing)) fail("two writers: the gate is shut, and one is still inside");
}

static void reopen(void) {
  if (is_set(&writing)) fail("two writers: one came in while the gate was shut");
  set(&held, false);
  capture_open(door);
}

/* Shut: everything in the ring, and the sums. */
static void check_ring(void) {
  static frame_word out[CAPACITY];
  uint64_t const written = ring_written(the_ring);
  if (written != appended + silenced + skipped) {
    fail("%" PRIu64 " written, of %" PRIu64 " appended, %" PRIu64 " silent and %" PRIu64 " skipped",
         written, appended, silenced, skipped);
  }
  const capture_statistics *statistics = capture_statistics_of(door);
  if (capture_statistic(&statistics->lost) != silenced) {
    fail("%" PRIu64 " lost, of %" PRIu64 " silent", capture_statistic(&statistics->lost), silenced);
  }
  if (capture_statistic(&statistics->gaps) != gaps_entries(the_gaps)) fail("gaps are miscounted");
  uint32_t retries = 0;
  ring_span const span = ring_read_last(the_ring, CAPACITY, out, &retries);
  if (span.end != written || retries != 0) fail("two writers: the ring moves while it is shut");
  count_silence("control", out, span);
  for (uint64_t frame = last_block.start; frame < last_block.end; frame++) {
    if (frame >= span.start && out[frame - span.start] == 0) {
      fail("frame %" PRIu64 " of the last block is silent", frame);
    }
  }
}

/* Shut: wipes, and nothing is left. */
static void wipe(void) {
  static frame_word out[CAPACITY];
  capture_wipe(door);
  uint64_t const written = ring_written(the_ring);
  /* Release: partner of the acquire load in run_reader. */
  atomic_store_explicit(&wiped_at, written, memory_order_release);
  if (ring_oldest(the_ring) != written) fail("after a wipe there is something to read");
  const frame_word *memory = ring_memory(the_ring);
  for (size_t i = 0; i < 2 * CAPACITY; i++) {
    if (memory[i] != 0) fail("after a wipe there is something in memory");
  }
  uint32_t retries = 0;
  ring_span const span = ring_read_last(the_ring, CAPACITY, out, &retries);
  if (span.start != written || span.end != written) fail("after a wipe a window is not empty");
}

/* Shut: time passes in which nothing comes. */
static void pass_time(uint64_t *random) {
  park();
  sent += below(random, MOST_GAP);
  capture_fill_to(door, (int64_t)sent);
  if (ring_written(the_ring) != sent) {
    fail("filled up to %" PRIu64 ", expected %" PRIu64, ring_written(the_ring), sent);
  }
}

typedef struct story {
  uint64_t shuts;
  uint64_t wipes;
  uint64_t fills;
} story;

/* Now and then asleep: on a busy machine nobody else may come to run otherwise. */
static void rest(uint64_t *random) {
  if (below(random, 8) == 0) clock_sleep_ns(nap_ns);
  else spin(below(random, LONG_STAY));
}

static void control_once(story *t, uint64_t *random) {
  rest(random);
  shut();
  t->shuts++;
  rest(random);
  bool const passing = below(random, 8) == 0;
  if (passing) {
    pass_time(random);
    t->fills++;
  } else if (below(random, 4) == 0) {
    wipe();
    t->wipes++;
  }
  check_ring();
  reopen();
  if (passing) unpark();
}

static bool proved(const story *t) {
  return skipped != 0 && t->fills != 0 && get(&refusals) != 0 &&
         get(&checked_frames) != 0 && get(&checked_silence) != 0;
}

int main(int argc, char **argv) {
  double const seconds = argc > 1 ? atof(argv[1]) : 1;
  pthread_t source, reader;
  story t = {0};
  uint64_t random = 0x853c49e6748fea9b;
  the_ring = ring_create(CAPACITY, sizeof(frame_word));
  the_gaps = gaps_create();
  the_timeline = timeline_create(TIMELINE_FIXED, frames_per_second, 1, 0);
  if (the_ring == NULL || the_gaps == NULL || the_timeline == NULL) fail("no memory for the ring");
  door = capture_create(the_ring, the_gaps, the_timeline, 1, MICRING_F32, 0);
  if (door == NULL) fail("no memory for the capture");
  capture_open(door);
  if (pthread_create(&source, NULL, run_source, NULL) != 0 ||
      pthread_create(&reader, NULL, run_reader, NULL) != 0) {
    fail("cannot start a thread");
  }
  stay_on_processor(1);
  int64_t const end_ns = clock_monotonic_ns() + (int64_t)(seconds * 1e9);
  for (int64_t now_ns = 0; now_ns < end_ns || !proved(&t); now_ns = clock_monotonic_ns()) {
    if (now_ns > end_ns + patience_ns) fail("proved nothing: something never happened");
    control_once(&t, &random);
  }
  set(&stopping, true);
  pthread_join(source, NULL);
  pthread_join(reader, NULL);
  /* The source comes in once more, for what was refused last. */
  is_source = true;
  if (!capture_enter(door)) fail("the gate is shut at the end");
  capture_leave(door);
  is_source = false;
  shut();
  check_ring();
  if (ring_written(the_ring) != sent) {
    fail("%" PRIu64 " sent, and %" PRIu64 " written", sent, ring_written(the_ring));
  }
  capture_destroy(door);
  timeline_destroy(the_timeline);
  ring_destroy(the_ring, false);
  ring_destroy(the_gaps, false);
  printf("capture_gate: %" PRIu64 " frames sent, %" PRIu64 " written, %" PRIu64
         " refused blocks; shut %" PRIu64 " times, %" PRIu64 " wipes, %" PRIu64
         " fills; read %" PRIu64 " frames and %" PRIu64 " of silence\n",
         sent, appended, get(&refusals), t.shuts, t.wipes, t.fills, get(&checked_frames),
         get(&checked_silence));
  return 0;
}

/*
 * Sleeps in a waker while a source's thread writes, and another arms and disarms it: each order must
 * be noticed, none lost, and nobody woken without one.
 *
 * Argument: the seconds to run. Exits 0 with a line of counts, or 1 with what was wrong.
 */
#include "player.h"
#include "waker.h"

enum {
  MOST_AHEAD_BLOCKS = 4,
  LEAST_ORDERS = 100,
  TRIALS = 3,
  LOG_ENTRIES = 4096,
};

/* An order that is not noticed is found by the next look, a second later. */
static const int64_t noticed_ns = 500000000;
static const int64_t order_after_ns = 20000000;
static const uint64_t far_frame = UINT64_C(3600) * RATE;
static const uint64_t disarmed = UINT64_MAX;

typedef struct scene {
  player *player;
  micring *recorder;
  waker *waker;
  uint64_t random;
  _Atomic uint64_t wakes;
  /* What was ordered, in order; the newest entries. Under the lock, as is each order itself. */
  pthread_mutex_t lock;
  uint64_t orders;
  uint64_t log[LOG_ENTRIES];
  _Atomic bool stopping;
} scene;

static _Atomic uint64_t all_wakes;
static _Atomic uint64_t all_orders;

static void open_scene(scene *x) {
  char error[MICRING_ERROR_BYTES];
  player *p = player_create();
  *x = (scene){.player = p, .random = 0x9e3779b97f4a7c15u};
  pthread_mutex_init(&x->lock, NULL);
  if (recorder_open(&p->base, 1, patience_ns, &x->recorder, error) != MICRING_OK) {
    fail("no recorder: %s", error);
  }
  x->waker = waker_create(x->recorder);
  if (x->waker == NULL) fail("no memory for the waker");
}

static void close_scene(scene *x) {
  waker_destroy(x->waker);
  recorder_close(x->recorder, false);
  pthread_mutex_destroy(&x->lock);
}

/* Most often the end of a block. */
static uint64_t choose_frame(const scene *x, uint64_t *random) {
  uint64_t const block = ring_written(x->recorder->ring) / BLOCK_FRAMES;
  uint64_t const frame = (block + 1 + below(random, MOST_AHEAD_BLOCKS)) * BLOCK_FRAMES;
  return below(random, 4) == 0 ? frame - below(random, BLOCK_FRAMES) : frame;
}

/* As a script does it: arms it, and waits, in as many parts as it takes. */
static void sleep_for(scene *x, uint64_t frame) {
  waker_arm(x->waker, frame);
  for (;;) {
    int64_t const limit_ns = below(&x->random, 4) == 0 ? block_ns : patience_ns;
    int64_t const begin_ns = clock_monotonic_ns();
    if (waker_wait(x->waker, limit_ns)) break;
    int64_t const elapsed_ns = clock_monotonic_ns() - begin_ns;
    if (elapsed_ns < limit_ns) fail("gave up %" PRId64 " ns early", limit_ns - elapsed_ns);
    if (limit_ns == patience_ns) fail("lost wake-up: frame %" PRIu64, frame);
  }
  uint64_t const written = ring_written(x->recorder->ring);
  if (written < frame && !source_ended(&x->player->base)) {
    fail("woke too early: for %" PRIu64 ", with %" PRIu64 " written", frame, written);
  }
  if (waker_wait(x->waker, 0)) fail("woke twice for %" PRIu64, frame);
  add(&all_wakes, 1);
}

/* Arms it for a frame, or disarms it. */
static void order(scene *x, uint64_t frame) {
  pthread_mutex_lock(&x->lock);
  x->log[x->orders++ % LOG_ENTRIES] = frame;
  if (frame == disarmed) waker_disarm(x->waker);
  else waker_arm(x->waker, frame);
  pthread_mutex_unlock(&x->lock);
  add(&all_orders, 1);
}

static uint64_t orders_of(scene *x) {
  pthread_mutex_lock(&x->lock);
  uint64_t const orders = x->orders;
  pthread_mutex_unlock(&x->lock);
  return orders;
}

/* Orders, and now and then waits for what comes of it. */
static void *order_all(void *argument) {
  scene *x = argument;
  uint64_t random = 0xd1342543de82ef95;
  stay_on_processor(1);
  while (!told_to(&x->stopping)) {
    uint64_t const past = below(&random, 8);
    uint64_t const wakes = get(&x->wakes);
    if (below(&random, 3) == 0) order(x, disarmed);
    else order(x, past == 0 ? 1 : past == 1 ? far_frame : choose_frame(x, &random));
    clock_sleep_ns((int64_t)below(&random, (uint64_t)block_ns));
    if (below(&random, 8) != 0) continue;
    order(x, choose_frame(x, &random));
    int64_t const begin_ns = clock_monotonic_ns();
    while (get(&x->wakes) == wakes && !told_to(&x->stopping)) {
      clock_sleep_ns(100000);
      if (clock_monotonic_ns() - begin_ns > patience_ns) {
        fail("lost wake-up: armed, and nobody woke");
      }
    }
  }
  return NULL;
}

/* Whether one of the orders [first, last) was to wake who finds so many frames there. */
static bool was_due(scene *x, uint64_t first, uint64_t last, uint64_t written) {
  bool const ended = source_ended(&x->player->base);
  bool due = false;
  pthread_mutex_lock(&x->lock);
  for (uint64_t i = first; i < last && !due; i++) {
    uint64_t const frame = x->log[i % LOG_ENTRIES];
    due = frame != disarmed && (ended || frame <= written);
  }
  pthread_mutex_unlock(&x->lock);
  return due;
}

static bool was_disarmed(scene *x, uint64_t first, uint64_t last) {
  bool found = false;
  pthread_mutex_lock(&x->lock);
  for (uint64_t i = first; i < last; i++) found |= x->log[i % LOG_ENTRIES] == disarmed;
  pthread_mutex_unlock(&x->lock);
  return found;
}

/* Waits for whatever is ordered; what it was is among the orders in force meanwhile. */
static void sleep_raced(scene *x, int64_t end_ns) {
  uint64_t taken = 0;
  while (clock_monotonic_ns() < end_ns || orders_of(x) < LEAST_ORDERS) {
    int64_t const limit_ns = below(&x->random, 2) == 0 ? block_ns : patience_ns;
    uint64_t const first = orders_of(x);
    uint64_t const from = first == 0 ? 0 : first - 1;
    int64_t const begin_ns = clock_monotonic_ns();
    bool const woke = waker_wait(x->waker, limit_ns);
    int64_t const elapsed_ns = clock_monotonic_ns() - begin_ns;
    uint64_t const written = ring_written(x->recorder->ring);
    uint64_t const last = orders_of(x);
    if (woke) {
      if (!was_due(x, from, last, written)) fail("woke too early: nothing was in");
      taken = last;
      add(&x->wakes, 1);
      add(&all_wakes, 1);
    } else if (elapsed_ns < limit_ns && first > taken && !was_disarmed(x, from, last)) {
      fail("gave up %" PRId64 " ns early", limit_ns - elapsed_ns);
    } else {
      clock_sleep_ns(20000);
    }
  }
}

static void race(scene *x, int64_t end_ns) {
  pthread_t orderer;
  if (pthread_create(&orderer, NULL, order_all, x) != 0) {
    fail("cannot start a thread");
  }
  sleep_raced(x, end_ns);
  tell(&x->stopping);
  pthread_join(orderer, NULL);
}

/* Orders a frame, or with 0 the source's end, some time after somebody began to wait. */
typedef struct later {
  scene *scene;
  uint64_t frame;
} later;

static void *order_later(void *argument) {
  const later *l = argument;
  clock_sleep_ns(order_after_ns);
  if (l->frame == 0) tell(&l->scene->player->ending);
  else if (l->frame != far_frame) order(l->scene, l->frame);
  return NULL;
}

/* How long somebody waited who was armed for what is far away, and what came of it. */
static int64_t wait_far(scene *x, later l, int64_t limit_ns, bool *woke) {
  pthread_t thread;
  waker_arm(x->waker, far_frame);
  if (pthread_create(&thread, NULL, order_later, &l) != 0) {
    fail("cannot start a thread");
  }
  int64_t const begin_ns = clock_monotonic_ns();
  *woke = waker_wait(x->waker, limit_ns);
  int64_t const elapsed_ns = clock_monotonic_ns() - begin_ns;
  pthread_join(thread, NULL);
  return elapsed_ns;
}

/* The quickest of a few, as a busy machine may keep it from any. */
static void expect_noticed(scene *x, uint64_t frame, int64_t limit_ns, const char *what) {
  int64_t quickest_ns = INT64_MAX;
  for (int i = 0; i < TRIALS; i++) {
    bool woke = false;
    int64_t const elapsed_ns = wait_far(x, (later){x, frame}, limit_ns, &woke);
    if (woke != (frame == 1)) fail("%s: it %s", what, woke ? "woke" : "did not wake");
    if (elapsed_ns < quickest_ns) quickest_ns = elapsed_ns;
  }
  if (quickest_ns > noticed_ns) fail("%s: not noticed for %" PRId64 " ns", what, quickest_ns);
}

/* What orders do to who sleeps already; none of them is a frame that comes. */
static void check_orders(scene *x) {
  /* From then on it is known how far apart blocks come. */
  sleep_for(x, 3 * BLOCK_FRAMES);
  waker_disarm(x->waker);
  int64_t const begin_ns = clock_monotonic_ns();
  if (waker_wait(x->waker, patience_ns)) fail("woke without being armed");
  if (clock_monotonic_ns() - begin_ns > patience_ns / 2) fail("waited without being armed");
  expect_noticed(x, disarmed, patience_ns, "disarmed");
  expect_noticed(x, 1, patience_ns, "armed for an earlier frame");
  expect_noticed(x, far_frame, order_after_ns / 2, "its limit");
  bool woke = false;
  wait_far(x, (later){x, 0}, patience_ns, &woke);
  if (!woke) fail("did not notice the end of the source");
}

int main(int argc, char **argv) {
  double const seconds = argc > 1 ? atof(argv[1]) : 1;
  scene x;
  open_scene(&x);
  check_orders(&x);
  close_scene(&x);
  open_scene(&x);
  race(&x, clock_monotonic_ns() + (int64_t)(seconds * 1e9));
  close_scene(&x);
  printf("waker_race: %" PRIu64 " wakes, %" PRIu64 " orders\n", get(&all_wakes), get(&all_orders));
  return 0;
}

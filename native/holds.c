#include "holds.h"

#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "thread.h"
#include "thread_end.h"

struct hold {
  hold *next;
  uint64_t number;
  uint64_t thread;
  micring *recorder;
  /* As others call the recorder: the number of its owner's hold. */
  uint64_t ring;
  bool owner;
  bool released;
  uint32_t pins;
  waker *waker;
};

/* A thread of a script that has not ended. */
typedef struct script {
  struct script *next;
  uint64_t thread;
} script;

/* All of it under the lock; so are the holds in the list, and each recorder's count of them. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static hold *holds;
static script *scripts;
static uint64_t newest;
static uint64_t process;

static script **find_script(uint64_t thread) {
  script **at = &scripts;
  while (*at != NULL && (*at)->thread != thread) at = &(*at)->next;
  return at;
}

static hold **find(uint64_t number) {
  hold **at = &holds;
  while (*at != NULL && (*at)->number != number) at = &(*at)->next;
  return at;
}

/* Locked: adds one for that thread, if it has not ended. */
static int32_t add(uint64_t thread, micring *m, uint64_t ring, uint64_t *number) {
  if (*find_script(thread) == NULL) return MICRING_CLOSED;
  hold *h = calloc(1, sizeof *h);
  if (h == NULL) return MICRING_OUT_OF_MEMORY;
  h->number = ++newest;
  h->thread = thread;
  h->recorder = m;
  h->owner = ring == 0;
  h->ring = h->owner ? h->number : ring;
  h->next = holds;
  holds = h;
  m->holders++;
  *number = h->number;
  return MICRING_OK;
}

/* Locked: whoever waits for more of it looks again. */
static void wake_readers(const micring *m) {
  for (hold *h = holds; h != NULL; h = h->next) {
    if (h->recorder == m && h->waker != NULL) waker_look(h->waker);
  }
}

static bool others_hold(const micring *m) {
  pthread_mutex_lock(&lock);
  bool const others = m->holders > 1;
  pthread_mutex_unlock(&lock);
  return others;
}

/* Nobody finds it any more, and nobody has it pinned. */
static void let_go(hold *h) {
  micring *m = h->recorder;
  waker_destroy(h->waker);
  if (h->owner && others_hold(m)) recorder_retire(m);
  pthread_mutex_lock(&lock);
  bool const last = --m->holders == 0;
  if (h->owner) wake_readers(m);
  bool const keep_samples = m->keep_samples;
  pthread_mutex_unlock(&lock);
  if (last) recorder_close(m, keep_samples);
  free(h);
}

/* Locked: takes it out of the list; pinned, so that it stays until the caller has unpinned it. */
static hold *take_out(hold **at) {
  hold *h = *at;
  *at = h->next;
  h->released = true;
  h->pins++;
  return h;
}

/* Whoever waits in it comes back, and unpins it. */
static void end(hold *h) {
  if (h->waker != NULL) waker_disarm(h->waker);
  holds_unpin(h);
}

static void *end_all(void *list) {
  for (hold *h = list, *next; h != NULL; h = next) {
    next = h->next;
    end(h);
  }
  return NULL;
}

/* On the thread that ends. Devices take their time, and others may wait for this thread. */
static void on_thread_end(uint64_t thread) {
  hold *ended = NULL;
  pthread_mutex_lock(&lock);
  script **at_script = find_script(thread);
  script *s = *at_script;
  if (s != NULL) *at_script = s->next;
  for (hold **at = &holds; *at != NULL;) {
    if ((*at)->thread != thread) {
      at = &(*at)->next;
      continue;
    }
    hold *h = take_out(at);
    h->next = ended;
    ended = h;
  }
  pthread_mutex_unlock(&lock);
  free(s);
  if (ended != NULL && !thread_detach(end_all, ended)) end_all(ended);
}

/* Of what differs from one process to the next, and from one start to the next. */
static uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
  return value ^ (value >> 31);
}

uint64_t holds_process(void) {
  pthread_mutex_lock(&lock);
  if (process == 0) {
    uint64_t const time = mix((uint64_t)clock_wall_ns()) ^ mix((uint64_t)clock_now_ns());
    uint64_t const place = (uint64_t)(uintptr_t)&process ^ (uint64_t)getpid() << 40;
    process = mix(time ^ place) >> 11;
  }
  uint64_t const number = process;
  pthread_mutex_unlock(&lock);
  return number;
}

static void begin(void) { thread_end_begin(on_thread_end); }

uint64_t holds_thread(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, begin);
  uint64_t thread = thread_end_number();
  if (thread != 0) return thread;
  script *s = calloc(1, sizeof *s);
  if (s == NULL) return 0;
  pthread_mutex_lock(&lock);
  thread = ++newest;
  *s = (script){scripts, thread};
  scripts = s;
  pthread_mutex_unlock(&lock);
  thread_end_watch(thread);
  return thread;
}

int32_t holds_own(uint64_t thread, micring *m, uint64_t *number) {
  pthread_mutex_lock(&lock);
  int32_t const status = add(thread, m, 0, number);
  pthread_mutex_unlock(&lock);
  if (status != MICRING_OK) recorder_close(m, false);
  return status;
}

int32_t holds_attach(uint64_t thread, uint64_t ring, uint64_t *number) {
  pthread_mutex_lock(&lock);
  hold *owner = *find(ring);
  int32_t const status = owner != NULL && owner->owner ? add(thread, owner->recorder, ring, number)
                                                       : MICRING_CLOSED;
  pthread_mutex_unlock(&lock);
  return status;
}

void holds_release(uint64_t number, bool keep_samples) {
  pthread_mutex_lock(&lock);
  hold **at = find(number);
  hold *h = *at != NULL ? take_out(at) : NULL;
  if (h != NULL && keep_samples) h->recorder->keep_samples = true;
  pthread_mutex_unlock(&lock);
  if (h != NULL) end(h);
}

hold *holds_pin(uint64_t number) {
  pthread_mutex_lock(&lock);
  hold *h = *find(number);
  if (h != NULL) h->pins++;
  pthread_mutex_unlock(&lock);
  return h;
}

void holds_unpin(hold *h) {
  pthread_mutex_lock(&lock);
  bool const last = --h->pins == 0 && h->released;
  pthread_mutex_unlock(&lock);
  if (last) let_go(h);
}

micring *hold_recorder(const hold *h) { return h->recorder; }

uint64_t hold_ring(const hold *h) { return h->ring; }

waker *hold_waker(hold *h) {
  pthread_mutex_lock(&lock);
  if (h->waker == NULL) h->waker = waker_create(h->recorder);
  waker *w = h->waker;
  pthread_mutex_unlock(&lock);
  return w;
}

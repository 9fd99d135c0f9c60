/*
 * Runs what a device's callback runs, and traps what an audio callback must not do: allocate, lock,
 * call the system, touch memory for the first time.
 *
 * Arguments: the number of callbacks, and optionally a violation to commit in one of them: malloc,
 * free, lock, syscall or fault. Exits 0 with a line of counts when there was no violation, and 1
 * with their number and kinds when there were some.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "delivery.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif

enum {
  SAMPLE_RATE = 48000,
  CHANNELS = 2,
  BLOCK = 480,
  MOST_BLOCK = 4800,
  WINDOW_SECONDS = 2,
  STAGING_FRAMES = 5 * SAMPLE_RATE / 2,
  ROUND = 1000,
};

static const int64_t millisecond_ns = 1000000;

typedef enum violation { ALLOCATION, RELEASE, LOCK, SYSCALL, FAULT, VIOLATIONS } violation;
static const char *const names[VIOLATIONS] = {"malloc", "free", "lock", "syscall", "fault"};

/* Volatile, as signal handlers and the allocator look at them. One thread only. */
static volatile bool guarded;
static volatile uint64_t counts[VIOLATIONS];
/* The kernel reads it at each system call of this thread. */
static volatile char dispatch;

static void note(violation kind) {
  if (guarded) counts[kind]++;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);

void *__wrap_malloc(size_t size) {
  note(ALLOCATION);
  return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  note(ALLOCATION);
  return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  note(ALLOCATION);
  return __real_realloc(memory, size);
}

void __wrap_free(void *memory) {
  note(RELEASE);
  __real_free(memory);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
  note(LOCK);
  return __real_pthread_mutex_lock(mutex);
}

/* The call was not made; from here on calls are let through, this handler's return among them. */
static void on_system_call(int signal_number) {
  (void)signal_number;
  dispatch = 0;
  note(SYSCALL);
}

static uint64_t faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}

/* What a test of the test does inside of the callback. */
static void misbehave(const char *kind, unsigned char *untouched) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  /* Volatile, or the compiler would see that nobody needs it. */
  void *volatile memory = NULL;
  if (strcmp(kind, "malloc") == 0) memory = malloc(64);
  if (strcmp(kind, "free") == 0) free(memory);
  if (strcmp(kind, "lock") == 0) pthread_mutex_lock(&mutex);
  if (strcmp(kind, "syscall") == 0) syscall(SYS_gettid);
  if (strcmp(kind, "fault") == 0) *(volatile unsigned char *)untouched = 1;
}

/* One callback, between two looks at the page faults. */
static void call(delivery *d, const float *frames, uint64_t count, int64_t now_ns,
                 const char *crime, unsigned char *untouched) {
  uint64_t const before = faults();
  guarded = true;
  dispatch = 1;
  /* The callback's only question to the system; it must not become a call into the kernel. */
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  delivery_take(d, frames, count, now_ns);
  if (crime != NULL) misbehave(crime, untouched);
  dispatch = 0;
  guarded = false;
  counts[FAULT] += faults() - before;
}

/* A source's clock and what befalls it: each kind of delivery has its turn. */
static int64_t next_now(uint64_t n, int64_t due_ns, delivery *d, int64_t *skipped_ns) {
  uint64_t const turn = n % ROUND;
  if (turn == 200) *skipped_ns += 300 * millisecond_ns;
  if (turn == 400) delivery_report_loss(d, MICRING_GAP_OVERRUN);
  if (turn == 400) *skipped_ns += 25 * millisecond_ns;
  int64_t const late_ns = turn >= 600 && turn < 680 ? (680 - (int64_t)turn) * 10 * millisecond_ns : 0;
  int64_t const jitter_ns = (int64_t)(n * 2654435761u % 3000000);
  return due_ns + *skipped_ns + late_ns + jitter_ns;
}

static capture *make_capture(ring **audio, ring **gaps, timeline **times, int64_t now_ns) {
  *audio = ring_create(WINDOW_SECONDS * SAMPLE_RATE, CHANNELS * sizeof(float));
  *gaps = gaps_create();
  *times = timeline_create(TIMELINE_FOLLOW, SAMPLE_RATE, WINDOW_SECONDS, now_ns);
  return capture_create(*audio, *gaps, *times, CHANNELS, MICRING_F32, STAGING_FRAMES);
}

static void outage(capture *c, delivery *d, int64_t until_ns) {
  gate_shut(&d->gate);
  if (capture_enter(c)) {
    capture_outage(c, MICRING_GAP_DEVICE, until_ns);
    capture_expect(c, MICRING_GAP_DEVICE, true);
    capture_leave(c);
  }
  gate_open(&d->gate);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  uint64_t const callbacks = strtoull(argv[1], NULL, 10);
  const char *crime = argc > 2 ? argv[2] : NULL;
  struct sigaction action = {.sa_handler = on_system_call};
  sigaction(SIGSYS, &action, NULL);
  if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &dispatch) != 0) {
    fprintf(stderr, "this kernel cannot trap system calls: %s\n", strerror(errno));
    return 3;
  }
  /* The code is not what is to be seen coming into memory here. What is made below is not locked. */
  if (mlockall(MCL_CURRENT) != 0) perror("mlockall");
  int64_t const start_ns = INT64_C(1000000000000);
  ring *audio, *gaps;
  timeline *times;
  capture *c = make_capture(&audio, &gaps, &times, start_ns);
  delivery d;
  delivery_init(&d);
  d.capture = c;
  capture_open(c);
  gate_open(&d.gate);
  float *frames = calloc(MOST_BLOCK * CHANNELS, sizeof *frames);
  unsigned char *untouched = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                  -1, 0);
  /* The clock's page comes into memory with the first look at it, as it has long before in a process
   * that opens a device. */
  clock_now_ns();
  int64_t skipped_ns = 0;
  int64_t due_ns = start_ns;
  for (uint64_t n = 0; n < callbacks; n++) {
    uint64_t const count = n % 7 == 0 ? 1 + n % MOST_BLOCK : BLOCK;
    for (uint64_t i = 0; i < count * CHANNELS; i++) frames[i] = n % 50 < 25 ? 0 : 2.0f;
    due_ns += (int64_t)count * 1000000000 / SAMPLE_RATE;
    if (n % ROUND == 800) {
      skipped_ns += 1500 * millisecond_ns;
      outage(c, &d, due_ns + skipped_ns - 200 * millisecond_ns);
    }
    int64_t const now_ns = next_now(n, due_ns, &d, &skipped_ns);
    call(&d, frames, count, now_ns, n == callbacks / 2 ? crime : NULL, untouched);
  }
  const capture_statistics *s = capture_statistics_of(c);
  uint64_t total = 0;
  for (int kind = 0; kind < VIOLATIONS; kind++) total += counts[kind];
  printf("%" PRIu64 " callbacks, %" PRIu64 " frames, %" PRIu64 " gaps, %" PRIu64 " violations",
         callbacks, ring_written(audio), capture_statistic(&s->gaps), total);
  for (int kind = 0; kind < VIOLATIONS; kind++) {
    if (counts[kind] != 0) printf(", %" PRIu64 " %s", counts[kind], names[kind]);
  }
  printf("\n");
  bool const busy = capture_statistic(&s->gaps) >= callbacks / ROUND;
  if (!busy) printf("too few gaps: the callbacks were too easy\n");
  return total == 0 && busy ? 0 : 1;
}

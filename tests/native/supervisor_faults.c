/*
 * Drives a supervised device through what no sound server can be made to do: being refused to a
 * person, hanging in each call, failing when it starts. The device is miniaudio's null device; its
 * calls are wrapped (--wrap) and fail as told.
 *
 * Argument: the scenario. Exits 0, or 1 with what was wrong.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "micring.h"
#include "miniaudio_config.h"

enum { MOST_SECONDS = 30 };
static const int64_t millisecond_ns = 1000000;
static const int64_t patience_ns = 8000 * 1000000LL;

/* Sequentially consistent wherever they are used: sessions have threads of their own. */
static _Atomic int init_result;
static _Atomic int start_result;
static _Atomic bool init_hangs;
static _Atomic bool stop_hangs;
static _Atomic bool dead;
static _Atomic int inits;
static _Atomic int open_devices;
static _Atomic int contexts;

ma_result __real_ma_context_init(const ma_backend *backends, ma_uint32 count,
                                 const ma_context_config *config, ma_context *context);
ma_result __real_ma_context_uninit(ma_context *context);
ma_result __real_ma_device_init(ma_context *context, const ma_device_config *config,
                                ma_device *device);
void __real_ma_device_uninit(ma_device *device);
ma_result __real_ma_device_start(ma_device *device);
ma_result __real_ma_device_stop(ma_device *device);
ma_device_state __real_ma_device_get_state(const ma_device *device);
ma_result __wrap_ma_context_init(const ma_backend *backends, ma_uint32 count,
                                 const ma_context_config *config, ma_context *context);
ma_result __wrap_ma_context_uninit(ma_context *context);
ma_result __wrap_ma_device_init(ma_context *context, const ma_device_config *config,
                                ma_device *device);
void __wrap_ma_device_uninit(ma_device *device);
ma_result __wrap_ma_device_start(ma_device *device);
ma_result __wrap_ma_device_stop(ma_device *device);
ma_device_state __wrap_ma_device_get_state(const ma_device *device);

ma_result __wrap_ma_context_init(const ma_backend *backends, ma_uint32 count,
                                 const ma_context_config *config, ma_context *context) {
  ma_result const result = __real_ma_context_init(backends, count, config, context);
  if (result == MA_SUCCESS) contexts++;
  return result;
}

ma_result __wrap_ma_context_uninit(ma_context *context) {
  contexts--;
  return __real_ma_context_uninit(context);
}

ma_result __wrap_ma_device_init(ma_context *context, const ma_device_config *config,
                                ma_device *device) {
  inits++;
  while (init_hangs) clock_sleep_ns(millisecond_ns);
  if (init_result != MA_SUCCESS) return init_result;
  ma_result const result = __real_ma_device_init(context, config, device);
  if (result == MA_SUCCESS) open_devices++;
  return result;
}

void __wrap_ma_device_uninit(ma_device *device) {
  open_devices--;
  __real_ma_device_uninit(device);
}

ma_result __wrap_ma_device_start(ma_device *device) {
  return start_result != MA_SUCCESS ? start_result : __real_ma_device_start(device);
}

ma_result __wrap_ma_device_stop(ma_device *device) {
  while (stop_hangs) clock_sleep_ns(millisecond_ns);
  return __real_ma_device_stop(device);
}

ma_device_state __wrap_ma_device_get_state(const ma_device *device) {
  return dead ? ma_device_state_stopped : __real_ma_device_get_state(device);
}

static _Noreturn void fail(const char *what, double value) {
  fprintf(stderr, "%s (%g)\n", what, value);
  /* Threads may hang on purpose: no tidying up. */
  _Exit(1);
}

static void expect(bool holds, const char *what, double value) {
  if (!holds) fail(what, value);
}

/* The hold on the one ring that is open. */
static double held;

static micring *open_ring(void) {
  char error[MICRING_ERROR_BYTES];
  int32_t const status = micring_open_microphone(MICRING_BACKEND_NULL, "", 10, 10, 48000, 1,
                                                 MICRING_F32, micring_thread(), &held, error);
  if (status != MICRING_OK) fail(error, status);
  return micring_recorder(held);
}

static micring_state state_of(const micring *m) {
  double fields[MICRING_CHANGE_FIELDS];
  char words[MICRING_ERROR_BYTES];
  micring_change(m, micring_change_count(m) - 1, fields, words);
  return (micring_state)fields[MICRING_CHANGE_STATE];
}

static int32_t reason_of(const micring *m) {
  double fields[MICRING_CHANGE_FIELDS];
  char words[MICRING_ERROR_BYTES];
  micring_change(m, micring_change_count(m) - 1, fields, words);
  return (int32_t)fields[MICRING_CHANGE_REASON];
}

static double stat_of(const micring *m, micring_stats_field field) {
  double fields[MICRING_STATS_FIELDS];
  micring_stats(m, fields);
  return fields[field];
}

static void await_state(const micring *m, micring_state state) {
  int64_t const deadline_ns = clock_monotonic_ns() + patience_ns;
  while (state_of(m) != state) {
    if (clock_monotonic_ns() > deadline_ns) fail("the state is not to be", state_of(m));
    clock_sleep_ns(millisecond_ns);
  }
}

static void await_zero(_Atomic int *count, const char *what) {
  int64_t const deadline_ns = clock_monotonic_ns() + patience_ns;
  while (*count != 0) {
    if (clock_monotonic_ns() > deadline_ns) fail(what, *count);
    clock_sleep_ns(millisecond_ns);
  }
}

static void await_frames(const micring *m) {
  double const before = micring_written(m);
  int64_t const deadline_ns = clock_monotonic_ns() + patience_ns;
  while (micring_written(m) < before + 4800) {
    if (clock_monotonic_ns() > deadline_ns) fail("no frames come", micring_written(m) - before);
    clock_sleep_ns(millisecond_ns);
  }
}

static double frames_a_second(const micring *m) {
  double const written = micring_written(m);
  int64_t const start_ns = clock_monotonic_ns();
  clock_sleep_ns(500 * millisecond_ns);
  return (micring_written(m) - written) / ((double)(clock_monotonic_ns() - start_ns) / 1e9);
}

/* Lets the running session die, and the next ones be as the flags are. */
static void kill_session(const micring *m) {
  dead = true;
  int64_t const deadline_ns = clock_monotonic_ns() + patience_ns;
  while (state_of(m) == MICRING_STATE_RUNNING) {
    if (clock_monotonic_ns() > deadline_ns) fail("a stopped device is not noticed", 0);
    clock_sleep_ns(millisecond_ns);
  }
  dead = false;
}

/* The time that a call takes, in milliseconds. */
static double close_ring(void) {
  int64_t const start_ns = clock_monotonic_ns();
  micring_close(held, 0);
  return (double)(clock_monotonic_ns() - start_ns) / 1e6;
}

static void await_release(void) {
  await_zero(&open_devices, "devices stay open");
  await_zero(&contexts, "contexts stay open");
}

static void finish(void) {
  double const ms = close_ring();
  expect(ms < 2000, "closing took too long", ms);
  await_release();
}

/* Closes while a call hangs, and then lets it come back. */
static void finish_hanging(_Atomic bool *hangs) {
  double const ms = close_ring();
  expect(ms < 1500, "closing waits for what hangs", ms);
  *hangs = false;
  await_release();
}

/* One that only a person can mend is not tried again and again, but when it is told to. */
static void denied(void) {
  char error[MICRING_ERROR_BYTES];
  micring *m = open_ring();
  await_frames(m);
  init_result = MA_ACCESS_DENIED;
  kill_session(m);
  await_state(m, MICRING_STATE_FAILED);
  expect(reason_of(m) == MICRING_ACCESS_DENIED, "the reason is another", reason_of(m));
  int const tried = inits;
  double const written = micring_written(m);
  clock_sleep_ns(1500 * millisecond_ns);
  expect(inits == tried, "it was tried again", inits - tried);
  expect(micring_written(m) > written + 48000, "time stands still", micring_written(m) - written);
  int32_t status = micring_resume(held, error);
  expect(status == MICRING_ACCESS_DENIED, "resuming gives another status", status);
  expect(state_of(m) == MICRING_STATE_FAILED, "the state is another", state_of(m));
  init_result = MA_SUCCESS;
  status = micring_resume(held, error);
  expect(status == MICRING_OK, "it cannot be resumed", status);
  await_state(m, MICRING_STATE_RUNNING);
  await_frames(m);
  expect(stat_of(m, MICRING_STATS_GAPS) == 1, "gaps", stat_of(m, MICRING_STATS_GAPS));
  finish();
}

/* What hangs when it is opened is left behind, and what follows waits for it to come free. */
static void hanging_open(void) {
  micring *m = open_ring();
  await_frames(m);
  init_hangs = true;
  kill_session(m);
  int64_t const deadline_ns = clock_monotonic_ns() + patience_ns;
  while (stat_of(m, MICRING_STATS_ABANDONED) < 1) {
    if (clock_monotonic_ns() > deadline_ns) fail("nothing is abandoned", 0);
    clock_sleep_ns(millisecond_ns);
  }
  expect(reason_of(m) == MICRING_NO_ANSWER, "the reason is another", reason_of(m));
  clock_sleep_ns(200 * millisecond_ns);
  expect(frames_a_second(m) > 0.5 * 48000, "time stands still, frames a second",
         frames_a_second(m));
  init_hangs = false;
  await_state(m, MICRING_STATE_RUNNING);
  await_frames(m);
  init_hangs = true;
  kill_session(m);
  clock_sleep_ns(100 * millisecond_ns);
  finish_hanging(&init_hangs);
}

/* What hangs when it is stopped is left behind at once, and writes no more. */
static void hanging_stop(void) {
  char error[MICRING_ERROR_BYTES];
  micring *m = open_ring();
  await_frames(m);
  stop_hangs = true;
  micring_pause(held);
  expect(stat_of(m, MICRING_STATS_ABANDONED) == 1, "abandoned",
         stat_of(m, MICRING_STATS_ABANDONED));
  double const written = micring_written(m);
  clock_sleep_ns(300 * millisecond_ns);
  expect(micring_written(m) == written, "an abandoned session writes",
         micring_written(m) - written);
  int32_t const status = micring_resume(held, error);
  expect(status == MICRING_OK, "it cannot be resumed", status);
  await_frames(m);
  expect(frames_a_second(m) < 1.5 * 48000, "two sessions write, frames a second",
         frames_a_second(m));
  finish_hanging(&stop_hangs);
}

/* One that cannot be started is tried until it can; one that cannot be resumed stays paused. */
static void failing_start(void) {
  char error[MICRING_ERROR_BYTES];
  micring *m = open_ring();
  await_frames(m);
  start_result = MA_ERROR;
  kill_session(m);
  int const tried = inits;
  clock_sleep_ns(2000 * millisecond_ns);
  /* 50, 100, 200, 400, 800 ms, 1 s and so on. */
  expect(inits - tried >= 3 && inits - tried <= 8, "attempts", inits - tried);
  start_result = MA_SUCCESS;
  await_state(m, MICRING_STATE_RUNNING);
  await_frames(m);
  micring_pause(held);
  start_result = MA_ERROR;
  int32_t status = micring_resume(held, error);
  expect(status == MICRING_DEVICE_FAILED, "resuming gives another status", status);
  expect(stat_of(m, MICRING_STATS_PAUSED) == 1, "it is not paused any more", 0);
  start_result = MA_SUCCESS;
  status = micring_resume(held, error);
  expect(status == MICRING_OK, "it cannot be resumed", status);
  await_frames(m);
  finish();
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(void);
  } scenarios[] = {{"denied", denied},
                   {"hanging_open", hanging_open},
                   {"hanging_stop", hanging_stop},
                   {"failing_start", failing_start}};
  /* A hang ends here, by the default action of the signal. */
  alarm(MOST_SECONDS);
  for (size_t i = 0; argc == 2 && i < sizeof scenarios / sizeof scenarios[0]; i++) {
    if (strcmp(argv[1], scenarios[i].name) != 0) continue;
    scenarios[i].run();
    printf("%s: %d openings\n", argv[1], inits);
    return 0;
  }
  return 2;
}

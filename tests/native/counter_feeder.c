/*
 * Feeds a pipe as a microphone feeds a driver: at its own pace, for ever, whoever reads.
 *
 *   counter_feeder PIPE FORMAT RATE CHANNELS FIRST EPOCH_NS PPM LATENCY_MS
 *
 * While it is read, every frame is delivered, one after the other. When nobody has read for a tenth
 * of a second, what is in the pipe is old: it is taken out again and again, so that who reads next,
 * a server that is new or was frozen, gets what is captured then, or was LATENCY_MS ago: a server
 * that reads by its own clock needs so much in stock, or it would find too little now and then.
 *
 * The server makes the pipe and takes it away; its feeder outlives it, and feeds the next one of
 * that name. It is open for reading too, so that its content can be taken out, and a server may
 * die.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "counter.h"

enum {
  TICK_NS = 5000000,
  /* More than a server takes at once, beside the stock; what does not fit waits here. */
  DEPTH_MS = 50,
  PATIENCE_TICKS = 20,
  /* A machine that stood still for so long has lost frames. */
  MOST_BEHIND_MS = 1000,
  MOST_BYTES = 1 << 20,
};

typedef struct feeder {
  counter counter;
  const char *path;
  /* -1 while there is none. */
  int pipe;
  ino_t inode;
  int64_t frame_bytes;
  /* The frame that is written next; all before it were delivered, or never will be. */
  int64_t next;
  int64_t depth_frames;
  int64_t stock_frames;
  int64_t most_behind;
  /* What the pipe held after the last tick, and since how many ticks nobody took of it. */
  int64_t held;
  int waiting_ticks;
  bool is_read;
  unsigned char bytes[MOST_BYTES];
} feeder;

static _Noreturn void fail(const char *doing) {
  perror(doing);
  exit(1);
}

static int64_t frames_in_pipe(const feeder *f) {
  int bytes;
  if (ioctl(f->pipe, FIONREAD, &bytes) != 0) fail("counter_feeder: cannot ask the pipe");
  return bytes / f->frame_bytes;
}

/* Takes everything out of the pipe, at once: a reader gets all of what is in it, or nothing. */
static int64_t take_back(feeder *f) {
  ssize_t const bytes = read(f->pipe, f->bytes, sizeof f->bytes);
  if (bytes < 0 && errno != EAGAIN) fail("counter_feeder: cannot read the pipe");
  return bytes < 0 ? 0 : bytes / f->frame_bytes;
}

/* Writes up to frame `end`, as far as the pipe has room for it. */
static void write_to(feeder *f, int64_t end) {
  /* A piece of so many bytes is written as a whole, or not at all. */
  int64_t const most = PIPE_BUF / f->frame_bytes;
  while (f->next < end) {
    int64_t const count = end - f->next < most ? end - f->next : most;
    counter_write(&f->counter, f->next, count, f->bytes);
    if (write(f->pipe, f->bytes, (size_t)(count * f->frame_bytes)) < 0) {
      if (errno == EAGAIN) break;
      fail("counter_feeder: cannot write the pipe");
    }
    f->next += count;
  }
}

static void go_on(feeder *f, int64_t due) {
  int64_t const room = f->depth_frames - frames_in_pipe(f);
  if (due - f->next > f->most_behind) f->next = due;
  write_to(f, due - f->next < room ? due : f->next + room);
  f->held = frames_in_pipe(f);
}

/* What is in the pipe is old, or would be when it is taken. */
static void begin_anew(feeder *f, int64_t due) {
  f->is_read = false;
  f->next = due - f->stock_frames;
}

/* Nobody has read lately: finds out whether somebody has taken what the last tick left. */
static void look_for_reader(feeder *f, int64_t due) {
  int64_t const left = take_back(f);
  f->next -= left;
  f->is_read = left < f->held;
  f->waiting_ticks = 0;
  if (!f->is_read) begin_anew(f, due);
}

static void look_after_reader(feeder *f, int64_t due) {
  bool const took = f->held == 0 || frames_in_pipe(f) < f->held;
  f->waiting_ticks = took ? 0 : f->waiting_ticks + 1;
  if (f->waiting_ticks < PATIENCE_TICKS) return;
  take_back(f);
  begin_anew(f, due);
}

/* False if there is no pipe now. */
static bool find_pipe(feeder *f) {
  struct stat named;
  bool const is_there = stat(f->path, &named) == 0;
  if (is_there && f->pipe >= 0 && named.st_ino == f->inode) return true;
  if (f->pipe >= 0) close(f->pipe);
  f->pipe = is_there ? open(f->path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
  if (f->pipe < 0) return false;
  f->inode = named.st_ino;
  f->held = 0;
  f->is_read = false;
  return true;
}

static void tick(feeder *f) {
  if (!find_pipe(f)) return;
  int64_t const due = counter_due(&f->counter, clock_monotonic_ns());
  if (f->is_read) look_after_reader(f, due);
  else look_for_reader(f, due);
  go_on(f, due);
}

/* A tick that was slept through is not made up for. */
static void sleep_until_next(int64_t *at_ns) {
  int64_t const now_ns = clock_monotonic_ns();
  *at_ns += TICK_NS;
  if (*at_ns < now_ns) *at_ns = now_ns;
  struct timespec const at = {*at_ns / 1000000000, *at_ns % 1000000000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static void set_up(feeder *f, char **arguments) {
  double const rate = atof(arguments[2]);
  if (!counter_set(&f->counter, arguments[1], rate, atof(arguments[6]),
                   (uint32_t)atoi(arguments[3]), atoll(arguments[4]), atoll(arguments[5]))) {
    fprintf(stderr, "counter_feeder: no such counter\n");
    exit(2);
  }
  f->frame_bytes = counter_frame_bytes(&f->counter);
  if (PIPE_BUF % f->frame_bytes != 0) {
    fprintf(stderr, "counter_feeder: frames of %d bytes would be torn\n", (int)f->frame_bytes);
    exit(2);
  }
  f->stock_frames = (int64_t)(rate * atof(arguments[7]) / 1000);
  f->depth_frames = f->stock_frames + (int64_t)(rate * DEPTH_MS / 1000);
  f->most_behind = (int64_t)(rate * MOST_BEHIND_MS / 1000);
  f->path = arguments[0];
  f->pipe = -1;
}

int main(int count, char **arguments) {
  if (count != 9) {
    fprintf(stderr, "counter_feeder: PIPE FORMAT RATE CHANNELS FIRST EPOCH_NS PPM LATENCY_MS\n");
    return 2;
  }
  static feeder f;
  pid_t const parent = getppid();
  set_up(&f, arguments + 1);
  int64_t at_ns = clock_monotonic_ns();
  /* Whoever started it may end without a word. */
  while (getppid() == parent) {
    tick(&f);
    sleep_until_next(&at_ns);
  }
  return 0;
}

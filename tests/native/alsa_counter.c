/*
 * A microphone for ALSA, in user space: a plug-in that delivers a counter by the clock, and fails
 * when it is told to.
 *
 * The number of a frame is how many frames have passed since the machine was started, so that what
 * is lost, repeated or delivered late shows wherever it is. MICRING_ALSA_FAULTS in the environment
 * names a file with a line for each fault, which begins when the plug-in first sees it:
 *
 *   kind seconds
 *
 * Kinds: gone (no such device, in everything), error (I/O errors), overrun (frames of so many
 * seconds are lost, and the reader is told), stall (frames stop, and nobody is told), denied
 * (opening is refused).
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "counter.h"

enum { SAMPLE_RATE = 48000, TICK_NS = 5000000, MOST_FAULTS = 16 };

typedef struct fault {
  char kind[16];
  double duration;
  double at;
  bool struck;
} fault;

typedef struct microphone {
  snd_pcm_ioplug_t io;
  int timer;
  /* When its first frame was captured, in frames since the machine's start; how many were handed
   * over since. */
  int64_t start;
  int64_t transferred;
  /* Where it stands still. */
  int64_t stalled;
} microphone;

/* Of the process: what has happened to one stream has happened. The library is linked so that it
 * stays, or they would happen again. */
static fault faults[MOST_FAULTS];
static int fault_count;

/* It began when the machine was started. */
static const counter numbers = {
    .frames_per_ns = SAMPLE_RATE / 1e9, .first = 1, .last = COUNTER_F32_LAST, .is_float = true};

static double seconds(void) { return (double)clock_monotonic_ns() / 1e9; }

static int64_t elapsed(void) { return counter_due(&numbers, clock_monotonic_ns()); }

/* Takes up the lines that are new. */
static void look_for_faults(void) {
  const char *path = getenv("MICRING_ALSA_FAULTS");
  FILE *file = path != NULL ? fopen(path, "re") : NULL;
  if (file == NULL) return;
  fault next;
  for (int i = 0; i < MOST_FAULTS; i++) {
    if (fscanf(file, "%15s %lf\n", next.kind, &next.duration) != 2) break;
    if (i < fault_count) continue;
    next.at = seconds();
    next.struck = false;
    faults[fault_count++] = next;
  }
  fclose(file);
}

/* The fault of that kind that lasts now. */
static const fault *lasting(const char *kind) {
  look_for_faults();
  double const now = seconds();
  for (int i = 0; i < fault_count; i++) {
    const fault *f = &faults[i];
    if (strcmp(f->kind, kind) == 0 && now < f->at + f->duration) return f;
  }
  return NULL;
}

/* Whether one of that kind has come, once each. */
static bool strikes(const char *kind) {
  look_for_faults();
  for (int i = 0; i < fault_count; i++) {
    fault *f = &faults[i];
    if (strcmp(f->kind, kind) != 0 || f->struck) continue;
    f->struck = true;
    return true;
  }
  return false;
}

static microphone *of(snd_pcm_ioplug_t *io) { return io->private_data; }

static int start(snd_pcm_ioplug_t *io) {
  microphone *m = of(io);
  if (lasting("gone") != NULL) return -ENODEV;
  struct itimerspec const ticks = {{0, TICK_NS}, {0, TICK_NS}};
  timerfd_settime(m->timer, 0, &ticks, NULL);
  /* After an overrun: the frames of its duration are still to be lost. */
  const fault *lost = lasting("overrun");
  double const delay = lost != NULL ? lost->at + lost->duration - seconds() : 0;
  m->start = elapsed() + (int64_t)(delay * SAMPLE_RATE);
  m->transferred = 0;
  m->stalled = -1;
  return 0;
}

static int stop(snd_pcm_ioplug_t *io) {
  struct itimerspec const never = {{0, 0}, {0, 0}};
  return timerfd_settime(of(io)->timer, 0, &never, NULL);
}

static int prepare(snd_pcm_ioplug_t *io) {
  (void)io;
  return lasting("gone") != NULL ? -ENODEV : 0;
}

/* How many frames the device has captured since its start. It tells only of whole periods, as many
 * do; what comes after a stall is then all of after it. */
static int64_t captured(microphone *m) {
  const fault *stall = lasting("stall");
  int64_t const period = (int64_t)m->io.period_size;
  if (stall != NULL) {
    int64_t const before = (int64_t)(stall->at * SAMPLE_RATE) - m->start;
    m->stalled = before > 0 ? before / period * period : 0;
    return m->stalled;
  }
  if (m->stalled >= 0) {
    /* Those of the stall are lost: the next one is of now. */
    m->start = elapsed() - m->stalled;
    m->stalled = -1;
  }
  int64_t const frames = elapsed() - m->start;
  return frames > 0 ? frames / period * period : 0;
}

static snd_pcm_sframes_t pointer(snd_pcm_ioplug_t *io) {
  microphone *m = of(io);
  if (lasting("gone") != NULL) return -ENODEV;
  if (strikes("overrun")) return -EPIPE;
  int64_t const frames = captured(m);
  if (frames - m->transferred > (int64_t)io->buffer_size) return -EPIPE;
  return (snd_pcm_sframes_t)(frames % (int64_t)io->buffer_size);
}

static snd_pcm_sframes_t transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                  snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
  microphone *m = of(io);
  if (lasting("gone") != NULL) return -ENODEV;
  for (snd_pcm_uframes_t i = 0; i < size; i++) {
    int64_t const number = counter_number(&numbers, m->start + m->transferred + (int64_t)i);
    for (unsigned channel = 0; channel < io->channels; channel++) {
      const snd_pcm_channel_area_t *area = &areas[channel];
      size_t const bits = area->first + area->step * (offset + i);
      float const sample = counter_f32(number, channel);
      memcpy((char *)area->addr + bits / 8, &sample, sizeof sample);
    }
  }
  m->transferred += (int64_t)size;
  return (snd_pcm_sframes_t)size;
}

static int poll_revents(snd_pcm_ioplug_t *io, struct pollfd *descriptors, unsigned count,
                        unsigned short *events) {
  microphone *m = of(io);
  uint64_t ticks;
  (void)count;
  if ((descriptors[0].revents & POLLIN) != 0 && read(m->timer, &ticks, sizeof ticks) < 0) {
    if (errno != EAGAIN) return -errno;
  }
  *events = lasting("gone") != NULL ? POLLERR | POLLIN : POLLIN;
  return lasting("error") != NULL ? -EIO : 0;
}

static int close_microphone(snd_pcm_ioplug_t *io) {
  close(of(io)->timer);
  free(of(io));
  return 0;
}

static int set_bounds(snd_pcm_ioplug_t *io) {
  static const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
  static const unsigned formats[] = {SND_PCM_FORMAT_FLOAT_LE};
  int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
  if (error >= 0) error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, formats);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 2);
  if (error >= 0) {
    error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, SAMPLE_RATE, SAMPLE_RATE);
  }
  if (error >= 0) {
    error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 256, 1 << 20);
  }
  return error < 0 ? error
                   : snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
}

SND_PCM_PLUGIN_DEFINE_FUNC(micring) {
  static const snd_pcm_ioplug_callback_t calls = {
      .start = start,
      .stop = stop,
      .pointer = pointer,
      .transfer = transfer,
      .close = close_microphone,
      .prepare = prepare,
      .poll_revents = poll_revents,
  };
  (void)root, (void)conf;
  if (stream != SND_PCM_STREAM_CAPTURE) return -EINVAL;
  microphone *m = calloc(1, sizeof *m);
  if (m == NULL) return -ENOMEM;
  int error = lasting("gone") != NULL ? -ENODEV : lasting("denied") != NULL ? -EACCES : 0;
  m->timer = error == 0 ? timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC) : -1;
  m->io.version = SND_PCM_IOPLUG_VERSION;
  m->io.name = "A counter";
  m->io.callback = &calls;
  m->io.private_data = m;
  m->io.poll_fd = m->timer;
  m->io.poll_events = POLLIN;
  m->io.mmap_rw = 0;
  if (error == 0) error = snd_pcm_ioplug_create(&m->io, name, stream, mode);
  if (error < 0) {
    if (m->timer >= 0) close(m->timer);
    free(m);
    return error;
  }
  error = set_bounds(&m->io);
  if (error < 0) {
    snd_pcm_ioplug_delete(&m->io);
    return error;
  }
  *pcmp = m->io.pcm;
  return 0;
}

SND_PCM_PLUGIN_SYMBOL(micring);

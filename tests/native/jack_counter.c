/*
 * A microphone for JACK: a client whose ports say that they are a device's, and play a counter by
 * the clock.
 *
 *   jack_counter CLIENT CHANNELS FIRST EPOCH_NS
 *
 * JACK's cycles come by its own clock, which is the machine's but for the times when a cycle came
 * too late: then it begins anew, and so does the counter, with the number that belongs to the time.
 * It ends with its server.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "counter.h"

enum { MOST_CHANNELS = 8, NO_START_SERVER = 1, IS_OUTPUT = 2, IS_PHYSICAL = 4, IS_TERMINAL = 16 };

static const int64_t patience_ns = 10000000000;
static const int64_t poll_ns = 10000000;

typedef struct jack_client jack_client;
typedef struct jack_port jack_port;

/* Of JACK's library, which is looked for when it runs: its header is one package more. */
static struct {
  jack_client *(*client_open)(const char *name, int options, int *status);
  int (*set_process_callback)(jack_client *, int (*)(uint32_t, void *), void *);
  int (*set_xrun_callback)(jack_client *, int (*)(void *), void *);
  void (*on_shutdown)(jack_client *, void (*)(void *), void *);
  void (*set_error_function)(void (*)(const char *));
  void (*set_info_function)(void (*)(const char *));
  jack_port *(*port_register)(jack_client *, const char *, const char *, unsigned long flags,
                              unsigned long bytes);
  void *(*port_get_buffer)(jack_port *, uint32_t frames);
  uint32_t (*get_sample_rate)(jack_client *);
  int (*activate)(jack_client *);
  int (*client_close)(jack_client *);
} jack;

static counter numbers;
static jack_port *ports[MOST_CHANNELS];
/* How many of them are there. */
static _Atomic uint32_t port_count;
/* The frame that is played next; only the process callback uses it. */
static int64_t next;
/* A cycle came too late since the last one. */
static _Atomic bool late = true;
static _Atomic bool server_ended;
static volatile sig_atomic_t told_to_end;

static _Noreturn void fail(const char *words) {
  fprintf(stderr, "jack_counter: %s\n", words);
  exit(1);
}

static void *find(void *library, const char *name) {
  void *function = dlsym(library, name);
  if (function == NULL) fail(name);
  return function;
}

static void load_library(void) {
  void *library = dlopen("libjack.so.0", RTLD_NOW);
  if (library == NULL) fail("no libjack.so.0");
  *(void **)&jack.client_open = find(library, "jack_client_open");
  *(void **)&jack.set_process_callback = find(library, "jack_set_process_callback");
  *(void **)&jack.set_xrun_callback = find(library, "jack_set_xrun_callback");
  *(void **)&jack.on_shutdown = find(library, "jack_on_shutdown");
  *(void **)&jack.set_error_function = find(library, "jack_set_error_function");
  *(void **)&jack.set_info_function = find(library, "jack_set_info_function");
  *(void **)&jack.port_register = find(library, "jack_port_register");
  *(void **)&jack.port_get_buffer = find(library, "jack_port_get_buffer");
  *(void **)&jack.get_sample_rate = find(library, "jack_get_sample_rate");
  *(void **)&jack.client_close = find(library, "jack_client_close");
  *(void **)&jack.activate = find(library, "jack_activate");
}

/* Where a cycle begins whose frames are the last that were captured. It goes on from the one
 * before, as cycles come in time on the whole, if not each of them. */
static int64_t first_of_cycle(int64_t frames) {
  int64_t const newest = counter_due(&numbers, clock_monotonic_ns()) - frames;
  /* Relaxed, both here and in note_late: the flag stands for itself. */
  if (atomic_exchange_explicit(&late, false, memory_order_relaxed)) return newest;
  int64_t const behind = newest - next;
  if (behind <= frames && behind >= -frames) return next;
  /* What JACK has not told yet: it makes up for one cycle at once, before it begins anew. */
  return newest - frames;
}

static int play(uint32_t frames, void *unused) {
  (void)unused;
  next = first_of_cycle(frames);
  /* Acquire: partner of the store in add_ports, so that the port is there. */
  uint32_t const channels = atomic_load_explicit(&port_count, memory_order_acquire);
  for (uint32_t channel = 0; channel < channels; channel++) {
    float *samples = jack.port_get_buffer(ports[channel], frames);
    for (uint32_t i = 0; i < frames; i++) {
      samples[i] = counter_f32(counter_number(&numbers, next + i), channel);
    }
  }
  next += frames;
  return 0;
}

static int note_late(void *unused) {
  (void)unused;
  atomic_store_explicit(&late, true, memory_order_relaxed);
  return 0;
}

static void note_end(void *unused) {
  (void)unused;
  /* Relaxed: the main thread only ends. */
  atomic_store_explicit(&server_ended, true, memory_order_relaxed);
}

static void end(int signal) { told_to_end = signal; }

static bool has_server(void) {
  /* Relaxed: partner of the store in note_end, as there. */
  return !atomic_load_explicit(&server_ended, memory_order_relaxed);
}

static void say_nothing(const char *words) { (void)words; }

static jack_client *connect_to_server(const char *name) {
  int64_t const deadline_ns = clock_monotonic_ns() + patience_ns;
  int status;
  while (clock_monotonic_ns() < deadline_ns) {
    jack_client *client = jack.client_open(name, NO_START_SERVER, &status);
    if (client != NULL) return client;
    clock_sleep_ns(poll_ns);
  }
  fail("no server");
}

/* The last thing that is done: who sees the ports hears them play. */
static void add_ports(jack_client *client) {
  for (uint32_t channel = 0; channel < numbers.channels; channel++) {
    char name[32];
    snprintf(name, sizeof name, "capture_%u", channel + 1);
    ports[channel] = jack.port_register(client, name, "32 bit float mono audio",
                                        IS_OUTPUT | IS_PHYSICAL | IS_TERMINAL, 0);
    if (ports[channel] == NULL) fail("cannot add a port");
    /* Release: partner of the load in play, as there. */
    atomic_store_explicit(&port_count, channel + 1, memory_order_release);
  }
}

int main(int count, char **arguments) {
  if (count != 5) fail("CLIENT CHANNELS FIRST EPOCH_NS");
  pid_t const parent = getppid();
  load_library();
  jack.set_error_function(say_nothing);
  jack.set_info_function(say_nothing);
  jack_client *client = connect_to_server(arguments[1]);
  uint32_t const channels = (uint32_t)atoi(arguments[2]);
  if (channels > MOST_CHANNELS ||
      !counter_set(&numbers, "f32", jack.get_sample_rate(client), 0, channels,
                   atoll(arguments[3]), atoll(arguments[4]))) {
    fail("no such counter");
  }
  jack.set_process_callback(client, play, NULL);
  jack.set_xrun_callback(client, note_late, NULL);
  jack.on_shutdown(client, note_end, NULL);
  if (jack.activate(client) != 0) fail("cannot begin");
  signal(SIGTERM, end);
  add_ports(client);
  /* Whoever started it may end without a word. */
  while (has_server() && !told_to_end && getppid() == parent) clock_sleep_ns(poll_ns);
  if (has_server()) jack.client_close(client);
  /* Its threads may still be in JACK's hands, which are gone. */
  _exit(0);
}

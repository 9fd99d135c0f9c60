/*
 * Sources and who shuts them out, on native/gate.h, in every execution that the C11 memory model
 * allows: never two writers, and each sees all that the one before it wrote.
 *
 * Arguments: the number of the gate, as its makers listed them, and a scenario. Exits 0 with the
 * number of executions, or 1 with the first that was wrong.
 */
#include "c11_on_relacy.hpp"

#include <cstddef>
#include <cstdint>

/* What gate.h defines, of whichever of the gates. */
struct gate_calls {
  void *(*create)();
  void (*unmake)(void *g);
  bool (*enter)(void *g);
  void (*leave)(void *g);
  void (*shut)(void *g);
  void (*open)(void *g);
};

/* The translated sources, and the table `gate_calls_of`. */
#include "subjects.inc"

static const gate_calls *calls;

static void *first_gate;
static void *second_gate;
/* What is written inside. The search tells of any two who touch it, one of them to write, without
 * an order between them; so of any two who are inside at once. */
static rl::var<uint64_t> *written;

static void write() { (*written)($).store((*written)($).load() + 1); }

static void enter_and_write(void *gate) {
  if (!calls->enter(gate)) return;
  write();
  calls->leave(gate);
}

static void shut_and_write(void *gate) {
  calls->shut(gate);
  write();
}

/* A source that comes twice, and a control that shuts it out, lets it in, shuts it out again. */
static void one_gate(unsigned thread) {
  if (thread == 0) {
    enter_and_write(first_gate);
    enter_and_write(first_gate);
  } else {
    shut_and_write(first_gate);
    calls->open(first_gate);
    shut_and_write(first_gate);
  }
}

/* Two openings of a device, each with its own gate: the first one, left behind, still comes. */
static void two_sessions(unsigned thread) {
  if (thread == 0) {
    enter_and_write(first_gate);
    enter_and_write(first_gate);
  } else if (thread == 1) {
    enter_and_write(second_gate);
  } else {
    shut_and_write(first_gate);
    calls->open(second_gate);
  }
}

/* A device behind two gates. The control shuts the inner one; the supervisor shuts the outer one,
 * and comes through the inner one in the device's place. */
static void gate_behind_gate(unsigned thread) {
  if (thread == 0) {
    if (!calls->enter(first_gate)) return;
    enter_and_write(second_gate);
    calls->leave(first_gate);
  } else if (thread == 1) {
    calls->shut(first_gate);
    enter_and_write(second_gate);
  } else {
    shut_and_write(second_gate);
  }
}

struct scenario {
  const char *name;
  unsigned threads;
  bool second_open;
  void (*thread)(unsigned index);
};

static const scenario scenarios[] = {
    {"one gate", 2, false, one_gate},
    {"two sessions", 3, false, two_sessions},
    {"a gate behind a gate", 3, true, gate_behind_gate},
};

static const scenario *played;

template <unsigned threads>
struct play : rl::test_suite<play<threads>, threads> {
  rl::var<uint64_t> data;

  void before() {
    written = &data;
    data($).store(0);
    first_gate = calls->create();
    second_gate = calls->create();
    calls->open(first_gate);
    if (played->second_open) calls->open(second_gate);
  }

  void thread(unsigned index) { played->thread(index); }

  void after() {
    calls->unmake(first_gate);
    calls->unmake(second_gate);
  }
};

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  calls = gate_calls_of[atoi(argv[1])];
  for (const scenario &s : scenarios) {
    if (strcmp(s.name, argv[2]) != 0) continue;
    played = &s;
    bool const right = s.threads == 2 ? search<play<2>>(s.name) : search<play<3>>(s.name);
    return right ? 0 : 1;
  }
  fprintf(stderr, "no scenario %s\n", argv[2]);
  return 2;
}

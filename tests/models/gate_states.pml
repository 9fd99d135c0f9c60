/*
 * Who may write, and what becomes of frames that find a gate shut: a device's sessions, each behind
 * a gate of its own, the supervisor that opens one after the other, and the control that wipes,
 * all of them through the capture's gate; every interleaving of their steps. With PACED instead a
 * source that waits at the capture's gate, and a control that pauses.
 *
 * What is quoted from a source in a comment stands there word by word; a test holds the two
 * together. A BUG_* takes its place.
 */
#define SESSIONS 2
#define BLOCKS 2
#define ROUNDS 2
/* The capture's gate; those of the sessions come after it. */
#define CAPTURE 0

bool is_open[SESSIONS + 1];
bool is_inside[SESSIONS + 1];
byte refused;
byte written;

/* What is true, for the assertions alone: how many write; the frames that were delivered; those
 * that the clock asked for. */
byte writers;
byte delivered;
byte filled;

inline enter(gate) {
#ifdef BUG_LOOKS_FIRST
  entered = is_open[gate];
  is_inside[gate] = true;
#else
  /* gate.h: atomic_store_explicit(&g->inside, true, memory_order_seq_cst); */
  is_inside[gate] = true;
  /* gate.h: if (atomic_load_explicit(&g->open, memory_order_seq_cst)) return true; */
  entered = is_open[gate];
#endif
#ifdef BUG_DOES_NOT_LOOK
  entered = true;
#endif
#ifndef BUG_STAYS
  if
  :: entered
  :: else -> is_inside[gate] = false
  fi
#endif
}

inline leave(gate) {
  /* gate.h: atomic_store_explicit(&g->inside, false, memory_order_release); */
  is_inside[gate] = false
}

inline shut(gate) {
  /* gate.h: atomic_store_explicit(&g->open, false, memory_order_seq_cst); */
  is_open[gate] = false;
#ifndef BUG_DOES_NOT_WAIT
  /* gate.h: while (atomic_load_explicit(&g->inside, memory_order_seq_cst)) clock_sleep_ns( */
  !is_inside[gate]
#endif
}

/* Whoever may: so many frames more, of sound or of silence. */
inline write(count) {
  atomic { writers++; assert(writers == 1); position = written }
  atomic { written = position + count; writers--; position = 0 }
}

/* What came while the gate was shut, into `meanwhile`. */
inline take_refused() {
  /* capture.c: if (atomic_load_explicit(&c->refused, memory_order_relaxed) == 0) return 0; */
  if
  :: refused == 0 -> meanwhile = 0
  :: else ->
#ifdef BUG_TAKES_IN_TWO_STEPS
    meanwhile = refused;
    refused = 0
#else
    /* capture.c: return atomic_exchange_explicit(&c->refused, 0, memory_order_relaxed); */
    atomic { meanwhile = refused; refused = 0 }
#endif
  fi
}

inline capture_enter() {
  /* capture.c: if (!gate_enter(&c->gate)) return false; */
  enter(CAPTURE);
#ifndef BUG_DOES_NOT_MAKE_UP
  if
  :: entered ->
    /* capture.c: make_up_for_refused(c); */
    take_refused();
    if
    :: meanwhile > 0 -> write(meanwhile); meanwhile = 0
    :: else
    fi
  :: else
  fi
#endif
}

/* A device that delivers now and then, whether or not anybody still listens. */
proctype session(byte own) {
  byte blocks, count, position, meanwhile;
  bool entered;

  do
  :: blocks < BLOCKS ->
    blocks++;
    count = blocks;
    /* delivery.c: if (count == 0 || !gate_enter(&d->gate)) return; */
    enter(own);
    if
    :: entered ->
      delivered = delivered + count;
      capture_enter();
      if
      :: entered ->
        assert(written + count == delivered + filled);
#ifdef BUG_LEAVES_EARLY
        leave(CAPTURE);
        write(count)
#else
        write(count);
        leave(CAPTURE)
#endif
      :: else ->
#ifdef BUG_COUNTS_IN_TWO_STEPS
        position = refused;
        refused = position + count;
        position = 0
#else
#ifndef BUG_DOES_NOT_COUNT
        /* capture.c: atomic_fetch_add_explicit(&c->refused, count, memory_order_relaxed); */
        refused = refused + count
#else
        skip
#endif
#endif
      fi;
      /* delivery.c: gate_leave(&d->gate); */
      leave(own)
    :: else
    fi;
    entered = false
  :: break
  od
}

/* Supervisor: while no session delivers, a frame of silence for the time that passes. */
inline fill() {
  capture_enter();
  if
  :: entered ->
    filled++;
    write(1);
    leave(CAPTURE)
  :: else
  fi;
  entered = false
}

proctype supervisor() {
  byte own, position, meanwhile;
  bool entered;

  own = 1;
  do
  :: own <= SESSIONS ->
    /* session.c: gate_open(&s->delivery.gate); */
    is_open[own] = true;
    if
    :: true ->
#ifndef BUG_FILLS_UNHELD
      /* session.c: void session_hold(session *s) { gate_shut(&s->delivery.gate); } */
      shut(own);
#endif
      fill();
      /* session.c: void session_release_frames(session *s) { gate_open(&s->delivery.gate); } */
      is_open[own] = true
    :: true
    fi;
#ifndef BUG_LEAVES_IT_OPEN
    /* session.c: gate_shut(&s->delivery.gate); */
    shut(own);
#endif
    fill();
    own++
  :: else -> break
  od
}

/* A source that keeps its frames until it is let in. */
proctype pacer() {
  byte blocks, position;
  bool entered;

  do
  :: blocks < 2 * BLOCKS ->
    enter(CAPTURE);
    if
    :: entered ->
      assert(written == delivered + filled && refused == 0);
      delivered++;
      write(1);
      leave(CAPTURE);
      blocks++
    :: else -> is_open[CAPTURE]
    fi;
    entered = false
  :: else -> break
  od
}

proctype control() {
  byte rounds, position, meanwhile;

  do
  :: rounds < ROUNDS ->
    rounds++;
    shut(CAPTURE);
#ifdef PACED
    take_refused();
    filled++;
    /* capture.c: track_lose(&c->track, due - position, MICRING_GAP_PAUSE, false); */
    write(1);
#else
    /* capture.c: ring_wipe(c->track.ring); */
    write(0);
    take_refused();
    if
    /* capture.c: ring_skip(c->track.ring, meanwhile); */
    :: meanwhile > 0 -> write(meanwhile); meanwhile = 0
    :: else
    fi;
#endif
    is_open[CAPTURE] = true
  :: else -> break
  od
}

init {
  byte own = 1;
  atomic {
    is_open[CAPTURE] = true;
    run control();
#ifdef PACED
    run pacer();
#else
    run supervisor();
    do
    :: own <= SESSIONS -> run session(own); own++
    :: else -> break
    od
#endif
  }
  /* When all are done, no frame is unaccounted for. */
  _nr_pr == 1;
  assert(written + refused == delivered + filled)
}

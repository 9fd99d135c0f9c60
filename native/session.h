/*
 * A session: one opening of a device, from first to last, on a thread of its own.
 *
 * Everything that asks the sound system happens on that thread, because all of it can hang. Its
 * owner tells it what to do and looks how far it got; it never waits for it but to see that nobody
 * is inside the delivery. A session that does not end in time is left behind, and ends by itself
 * when it can.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "capture.h"
#include "report.h"
#include "source.h"

typedef struct session session;

typedef struct session_wish {
  /* One of them, not AUTO. */
  micring_backend backend;
  /* Empty for the default device. */
  char id[BACKEND_ID_BYTES];
  /* What a device of that id was called, if that is known: where the id is gone, a device of this
   * name is the one. */
  char name[256];
  uint32_t period_ms;
  source_shape shape;
} session_wish;

typedef enum session_phase {
  SESSION_OPENING,
  SESSION_OPENED,
  SESSION_STARTING,
  SESSION_STARTED,
  /* It has failed, or was told to end, and is tidying up. */
  SESSION_ENDING,
  SESSION_ENDED,
} session_phase;

/* What is known once it is OPENED. */
typedef struct session_facts {
  opened_device device;
  /* What it delivers, after any conversion. */
  uint32_t sample_rate;
  uint32_t channels;
  int64_t period_ns;
} session_facts;

/* Begins to open a device. NULL: out of memory or threads. */
session *session_begin(const session_wish *wish);

/* How far it is; if it failed, `status` and `words` (MICRING_ERROR_BYTES) say why. Either may be
 * NULL. */
session_phase session_look(session *s, int32_t *status, char *words);

/* Not before OPENED. */
const session_facts *session_facts_of(const session *s);

/* OPENED: starts it; its frames go to the capture, until they are held back. */
void session_start(session *s, capture *c);

/* STARTED: returns once no frame can come through any more; lets them through again. */
void session_hold(session *s);
void session_release_frames(session *s);

/* STARTED: notes that it is watched, and says when frames came last (0: never), whether the system
 * has stopped the device, and whether what comes is from another one. */
typedef struct session_signs {
  int64_t delivered_ns;
  bool stopped;
  bool diverted;
} session_signs;
session_signs session_watch(session *s, int64_t now_ns);

/* Holds its frames back for good, and tells it to end. */
void session_end(session *s);

/* The owner has no more to do with it: whoever is last, the owner or its thread, frees it. */
void session_drop(session *s);

#endif

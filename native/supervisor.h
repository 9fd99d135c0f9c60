/*
 * The supervisor: keeps a device recording. On a thread of its own it starts sessions, watches them,
 * ends what is dead, leaves behind what hangs, and tries again until the device is back.
 *
 * It never asks the sound system itself, so it is always there for its owner.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "capture.h"
#include "report.h"
#include "session.h"

/* What it waits for the sound system at the most: to deliver its first frame, to end. */
#define SUPERVISOR_FIRST_FRAME_NS INT64_C(3000000000)
#define SUPERVISOR_END_NS INT64_C(500000000)

typedef struct supervisor supervisor;

/* Control: takes over a session that is OPENED. `wish` is how to open it again; the report stays the
 * caller's. NULL when out of memory or threads: the session is then ended. */
supervisor *supervisor_create(session *opened, const session_wish *wish, report *r);

/* Control: begins to record into the capture, or goes on; returns once the device has started, or
 * why it cannot. */
int32_t supervisor_start(supervisor *v, capture *c, char *error);

/* Control: lets the device go, until supervisor_start. */
void supervisor_pause(supervisor *v);

/* Control: lets the device go for good. */
void supervisor_destroy(supervisor *v);

#endif

/*
 * Stragglers: sessions that hang, left behind until they end by themselves.
 */
#ifndef STRAGGLERS_H
#define STRAGGLERS_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

/* A sound system that leaves more than so many behind gets no more. */
enum { STRAGGLERS_MOST = 16 };

typedef struct stragglers {
  session *sessions[STRAGGLERS_MOST];
  uint32_t count;
} stragglers;

/* Takes a session over that was told to end. */
void stragglers_add(stragglers *s, session *late);

/* Lets go of those that have ended; or of all, which then end when they can. */
void stragglers_collect(stragglers *s);
void stragglers_drop(stragglers *s);

#endif

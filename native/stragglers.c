#include "stragglers.h"

void stragglers_add(stragglers *s, session *late) {
  if (s->count < STRAGGLERS_MOST) s->sessions[s->count++] = late;
  else session_drop(late);
}

void stragglers_collect(stragglers *s) {
  for (uint32_t i = 0; i < s->count;) {
    session *late = s->sessions[i];
    if (session_look(late, NULL, NULL) != SESSION_ENDED) {
      i++;
      continue;
    }
    session_drop(late);
    s->sessions[i] = s->sessions[--s->count];
  }
}

void stragglers_drop(stragglers *s) {
  while (s->count > 0) session_drop(s->sessions[--s->count]);
}

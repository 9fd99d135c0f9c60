#include "pulse_guard.h"

#ifdef MA_SUPPORT_PULSEAUDIO

#include <stdatomic.h>
#include <string.h>

/* As libpulse has them; what they point to is nobody's concern here. */
typedef void (*source_callback)(void *connection, const void *info, int end_of_list,
                                void *user_data);
typedef void *(*ask_by_name)(void *connection, const char *name, source_callback callback,
                             void *user_data);

/* Whom this thread's question is for: miniaudio asks one at a time, and waits for the answer on the
 * thread that asks. */
static _Thread_local source_callback asked;

/* The library's own; the same one for every context, as it is loaded once. */
static _Atomic(ask_by_name) real_ask;

static void answer(void *connection, const void *info, int end_of_list, void *user_data) {
  if (info != NULL || end_of_list > 0) asked(connection, info, end_of_list, user_data);
}

static void *ask(void *connection, const char *name, source_callback callback, void *user_data) {
  asked = callback;
  /* Relaxed: partner of the store in pulse_guard, which came before on this thread. */
  ask_by_name const real = atomic_load_explicit(&real_ask, memory_order_relaxed);
  return real(connection, name, answer, user_data);
}

void pulse_guard(ma_context *context) {
  /* ISO C has no conversion between pointers to functions and others; POSIX has this copy. */
  ask_by_name real;
  ask_by_name const guarded = ask;
  memcpy(&real, &context->pulse.pa_context_get_source_info_by_name, sizeof real);
  /* Relaxed: partner of the load in ask; whoever stores here stores the same. */
  atomic_store_explicit(&real_ask, real, memory_order_relaxed);
  memcpy(&context->pulse.pa_context_get_source_info_by_name, &guarded, sizeof guarded);
}

#else

void pulse_guard(ma_context *context) { (void)context; }

#endif

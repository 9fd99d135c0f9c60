/* Included before waker.c: its clock is driven, and its sleep drives it. */
#ifndef DRIVEN_WAKER_H
#define DRIVEN_WAKER_H

#include "monitor.h"

int64_t driven_now_ns(void);

/* Sleeps by the driven clock; what happens meanwhile does not end the sleep. */
void driven_wait_for(monitor *m, int64_t ns);

#define clock_now_ns driven_now_ns
#define clock_monotonic_ns driven_now_ns
#define monitor_wait_for driven_wait_for

#endif

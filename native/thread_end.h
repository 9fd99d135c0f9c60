/* Tells when a thread ends that somebody else started, and may end at any moment. */
#ifndef THREAD_END_H
#define THREAD_END_H

#include <stdint.h>

/* Any thread: `ended` is called with the number when the calling thread ends, on that thread, when
 * it runs nothing else any more; it must not wait for another thread's end. One number a thread, not
 * 0; the newest counts. At the end of the process it may not be called. */
void thread_end_watch(void (*ended)(uint64_t number), uint64_t number);

/* The number of the calling thread; 0 if it is not watched. */
uint64_t thread_end_number(void);

#endif

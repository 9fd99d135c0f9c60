/* Tells when a thread ends that somebody else started, and may end at any moment. */
#ifndef THREAD_END_H
#define THREAD_END_H

#include <stdint.h>

/* Once, before the others: `ended` is called with a thread's number when that thread ends, on it, when
 * it runs nothing else any more; it must not wait for another thread. At the end of the process it
 * may not be called. */
void thread_end_begin(void (*ended)(uint64_t number));

/* Gives the calling thread its number, not 0. */
void thread_end_watch(uint64_t number);

/* The number of the calling thread; 0 if it has none. */
uint64_t thread_end_number(void);

#endif

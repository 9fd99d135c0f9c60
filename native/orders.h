/*
 * Orders: what the owner of a thread wants of it, and what the thread answers.
 */
#ifndef ORDERS_H
#define ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "micring.h"
#include "monitor.h"

typedef enum order { ORDER_REST, ORDER_RUN, ORDER_QUIT } order;

typedef struct orders {
  monitor monitor;
  order order;
  /* It was given anew since the thread looked last. */
  bool given;
  /* Somebody waits in orders_run for how it goes. */
  bool asked;
  bool resting;
  int32_t answer;
  char words[MICRING_ERROR_BYTES];
} orders;

/* The thread is taken to rest. */
void orders_init(orders *o);
void orders_destroy(orders *o);

/* Owner: tells it to run, and waits for its answer. */
int32_t orders_run(orders *o, char *error);

/* Owner: tells it to rest, and waits until it does. */
void orders_rest(orders *o);

/* Owner: tells it to quit, and does not wait. */
void orders_quit(orders *o);

/* Thread: what to do now. */
order orders_take(orders *o);

/* Thread: waits for a new order, at most so long. */
void orders_await(orders *o, int64_t ns);

/* Thread: whether somebody waits for an answer. */
bool orders_asked(orders *o);

/* Thread: answers who waits, if somebody does. With `give_up` the order to run ends there. */
void orders_answer(orders *o, int32_t status, const char *words, bool give_up);

/* Thread: that it rests, or does not. */
void orders_set_resting(orders *o, bool resting);

#endif

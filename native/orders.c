#include "orders.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

void orders_init(orders *o) {
  memset(o, 0, sizeof *o);
  monitor_init(&o->monitor);
  o->resting = true;
}

void orders_destroy(orders *o) { monitor_destroy(&o->monitor); }

/* Locked. */
static void give(orders *o, order next, bool asked) {
  o->order = next;
  o->given = true;
  o->asked = asked;
  monitor_notify(&o->monitor);
}

int32_t orders_run(orders *o, char *error) {
  monitor_lock(&o->monitor);
  give(o, ORDER_RUN, true);
  while (o->asked) monitor_wait(&o->monitor);
  int32_t const status = o->answer;
  if (o->words[0] != '\0') error_add(error, "%s", o->words);
  monitor_unlock(&o->monitor);
  return status;
}

void orders_rest(orders *o) {
  monitor_lock(&o->monitor);
  give(o, ORDER_REST, false);
  while (!o->resting) monitor_wait(&o->monitor);
  monitor_unlock(&o->monitor);
}

void orders_quit(orders *o) {
  monitor_lock(&o->monitor);
  give(o, ORDER_QUIT, false);
  monitor_unlock(&o->monitor);
}

order orders_take(orders *o) {
  monitor_lock(&o->monitor);
  o->given = false;
  order const now = o->order;
  monitor_unlock(&o->monitor);
  return now;
}

void orders_await(orders *o, int64_t ns) {
  monitor_lock(&o->monitor);
  if (!o->given) monitor_wait_for(&o->monitor, ns);
  monitor_unlock(&o->monitor);
}

bool orders_asked(orders *o) {
  monitor_lock(&o->monitor);
  bool const asked = o->asked;
  monitor_unlock(&o->monitor);
  return asked;
}

void orders_answer(orders *o, int32_t status, const char *words, bool give_up) {
  monitor_lock(&o->monitor);
  if (o->asked) {
    o->asked = false;
    o->answer = status;
    snprintf(o->words, sizeof o->words, "%s", words);
    if (give_up && o->order == ORDER_RUN) o->order = ORDER_REST;
    monitor_notify(&o->monitor);
  }
  monitor_unlock(&o->monitor);
}

void orders_set_resting(orders *o, bool resting) {
  monitor_lock(&o->monitor);
  o->resting = resting;
  monitor_notify(&o->monitor);
  monitor_unlock(&o->monitor);
}

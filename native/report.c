#include "report.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

uint64_t report_count(const _Atomic uint64_t *counter) {
  /* Acquire: partner of the add in report_add; what is counted can be read under the lock. */
  return atomic_load_explicit(counter, memory_order_acquire);
}

void report_add(_Atomic uint64_t *counter) {
  /* Release: partner of the load in report_count. */
  atomic_fetch_add_explicit(counter, 1, memory_order_release);
}

static void enter(report *r, micring_state state, int32_t reason, const char *words) {
  report_change_entry *entry = &r->kept[report_count(&r->changes) % REPORT_CHANGES_KEPT];
  entry->state = state;
  entry->reason = reason;
  entry->time_ms = (double)clock_wall_ns() / 1e6;
  snprintf(entry->words, sizeof entry->words, "%s", words);
  report_add(&r->changes);
}

/* Locked. */
static const report_change_entry *newest_of(const report *r) {
  return &r->kept[(report_count(&r->changes) - 1) % REPORT_CHANGES_KEPT];
}

void report_init(report *r) {
  memset(r, 0, sizeof *r);
  monitor_init(&r->monitor);
  enter(r, MICRING_STATE_STARTING, MICRING_OK, "");
}

void report_destroy(report *r) { monitor_destroy(&r->monitor); }

void report_state(report *r, micring_state state, int32_t reason, const char *words) {
  monitor_lock(&r->monitor);
  const report_change_entry *newest = newest_of(r);
  if (newest->state != state || newest->reason != reason) enter(r, state, reason, words);
  monitor_unlock(&r->monitor);
}

static bool same(const opened_device *one, const opened_device *other) {
  return one->backend == other->backend && one->sample_rate == other->sample_rate &&
         one->channels == other->channels && strcmp(one->name, other->name) == 0 &&
         strcmp(one->id, other->id) == 0;
}

void report_opened(report *r, const opened_device *device) {
  monitor_lock(&r->monitor);
  if (!same(&r->opened, device)) {
    r->opened = *device;
    report_add(&r->openings);
  }
  monitor_unlock(&r->monitor);
}

int32_t report_read_change(report *r, uint64_t number, report_change_entry *out) {
  monitor_lock(&r->monitor);
  uint64_t const count = report_count(&r->changes);
  int32_t const status = number >= count                          ? MICRING_FUTURE
                         : count - number > REPORT_CHANGES_KEPT ? MICRING_OVERWRITTEN
                                                                  : MICRING_OK;
  if (status == MICRING_OK) *out = r->kept[number % REPORT_CHANGES_KEPT];
  monitor_unlock(&r->monitor);
  return status;
}

void report_newest_change(report *r, report_change_entry *out) {
  monitor_lock(&r->monitor);
  *out = *newest_of(r);
  monitor_unlock(&r->monitor);
}

void report_read_opened(report *r, opened_device *out) {
  monitor_lock(&r->monitor);
  *out = r->opened;
  monitor_unlock(&r->monitor);
}

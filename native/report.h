/*
 * The report: what a recorder tells of itself beside its frames: the states it went through and
 * why, and which device it has open. Written by the threads that control it, never by an audio
 * callback; read by anyone.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdatomic.h>
#include <stdint.h>

#include "micring.h"
#include "monitor.h"

enum { REPORT_CHANGES_KEPT = 64 };

typedef struct report_change_entry {
  micring_state state;
  int32_t reason;
  double time_ms;
  char words[MICRING_ERROR_BYTES];
} report_change_entry;

/* What is open: a device, its id if it was named, and what it delivers by itself. */
typedef struct opened_device {
  micring_backend backend;
  uint32_t sample_rate;
  uint32_t channels;
  char name[256];
  char id[MICRING_ERROR_BYTES];
} opened_device;

typedef struct report {
  monitor monitor;
  _Atomic uint64_t changes;
  _Atomic uint64_t openings;
  _Atomic uint64_t reopenings;
  _Atomic uint64_t abandoned;
  opened_device opened;
  report_change_entry kept[REPORT_CHANGES_KEPT];
} report;

/* It begins with the state STARTING. */
void report_init(report *r);
void report_destroy(report *r);

/* Enters a state, unless it is the newest already, for the same reason. */
void report_state(report *r, micring_state state, int32_t reason, const char *words);

/* Enters a device, unless it is the newest already, in the same form. */
void report_opened(report *r, const opened_device *device);

/* Any thread: how many there have been; MICRING_OK, OVERWRITTEN or FUTURE. */
uint64_t report_count(const _Atomic uint64_t *counter);
int32_t report_read_change(report *r, uint64_t number, report_change_entry *out);
void report_newest_change(report *r, report_change_entry *out);
void report_read_opened(report *r, opened_device *out);

/* Adds one to a counter. */
void report_add(_Atomic uint64_t *counter);

#endif

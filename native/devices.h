/* The list of capture devices; see micring_devices_list and its neighbours in micring.h. */
#ifndef DEVICES_H
#define DEVICES_H

#include <stdbool.h>

#include "micring.h"

int32_t devices_list(uint32_t backend, micring_devices **out, char *error);
uint32_t devices_count(const micring_devices *list);
const char *devices_text(const micring_devices *list, uint32_t index, bool id);
double devices_number(const micring_devices *list, uint32_t index, uint32_t field, uint32_t item);
void devices_free(micring_devices *list);

#endif

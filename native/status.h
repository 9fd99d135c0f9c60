/* What a micring_status means to who opens devices. */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>

#include "micring.h"
#include "miniaudio_config.h"

/* What a result of miniaudio's is called here. */
int32_t status_of_result(ma_result result);

/* Whether the device, or the sound system, is not there. */
bool status_is_absence(int32_t status);

/* Whether only a person can help: to try again would only ask that person again and again. */
bool status_needs_person(int32_t status);

#endif

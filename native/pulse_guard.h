/*
 * The guard of PulseAudio's answers. To a question about a source that has just gone the server
 * answers that there is none, by a call without a source; miniaudio (up to 0.11.25) would read it
 * all the same, and take the process down.
 */
#ifndef PULSE_GUARD_H
#define PULSE_GUARD_H

#include "miniaudio_config.h"

/* Control: stands between a context of PulseAudio and the server, from its opening on. */
void pulse_guard(ma_context *context);

#endif

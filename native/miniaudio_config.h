/* miniaudio with only what is used here switched on, the same for every file that includes it. */
#ifndef MINIAUDIO_CONFIG_H
#define MINIAUDIO_CONFIG_H

#define MA_ENABLE_ONLY_SPECIFIC_BACKENDS
#define MA_ENABLE_NULL
#if defined(_WIN32)
#define MA_ENABLE_WASAPI
#elif defined(__APPLE__)
#define MA_ENABLE_COREAUDIO
/* The only system where linking at run time is refused by the loader's hardening. */
#define MA_NO_RUNTIME_LINKING
#else
#define MA_ENABLE_PULSEAUDIO
#define MA_ENABLE_ALSA
#define MA_ENABLE_JACK
#endif
#define MA_NO_RESOURCE_MANAGER
#define MA_NO_NODE_GRAPH
#define MA_NO_ENGINE
#define MA_NO_GENERATION

#include "vendor/miniaudio.h"

#endif

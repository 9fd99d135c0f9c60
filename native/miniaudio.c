/* The one translation unit that compiles miniaudio. */
#define MINIAUDIO_IMPLEMENTATION
#include "miniaudio_config.h"

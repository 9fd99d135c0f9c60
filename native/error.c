#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "micring.h"

void error_set(char *error, const char *format, ...) {
  if (error == NULL) return;
  va_list values;
  va_start(values, format);
  vsnprintf(error, MICRING_ERROR_BYTES, format, values);
  va_end(values);
}

void error_add(char *error, const char *format, ...) {
  if (error == NULL) return;
  size_t used = strlen(error);
  if (used != 0) used += (size_t)snprintf(error + used, MICRING_ERROR_BYTES - used, "; ");
  if (used >= MICRING_ERROR_BYTES) return;
  va_list values;
  va_start(values, format);
  vsnprintf(error + used, MICRING_ERROR_BYTES - used, format, values);
  va_end(values);
}

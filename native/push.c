/* The push source: delivers nothing by itself; the script writes through the capture. */
#include <stdlib.h>

#include "source.h"

static int32_t start(source *s, capture *c, char *error) {
  (void)s, (void)c, (void)error;
  return MICRING_OK;
}

static void stop(source *s) { (void)s; }

static void destroy(source *s) {
  report_destroy(&s->report);
  free(s);
}

int32_t push_open(source_shape shape, source **out, char *error) {
  static const source_calls calls = {start, stop, destroy};
  (void)error;
  source *s = calloc(1, sizeof *s);
  if (s == NULL) return MICRING_OUT_OF_MEMORY;
  source_init(s, &calls, SOURCE_PUSH, shape, 1);
  report_init(&s->report);
  *out = s;
  return MICRING_OK;
}

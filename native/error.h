/* The words that go with a failed status, in the caller's MICRING_ERROR_BYTES. */
#ifndef ERROR_H
#define ERROR_H

/* Replaces the text; NULL `error` is allowed. */
__attribute__((format(printf, 2, 3))) void error_set(char *error, const char *format, ...);

/* Adds to the text, after "; " where there is some. */
__attribute__((format(printf, 2, 3))) void error_add(char *error, const char *format, ...);

#endif

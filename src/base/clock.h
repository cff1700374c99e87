/*
 * clock.h - time: monotonic for deadlines, UTC for what is told.
 *
 * Owner:    nobody; plain values.
 * Lifetime: values.
 * Threads:  any.
 * Failure:  a bool where text is read.
 */
#ifndef TENANTD_BASE_CLOCK_H
#define TENANTD_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_TEXT_SIZE = 25 }; /* "2025-02-10T16:30:00.000Z" and NUL */

int64_t clock_mono_ms(void); /* milliseconds since some fixed point */
int64_t clock_mono_us(void); /* microseconds since the same point */
int64_t clock_wall_s(void);  /* seconds since 1970-01-01T00:00:00Z */
int64_t clock_wall_ms(void); /* milliseconds since 1970-01-01T00:00:00Z */
/* RFC 3339 in UTC with milliseconds; ms since 1970, years 0 to 9999. */
void clock_text(char out[static CLOCK_TEXT_SIZE], int64_t wall_ms);
/* A date ("2025-02-10": its first moment in UTC), or RFC 3339 with "Z" or an offset;
 * what is finer than milliseconds is dropped. false: it is neither. */
bool clock_from_text(const char *text, int64_t *wall_ms);

#endif

/*
 * format.h - the values of "format" that are asserted; private.
 *
 * Owner:    nobody; a constant table.
 * Lifetime: of the program.
 * Threads:  any.
 * Failure:  format_find() answers NULL for a name it has not.
 */
#ifndef TENANTD_JSON_FORMAT_H
#define TENANTD_JSON_FORMAT_H

#include <stdbool.h>

struct format {
	const char *name;
	bool (*fits)(const char *text); /* of well-formed UTF-8 */
	const char *message;
	unsigned cost; /* in steps of a check, see check.h */
};

const struct format *format_find(const char *name);

#endif

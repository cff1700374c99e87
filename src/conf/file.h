/*
 * file.h - reads a file of KEY=value lines; knows no key.
 *
 * Owner:    conf_load().
 * Lifetime: key and value are valid while they are visited, and cleansed afterwards.
 * Threads:  one.
 * Failure:  a line that cannot be read, and a file that cannot be, are faults of cx
 *           (pointer: the key, or "" when there is none).
 */
#ifndef TENANTD_CONF_FILE_H
#define TENANTD_CONF_FILE_H

#include <stdbool.h>

#include "base/ctx.h"

enum { CONF_FILE_MAX = 1024 * 1024 }; /* bytes */

typedef void conf_file_fn(
    struct ctx *cx, int line, const char *key, char *value, void *arg);

struct conf_file {
	const char *path;
	bool optional;        /* a file that is not there is no fault */
	bool found;           /* out */
	bool readable_by_all; /* out: by others than owner and group */
};

void conf_file_read(
    struct ctx *cx, struct conf_file *file, conf_file_fn *visit, void *arg);

#endif

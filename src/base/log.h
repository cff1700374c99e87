/*
 * log.h - the program's own log: one event a line, one write a line.
 *
 *   2025-02-10T16:30:00.000Z info pid=7 req=3f… event="request" status=200 …
 *
 * Values are quoted and escaped, so that no text from outside makes a line of
 * its own. Secrets are never passed here: only names, ids, codes and counts.
 *
 * Owner:    the process; log_open() once, log_reopen() after a rotation.
 * Lifetime: of the process.
 * Threads:  one.
 * Failure:  a line that cannot be written is counted and dropped.
 */
#ifndef TENANTD_BASE_LOG_H
#define TENANTD_BASE_LOG_H

#include <stdint.h>

#include "base/ctx.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_LEVEL_COUNT };

/* path NULL or "": standard error. */
enum err log_open(
    struct err_info *e, const char *path, enum log_level least) MUST_CHECK;
void log_reopen(void); /* the same path again; keeps the old file if it fails */
void log_set_level(enum log_level least);
uint64_t log_dropped(void); /* lines that could not be written */

/*
 * cx may be NULL. `event` is a fixed word; fmt makes the rest of the line from
 * fields key=value; text from outside goes through log_quote().
 */
void log_event(enum log_level level, const struct ctx *cx, const char *event,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Writes s into out as a quoted, escaped, cut value and returns out. */
const char *log_quote(char *q, size_t size, const char *s);
/* The record in cx->err, with its place, notes and SQLSTATE. */
void log_error(enum log_level level, const struct ctx *cx, const char *event);

#endif

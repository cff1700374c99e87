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
 * Failure:  a line that cannot be written, or only after a wait, is counted and
 *           dropped.
 */
#ifndef TENANTD_BASE_LOG_H
#define TENANTD_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_LEVEL_COUNT };

/* path NULL or "": standard error. */
enum err log_open(
    struct err_info *e, const char *path, enum log_level least) MUST_CHECK;
void log_reopen(void); /* the same path again; keeps the old file if it fails */
void log_set_level(enum log_level least);
/* Lines that could not be written, by all that were forked after log_open(). */
uint64_t log_dropped(void);

/*
 * cx may be NULL. `event` is a fixed word; fmt makes the rest of the line from
 * fields key=value; text from outside goes through log_quote().
 */
void log_event(enum log_level level, const struct ctx *cx, const char *event,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The same in pieces, for what is logged of every request: no format is read. */
enum { LOG_LINE_MAX = 2046 };
struct log_line {
	char text[LOG_LINE_MAX + 2]; /* with the line's end */
	size_t n;
};

/* false: lines of this level are not wanted. */
bool log_start(
    struct log_line *l, enum log_level level, const struct ctx *cx, const char *event);
/* A value without blanks of our own; control characters become "?". */
void log_text(struct log_line *l, const char *key, const char *value);
void log_number(struct log_line *l, const char *key, int64_t value);
void log_quoted(struct log_line *l, const char *key, const char *value);
void log_finish(struct log_line *l); /* writes it */

/* Writes s into out as a quoted, escaped, cut value and returns out. */
const char *log_quote(char *q, size_t size, const char *s);
/* The record in cx->err, with its place, notes and SQLSTATE. */
void log_error(enum log_level level, const struct ctx *cx, const char *event);

#endif

/*
 * input.h - what a command reads from standard input, and from files that it is given.
 *
 * Owner:    the caller's storage; a secret is the caller's to cleanse.
 * Lifetime: of that storage.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, for anything but one line that fits, and for a file that
 *           cannot be read, or is longer than it may be.
 */
#ifndef TENANTD_CLI_INPUT_H
#define TENANTD_CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

/* All of standard input, which is one line, without its newline. what: for messages;
 * line: `size` bytes, with NUL. Read without a buffer of stdio, which would keep it. */
enum err input_line(
    struct ctx *cx, const char *what, char *line, size_t size, size_t *n) MUST_CHECK;

/* A file as text in cx->mem, up to `most` bytes, without one newline at its end. */
enum err input_file(struct ctx *cx, const char *what, const char *path, size_t most,
    const char **text) MUST_CHECK;

/* Faults say where in a request something stood: here, that is the name of what is
 * wrong. Returns rc. */
enum err input_name_faults(struct ctx *cx, enum err rc) MUST_CHECK;

#endif

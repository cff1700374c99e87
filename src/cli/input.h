/*
 * input.h - what a command reads from standard input.
 *
 * Owner:    the caller's storage; a secret is the caller's to cleanse.
 * Lifetime: of that storage.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, for anything but one line that fits.
 */
#ifndef TENANTD_CLI_INPUT_H
#define TENANTD_CLI_INPUT_H

#include <stddef.h>

#include "base/ctx.h"

/* All of standard input, which is one line, without its newline. what: for messages;
 * line: `size` bytes, with NUL. Read without a buffer of stdio, which would keep it. */
enum err input_line(
    struct ctx *cx, const char *what, char *line, size_t size, size_t *n) MUST_CHECK;

#endif

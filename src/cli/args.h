/*
 * args.h - what a command was given, read as its usage line says.
 *
 * A usage line is the grammar: WORD an operand, --name a flag, --name WORD an option
 * with a value, [ ] may be left out, ... may come again. Operands come first in the
 * line, anywhere in a call; "--" ends the options; --name=value works too.
 *
 * Owner:    the arena of cx; texts are borrowed from argv.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  ERR_USAGE, told in words.
 */
#ifndef TENANTD_CLI_ARGS_H
#define TENANTD_CLI_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/str.h"

/* One piece of a usage line. */
struct usage_item {
	struct slice name;  /* of an option without "--", or of an operand */
	struct slice value; /* what an option's value is called; n 0: it is a flag */
	bool option, optional, repeat;
};

/* Cuts the next piece off *rest; false at the end. */
bool usage_next(struct slice *rest, struct usage_item *item);

struct args;

/* argv: what comes after the command's own words. */
enum err args_parse(struct ctx *cx, const char *usage, int argc, char *const *argv,
    const struct args **out) MUST_CHECK;

bool args_flag(const struct args *a, const char *name);
const char *args_value(const struct args *a, const char *name); /* the last, or NULL */
/* Every value of an option that may come again; ends with NULL. */
const char *const *args_values(
    const struct args *a, const char *name, struct arena *mem);
const char *args_operand(const struct args *a, int i); /* NULL: not given */
/* A decimal number in min..max; *out stays as it is when the option was not given. */
enum err args_number(struct ctx *cx, const struct args *a, const char *name,
    const int64_t range[static 2], int64_t *out) MUST_CHECK;

#endif

/*
 * items.h - many JSON values in one text, one at a time: the items of an array, or the
 * lines of NDJSON (a value a line, CR LF too, blank lines passed over).
 *
 * An item's own text is not looked at but for where it ends: whoever parses it finds
 * out whether it is JSON. Between items an array is strict.
 *
 * Owner:    the caller; pieces are borrowed from the text.
 * Lifetime: of the text.
 * Threads:  one.
 * Failure:  json_items_next() tells ERR_INVALID with the byte where an array is none,
 *           and has no further item after that; lines never fail.
 */
#ifndef TENANTD_JSON_ITEMS_H
#define TENANTD_JSON_ITEMS_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/str.h"

struct json_items {
	struct slice text;
	bool lines;
	size_t at;           /* the next byte */
	size_t count, lined; /* items and lines so far */
	bool begun, ended;
};

struct json_piece {
	struct slice text;
	size_t at;   /* where it begins in the whole text */
	size_t item; /* its place among the items, from 0 */
	size_t line; /* NDJSON: its line, from 1; of an array: item + 1 */
};

void json_items_init(struct json_items *it, struct slice text, bool lines);
/* *more false: there was no further item. */
enum err json_items_next(struct ctx *cx, struct json_items *it, struct json_piece *out,
    bool *more) MUST_CHECK;

#endif

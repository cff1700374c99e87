/*
 * list.h - what lists have in common: ?limit= and ?cursor= in, next_cursor and a Link
 * out.
 *
 *   { "items": [ … ], "next_cursor": "…" }      Link: <…>; rel="next"   (RFC 8288)
 *
 * A cursor is opaque to clients: base64url of a text that the list's own code makes,
 * such as the key of the last row. A handler asks for one row more than `limit`, to
 * know whether there is a next page, and list_put() does the rest.
 *
 * Owner:    the handler; texts live in the call's arena.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  ERR_INVALID, told, for a limit or a cursor that is none.
 */
#ifndef TENANTD_CONTROLLERS_LIST_H
#define TENANTD_CONTROLLERS_LIST_H

#include <stddef.h>

#include "controllers/app.h"
#include "json/json.h"

enum { LIST_LIMIT_DEFAULT = 50, LIST_LIMIT_MOST = 200, LIST_CURSOR_MAX = 2048 };

struct list_query {
	int limit; /* 1 to LIST_LIMIT_MOST */
	const char
	    *cursor; /* what the last answer's cursor stands for; NULL: the start */
};

enum err list_read(struct call *call, struct list_query *out) MUST_CHECK;
/* The same for a cursor that is a number from 1 on, 0: the start. */
enum err list_read_number(
    struct call *call, struct list_query *out, int64_t *cursor) MUST_CHECK;
/* A query parameter, or NULL when it is absent or empty. */
const char *list_filter(struct call *call, const char *name);
/* The pieces, for a list whose cursor has another name. *out: what the cursor stands
 * for, NULL when it is absent. */
enum err list_read_limit(struct call *call, int *out) MUST_CHECK;
enum err list_read_cursor(
    struct call *call, const char *name, const char **out) MUST_CHECK;

/* What the rows of a list are. */
struct list_form {
	size_t size; /* of one */
	/* Where a row has what stands for it in a cursor, the list going on after that:
	 * a text or, of rows that are numbered, an int64_t. */
	size_t key;
	bool numbered;
	void (*put)(struct json_out *o, const void *row);
};
/* The whole answer, of the limit + 1 rows at most that came: those within the limit,
 * and the cursor of the next page if there is one more. */
void list_put(struct call *call, const struct list_query *q,
    const struct list_form *form, const void *rows, int count);

/* Link: the same list from another cursor; what list_close() does by itself. */
void list_link(struct call *call, const char *next);

/* Opens the object and its items. */
void list_open(struct call *call, struct json_out *o);
/* Closes both. next: what the next page's cursor stands for; NULL: this is the last. */
void list_close(struct call *call, struct json_out *o, const char *next);
/* The same, with a cursor of that name in the Link. */
void list_close_as(
    struct call *call, struct json_out *o, const char *name, const char *next);

#endif

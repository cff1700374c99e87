/*
 * describe.h - what can be said of a route beside its row, from areas.def, pieces.def,
 * problems.def and remedies.def, and from what its columns imply: for those who
 * describe the routes.
 *
 * Owner:    the program text.
 * Lifetime: static.
 * Threads:  any.
 * Failure:  none.
 */
#ifndef TENANTD_CONTROLLERS_DESCRIBE_H
#define TENANTD_CONTROLLERS_DESCRIBE_H

#include "base/buf.h"
#include "base/str.h"
#include "controllers/replies.h"
#include "controllers/routes.h"

/* What a group of routes is about. */
struct area {
	const char *title, *description;
};

enum area_id {
#define AREA(sym, title, description) AREA_##sym,
#define PLACE(prefix, sym)
#include "controllers/areas.def"
#undef AREA
#undef PLACE
	AREA_COUNT
};

extern const struct area areas[AREA_COUNT];
enum area_id route_area(const struct route *r);

/* What {name} in a path stands for. */
struct piece {
	const char *name, *schema, *meaning;
};
/* NULL: nothing is said of it. */
const struct piece *piece_find(struct slice name);
/* Cuts the next {name} off *path; false: there is none left. */
bool piece_next(const char **path, struct slice *name);

/* Method and path as one word, which no other route has: "getApiWebhooksByWebhook". */
void route_put_id(struct buf *out, const struct route *r);
/* Whether it heeds If-Match: it changes what a GET at its path tags, or says so in
 * problems.def. */
/* Whether it is about the tenant that its path names, and reading by a slug that the
 * tenant had leads to the one that it has: 308. */
bool route_leads_on(const struct route *r);
bool route_heeds_match(const struct route *r);
/* Whether a query parameter of that name is taken. */
bool route_takes_query(const struct route *r, const char *name);
/* The errors that a request may be answered with, as a set. Not those that any path
 * may answer: 404 of an unknown one, 405, 414 and 431. */
void route_problems(const struct route *r, bool out[static ERR_COUNT]);
const char *route_level_meaning(enum perm_level l);

/* What an error comes from and what to do; "" for ERR_OK. */
const char *problem_remedy(enum err code);

#endif

/*
 * router.h - which row of a table a request's path means; knows no row itself.
 *
 * Patterns are "/api/tenants/{id}/roles": literal segments, or one {name}. A literal
 * beats a name, whatever methods it answers. Compiled once; a match costs no
 * allocation.
 *
 * Owner:    the worker.
 * Lifetime: of the arena it was made in.
 * Threads:  one.
 * Failure:  router_new() aborts on two equal patterns or a malformed one: tables are
 *           program text.
 */
#ifndef TENANTD_HTTP_ROUTER_H
#define TENANTD_HTTP_ROUTER_H

#include "http/request.h"

struct router;

struct router_row {
	enum http_method method;
	const char *pattern;
};

enum { ROUTER_PARAMS_MAX = 4 };

struct router_match {
	int row;         /* index, or -1 */
	bool path_known; /* some method answers this path: 405 rather than 404 */
	struct slice params[ROUTER_PARAMS_MAX]; /* {…} values in order, decoded */
	const char *allow; /* "GET, HEAD, OPTIONS": what the path answers, or "" */
};

struct router *router_new(struct arena *mem, const struct router_row *rows, int count);
/* HEAD finds the GET row. */
struct router_match router_find(const struct router *r, const struct request *rq);

#endif

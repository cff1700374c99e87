/*
 * ways.h - how the steps of setting up are done by hand, from ways.def.
 *
 * Owner:    the arena that the texts are made in.
 * Lifetime: of that arena.
 * Threads:  any.
 * Failure:  none.
 */
#ifndef TENANTD_CLI_WAYS_H
#define TENANTD_CLI_WAYS_H

#include "base/arena.h"

enum way_id {
#define WAY(symbol, command, http, sql) WAY_##symbol,
#include "cli/ways.def"
#undef WAY
	WAY_COUNT
};

/* Each may be NULL: not known. */
struct way_names {
	const char *email, *user, *tenant, *name;
};

/* The ways of one step; each may be NULL. */
struct ways {
	const char *command, *http, *sql;
};

/* With the names in place, quoted as a shell, JSON and SQL want them. */
struct ways ways_of(struct arena *mem, enum way_id id, struct way_names names);

#endif

/*
 * scopes.h - what a member may do: scopes as bits, the roles and groups that tenants
 * begin with, and what somebody's roles come to.
 *
 * Statements that ask who somebody is in a tenant also bring along what grants it to
 * them, in one text: a line for their own role, and one for the role of each group they
 * are in. A line is the scopes of the tenant's row for that role or, where it has none,
 * "@" and the role's id. So what is asked is always what the database has now, in the
 * round trip that was made anyway.
 *
 * Owner:    the program text; texts that are made: their arena.
 * Lifetime: static, or of the arena.
 * Threads:  any.
 * Failure:  none; a word that is no scope grants nothing.
 */
#ifndef TENANTD_ROLE_SCOPES_H
#define TENANTD_ROLE_SCOPES_H

#include "base/str.h"
#include "json/json.h"

enum {
#define SCOPE(sym, bit, name, meaning) ROLE_##sym = (bit),
#include "role/scopes.def"
#undef SCOPE
	ROLE_ALL = ROLE_READ | ROLE_WRITE | ROLE_DELETE | ROLE_ADMIN
};

#define ROLE_OWNER_ID  "owner"  /* all of them; of memberships alone */
#define ROLE_CLIENT_ID "client" /* an OAuth client, whose scopes are its own */

struct role_scope {
	unsigned bit;
	const char *name, *meaning;
};
extern const struct role_scope role_scopes[];
extern const int role_scope_count;

struct role_default {
	const char *id, *name;
	unsigned scopes;
	const char *description;
};
extern const struct role_default role_defaults[];
extern const int role_default_count;
/* NULL: no such role comes with tenants. */
const struct role_default *role_default_of(struct slice id);

struct group_default {
	const char *name, *role, *description;
};
extern const struct group_default group_defaults[];
extern const int group_default_count;

/* Of words with blanks between them; NULL: none. */
unsigned role_scopes_of_words(const char *words);
unsigned role_scopes_of_list(const struct json *array);
/* "read write"; as a JSON array. */
const char *role_scopes_words(struct arena *mem, unsigned scopes);
void role_scopes_put(struct json_out *o, const char *name, unsigned scopes);
/* What lines of the form above come to; NULL: nothing. A role that is neither the
 * tenant's nor comes with it, which another program wrote, is good for reading. */
unsigned role_scopes_granted(const char *grants);

#endif

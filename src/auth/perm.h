/*
 * perm.h - permissions, from perms.def: what a route asks of its caller.
 *
 * Owner:    the program text; a list of names: its arena.
 * Lifetime: static, or of the arena.
 * Threads:  any.
 * Failure:  none.
 */
#ifndef TENANTD_AUTH_PERM_H
#define TENANTD_AUTH_PERM_H

#include "base/arena.h"

enum perm {
	PERM_UNSET, /* a zeroed row grants nothing */
#define PERM(sym, name, level, meaning) PERM_##sym,
#include "auth/perms.def"
#undef PERM
	PERM_COUNT
};

/* The scope of a token that is good for LEVEL_ENROL alone. */
#define PERM_SCOPE_ENROL "mfa:enrol"

enum perm_level {
	LEVEL_UNSET, /* nobody */
	LEVEL_PUBLIC,
	LEVEL_MONITOR,
	LEVEL_ENROL,
	LEVEL_SELF,
	LEVEL_USER,
	LEVEL_SUPERUSER,
	LEVEL_PLATFORM,
	LEVEL_TENANT,
	LEVEL_VIEWER,
	LEVEL_MEMBER,
	LEVEL_PARTNER,
	LEVEL_COUNT
};

const char *perm_name(enum perm p);
const char *perm_meaning(enum perm p); /* what whoever has it may do */
enum perm_level perm_level(enum perm p);
const char *perm_level_name(enum perm_level l);
/* The names of all permissions of a level, in their order; a NULL ends them. */
const char *const *perm_names_of(enum perm_level l, struct arena *mem);

#endif

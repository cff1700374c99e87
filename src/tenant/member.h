/*
 * member.h - a tenant as whoever works in it needs it: the one that a token names, if
 * its user is a member.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h.
 */
#ifndef TENANTD_TENANT_MEMBER_H
#define TENANTD_TENANT_MEMBER_H

#include "tenant/tenant.h"

struct tenant_member {
	struct tenant tenant;             /* role: theirs in it */
	const char *email;                /* of the user; NULL: none of ours */
	const char *system_prompt;        /* NULL: none */
	const char *pinecone_environment; /* NULL: no vector index */
	bool has_pinecone_api_key;
};

struct tenant_claim {
	const char *user_id;
	const char *tenant; /* id or number */
	bool machine; /* the user is an OAuth client or an API key of it: its role is
		       * "client" */
};

/* In one round trip. *found false: there is no such tenant, they are no member of it,
 * or their account is deactivated. */
enum err tenant_find_member(struct ctx *cx, struct db *db,
    const struct tenant_claim *claim, struct tenant_member *out,
    bool *found) MUST_CHECK;
/* The same inside a transaction. */
enum err tenant_query_member(struct ctx *cx, struct db *db,
    const struct tenant_claim *claim, struct tenant_member *out,
    bool *found) MUST_CHECK;

#endif

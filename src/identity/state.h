/*
 * state.h - what an identity provider was last told of a user, and what differs.
 *
 * Before a call its attributes are marked as in doubt: whatever happens to the call, or
 * to who made it, they are written again until the provider has acknowledged them.
 *
 * Owner:    the transaction of the caller; texts live in cx->mem.
 * Lifetime: that transaction; that arena.
 * Threads:  one.
 * Failure:  that of db_query().
 */
#ifndef TENANTD_IDENTITY_STATE_H
#define TENANTD_IDENTITY_STATE_H

#include <stdbool.h>

#include "db/db.h"
#include "identity/provider.h"
#include "json/json.h"

struct identity_state {
	const struct json *attributes; /* an object; null in it: in doubt */
	bool missing;                  /* the provider had no such user */
};

/* Of a user who was never told of: empty. */
enum err identity_state_find(struct ctx *cx, struct db *db,
    const struct identity_provider *p, const char *user_id,
    struct identity_state *out) MUST_CHECK;

/* wanted: IDENTITY_ATTRIBUTE_COUNT values; NULL: the user should not have it. */
void identity_state_compare(const struct identity_provider *p,
    const struct identity_state *state, const char *const *wanted,
    struct identity_changes *out);

/* One call about one user. */
struct identity_call {
	const struct identity_provider *provider;
	const char *user_id;
	const char *tenant_id; /* NULL: the user has none any more */
	struct identity_changes changes;
};

/* Before it: the changes are in doubt. */
enum err identity_state_doubt(
    struct ctx *cx, struct db *db, const struct identity_call *call) MUST_CHECK;
/* After it: the provider has the changes. */
enum err identity_state_acknowledge(
    struct ctx *cx, struct db *db, const struct identity_call *call) MUST_CHECK;
/* After it: there is no such user, who so has no attributes. */
enum err identity_state_miss(
    struct ctx *cx, struct db *db, const struct identity_call *call) MUST_CHECK;

#endif

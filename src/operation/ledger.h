/*
 * ledger.h - the ownership ledger: whatever was made for a tenant outside of our own
 * tables, written down before it is made. What an operation takes back is what stands
 * here, and nothing else.
 *
 * A resource's id is random and marks the thing itself where it can be marked: a name
 * that somebody else had before is not ours, whatever the ledger intended.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_CONFLICT, told, from resource_intend() for a name that the
 *           ledger has already.
 */
#ifndef TENANTD_OPERATION_LEDGER_H
#define TENANTD_OPERATION_LEDGER_H

#include <stdbool.h>

#include "base/ctx.h"
#include "db/db.h"

enum resource_state {
	RESOURCE_UNSET,
	RESOURCE_INTENDED,
	RESOURCE_MADE,
	RESOURCE_REMOVED
};

struct resource {
	const char *id, *tenant_id, *operation_id, *step;
	const char *kind;  /* of creation/resources.def */
	const char *place; /* where: the server's id, the bucket; "": there is one */
	const char *name;
	const char *details; /* JSON object, without secrets */
	enum resource_state state;
	const char *health, *health_reason, *checked_at; /* reason, time: or NULL */
};

/* -- inside a transaction, in the management context -- */
/* r's id is made here and its state is INTENDED; the caller sets all else, details
 * NULL for none. */
enum err resource_intend(struct ctx *cx, struct db *db, struct resource *r) MUST_CHECK;
/* Other details, once more is known. */
enum err resource_note(struct ctx *cx, struct db *db, const struct resource *r,
    const char *details) MUST_CHECK;
enum err resource_set_state(struct ctx *cx, struct db *db, const struct resource *r,
    enum resource_state state) MUST_CHECK;

/* What a step of an operation intended has become MADE. */
enum err resources_made(struct ctx *cx, struct db *db, const char *operation_id,
    const char *step) MUST_CHECK;

/* -- each in a transaction of its own -- */
/* The one that an operation wrote down last, of those that are not removed. */
enum err resource_last(struct ctx *cx, struct db *db, const char *operation_id,
    struct resource *out, bool *found) MUST_CHECK;
/* The tenant's resource of a kind that is not removed; *found false: there is none.
 * NULL for kind: any. */
#define resource_find(cx, db, tenant, of_kind, out, found)                             \
	resource_seek((cx), (db),                                                      \
	    &(const struct resource_question){                                         \
		.tenant_id = (tenant), .kind = (of_kind)},                             \
	    (out), (found))
struct resource_question {
	const char *tenant_id, *kind;
};
enum err resource_seek(struct ctx *cx, struct db *db, const struct resource_question *q,
    struct resource *out, bool *found) MUST_CHECK;
/* All of them that are not removed, in the order in which they were written. */
enum err resources_of(struct ctx *cx, struct db *db, const char *tenant_id,
    struct resource **list, int *count) MUST_CHECK;
/* What a look at the thing said: health "ok", "degraded" or "down", and why. */
enum err resource_tell_health(struct ctx *cx, struct db *db, const struct resource *r,
    const char *health, const char *reason) MUST_CHECK;

#endif

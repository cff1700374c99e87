/*
 * many.h - many tenants of a partner in one statement: looked for, or made with all
 * that a tenant has (provision.h).
 *
 * Owner:    struct many: the caller, many_init() to many_fini(); it is filled anew for
 *           each statement.
 * Lifetime: what was met lives in the arena of the ctx.
 * Threads:  one.
 * Failure:  as db.h. ERR_CONFLICT by SQLSTATE 23505: another transaction took an
 * address or an external_id in between, and the same again finds its tenant.
 */
#ifndef TENANTD_PROVISION_MANY_H
#define TENANTD_PROVISION_MANY_H

#include "audit/audit.h"
#include "db/array.h"
#include "db/db.h"
#include "provision/draft.h"

#define MANY_AUDIT_EVENT "TENANT_CREATED"

enum {
	MANY_ID,
	MANY_NAME,
	MANY_EMAIL,
	MANY_PHONE,
	MANY_INDUSTRY,
	MANY_EXTERNAL_ID,
	MANY_EXTRA,
	MANY_ENTRY,
	MANY_DETAILS,
	MANY_MAC,
	MANY_COLUMNS
};

struct many {
	struct db_array column[MANY_COLUMNS];
	int count;
	const char *severity, *time; /* of all audit rows */
};

struct many_draft {
	const char *id; /* UUID */
	const struct provision_draft *is;
	const struct audit_made *audit; /* NULL: none is going to be made */
};

void many_init(struct many *m);
void many_fini(struct many *m);
void many_reset(struct many *m);
void many_add(struct many *m, const struct many_draft *d);

/* A tenant that is there: of the draft at that place, from 0. */
struct many_met {
	int place;
	const char *tenant, *status;
	bool by_address; /* else by external_id */
};

/* -- inside a transaction of an actor in the management context -- */
/* The partner's turn at many, until the transaction ends; goes out with the rest. plan:
 * the first of a series, which may be far more than there was before. */
enum err many_turn(
    struct ctx *cx, struct db *db, const char *partner, bool plan) MUST_CHECK;
/* Sends the statement; the caller may do something else until many_wait(). most: how
 * many are made at most, the first of those that meet none; -1: none is, it only looks.
 */
struct many_call {
	const char *partner;
	const char *address; /* the client's */
	int64_t most;
	struct db_rows *rows; /* the answer, after many_wait() */
};
enum err many_send(
    struct ctx *cx, struct db *db, struct many *m, struct many_call *call) MUST_CHECK;
/* *met: `count` of them, by place. *made_at: RFC 3339; NULL when none was to be made.
 */
struct many_answer {
	struct many_met *met;
	int met_count;
	int made;
	const char *made_at;
};
enum err many_wait(struct ctx *cx, struct db *db, const struct many_call *call,
    struct many_answer *out) MUST_CHECK;

#endif

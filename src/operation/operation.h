/*
 * operation.h - operations: what has more than one step, in their table. Who goes on
 * with one has its lease, and writes nothing without it.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h; ERR_NOT_FOUND, told, for an operation that is not there;
 *           ERR_CONFLICT, told, for what cannot be done to one as it is.
 */
#ifndef TENANTD_OPERATION_OPERATION_H
#define TENANTD_OPERATION_OPERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

enum operation_state {
	OPERATION_UNSET,
	OPERATION_RUNNING, /* somebody has the lease, or it ran out */
	OPERATION_WAITING, /* to be tried again */
	OPERATION_HELD,    /* until somebody has it tried again, or cancels it */
	OPERATION_ROLLING_BACK,
	OPERATION_SUCCEEDED,
	OPERATION_ROLLED_BACK,
	OPERATION_STATE_COUNT
};

enum operation_step_state {
	STEP_UNSET,
	STEP_PENDING,
	STEP_RUNNING,
	STEP_DONE,
	STEP_SKIPPED,
	STEP_FAILED,
	STEP_UNDONE,
	STEP_STATE_COUNT
};

const char *operation_state_name(enum operation_state s);
enum operation_state operation_state_of(const char *name); /* UNSET: there is none */
const char *operation_step_state_name(enum operation_step_state s);

struct operation {
	const char *id, *kind, *tenant_id;
	enum operation_state state;
	const char *on_failure;
	const char *request; /* JSON object: what is to be */
	const char *requested_by, *address;
	int attempts;
	const char *error, *error_step, *error_code; /* NULL: none failed */
	const char *undo_error;   /* NULL: it did not fail, or is done */
	const char *cancelled_by; /* NULL: nobody */
	bool has_secrets;         /* to be shown once */
	const char *run_at, *committed_at, *ended_at; /* RFC 3339, or NULL */
	const char *created_at, *updated_at;
	int64_t version, duration_us; /* so far */
	bool leased;                  /* somebody is at it */
	const char *request_hash;     /* of the request that began it, or NULL */
	const char *cursor;           /* in a list */
};

struct operation_step {
	int place; /* from 1 */
	const char *name;
	enum operation_step_state state;
	int attempts;
	const char *note, *error;          /* or NULL */
	const char *started_at, *ended_at; /* or NULL */
	int64_t duration_us;               /* of its last attempt; -1: not known */
	bool intended;                     /* what it makes outside may be there */
};

/* -- each in a transaction of its own -- */
enum err operation_show(
    struct ctx *cx, struct db *db, const char *id, struct operation *out) MUST_CHECK;
/* The newest about a tenant. */
enum err operation_of_tenant(struct ctx *cx, struct db *db, const char *tenant_id,
    struct operation *out) MUST_CHECK;
enum err operation_steps(struct ctx *cx, struct db *db, const char *id,
    struct operation_step **list, int *count) MUST_CHECK;

struct operation_page {
	const char *after;             /* a cursor; NULL: from the newest */
	const char *state, *tenant_id; /* NULL: any */
	int limit;
	struct operation *list; /* the answer */
	int count;
};
enum err operations_list(
    struct ctx *cx, struct db *db, struct operation_page *page) MUST_CHECK;
/* Milliseconds until it can be gone on with; -1: never by itself. */
enum err operation_due(
    struct ctx *cx, struct db *db, const char *id, int64_t *ms) MUST_CHECK;

/* -- inside a transaction in the management context -- */
/* Held until the transaction ends. */
enum err operation_hold(
    struct ctx *cx, struct db *db, const char *id, struct operation *out) MUST_CHECK;
/* Has it go on now: one that is held or waits. now: as it was held, then as it became.
 */
enum err operation_retry(
    struct ctx *cx, struct db *db, struct operation *now) MUST_CHECK;
/* By cx->actor. */
enum err operation_cancel(
    struct ctx *cx, struct db *db, struct operation *now) MUST_CHECK;
/* Has a job go on with it. */
enum err operation_call(struct ctx *cx, struct db *db, const char *id,
    const char *tenant_id, int64_t in_ms) MUST_CHECK;
/* What the request with this key began; *found false: nothing, or it is forgotten. */
struct operation_key {
	const char *scope; /* NULL: there is none */
	const char *request_hash;
	int hours; /* for which it is remembered */
};
enum err operation_find_key(struct ctx *cx, struct db *db,
    const struct operation_key *key, struct operation *out, bool *found) MUST_CHECK;

#endif

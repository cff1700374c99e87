/*
 * run.h - what whoever goes on with an operation writes of it: they have its lease, and
 * each of their transactions begins with operation_guard().
 *
 * Owner, lifetime, threads, failure: as operation.h.
 */
#ifndef TENANTD_OPERATION_RUN_H
#define TENANTD_OPERATION_RUN_H

#include "operation/operation.h"

/* A transaction of its own is operation_lease() alone. */
struct operation_holder {
	const char *name; /* NULL: nobody yet */
	int lease_ms;
};
struct operation_draft {
	const char *id, *kind, *tenant_id, *on_failure, *request, *requested_by,
	    *address;
	const char *steps; /* PostgreSQL array of names */
	struct operation_key key;
};
enum err operation_begin(struct ctx *cx, struct db *db, const struct operation_draft *d,
    const struct operation_holder *me) MUST_CHECK;
/* *taken false: it is not to go on now, or somebody else has it. */
enum err operation_lease(struct ctx *cx, struct db *db, const char *id,
    const struct operation_holder *me, bool *taken) MUST_CHECK;
struct operation_guard {
	bool held; /* false: somebody else has it by now; nothing may be written */
	bool cancelled, committed;
	const char *secrets; /* to be shown once, sealed; NULL: none */
};
/* The first of a transaction; prolongs the lease. */
enum err operation_guard(struct ctx *cx, struct db *db, const char *id,
    const struct operation_holder *me, struct operation_guard *out) MUST_CHECK;
enum err operation_release(struct ctx *cx, struct db *db, const char *id,
    const struct operation_holder *me) MUST_CHECK;

/* Another state; what is NULL stays. */
struct operation_turn {
	enum operation_state state;
	const char *step, *code, *error; /* of an attempt that failed */
	int64_t in_ms;                   /* -1: at once, or never */
	bool keep;                       /* the lease */
};
enum err operation_turn(struct ctx *cx, struct db *db, const char *id,
    const struct operation_turn *t) MUST_CHECK;
enum err operation_end(struct ctx *cx, struct db *db, const char *id,
    enum operation_state state) MUST_CHECK;

enum err step_begin(
    struct ctx *cx, struct db *db, const char *id, int place) MUST_CHECK;
enum err step_intended(
    struct ctx *cx, struct db *db, const char *id, int place) MUST_CHECK;
struct step_end {
	int place;
	enum operation_step_state state; /* STEP_DONE, STEP_SKIPPED, STEP_FAILED */
	const char *words;               /* a note, or why it failed; NULL: none */
	bool unseen;                     /* that it began is not written down */
};
enum err step_end(
    struct ctx *cx, struct db *db, const char *id, const struct step_end *e) MUST_CHECK;
enum err step_undone(
    struct ctx *cx, struct db *db, const char *id, int place) MUST_CHECK;

#endif

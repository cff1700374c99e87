/*
 * job.h - work for later, queued in the transaction that makes it necessary.
 *
 * Jobs lie in lanes (sql/migrations/0006_publishing.sql): those of one lane run one
 * after the other, in the order in which they were queued. A pool bounds how many of
 * its lanes run at once.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: until the job is done and expired, or discarded.
 * Threads:  one.
 * Failure:  that of db_queue().
 */
#ifndef TENANTD_JOBS_JOB_H
#define TENANTD_JOBS_JOB_H

#include "base/ctx.h"
#include "db/db.h"

enum job_kind {
	JOB_UNSET,
#define JOB(sym, name, handler, attempts, meaning) JOB_##sym,
#include "jobs/kinds.def"
#undef JOB
	JOB_COUNT
};

/* The table: a kind's name, after how many attempts it is given up, what it means. */
const char *job_kind_name(enum job_kind kind);
int job_kind_attempts(enum job_kind kind);
const char *job_kind_meaning(enum job_kind kind);
enum job_kind job_kind_of(const char *name); /* JOB_UNSET: there is none */

/* In the pool that is called as the kind is: a server that hangs holds up no more. */
enum { JOB_MAILS_AT_ONCE = 4 };

struct job_draft {
	enum job_kind kind;
	const char *tenant_id, *partner_id; /* of one of them; both NULL: of none */
	const char *payload;                /* JSON object */
	const char *lane; /* NULL: that of kind and tenant; without a tenant, its own */
	const char *pool; /* NULL: none */
	int pool_most;    /* of a pool's lanes at once, from 1 */
};

/* Inside a transaction. */
enum err job_append(
    struct ctx *cx, struct db *db, const struct job_draft *draft) MUST_CHECK;

#endif

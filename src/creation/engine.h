/*
 * engine.h - runs the steps of a creation, from wherever it is: the one engine of
 * requests, jobs and commands.
 *
 * A turn does what one act does, or what lies between two of them: then it is written
 * down what has become of it. Whoever runs it has a lease; who lost it writes nothing.
 *
 * Owner:    the caller; a run lives in the arena of the ctx that it began with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  creation_begin(): nothing was written. creation_turn(): the database is
 *           away, or a bug; the operation goes on when the lease has run out. What a
 *           step fails by is no failure of these, but an outcome.
 */
#ifndef TENANTD_CREATION_ENGINE_H
#define TENANTD_CREATION_ENGINE_H

#include "creation/creation.h"
#include "operation/operation.h"

enum creation_outcome {
	CREATION_UNSET,
	CREATION_GOES_ON,   /* call again */
	CREATION_WAITS,     /* a job goes on with it, now or later */
	CREATION_HELD,      /* somebody is to look at it */
	CREATION_ELSEWHERE, /* somebody else has it */
	CREATION_DONE,
	CREATION_ROLLED_BACK
};

struct creation_order {
	struct creation_plan plan; /* creation_plan_read() */
	const char *creator, *creator_email, *address;
	struct operation_key key;
	bool later; /* a job is to do all of it */
};

struct creation_run;

/* The first transaction: the tenant's row, the operation and the job that goes on with
 * it if we do not. *again: the request with this key began this operation before;
 * *out is NULL. ERR_KEY_REUSED for another request with that key. */
enum err creation_begin(struct ctx *cx, struct creation_means *means,
    const struct creation_order *order, struct creation_run **out,
    struct operation *again) MUST_CHECK;
/* Goes on with one that was begun. *outcome is CREATION_GOES_ON, or says why not, and
 * *out is NULL. */
enum err creation_take(struct ctx *cx, struct creation_means *means, const char *id,
    struct creation_run **out, enum creation_outcome *outcome) MUST_CHECK;
enum err creation_turn(struct ctx *cx, struct creation_run *run,
    enum creation_outcome *outcome) MUST_CHECK;
/* Whoever runs it comes again by itself when it waits: no other job is to. */
void creation_run_by_job(struct creation_run *run);
/* Leaves the rest to a job, which begins at once. */
enum err creation_leave(struct ctx *cx, struct creation_run *run) MUST_CHECK;

const char *creation_run_operation(const struct creation_run *run);
const char *creation_run_tenant(const struct creation_run *run);
/* What the step failed by that it was rolled back for; step NULL: somebody cancelled
 * it. */
const struct err_info *creation_run_failure(
    const struct creation_run *run, const char **step);
/* How far it is: steps that are over, and the name of the one at hand, or NULL. */
int creation_run_progress(const struct creation_run *run, int *of, const char **at);

/* The groups of steps whose time is summed up; OVERALL: with that of the whole alone.
 */
enum creation_group {
	CREATION_GROUP_OVERALL,
	CREATION_GROUP_DATABASE,
	CREATION_GROUP_RESOURCES,
	CREATION_GROUP_CONFIGURATION,
	CREATION_GROUP_COUNT
};
/* As figures call it: "database", "resources", "configuration", "overall". */
const char *creation_group_name(enum creation_group group);

/* The steps as the table has them. */
struct creation_step {
	const char *name, *meaning;
	enum creation_group group;
	creation_part_fn *intend, *act, *record, *undo;
};
extern const struct creation_step creation_steps[];
extern const int creation_step_count;
/* The kinds of resources; NULL: there is none of that name. */
struct creation_resource {
	const char *name, *meaning;
	resource_remove_fn *remove;
	resource_look_fn *look;
};
const struct creation_resource *creation_resource_find(const char *kind);

#endif

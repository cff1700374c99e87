/*
 * run.h - what the files of the engine share: one run.
 *
 * Owner, lifetime, threads, failure: as engine.h.
 */
#ifndef TENANTD_CREATION_RUN_H
#define TENANTD_CREATION_RUN_H

#include "base/id.h"
#include "creation/engine.h"
#include "operation/run.h"

enum { RUN_STEPS_MAX = 32 };

enum creation_step_id {
#define STEP(symbol, name, group, intend, act, record, undo, meaning) CREATION_##symbol,
#include "creation/steps.def"
#undef STEP
	CREATION_STEP_COUNT
};

struct run_step {
	int which; /* of creation_steps */
	enum operation_step_state state;
	bool intended;
};

struct creation_run {
	struct making m;
	struct operation_holder me;
	char name[UUID_TEXT_SIZE];
	struct run_step steps[RUN_STEPS_MAX];
	int count;
	int at;       /* whose act is next; -1: none is */
	bool acted;   /* and was done */
	bool unsure;  /* whether what the last turn wrote is there */
	bool careful; /* each step is sent by itself, to see which of them fails */
	bool committed, cancelled, rolling_back;
	bool by_job; /* a job runs it, and comes again by itself */
	int attempts;
	int64_t held_until_ms; /* the lease, by the clock of this machine */
	int64_t wait_ms;       /* of CREATION_WAITS */
	struct err_info failure;
	const char *failed_step; /* NULL: none did */
	enum creation_outcome outcome;
};

/* batch.c: what lies between two acts, in a transaction. */
struct batch {
	struct creation_run *run;
	struct run_step steps[RUN_STEPS_MAX]; /* as they become with the commit */
	int place;                            /* the step at hand */
	int act_at;                           /* whose act comes next; -1: none */
	bool began;                           /* more than one step was at work in it */
	bool part_failed, lost, cancelled, committed, ended;
};
enum err batch_run(
    struct ctx *cx, struct creation_run *run, struct batch *b) MUST_CHECK;
/* One local step, inside a transaction. */
enum err batch_step(struct ctx *cx, struct db *db, struct batch *b) MUST_CHECK;

/* failure.c: a step failed, cx says by what: what is to become of it. */
enum err failure_settle(
    struct ctx *cx, struct creation_run *run, int place, bool unseen) MUST_CHECK;
/* Cancelled: to be rolled back. */
enum err failure_cancelled(struct ctx *cx, struct creation_run *run) MUST_CHECK;
int64_t failure_backoff(const struct conf *conf, int attempts);
/* The database is away, and it is no step's fault. */
bool failure_is_away(const struct ctx *cx);

/* undo.c */
enum err undo_turn(struct ctx *cx, struct creation_run *run) MUST_CHECK;

/* tell.c: an event about the operation as it now is. */
enum err tell_operation(
    struct ctx *cx, struct creation_run *run, enum operation_state state) MUST_CHECK;

#endif

/*
 * work.h - jobs at work: one process, many jobs under way at once.
 *
 * A job is a function that is called in steps. Each step runs in a transaction; between
 * two steps a transfer to the outside goes on, together with those of other jobs, and
 * no transaction is open. The last step commits what it writes together with the job's
 * end.
 *
 *   step(it->reply == NULL) → WORK_ASK, it->ask filled in
 *                           → transfer → step(it->reply set) → WORK_ASK … or an end
 *
 * A step may be called again after a failure of the database: it must forget what an
 * earlier call did. it->state is for what it wants to keep between steps.
 *
 * Owner:    work: the process. item: the loop.
 * Lifetime: work: of the process. item: one attempt at a job.
 * Threads:  one.
 * Failure:  a step's enum err is that of the database or of the job's data: the job is
 *           tried again, or given up after as many attempts as its kind has.
 */
#ifndef TENANTD_WORK_WORK_H
#define TENANTD_WORK_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/audit.h"
#include "conf/conf.h"
#include "creation/creation.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "jobs/queue.h"
#include "net/transfer.h"
#include "proc/scoreboard.h"
#include "proc/wakeup.h"
#include "json/json.h"

enum work_verdict {
	WORK_UNSET,
	WORK_ASK,  /* do it->ask, and call again */
	WORK_MORE, /* call again at the next turn */
	WORK_DONE,
	WORK_RETRY, /* it->why; later, unless it was tried often enough */
	WORK_DEAD,  /* it->why; trying again is of no use */
	WORK_VERDICT_COUNT
};

struct work;

struct work_item {
	struct ctx cx; /* memory of this attempt */
	struct job job;
	const struct json *payload;
	struct transfer_request ask;
	const struct transfer_reply
	    *reply;       /* to the last ask; NULL: nothing was asked */
	void *state;      /* the step's own; NULL at first */
	const char *why;  /* for the operator */
	const char *told; /* instead of `why` in events; NULL: that */
	int64_t retry_ms; /* 0: back-off by the number of attempts */
	bool uncounted;   /* a retry that is nobody's fault: it does not count */
	bool untold;      /* its being given up is no event */
	/* -- the loop's -- */
	enum { ITEM_FREE, ITEM_READY, ITEM_ASKING } phase;
	int64_t not_before_ms; /* after a failure of the database */
};

typedef enum err work_step_fn(
    struct work *w, struct work_item *it, enum work_verdict *verdict);

/* What a process needs to work; what it has in common with others. */
struct work_shared {
	struct scoreboard *board; /* NULL: a command */
	struct wakeup *wakeup;    /* NULL: nobody wakes it */
	int slot;
};

struct work {
	const struct conf *conf;
	struct work_shared shared;
	struct db *db;
	struct db *ear; /* listens; NULL: nothing is listened to */
	struct transfers *transfers;
	struct seal_keys *keys;
	struct audit *audit;
	struct creation_means means;
	struct arena *mem; /* of one turn of the loop */
	struct job_holder me;
	struct work_item *items;
	int item_count, running;
	bool stopping;
	bool claim_wanted, publish_wanted, seal_wanted;
	int64_t claim_due_ms, publish_due_ms, seal_due_ms, renew_due_ms, keep_due_ms,
	    look_due_ms, lifecycle_due_ms;
	int64_t publish_rested_ms; /* not before, for whatever is wanted */
	int publish_most;          /* events in the next batch */
	int64_t done;              /* attempts that ended, since the start */
	struct err_info trouble;   /* the first that the loop met */
};

/* -- the processes -- */

/* A job worker: until SIGTERM; its exit status. */
int work_serve(const struct conf *conf, const struct work_shared *shared);
/* Runs what is due, until nothing is or `seconds` are over, and what is under way for
 * as long as a drain may take. *ended: attempts, also when it fails: by the first
 * trouble that the database gave it meanwhile. */
enum err work_run(
    struct ctx *cx, const struct conf *conf, int seconds, int64_t *ended) MUST_CHECK;

/* -- inside work/ -- */

/* item.c: one step of an item, and what follows from its verdict. */
void item_step(struct work *w, struct work_item *it);
/* The item begins anew with a job. */
void item_begin(struct work *w, struct work_item *it, const struct job *job);
void item_free(struct work *w, struct work_item *it);
/* loop.c: a connection of its own to the database. */
struct db *work_connect(const struct conf *conf);
/* Logs what the database said; when to ask it again. */
int64_t work_failed(struct work *w, const struct ctx *cx, const char *what);
/* news.c */
enum { WORK_BUSY_PAUSE_MS = 5 }; /* somebody else publishes */
void work_publish(struct work *w);
bool work_is_publish_due(const struct work *w, int64_t now);
bool work_is_seal_due(const struct work *w, int64_t now);
void work_seal(struct work *w);
/* health.c: looks at the resources whose turn it is, a few at a time; when to go on. */
int64_t work_look(struct work *w);
/* keeping.c: removes what has outlived its retention, and rolls up usage by the day;
 * whether some of it was left. */
bool work_keep_house(struct work *w);
/* lifecycle.c */
bool work_is_lifecycle_due(const struct work *w, int64_t now);
void work_lifecycle(struct work *w);

#define JOB(sym, name, handler, attempts, meaning) work_step_fn handler;
#include "jobs/kinds.def"
#undef JOB

#endif

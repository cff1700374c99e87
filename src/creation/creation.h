/*
 * creation.h - a tenant is made: one operation of many steps, which a kill at any point
 * interrupts and any worker goes on with.
 *
 * Each step of steps.def has up to three parts. intend and record run inside
 * transactions and are nothing by themselves; what reaches out of the control plane's
 * database is done by act, between them, and is in the ledger by then. Steps without
 * act are this database's alone, and those in a row share a transaction.
 *
 *   intend   names what is to be made: resource_intend(); or says that there is nothing
 *            to do: m->skip
 *   act      makes it; may run again after it ran to any point, or whole
 *   record   writes what came of it, with the step's end
 *   undo     takes back what record wrote, inside a transaction; what is in the ledger
 *            is taken back by its row in resources.def
 *
 * Owner:    the process: means; the caller: the rest.
 * Lifetime: means: of the process, opened after the fork. A struct making: of one run.
 * Threads:  one.
 * Failure:  a part that fails records why, in words that operators may read (err_tell).
 *           ERR_UNAVAILABLE: the same may do next time.
 */
#ifndef TENANTD_CREATION_CREATION_H
#define TENANTD_CREATION_CREATION_H

#include "audit/audit.h"
#include "conf/conf.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "operation/ledger.h"
#include "json/json.h"

struct databases; /* database/databases.h: the database servers, and connections there
		   */
struct stores;    /* outside/stores.h: S3 and Redis */
struct operation_holder; /* operation/run.h */

/* What a process makes and removes with. */
struct creation_means {
	const struct conf *conf;
	struct db *db; /* the control plane's */
	const struct seal_keys *keys;
	struct audit *audit;
	struct databases *databases;
	struct stores *stores;
	bool mails_are_fine; /* the process has seen that they can be written */
};

/* What is to be made: operations.request, whole. */
struct creation_plan {
	const char *name, *slug;
	const char *isolation; /* shared, schema, database */
	const char *server;    /* that was asked for; NULL: placement decides */
	const char *plan, *billing_cycle;
	const char *admin_email;           /* NULL: none was given */
	const char *on_failure;            /* rollback, hold, retry */
	const char *webhook_url;           /* NULL: none was asked for */
	const struct json *webhook_events; /* which it is to be told; NULL: all */
	const struct json *features; /* object: auth, storage, email, each a list */
	const struct json *policy;   /* object: the tenant's own rules, as policy/own.h
					stores   them; NULL: all are usual */
};

/* One run. */
struct making {
	struct creation_means *means;
	const char *operation_id, *tenant_id; /* UUID text, both */
	const char *creator;                  /* user id of who asked for it */
	const char *creator_email;            /* NULL: not known */
	const char *address;                  /* of the client that asked */
	struct creation_plan plan;
	const char *step; /* the one at hand */
	const char *skip; /* set by intend: why there is nothing to do */
	const char *note; /* set by record: what it did, in words; NULL: as usual */
	const struct operation_holder *holder; /* the run's lease */
	int64_t until_ms; /* of the act, clock_mono_ms(): longer nobody waits; 0: ever
			   */
	bool late;        /* it was not done by then: set by creation_beat */
	const char
	    *secrets; /* creation_reveal()'s so far, as the transaction has them */
};

typedef enum err creation_part_fn(struct ctx *cx, struct making *m);

/* For record, in whose transaction the lease holds the row: what is shown once to
 * whoever asked for the tenant, such as "databaseUrl"; sealed until then. */
enum err creation_reveal(
    struct ctx *cx, struct making *m, const char *name, const char *value) MUST_CHECK;

/* For act, which has a deadline by which it holds the lease: prolongs both, for what
 * takes its time. ERR_CONFLICT: somebody else is at it by now. Opens a transaction. */
enum err creation_renew(struct ctx *cx, struct making *m) MUST_CHECK;

/* For act: keeps the lease while one command takes what it takes. Both stay where they
 * are meanwhile. */
struct creation_beat {
	struct ctx *cx;
	struct making *m;
	struct db_beat beat;
};
void creation_beat_init(struct creation_beat *b, struct ctx *cx, struct making *m);

/*
 * A point that tests stop at: TENANTD_TEST_STOP=STEP:POINT=ACTION in the environment,
 * several separated by ";", or "@" and the file that has them, which is read at each
 * point. SLUG/ or ID/ before STEP: for that tenant alone. "*": any. All that are about
 * the point are followed, in turn:
 *
 *   kill       SIGKILL at once
 *   fail       ERR_UNAVAILABLE
 *   kill:FILE  the first time alone, which makes FILE; else whoever goes on stops
 * there, fail:FILE  too wait:FILE  until FILE is there note:FILE  adds a line of
 * STEP:POINT to FILE
 *
 * The run itself calls it with "begin", "intended", "acted" and "recorded", and with
 * "removing", "removed" and "undone" where it takes things back; act calls it with
 * names of its own between its effects. A purge's steps are called "purge_" and their
 * name.
 */
enum err creation_point(
    struct ctx *cx, const struct making *m, const char *point) MUST_CHECK;

/* -- resources.def -- */
/* Removes the thing if it is ours, and it is there: nothing happens otherwise. Outside
 * of any transaction; may be run again. */
typedef enum err resource_remove_fn(
    struct ctx *cx, struct creation_means *means, const struct resource *r);
/* Looks at it: *health "ok", "degraded" or "down", and *reason in words, or NULL. */
typedef enum err resource_look_fn(struct ctx *cx, struct creation_means *means,
    const struct resource *r, const char **health, const char **reason);

#endif

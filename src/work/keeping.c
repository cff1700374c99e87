/* keeping.c - removes what has outlived its retention, and rolls up usage by the day;
 * see work.h. */
#include "audit/retain.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "database/pool.h"
#include "database/usage.h"
#include "events/sequence.h"
#include "quota/usage.h"
#include "work/work.h"

enum {
	BATCH = 10000,  /* rows that one statement removes at most */
	MEASURED = 20,  /* databases that are looked for at once */
	LOST = 100,     /* operations that nobody goes on with, at once */
	ROLL_UP = 100,  /* tenants whose day is rolled up at once */
	TURN_MS = 1000, /* for each kind of thing; other work waits meanwhile */
	/* days, after the time in which they were of use */
	SIGN_IN_DAYS = 1,
	SESSION_DAYS =
	    90, /* from where somebody signs in is known by them: throttle.h */
	REFRESH_DAYS = 1, /* after the end of the session */
	REGISTRATION_DAYS = 1,
	INVITATION_DAYS = 90,
	RESET_DAYS = 1,
	OPERATION_SECRET_DAYS = 1,
	MAIL_LIMIT_DAYS = 1
};

/* What a statement removes by its age alone. */
struct expiry {
	enum stmt_id statement; /* params: days; at most BATCH rows */
	int days;               /* 0: kept for ever */
};

struct removal {
	struct work *w;
	const struct expiry *what;
	int64_t count;
};

static enum err
remove_batch(struct ctx *cx, struct db *db, void *arg)
{
	struct removal *r = arg;
	char days[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, r->what->statement,
	    DB_ARGS(str_from_i64(days, r->what->days)), &rows);

	r->count = rc == ERR_OK ? db_affected(rows) : 0;
	return rc;
}

static enum err
remove_old(struct ctx *cx, struct removal *r)
{
	return db_transaction(cx, r->w->db, DB_MANAGEMENT, remove_batch, r);
}

static enum err
remove_events(struct ctx *cx, struct removal *r)
{
	return events_expire(cx, r->w->db, r->w->conf->event_retention_days, &r->count);
}

static enum err
remove_audit(struct ctx *cx, struct removal *r)
{
	return audit_retain(
	    cx, r->w->audit, r->w->db, r->w->conf->audit_retention_days, &r->count);
}

/* Batch after batch; whether some was left. A failure is no other's matter. */
static bool
remove_all(struct work *w, const struct expiry *what,
    enum err (*remove)(struct ctx *cx, struct removal *r), int full)
{
	int64_t until = clock_mono_ms() + TURN_MS;
	struct removal r = {.w = w, .what = what};
	struct ctx cx;

	do {
		ctx_init(&cx, w->mem);
		if (remove(&cx, &r) != ERR_OK) {
			log_error(LOG_WARNING, &cx, "keeping-failed");
			return false;
		}
	} while (r.count >= full && clock_mono_ms() < until);
	return r.count >= full;
}

/* Days of usage that are over, tenants by tenants; whether some was left. */
static bool
roll_up(struct work *w)
{
	int64_t until = clock_mono_ms() + TURN_MS;
	bool more;
	struct ctx cx;

	do {
		ctx_init(&cx, w->mem);
		if (usage_roll_up(&cx, w->db, ROLL_UP, &more) != ERR_OK) {
			log_error(LOG_WARNING, &cx, "roll-up-failed");
			return false;
		}
	} while (more && clock_mono_ms() < until);
	return more;
}

struct measure {
	const char *tenant_id;
	int64_t bytes;
};

static enum err
note_size(struct ctx *cx, struct db *db, void *arg)
{
	const struct measure *m = arg;

	return usage_measure(
	    cx, db, m->tenant_id, QUOTA_DATABASE_BYTES, m->bytes < 0 ? 0 : m->bytes);
}

/* One that cannot be reached is no other's matter. */
static bool
measure_one(struct work *w, const char *tenant_id)
{
	struct measure m = {.tenant_id = tenant_id};
	struct ctx cx;
	enum err rc;

	ctx_init(&cx, w->mem);
	rc = database_bytes(&cx, w->means.databases, tenant_id, &m.bytes);
	if (rc == ERR_OK)
		rc = db_transaction(&cx, w->db, DB_MANAGEMENT, note_size, &m);
	if (rc != ERR_OK)
		log_error(LOG_WARNING, &cx, "not-measured");
	return rc == ERR_OK;
}

/* The next databases and schemas whose size is not known of today; whether some may be
 * left. */
static bool
measure_databases(struct work *w)
{
	int64_t until = clock_mono_ms() + TURN_MS;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	struct ctx cx;
	bool more;

	ctx_init(&cx, w->mem);
	if (db_read(&cx, w->db, DB_MANAGEMENT,
		DB_CALL(STMT_usage_unmeasured, str_from_i64(most, MEASURED),
		    quota_metrics[QUOTA_DATABASE_BYTES].name),
		&rows) != ERR_OK) {
		log_error(LOG_WARNING, &cx, "keeping-failed");
		return false;
	}
	more = db_row_count(rows) == MEASURED;
	for (int i = 0; i < db_row_count(rows) && clock_mono_ms() < until; i++)
		more &= measure_one(w, db_text(rows, i, 0));
	return more;
}

static enum err
call_lost(struct ctx *cx, struct db *db, void *arg)
{
	struct removal *r = arg;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_operation_lost, DB_ARGS(str_from_i64(most, LOST)), &rows);

	r->count = rc == ERR_OK ? db_affected(rows) : 0;
	return rc;
}

/* An operation whose job was given up or discarded is not forgotten; whether some are
 * left. */
static bool
call_for_lost(struct work *w)
{
	struct removal r = {.w = w};
	struct ctx cx;

	ctx_init(&cx, w->mem);
	if (db_transaction(&cx, w->db, DB_MANAGEMENT, call_lost, &r) != ERR_OK) {
		log_error(LOG_WARNING, &cx, "keeping-failed");
		return false;
	}
	w->claim_wanted |= r.count > 0;
	return r.count == LOST;
}

/* A pool that nobody claims from is looked after as well. */
static void
keep_pools(struct work *w)
{
	struct ctx cx;
	int count;

	ctx_init(&cx, w->mem);
	databases_rest(w->means.databases);
	if (pool_keep(&cx, w->means.databases, w->db, &count) != ERR_OK)
		log_error(LOG_WARNING, &cx, "keeping-failed");
	w->claim_wanted |= count > 0;
}

bool
work_keep_house(struct work *w)
{
	const struct conf *c = w->conf;
	const struct expiry old[] = {
	    {STMT_job_expire, c->job_retention_days},
	    {STMT_job_expire_dead, c->job_dead_retention_days},
	    {STMT_delivery_expire, c->delivery_retention_days},
	    {STMT_notification_expire, c->notification_retention_days},
	    {STMT_sign_in_expire, SIGN_IN_DAYS},
	    /* in batches of their own, before their sessions take the rest along */
	    {STMT_refresh_token_expire, REFRESH_DAYS},
	    {STMT_session_expire, SESSION_DAYS},
	    {STMT_registration_expire, REGISTRATION_DAYS},
	    {STMT_invitation_expire, INVITATION_DAYS},
	    {STMT_password_reset_expire, RESET_DAYS},
	    {STMT_mail_limit_expire, MAIL_LIMIT_DAYS},
	    {STMT_operation_secrets_expire, OPERATION_SECRET_DAYS},
	    {STMT_usage_expire, c->usage_retention_days},
	    {STMT_usage_period_expire, c->usage_retention_days},
	};
	bool more = roll_up(w);

	if (c->event_retention_days > 0)
		more |= remove_all(w, NULL, remove_events, BATCH);
	for (size_t i = 0; i < COUNT_OF(old); i++)
		if (old[i].days > 0)
			more |= remove_all(w, &old[i], remove_old, BATCH);
	more |= measure_databases(w);
	more |= call_for_lost(w);
	keep_pools(w);
	if (c->audit_retention_days > 0)
		more |= remove_all(w, NULL, remove_audit, AUDIT_PRUNE_MOST);
	return more;
}

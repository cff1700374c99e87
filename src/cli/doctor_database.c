/* doctor_database.c - what the doctor asks the database. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "db/migrate.h"
#include "rls/rls.h"

enum {
	VERSION_LEAST = 140000,
	SKEW_NOTICED_MS = 2000,
	JOB_CONNECTIONS = 2,  /* of a job worker: one works, one listens */
	SPARE_CONNECTIONS = 5 /* for commands, applications and operators */
};

#define MIGRATE_ADVICE "run: tenantd migrate"

static void
find_version(struct doctor *d)
{
	const struct database_identity *s = &d->server;

	if (s->version_num < VERSION_LEAST)
		doctor_find(d, DOCTOR_BROKEN, "upgrade PostgreSQL to 14 or later",
		    "PostgreSQL %s is too old", s->version);
	if (s->standby)
		doctor_find(d, DOCTOR_BROKEN,
		    "add target_session_attrs=read-write and every host to "
		    "DATABASE_URL",
		    "this server is a standby, which takes no changes");
}

static void
find_skew(struct doctor *d, int64_t asked_ms, int64_t answered_ms)
{
	int64_t skew = d->server.now_ms - (asked_ms + answered_ms) / 2;
	int64_t size = skew < 0 ? -skew : skew;

	d->check = "clock";
	if (size < SKEW_NOTICED_MS)
		doctor_find(d, DOCTOR_OK, NULL,
		    "it agrees with the database's within %" PRId64 " ms", size);
	else
		doctor_find(d,
		    size > (int64_t)d->conf->jwt_leeway * 1000 ? DOCTOR_BROKEN
							       : DOCTOR_WARNING,
		    "let both hosts follow NTP: timedatectl set-ntp true",
		    "it is %" PRId64
		    " ms %s the database's: tokens of other hosts will be "
		    "refused",
		    size, skew > 0 ? "behind" : "ahead of");
}

bool
doctor_reach_database(struct doctor *d)
{
	int64_t asked = clock_wall_ms();

	d->check = "database";
	d->db = database_open(d->cx, d->conf, DATABASE_AS_SERVER);
	if (database_identify(d->cx, d->db, &d->server) != ERR_OK) {
		doctor_find_error(d,
		    "see that PostgreSQL runs there and lets this role in: "
		    "psql \"$DATABASE_URL\"");
		return false;
	}
	doctor_find(d, DOCTOR_OK,
	    "every application that shares tenants must name this very cluster, "
	    "database included",
	    "role \"%s\" on database \"%s\" at %s port %s, PostgreSQL %s, cluster %s",
	    d->server.role, d->server.database, d->server.host, d->server.port,
	    d->server.version, d->server.cluster);
	find_version(d);
	find_skew(d, asked, clock_wall_ms());
	return true;
}

void
doctor_check_owner(struct doctor *d)
{
	struct database_identity owner;

	d->check = "owner";
	if (!str_is_set(d->conf->database_owner_url))
		return;
	if (database_identify(d->cx, database_open(d->cx, d->conf, DATABASE_AS_OWNER),
		&owner) != ERR_OK)
		doctor_find_error(
		    d, "correct DATABASE_OWNER_URL; only migrate needs it");
	else if (strcmp(owner.cluster, d->server.cluster) != 0 ||
	    strcmp(owner.database, d->server.database) != 0)
		doctor_find(d, DOCTOR_BROKEN,
		    "make DATABASE_OWNER_URL and the server's settings name one "
		    "database",
		    "DATABASE_OWNER_URL leads to database \"%s\" of cluster %s, which "
		    "is another one",
		    owner.database, owner.cluster);
	else
		doctor_find(
		    d, DOCTOR_OK, NULL, "role \"%s\" on the same database", owner.role);
}

/* Whether a pooler stands in between, and gets what it can do. */
static bool
check_pooler(struct doctor *d)
{
	bool pooled;

	d->check = "pooler";
	if (db_pooled(d->cx, d->db, &pooled) != ERR_OK) {
		doctor_find_error(d, NULL);
		return false;
	}
	if (pooled && d->conf->db_prepare)
		doctor_find(d, DOCTOR_WARNING,
		    "set DB_PREPARE=off; nothing is wrong where it is PgBouncer 1.21 "
		    "or later with max_prepared_statements",
		    "a pooler stands before the database, and statements are prepared, "
		    "which few poolers allow");
	else if (pooled)
		doctor_find(d, DOCTOR_OK, NULL,
		    "a pooler stands before the database, and nothing is prepared");
	if (pooled && d->conf->job_workers > 0 && *d->conf->database_direct_url == '\0')
		doctor_find(d, DOCTOR_OK, NULL,
		    "job workers look every %d ms for what other hosts have told; with "
		    "DATABASE_DIRECT_URL they hear of it",
		    d->conf->job_poll);
	return pooled;
}

static void
check_connections(struct doctor *d)
{
	int job_workers = d->conf->workers > 0 ? d->conf->job_workers : 0,
	    needed =
		d->conf->workers + job_workers * JOB_CONNECTIONS + SPARE_CONNECTIONS;
	bool pooled = check_pooler(d);

	d->check = "connections";
	if (!pooled && needed > d->server.connections)
		doctor_find(d, DOCTOR_WARNING,
		    "raise max_connections of PostgreSQL, lower WORKERS, or put "
		    "PgBouncer "
		    "in between",
		    "%d workers and %d for jobs need more than the %d connections that "
		    "ordinary roles may have",
		    d->conf->workers, job_workers, d->server.connections);
}

/* -- the schema -- */

static bool
check_newest(struct doctor *d)
{
	struct migrate_status *list;
	int count, missing = 0, changed = 0;

	d->check = "migrations";
	if (migrate_list(d->cx, d->db, &list, &count) != ERR_OK) {
		doctor_find_error(d, MIGRATE_ADVICE);
		return false;
	}
	for (int i = 0; i < count; i++) {
		missing += list[i].applied_at == NULL;
		changed += list[i].changed;
	}
	if (changed > 0)
		doctor_find(d, DOCTOR_BROKEN,
		    "install the release that this database was migrated with, or a "
		    "later",
		    "%d applied migrations differ from this program's", changed);
	if (missing > 0)
		doctor_find(d, DOCTOR_BROKEN, MIGRATE_ADVICE, "%d of %d are missing",
		    missing, count);
	if (missing == 0 && changed == 0)
		doctor_find(d, DOCTOR_OK, NULL, "all %d are applied", count);
	return missing == 0;
}

static void
check_queue(struct doctor *d)
{
	struct db_rows *rows;
	const char *newest = arena_printf(d->cx->mem, "%d", migrate_newest());

	d->check = "jobs";
	if (db_read(d->cx, d->db, DB_MANAGEMENT, DB_CALL(STMT_ready, newest), &rows) !=
	    ERR_OK) {
		doctor_find_error(d, MIGRATE_ADVICE);
		return;
	}
	if (db_i64(rows, 0, 1) == 0)
		doctor_find(d, DOCTOR_OK, NULL, "none is waiting");
	else
		doctor_find(d, DOCTOR_OK, NULL,
		    "%" PRId64 " waiting, the oldest for %" PRId64 " seconds",
		    db_i64(rows, 0, 1), db_i64(rows, 0, 2));
}

static void
check_audit(struct doctor *d)
{
	struct db_rows *rows;

	d->check = "audit";
	if (db_read(d->cx, d->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_doctor_audit),
		&rows) != ERR_OK)
		doctor_find_error(d, MIGRATE_ADVICE);
	else if (db_i64(rows, 0, 0) > 0)
		doctor_find(d, DOCTOR_WARNING,
		    "see that job workers run, and that nobody holds the row of "
		    "tenantd.audit_head; then run: tenantd audit seal",
		    "rows of the audit log that have waited for their seal for more "
		    "than a minute: %" PRId64 ", the oldest for %" PRId64
		    " seconds; until then they can be removed without a trace",
		    db_i64(rows, 0, 0), db_i64(rows, 0, 1));
	else
		doctor_find(
		    d, DOCTOR_OK, NULL, "what was written down is sealed in time");
}

/* Those that nobody uses may end as they will. */
static void
check_keys(struct doctor *d)
{
	struct db_rows *rows;

	d->check = "keys";
	if (db_read(d->cx, d->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_doctor_keys),
		&rows) != ERR_OK)
		doctor_find_error(d, MIGRATE_ADVICE);
	else if (db_row_count(rows) > 0)
		doctor_find(d, DOCTOR_WARNING,
		    "give their owners new ones: tenantd partner key create",
		    "API keys in use that expire within 14 days: %" PRId64
		    ", the first on %s: \"%.100s\" of \"%.100s\", %s",
		    db_i64(rows, 0, 0), db_text(rows, 0, 4), db_text(rows, 0, 3),
		    db_text(rows, 0, 1), db_text(rows, 0, 2));
	else
		doctor_find(
		    d, DOCTOR_OK, NULL, "no API key in use expires within 14 days");
}

static void
check_registry(struct doctor *d)
{
	struct db_rows *rows;
	int64_t orphans, gone, faults;

	d->check = "registry";
	if (db_read(d->cx, d->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_doctor_registry),
		&rows) != ERR_OK) {
		doctor_find_error(d, MIGRATE_ADVICE);
		return;
	}
	orphans = db_i64(rows, 0, 1);
	gone = db_i64(rows, 0, 2);
	faults = db_i64(rows, 0, 3);
	doctor_find(d, DOCTOR_OK, NULL, "rows in custom_auth_tenant: %" PRId64,
	    db_i64(rows, 0, 0));
	if (!db_bool(rows, 0, 4))
		doctor_find(d, DOCTOR_BROKEN,
		    "as the owner: ALTER TABLE public.custom_auth_tenant ENABLE ALWAYS "
		    "TRIGGER tenantd_adopt",
		    "its adoption trigger is gone or switched off: rows that other "
		    "applications write stay unknown");
	if (orphans > 0)
		doctor_find(d, DOCTOR_BROKEN, "in psql: SELECT tenantd.adopt_all()",
		    "%" PRId64 " of its rows have no tenant here", orphans);
	if (faults > 0)
		doctor_find(d, DOCTOR_WARNING,
		    "in psql: SELECT * FROM tenantd.adoption_faults",
		    "%" PRId64 " times a row could not be adopted", faults);
	if (gone > 0)
		doctor_find(d, DOCTOR_WARNING,
		    "restore the rows, or deactivate those tenants",
		    "%" PRId64 " tenants in use have no row in it", gone);
}

void
doctor_check_rights(struct doctor *d)
{
	struct db_rows *rows;

	d->check = "rights";
	if (db_read(d->cx, d->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_doctor_rights),
		&rows) != ERR_OK) {
		doctor_find_error(d, MIGRATE_ADVICE);
		return;
	}
	for (int i = 0; i < db_row_count(rows); i++)
		doctor_find(d, DOCTOR_BROKEN, MIGRATE_ADVICE,
		    "role \"%s\" lacks %s on %s", d->server.role, db_text(rows, i, 1),
		    db_text(rows, i, 0));
	if (db_row_count(rows) == 0)
		doctor_find(d, DOCTOR_OK, NULL, "role \"%s\" has all that it needs",
		    d->server.role);
}

static void
check_schemas(struct doctor *d)
{
	struct db_rows *rows;

	d->check = "schemas";
	if (strcmp(d->conf->tenant_schemas, "create") != 0)
		return;
	if (!d->server.may_create)
		doctor_find(d, DOCTOR_BROKEN,
		    "as the database's owner: GRANT CREATE ON DATABASE, or set "
		    "TENANT_SCHEMAS=off",
		    "role \"%s\" cannot create the schemas of new tenants",
		    d->server.role);
	if (db_read(d->cx, d->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_doctor_schemas),
		&rows) != ERR_OK)
		doctor_find_error(d, MIGRATE_ADVICE);
	else if (db_i64(rows, 0, 1) > 0)
		doctor_find(d, DOCTOR_WARNING,
		    "create those that an application uses, or set TENANT_SCHEMAS=off "
		    "if none does",
		    "%" PRId64 " of %" PRId64 " active tenants have no schema, among "
		    "them \"%s\"",
		    db_i64(rows, 0, 1), db_i64(rows, 0, 0), db_text(rows, 0, 2));
	else
		doctor_find(d, DOCTOR_OK, NULL, "of all active tenants: %" PRId64,
		    db_i64(rows, 0, 0));
}

static void
check_rls(struct doctor *d)
{
	struct rls_report report = {0};

	d->check = "rls";
	if (rls_check(d->cx, d->db, &report) != ERR_OK) {
		doctor_find_error(d, MIGRATE_ADVICE);
		return;
	}
	for (const struct rls_finding *f = report.first; f != NULL; f = f->next)
		if (f->verdict == RLS_FAILED || f->verdict == RLS_WARNING)
			doctor_find(d,
			    f->verdict == RLS_FAILED ? DOCTOR_BROKEN : DOCTOR_WARNING,
			    NULL, "%s: %s: %s", f->object, f->check, f->text);
	if (rls_report_ok(&report))
		doctor_find(
		    d, DOCTOR_OK, NULL, "row-level security keeps tenants apart");
	else if (report.counts[RLS_FAILED] == 0)
		doctor_find(d, DOCTOR_BROKEN, MIGRATE_ADVICE,
		    "there is nothing that row-level security protects");
}

void
doctor_check_database(struct doctor *d)
{
	if (!doctor_reach_database(d))
		return;
	doctor_check_owner(d);
	check_connections(d);
	if (!check_newest(d))
		return;
	check_queue(d);
	check_audit(d);
	check_keys(d);
	check_registry(d);
	doctor_check_rights(d);
	check_schemas(d);
	check_rls(d);
	doctor_check_servers(d);
	doctor_check_logins(d);
}

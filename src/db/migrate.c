/* migrate.c - see migrate.h. */
#include "db/migrate.h"

#include <assert.h>

#include "base/buf.h"
#include "base/str.h"
#include "db/call.h"
#include "db/migrate_set.h"

/* A row with nothing in it ends the list, which may be empty. */
static const struct migration known[] = {
#define MIGRATION(name, text) {#name, text},
#include "db/migrations.def"
#undef MIGRATION
    {NULL, NULL}};

static const struct migration_set program = {known, COUNT_OF(known) - 1};

static int
migration_number(const struct migration *m)
{
	int64_t number = 0;

	if (!str_to_i64((struct slice){m->name, 4}, 1, 9999, &number))
		assert(!"a migration's file is called NNNN_name.sql");
	return (int)number;
}

static const char *
migration_number_text(struct ctx *cx, const struct migration *m)
{
	return arena_printf(cx->mem, "%d", migration_number(m));
}

/* -- inside a transaction -- */

static enum err
status_read(struct ctx *cx, struct db *db, const struct migration *m, bool recorded,
    struct migrate_status *s)
{
	struct db_rows *rows;
	enum err rc;

	if (recorded)
		rc = db_query(cx, db, STMT_migration_status,
		    DB_ARGS(migration_number_text(cx, m), m->name, m->text), &rows);
	else
		rc = db_query(cx, db, STMT_migration_checksum, DB_ARGS(m->text), &rows);
	if (rc != ERR_OK)
		return rc;
	*s = (struct migrate_status){.number = migration_number(m),
	    .name = m->name,
	    .checksum = db_text(rows, 0, 0),
	    .applied_at = db_text(rows, 0, 1),
	    .changed = db_bool(rows, 0, 2)};
	return ERR_OK;
}

struct list_call {
	const struct migration_set *set;
	struct migrate_status *list;
};

static enum err
list_read(struct ctx *cx, struct db *db, void *arg)
{
	struct list_call *call = arg;
	struct db_rows *rows;
	bool recorded;
	enum err rc;

	if ((rc = db_query(cx, db, STMT_migration_exists, DB_NO_ARGS, &rows)) != ERR_OK)
		return rc;
	recorded = db_bool(rows, 0, 0);
	for (int i = 0; i < call->set->count; i++) {
		rc = status_read(cx, db, &call->set->rows[i], recorded, &call->list[i]);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* The advisory lock comes first: of two runners, one finds everything done. */
static enum err
bootstrap(struct ctx *cx, struct db *db, void *arg)
{
	enum err rc = db_queue(cx, db, STMT_migration_lock, DB_NO_ARGS);

	(void)arg;
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_migration_bootstrap, DB_NO_ARGS);
	return rc;
}

static const char *
numbers_array(struct ctx *cx, const struct migration_set *set)
{
	struct buf b;

	buf_init(&b, cx->mem, 64ul * 1024);
	for (int i = 0; i < set->count; i++)
		buf_printf(
		    &b, "%c%d", i == 0 ? '{' : ',', migration_number(&set->rows[i]));
	buf_puts(&b, set->count == 0 ? "{}" : "}");
	return buf_text(&b);
}

/* Refuses a database that has another history than this program. */
static enum err
history_check(struct ctx *cx, struct db *db, void *arg)
{
	struct list_call *call = arg;
	struct db_rows *rows;
	enum err rc;

	rc = db_query(cx, db, STMT_migration_unknown,
	    DB_ARGS(numbers_array(cx, call->set)), &rows);
	if (rc == ERR_OK && db_row_count(rows) > 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "migration \"%s\" is recorded in the database but unknown to this "
		    "program: it is older than the database",
		    db_text(rows, 0, 0));
	if (rc == ERR_OK)
		rc = list_read(cx, db, arg);
	for (int i = 0; rc == ERR_OK && i < call->set->count; i++)
		if (call->list[i].changed)
			rc = err_tell(&cx->err, ERR_CONFLICT,
			    "migration \"%s\" was edited after it was applied",
			    call->list[i].name);
	return rc;
}

struct apply_call {
	const struct migration *m;
	const struct migrate_roles *roles;
	struct migrate_status *status;
	bool applied; /* by us */
};

/* The simple protocol takes a text of many statements; it runs in our transaction. */
static enum err
text_run(struct ctx *cx, struct db *db, const struct migration *m)
{
	enum err rc = call_script(cx, db, m->text);

	if (rc == ERR_OK && PQtransactionStatus(db->pg) != PQTRANS_INTRANS)
		rc = err_set(&cx->err, ERR_INTERNAL, "it ends its transaction");
	return rc;
}

static enum err
apply(struct ctx *cx, struct db *db, void *arg)
{
	struct apply_call *call = arg;
	const struct migration *m = call->m;
	const char *number = migration_number_text(cx, m);
	enum err rc;

	call->applied = false;
	rc = db_query(cx, db, STMT_migration_lock, DB_NO_ARGS, NULL);
	if (rc == ERR_OK)
		rc = status_read(cx, db, m, true, call->status);
	if (rc != ERR_OK || call->status->applied_at != NULL)
		return rc;
	rc = db_query(cx, db, STMT_migration_roles,
	    DB_ARGS(call->roles->server, call->roles->control, call->roles->app), NULL);
	if (rc == ERR_OK)
		rc = text_run(cx, db, m);
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_migration_record,
		    DB_ARGS(number, m->name, m->text), NULL);
	if (rc == ERR_OK)
		rc = status_read(cx, db, m, true, call->status);
	call->applied = rc == ERR_OK;
	return rc;
}

static enum err
grant(struct ctx *cx, struct db *db, void *arg)
{
	const struct migrate_roles *roles = arg;
	const char *const *args = DB_ARGS(roles->server, roles->control, roles->app);
	enum err rc = db_queue(cx, db, STMT_migration_lock, DB_NO_ARGS);

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_migration_roles, args);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_migration_grant, args);
	return rc;
}

/* -- the runner -- */

static enum err
apply_all(struct ctx *cx, struct db *db, const struct migrate_job *job,
    struct migrate_status *list)
{
	for (int i = 0; i < job->set->count; i++) {
		struct apply_call call = {
		    &job->set->rows[i], job->roles, &list[i], false};
		enum err rc;

		if (list[i].applied_at != NULL)
			continue;
		rc = db_transaction(cx, db, DB_MANAGEMENT, apply, &call);
		if (rc != ERR_OK) {
			err_note(&cx->err, "migration %s", call.m->name);
			return rc;
		}
		if (call.applied && job->report != NULL)
			job->report(&list[i], job->arg);
	}
	return ERR_OK;
}

static enum err
run_patiently(struct ctx *cx, struct db *db, const struct migrate_job *job)
{
	struct list_call list = {.set = job->set};
	struct migrate_roles roles = {
	    str_is_set(job->roles->server) ? job->roles->server : "",
	    str_is_set(job->roles->control) ? job->roles->control : "",
	    str_is_set(job->roles->app) ? job->roles->app : ""};
	struct migrate_job set = *job;
	enum err rc;

	set.roles = &roles;
	list.list =
	    arena_alloc(cx->mem, sizeof(*list.list) * ((size_t)job->set->count + 1));
	rc = db_transaction(cx, db, DB_MANAGEMENT, bootstrap, NULL);
	if (rc == ERR_OK)
		rc = db_transaction(cx, db, DB_MANAGEMENT, history_check, &list);
	if (rc == ERR_OK)
		rc = apply_all(cx, db, &set, list.list);
	if (rc == ERR_OK)
		rc = db_transaction(cx, db, DB_MANAGEMENT, grant, &roles);
	return rc;
}

enum err
migrate_set_run(struct ctx *cx, struct db *db, const struct migrate_job *job)
{
	enum err rc;

	/* Building an index takes what it takes, and so does waiting for another
	 * runner. */
	db->patient = true;
	rc = run_patiently(cx, db, job);
	db->patient = false;
	return rc;
}

enum err
migrate_set_list(struct ctx *cx, struct db *db, const struct migration_set *set,
    struct migrate_status **list)
{
	struct list_call call = {.set = set};
	enum err rc;

	call.list = arena_alloc(cx->mem, sizeof(*call.list) * ((size_t)set->count + 1));
	rc = db_transaction(cx, db, DB_MANAGEMENT, list_read, &call);
	*list = call.list;
	return rc;
}

enum err
migrate_run(struct ctx *cx, struct db *db, const struct migrate_roles *roles,
    migrate_report_fn *report, void *arg)
{
	struct migrate_job job = {&program, roles, report, arg};

	return migrate_set_run(cx, db, &job);
}

enum err
migrate_list(struct ctx *cx, struct db *db, struct migrate_status **list, int *count)
{
	*count = program.count;
	return migrate_set_list(cx, db, &program, list);
}

int
migrate_newest(void)
{
	return program.count == 0 ? 0 : migration_number(&known[program.count - 1]);
}

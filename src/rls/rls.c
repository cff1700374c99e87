#include "rls/rls.h"

#include <string.h>

static const char *const verdict_names[RLS_VERDICT_COUNT] = {
    [RLS_OK] = "ok",
    [RLS_EXEMPT] = "exempt",
    [RLS_WARNING] = "warning",
    [RLS_FAILED] = "failed",
};

/* Each returns object, check, verdict, text. */
static const enum stmt_id checks[] = {
    STMT_rls_role,
    STMT_rls_members,
    STMT_rls_contexts,
    STMT_rls_functions,
    STMT_rls_tables,
    STMT_rls_policies,
    STMT_rls_grants,
    STMT_rls_writes,
    STMT_rls_routines,
    STMT_rls_schemas,
    STMT_rls_views,
};

const char *
rls_verdict_name(enum rls_verdict verdict)
{
	const char *name =
	    (unsigned)verdict < RLS_VERDICT_COUNT ? verdict_names[verdict] : NULL;

	return name ? name : "";
}

bool
rls_report_ok(const struct rls_report *report)
{
	return report->counts[RLS_OK] > 0 && report->counts[RLS_FAILED] == 0;
}

static enum rls_verdict
verdict_of(const char *name)
{
	for (int v = RLS_OK; name && v < RLS_VERDICT_COUNT; v++)
		if (!strcmp(name, verdict_names[v]))
			return (enum rls_verdict)v;
	return 0;
}

static const char *
text_dup(struct ctx *cx, const char *text)
{
	return arena_strdup(cx->mem, text ? text : "");
}

static enum err
report_add(
    struct ctx *cx, struct rls_report *report, const struct db_rows *rows, int row)
{
	enum rls_verdict verdict = verdict_of(db_text(rows, row, 2));
	struct rls_finding *f;

	if (!verdict)
		return err_set(&cx->err, ERR_INTERNAL, "check of \"%s\" has no verdict",
		    db_text(rows, row, 0) ? db_text(rows, row, 0) : "");
	f = arena_alloc(cx->mem, sizeof(*f));
	*f = (struct rls_finding){
	    .object = text_dup(cx, db_text(rows, row, 0)),
	    .check = text_dup(cx, db_text(rows, row, 1)),
	    .verdict = verdict,
	    .text = text_dup(cx, db_text(rows, row, 3)),
	};
	if (report->last)
		report->last->next = f;
	else
		report->first = f;
	report->last = f;
	report->counts[verdict]++;
	return ERR_OK;
}

static enum err
run_check(struct ctx *cx, struct db *db, enum stmt_id id, struct rls_report *report)
{
	struct db_rows *rows;
	enum err e = db_query(cx, db, id, DB_NO_ARGS, &rows);

	for (int i = 0; !e && i < db_row_count(rows); i++)
		e = report_add(cx, report, rows, i);
	return e;
}

/* The session's own context shows only after what the transaction set is undone. */
static enum err
check_all(struct ctx *cx, struct db *db, void *arg)
{
	struct rls_report *report = arg;
	enum err e;

	*report = (struct rls_report){0};
	if ((e = db_queue(cx, db, STMT_rls_search_path, DB_NO_ARGS)) ||
	    (e = db_queue(cx, db, STMT_rls_reset_context, DB_NO_ARGS)) ||
	    (e = run_check(cx, db, STMT_rls_installed, report)))
		return e;
	if (report->counts[RLS_FAILED])
		return ERR_OK;
	for (size_t i = 0; !e && i < COUNT_OF(checks); i++)
		e = run_check(cx, db, checks[i], report);
	if (e || (e = db_queue(cx, db, STMT_rls_probe, DB_NO_ARGS)))
		return e;
	return run_check(cx, db, STMT_rls_probe_result, report);
}

enum err
rls_check(struct ctx *cx, struct db *db, struct rls_report *report)
{
	enum err e = db_transaction(cx, db, DB_MANAGEMENT, check_all, report);

	if (e)
		err_note(&cx->err, "while checking row-level security");
	return e;
}

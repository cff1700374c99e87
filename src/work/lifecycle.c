/* lifecycle.c - what comes to pass in a tenant's life by the clock: a suspension is
 * over, a grace is; see work.h. Of several job workers each takes other tenants, once.
 */
#include "base/clock.h"
#include "base/log.h"
#include "creation/purge.h"
#include "tenant/manage.h"
#include "work/work.h"

enum { LIFECYCLE_MS = 1000, BATCH = 20 };

static const char actor[] = "tenantd";

static enum err
resume(struct ctx *cx, struct db *db, void *arg)
{
	const struct work *w = arg;
	const struct tenant_desk desk = {
	    .address = "", .keys = w->keys, .audit = w->audit};
	const struct tenant_turn turn = {.kind = TENANT_RESUME};
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_tenant_resume_due, DB_ARGS(str_from_i64(most, BATCH)), &rows);

	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++) {
		struct tenant_managed now;

		rc = tenant_managed_hold(cx, db, db_text(rows, i, 0), &now);
		if (rc == ERR_OK)
			rc = tenant_managed_turn(cx, db, &desk, &turn, &now);
	}
	return rc;
}

static enum err
purge(struct ctx *cx, struct db *db, void *arg)
{
	const struct work *w = arg;
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_tenant_purge_due, DB_ARGS(str_from_i64(most, BATCH)), &rows);

	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++) {
		const char *id;

		rc = purge_begin(cx, db,
		    &(struct purge_order){.tenant_id = db_text(rows, i, 0),
			.slug = db_text(rows, i, 1),
			.address = "",
			.lease_ms = w->conf->operation_lease},
		    &id);
	}
	return rc;
}

static enum err
run(struct work *w, struct ctx *cx)
{
	struct db_rows *rows;
	bool resumes, purges;
	enum err rc = db_read(
	    cx, w->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_tenant_lifecycle_due), &rows);

	if (rc != ERR_OK)
		return rc;
	resumes = db_bool(rows, 0, 0);
	purges = db_bool(rows, 0, 1) && w->conf->auto_purge;
	if (!resumes && !purges)
		return ERR_OK;
	cx->actor = actor;
	if (resumes)
		rc = db_transaction(cx, w->db, DB_MANAGEMENT, resume, w);
	if (rc == ERR_OK && purges)
		rc = db_transaction(cx, w->db, DB_MANAGEMENT, purge, w);
	wakeup_change(w->shared.wakeup);
	w->publish_wanted = w->claim_wanted = true;
	return rc;
}

bool
work_is_lifecycle_due(const struct work *w, int64_t now)
{
	return now >= w->lifecycle_due_ms;
}

void
work_lifecycle(struct work *w)
{
	struct ctx cx;

	ctx_init(&cx, w->mem);
	w->lifecycle_due_ms = clock_mono_ms() + LIFECYCLE_MS;
	if (run(w, &cx) != ERR_OK)
		w->lifecycle_due_ms = work_failed(w, &cx, "lifecycle-failed");
}

/* jobs.c - the routes of superusers about jobs. */
#include "controllers/app.h"
#include "controllers/list.h"
#include "jobs/ledger.h"

static void
put_entry(struct json_out *o, const void *row)
{
	const struct job_entry *e = row;

	json_open_object(o);
	json_member_i64(o, "id", e->id);
	json_member_text(o, "kind", e->kind);
	json_member_text(o, "tenant_id", e->tenant_id);
	json_member_text(o, "lane", e->lane);
	json_member_text(o, "state", e->state);
	json_member_i64(o, "attempts", e->attempts);
	json_member_text(o, "run_at", e->run_at);
	json_member_text(o, "last_error", e->last_error);
	json_member_text(o, "created_at", e->created_at);
	json_member_text(o, "updated_at", e->updated_at);
	json_member_raw(o, "payload", e->payload);
	json_close_object(o);
}

static const struct list_form form = {.size = sizeof(struct job_entry),
    .key = offsetof(struct job_entry, id),
    .numbered = true,
    .put = put_entry};

enum err
admin_jobs_list(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	struct job_query q = {.state = list_filter(call, "state"),
	    .kind = list_filter(call, "kind"),
	    .tenant_id = list_filter(call, "tenant_id")};
	struct job_entry *list;
	struct list_query page;
	int count;
	enum err rc = list_read_number(call, &page, &q.before);

	if (rc == ERR_OK && q.state != NULL && !job_state_known(q.state))
		rc = err_tell(&cx->err, ERR_INVALID,
		    "state must be queued, running, done or dead");
	q.limit = page.limit + 1;
	if (rc == ERR_OK)
		rc = jobs_list(cx, app->db, &q, &list, &count);
	if (rc == ERR_OK)
		list_put(call, &page, &form, list, count);
	return rc;
}

static enum err
read_id(struct call *call, int64_t *id)
{
	if (str_to_i64(call->params[0], 1, INT64_MAX, id))
		return ERR_OK;
	return err_tell(&call->cx.err, ERR_NOT_FOUND, "there is no such job");
}

static enum err
show(struct app *app, struct call *call, int64_t id)
{
	struct job_entry e;
	struct json_out o;
	enum err rc = job_show(&call->cx, app->db, id, &e);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	put_entry(&o, &e);
	return ERR_OK;
}

enum err
admin_job_get(struct app *app, struct call *call)
{
	int64_t id;
	enum err rc = read_id(call, &id);

	return rc == ERR_OK ? show(app, call, id) : rc;
}

enum err
admin_job_retry(struct app *app, struct call *call)
{
	int64_t id;
	enum err rc = read_id(call, &id);

	if (rc == ERR_OK)
		rc = job_retry(&call->cx, app->db, id);
	return rc == ERR_OK ? show(app, call, id) : rc;
}

enum err
admin_job_discard(struct app *app, struct call *call)
{
	int64_t id;
	enum err rc = read_id(call, &id);

	if (rc == ERR_OK)
		rc = job_discard(&call->cx, app->db, id);
	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

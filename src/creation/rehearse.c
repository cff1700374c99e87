/* rehearse.c - see rehearse.h. */
#include "creation/rehearse.h"

#include "base/id.h"
#include "creation/plan.h"
#include "operation/run.h"

struct rehearsing {
	struct creation_means *means;
	const struct creation_order *order;
	struct rehearsal *out;
	bool done;
};

/* The rows that steps refer to. */
static enum err
write_rows(struct ctx *cx, struct db *db, struct making *m)
{
	const struct operation_draft draft = {.id = m->operation_id,
	    .kind = "tenant.create",
	    .tenant_id = m->tenant_id,
	    .on_failure = m->plan.on_failure,
	    .request = creation_plan_text(cx, &m->plan, NULL),
	    .requested_by = m->creator,
	    .address = m->address,
	    .steps = "{}"};
	enum err rc = operation_begin(cx, db, &draft, m->holder);

	m->step = creation_steps[0].name;
	return rc == ERR_OK ? creation_steps[0].record(cx, m) : rc;
}

static enum err
intend(struct ctx *cx, struct making *m, struct rehearsal *out)
{
	enum err rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < creation_step_count; i++) {
		m->step = creation_steps[i].name;
		m->skip = m->note = NULL;
		if (creation_steps[i].intend != NULL)
			rc = creation_steps[i].intend(cx, m);
		out->skipped[i] = m->skip;
	}
	return rc;
}

static enum err
read_resources(
    struct ctx *cx, struct db *db, const char *tenant_id, struct rehearsal *out)
{
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_resource_list, DB_ARGS(tenant_id, NULL), &rows);

	out->resource_count = rc == ERR_OK ? db_row_count(rows) : 0;
	out->resources = arena_alloc(
	    cx->mem, ((size_t)out->resource_count + 1) * sizeof(*out->resources));
	for (int i = 0; i < out->resource_count; i++)
		out->resources[i] = (struct resource){.step = db_text(rows, i, 3),
		    .kind = db_text(rows, i, 4),
		    .place = db_text(rows, i, 5),
		    .name = db_text(rows, i, 6)};
	return rc;
}

/* Ends with an error, so that it is taken back. */
static enum err
rehearse(struct ctx *cx, struct db *db, void *arg)
{
	const struct operation_holder nobody = {.lease_ms = 0};
	char operation[UUID_TEXT_SIZE], tenant[UUID_TEXT_SIZE];
	struct rehearsing *r = arg;
	struct making m = {.means = r->means,
	    .operation_id = operation,
	    .tenant_id = tenant,
	    .creator = r->order->creator,
	    .creator_email = r->order->creator_email,
	    .address = r->order->address != NULL ? r->order->address : "",
	    .plan = r->order->plan,
	    .holder = &nobody};
	enum err rc = creation_plan_name(cx, db, &m.plan);

	uuid_text(operation, uuid_random());
	uuid_text(tenant, uuid_random());
	if (rc == ERR_OK)
		rc = write_rows(cx, db, &m);
	if (rc == ERR_OK)
		rc = intend(cx, &m, r->out);
	if (rc == ERR_OK)
		rc = read_resources(cx, db, tenant, r->out);
	if (rc != ERR_OK)
		return rc;
	r->out->plan = m.plan;
	r->done = true;
	return err_set(&cx->err, ERR_GONE, "it was a rehearsal");
}

enum err
creation_rehearse(struct ctx *cx, struct creation_means *means,
    const struct creation_order *order, struct rehearsal *out)
{
	struct rehearsing r = {.means = means, .order = order, .out = out};
	enum err rc;

	*out = (struct rehearsal){.skipped = arena_alloc(cx->mem,
				      (size_t)creation_step_count * sizeof(char *))};
	rc = db_transaction(cx, means->db, DB_MANAGEMENT, rehearse, &r);
	if (!r.done || rc != ERR_GONE)
		return rc;
	ctx_clear(cx);
	return ERR_OK;
}

static void
put_steps(struct json_out *o, const struct rehearsal *r)
{
	json_name(o, "steps");
	json_open_array(o);
	for (int i = 0; i < creation_step_count; i++) {
		json_open_object(o);
		json_member_text(o, "name", creation_steps[i].name);
		json_member_text(o, "makes", creation_steps[i].meaning);
		json_member_bool(o, "outside", creation_steps[i].act != NULL);
		json_member_text(o, "skipped", r->skipped[i]);
		json_close_object(o);
	}
	json_close_array(o);
}

void
creation_put_rehearsal(struct json_out *o, const struct rehearsal *r)
{
	json_name(o, "request");
	json_open_object(o);
	creation_plan_put(o, &r->plan);
	json_close_object(o);
	put_steps(o, r);
	json_name(o, "resources");
	json_open_array(o);
	for (int i = 0; i < r->resource_count; i++) {
		json_open_object(o);
		json_member_text(o, "step", r->resources[i].step);
		json_member_text(o, "kind", r->resources[i].kind);
		json_member_text(o, "place", r->resources[i].place);
		json_member_text(o, "name", r->resources[i].name);
		json_close_object(o);
	}
	json_close_array(o);
}

/* security_policy.c - the routes about a tenant's security policy. */
#include <string.h>

#include "controllers/app.h"
#include "tenant/security_policy.h"

/* A change of the policy, and its answer. */
struct change {
	struct call *call;
	struct security_policy_site site;
	struct policy_own before, after;
};

static void
answer(struct call *call, const struct policy_own *own)
{
	struct json_out o;

	buf_reset(&call->rs->body);
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	policy_put_members(&o, &own->policy, NULL);
	json_member_i64(&o, "version", own->version);
	json_member_text(&o, "updatedAt", own->updated_at);
	json_member_text(&o, "updatedBy", own->updated_by);
	json_close_object(&o);
}

enum err
security_policy_get(struct app *app, struct call *call)
{
	struct policy_own own;
	enum err rc = policy_own_read(&call->cx, app->db, call->tenant_id, &own);

	if (rc == ERR_OK)
		answer(call, &own);
	return rc;
}

/* -- changes -- */

static enum err
read_force(struct call *call, bool *out)
{
	const char *text = request_query(call->cx.mem, &call->rq, "force");

	*out = text != NULL && strcmp(text, "true") == 0;
	if (text == NULL || *out || strcmp(text, "false") == 0)
		return ERR_OK;
	ctx_fault(&call->cx, "/force", "enum", "must be true or false");
	return err_tell(&call->cx.err, ERR_INVALID, "force must be true or false");
}

/* Reads what is there, if it is still what the caller has seen. */
static enum err
meet(struct ctx *cx, struct db *db, struct change *c)
{
	enum err rc = policy_own_find(cx, db, c->site.tenant_id, &c->before);

	if (rc != ERR_OK)
		return rc;
	answer(c->call, &c->before);
	rc = response_check_match(cx, c->call->rs, &c->call->rq, "security policy");
	if (rc != ERR_OK)
		return rc;
	c->after = c->before;
	return ERR_OK;
}

static enum err
take(struct ctx *cx, struct db *db, struct change *c)
{
	enum err rc = policy_own_take(cx, c->call->body, "", &c->after);

	return rc == ERR_OK
	    ? security_policy_replace(cx, db, &c->site, &c->before, &c->after)
	    : rc;
}

static enum err
replace(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = meet(cx, db, c);

	policy_own_clear(&c->after);
	return rc == ERR_OK ? take(cx, db, c) : rc;
}

static enum err
merge(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = meet(cx, db, c);

	return rc == ERR_OK ? take(cx, db, c) : rc;
}

static enum err
go_back(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = meet(cx, db, c);

	return rc == ERR_OK ? security_policy_drop(cx, db, &c->site, &c->before) : rc;
}

static enum err
run(struct app *app, struct call *call, db_transaction_fn *fn, struct change *c)
{
	enum err rc;

	*c = (struct change){.call = call,
	    .site = {.tenant_id = call->tenant_id,
		.address = call->rq.client,
		.audit = app->audit}};
	rc = read_force(call, &c->site.force);
	return rc == ERR_OK ? db_transaction(&call->cx, app->db, call->tenant_id, fn, c)
			    : rc;
}

static enum err
change(struct app *app, struct call *call, db_transaction_fn *fn)
{
	struct change c;
	enum err rc = run(app, call, fn, &c);

	if (rc != ERR_OK)
		return rc;
	answer(call, &c.after);
	response_tag(call->rs);
	return ERR_OK;
}

enum err
security_policy_put(struct app *app, struct call *call)
{
	return change(app, call, replace);
}

enum err
security_policy_patch(struct app *app, struct call *call)
{
	return change(app, call, merge);
}

enum err
security_policy_remove(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = run(app, call, go_back, &c);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

/* invitations.c - the routes about invitations to a tenant. */
#include "controllers/accounts.h"
#include "controllers/list.h"
#include "controllers/people.h"
#include "flows/joining.h"

static const char *
id_of(struct call *call)
{
	return slice_dup(call->cx.mem, call->params[1]);
}

static void
put_invitation(struct json_out *o, const void *row)
{
	invitation_put(o, "id", row);
}

static const struct list_form form = {.size = sizeof(struct invitation),
    .key = offsetof(struct invitation, id),
    .put = put_invitation};

static void
answer(struct call *call, const struct invitation *i)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	put_invitation(&o, i);
}

/* -- looking -- */

static enum err
read_status(struct call *call, const char **status)
{
	*status = list_filter(call, "status");
	if (*status == NULL || invitation_status_known(*status))
		return ERR_OK;
	ctx_fault(&call->cx, "/status", "enum", "is no status of an invitation");
	return err_tell(&call->cx.err, ERR_INVALID,
	    "status is one of pending, accepted, revoked and expired");
}

enum err
invitation_list_get(struct app *app, struct call *call)
{
	struct invitation_page page;
	struct list_query q;
	enum err rc = list_read(call, &q);

	page = (struct invitation_page){
	    .tenant_id = call->tenant_id, .after = q.cursor, .limit = q.limit + 1};
	if (rc == ERR_OK)
		rc = read_status(call, &page.status);
	if (rc == ERR_OK)
		rc = invitations_list(&call->cx, app->db, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form, page.list, page.count);
	return rc;
}

enum err
invitation_get(struct app *app, struct call *call)
{
	struct invitation i;
	enum err rc =
	    invitation_show(&call->cx, app->db, call->tenant_id, id_of(call), &i);

	if (rc == ERR_OK)
		answer(call, &i);
	return rc;
}

/* -- inviting: those that answer once run inside a transaction -- */

/* One that the tenant has, and that is theirs to give. */
static enum err
read_role(struct app *app, struct call *call, const char **id)
{
	const struct role_site site = people_site_of(app, call);
	const struct role_wish wish = {json_get_text(call->body, "role"), "/role"};
	struct role role = {0};
	enum err rc = role_turn_shared(&call->cx, app->db, site.tenant_id);

	if (rc == ERR_OK)
		rc = role_to_give(&call->cx, app->db, &site, &wish, &role);
	*id = role.id;
	return rc;
}

enum err
invitation_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	struct invitation i = {
	    .tenant_id = call->tenant_id,
	    .email = json_get_text(call->body, "email"),
	};
	enum err rc = account_check_mail(&call->cx, &site);

	if (rc == ERR_OK)
		rc = read_role(app, call, &i.role);
	if (rc == ERR_OK)
		rc = joining_invite(&call->cx, &site, &i);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	response_header(call->rs, "Location",
	    arena_printf(call->cx.mem, "%s/api/tenants/%s/invitations/%s",
		call->rq.prefix, i.tenant_id, i.id));
	answer(call, &i);
	return ERR_OK;
}

enum err
invitation_resend_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	struct invitation i;
	enum err rc =
	    invitation_hold(&call->cx, app->db, call->tenant_id, id_of(call), &i);

	if (rc == ERR_OK)
		rc = account_check_mail(&call->cx, &site);
	if (rc == ERR_OK)
		rc = joining_resend(&call->cx, &site, &i);
	if (rc == ERR_OK)
		answer(call, &i);
	return rc;
}

/* A change of one that is there. */
struct change {
	struct app *app;
	struct call *call;
};

static enum err
revoke(struct ctx *cx, struct db *db, void *arg)
{
	const struct change *c = arg;
	const struct account_site site = account_site_of(c->app, c->call);
	struct invitation i;
	enum err rc = invitation_hold(cx, db, c->call->tenant_id, id_of(c->call), &i);

	if (rc != ERR_OK)
		return rc;
	buf_reset(&c->call->rs->body);
	answer(c->call, &i);
	rc = response_check_match(cx, c->call->rs, &c->call->rq, "invitation");
	if (rc != ERR_OK)
		return rc;
	return joining_revoke(cx, &site, &i);
}

enum err
invitation_remove(struct app *app, struct call *call)
{
	struct change c = {app, call};
	enum err rc = db_transaction(&call->cx, app->db, call->tenant_id, revoke, &c);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

/* -- accepting -- */

/* Of a user of ours what their row says, which is what they have confirmed; of others
 * what their issuer vouches for, if that is honoured. */
static enum err
read_invited(struct app *app, struct call *call, struct joining *j)
{
	struct user user;
	bool found;
	enum err rc;

	*j = (struct joining){.user_id = call->who.user.text,
	    .email = call->who.email,
	    .pointer = "/token"};
	if (!call->who.own)
		return ERR_OK;
	rc = user_hold(&call->cx, app->db, j->user_id, &user, &found);
	if (rc != ERR_OK || !found)
		return rc;
	if (!user.active)
		return err_tell(&call->cx.err, ERR_FORBIDDEN, "the user is not active");
	j->email = user.email;
	return ERR_OK;
}

static void
answer_joined(struct call *call, const struct invitation_shown *i)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_name(&o, "tenant");
	json_open_object(&o);
	json_member_text(&o, "id", i->is.tenant_id);
	json_member_text(&o, "name", i->tenant_name);
	json_member_text(&o, "slug", i->tenant_slug);
	json_close_object(&o);
	json_member_text(&o, "role", i->is.role);
	json_member_text(&o, "invitation_id", i->is.id);
	json_close_object(&o);
}

enum err
invitation_accept_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	char digest[DIGEST_HEX_SIZE];
	struct invitation_shown i;
	struct joining j;
	enum err rc = read_invited(app, call, &j);

	arena_cleanse_at_reset(call->cx.mem);
	if (rc == ERR_OK)
		rc = joining_digest(
		    &call->cx, &j, json_get_text(call->body, "token"), digest);
	if (rc == ERR_OK)
		rc = joining_accept_held(&call->cx, &site, &j, &i);
	if (rc != ERR_OK)
		return rc;
	call->about_tenant = i.is.tenant_id;
	answer_joined(call, &i);
	return ERR_OK;
}

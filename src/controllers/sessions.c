/* sessions.c - the routes of a signed-in user about themselves: who they are, where
 * else they are signed in, and out again. */
#include <string.h>

#include "base/buf.h"
#include "controllers/list.h"
#include "controllers/signin.h"
#include "people/totp.h"
#include "session/session.h"
#include "tenant/tenant.h"

enum { SCOPE_TEXT_MAX = 16 * 1024 };

/* -- GET /me -- */

struct self {
	struct user user;
	struct tenant tenant;
	bool known, has_tenant, has_totp;
	int64_t sessions;
};

/* Whose issuer is another has no row here: what the token says is all there is. */
static void
take_principal(const struct principal *who, struct user *out)
{
	*out = (struct user){.id = who->user.text, .email = who->email};
}

static enum err
read_self(struct app *app, struct call *call, struct self *s)
{
	struct ctx *cx = &call->cx;
	const char *id = call->who.user.text;
	struct tenant_seeker seeker = {id, call->who.tenant_id, true};
	enum err rc = user_find(cx, app->db, id, &s->user, &s->known);

	if (rc != ERR_OK)
		return rc;
	if (!s->known)
		take_principal(&call->who, &s->user);
	else if (!s->user.active)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "you were deactivated here: an administrator can activate you "
		    "again, with PATCH /admin/users");
	if (seeker.preferred == NULL)
		seeker.preferred = s->user.tenant_id;
	rc = tenant_find_of_user(cx, app->db, &seeker, &s->tenant, &s->has_tenant);
	if (rc == ERR_OK && s->known)
		rc = totp_is_on(cx, app->db, id, &s->has_totp);
	if (rc == ERR_OK && s->known)
		rc = sessions_count(cx, app->db, id, &s->sessions);
	return rc;
}

static void
put_tenant(struct json_out *o, const struct self *s)
{
	json_name(o, "tenant");
	if (!s->has_tenant) {
		json_put_null(o);
		return;
	}
	json_open_object(o);
	json_member_text(o, "id", s->tenant.id);
	json_member_text(o, "name", s->tenant.name);
	json_member_text(o, "role", s->tenant.role);
	json_member_text(o, "status", s->tenant.status);
	json_close_object(o);
}

static const char *
scope_of(struct call *call)
{
	const struct name_list *scopes = &call->who.scopes;
	struct buf b;

	buf_init(&b, call->cx.mem, SCOPE_TEXT_MAX);
	for (size_t i = 0; i < scopes->count; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", scopes->names[i]);
	return buf_text(&b);
}

enum err
me_get(struct app *app, struct call *call)
{
	struct self s = {0};
	struct json_out o;
	enum err rc = read_self(app, call, &s);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	signin_put_user(&o, &s.user, s.has_tenant ? s.tenant.id : NULL, call->who.own);
	put_tenant(&o, &s);
	json_member_bool(&o, "mfa_enabled", s.has_totp);
	json_member_text(&o, "scope", scope_of(call));
	json_member_i64(&o, "sessions", s.sessions);
	json_close_object(&o);
	return ERR_OK;
}

/* -- /me/sessions -- */

static void
put_session(struct json_out *o, const struct session *s, const char *current)
{
	json_open_object(o);
	json_member_text(o, "id", s->id);
	json_member_text(o, "tenant_id", s->tenant_id);
	json_member_text(o, "scope", s->scope);
	json_member_text(o, "address", s->address);
	json_member_text(o, "user_agent", s->agent);
	json_member_bool(o, "second_factor", s->mfa);
	json_member_text(o, "created_at", s->created_at);
	json_member_text(o, "last_used_at", s->last_used_at);
	json_member_text(o, "expires_at", s->expires_at);
	json_member_bool(o, "current", current != NULL && strcmp(current, s->id) == 0);
	json_close_object(o);
}

enum err
me_session_list_get(struct app *app, struct call *call)
{
	struct session_page page = {.user_id = call->who.user.text};
	struct list_query q;
	struct json_out o;
	int shown;
	enum err rc = list_read(call, &q);

	if (rc != ERR_OK)
		return rc;
	page.after = q.cursor;
	page.limit = q.limit + 1;
	if ((rc = sessions_list(&call->cx, app->db, &page)) != ERR_OK)
		return rc;
	shown = page.count > q.limit ? q.limit : page.count;
	list_open(call, &o);
	for (int i = 0; i < shown; i++)
		put_session(&o, &page.list[i], call->who.session_id);
	list_close(call, &o, page.count > shown ? page.list[shown - 1].id : NULL);
	return ERR_OK;
}

enum err
me_session_delete(struct app *app, struct call *call)
{
	const struct signin_site site = signin_site_of(app, call);
	const struct signout which = {
	    .user_id = call->who.user.text,
	    .session_id = slice_dup(call->cx.mem, call->params[0]),
	};
	int ended;
	enum err rc = signout(&call->cx, &site, &which, &ended);

	if (rc == ERR_OK && ended == 0)
		rc = err_tell(&call->cx.err, ERR_NOT_FOUND,
		    "there is no such session of yours, or it has ended");
	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

/* -- POST /logout -- */

enum err
logout_post(struct app *app, struct call *call)
{
	const struct signin_site site = signin_site_of(app, call);
	const struct signout which = {
	    .user_id = call->who.user.text,
	    .session_id = call->who.session_id,
	    .refresh_token = signin_member(call, "refresh_token"),
	    .all = json_bool(json_get(call->body, "all")),
	};
	int ended;
	enum err rc = signout(&call->cx, &site, &which, &ended);

	signin_forget_body(call);
	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

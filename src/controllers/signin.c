/* signin.c - POST /login, and what the routes of sign-in share; see signin.h. */
#include "controllers/signin.h"

#include <string.h>

#include "crypto/secret.h"
#include "session/session.h"

/* -- shared -- */

/* The client's name for itself, as far as it is kept. */
static const char *
agent_of(const struct call *call)
{
	const char *said = request_header(&call->rq, "user-agent");
	char *text;
	size_t n;

	if (said == NULL)
		return "";
	text = utf8_mend(call->cx.mem, said, strnlen(said, SESSION_AGENT_MAX));
	n = strnlen(text, SESSION_AGENT_MAX);
	while (n > 0 && (text[n] & 0xc0) == 0x80)
		n--; /* not in the middle of a character */
	text[n] = '\0';
	return text;
}

struct signin_site
signin_site_of(const struct app *app, const struct call *call)
{
	return (struct signin_site){
	    .db = app->db,
	    .audit = app->audit,
	    .conf = app->conf,
	    .hashes = app->hashes,
	    .keys = app->seal_keys,
	    .address = call->rq.client,
	    .agent = agent_of(call),
	};
}

const char *
signin_member(const struct call *call, const char *name)
{
	const char *text = json_get_text(call->body, name);

	return str_is_set(text) ? text : NULL;
}

void
signin_put_tokens(struct json_out *o, const struct signin_answer *a)
{
	json_member_text(o, "access_token", a->access_token);
	json_member_text(o, "token_type", "Bearer");
	json_member_i64(o, "expires_in", a->lifetime_s);
	if (a->refresh_token != NULL)
		json_member_text(o, "refresh_token", a->refresh_token);
	json_member_text(o, "scope", a->scope);
	json_member_text(o, "tenant_id", a->tenant_id);
	if (a->enrol)
		json_member_bool(o, "mfa_enrolment_required", true);
}

void
signin_put_user(
    struct json_out *o, const struct user *u, const char *tenant_id, bool own)
{
	json_member_text(o, "id", u->id);
	json_member_text(o, "email", u->email);
	json_member_text(o, "name", u->name);
	json_member_text(o, "tenant_id", tenant_id);
	json_member_bool(o, "is_superuser", own && u->superuser);
}

static bool
forget_text(const char *name, const struct json *value, void *arg)
{
	const char *text = json_text(value);

	(void)name;
	(void)arg;
	if (text != NULL)
		secret_cleanse((void *)(uintptr_t)text, strlen(text));
	return true;
}

void
signin_forget_body(struct call *call)
{
	json_each(call->body, forget_text, NULL);
	arena_cleanse_at_reset(call->cx.mem);
}

/* -- POST /login -- */

enum err
login_post(struct app *app, struct call *call)
{
	const struct signin_site site = signin_site_of(app, call);
	const struct slice password = slice_of(json_get_text(call->body, "password"));
	const struct signin_try try = {
	    .email = json_get_text(call->body, "email"),
	    .password = {password.p, password.n},
	    .otp = signin_member(call, "otp"),
	    .scope = signin_member(call, "scope"),
	    .tenant = signin_member(call, "tenant_id"),
	};
	struct signin_answer answer;
	struct json_out o;
	enum err rc = signin_by_password(&call->cx, &site, &try, &answer);

	signin_forget_body(call);
	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	signin_put_tokens(&o, &answer);
	json_name(&o, "user");
	json_open_object(&o);
	signin_put_user(&o, &answer.user, answer.tenant_id, true);
	json_close_object(&o);
	json_close_object(&o);
	return ERR_OK;
}

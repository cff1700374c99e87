/* token.c - POST /token: OAuth 2.0 (RFC 6749). */
#include <string.h>

#include "controllers/signin.h"
#include "flows/signin_client.h"

typedef enum err grant_fn(
    struct app *app, struct call *call, struct signin_answer *out);

/* A parameter without a value is none (RFC 6749, 3.2). */
static enum err
need(struct call *call, const char *name, const char **value)
{
	*value = signin_member(call, name);
	if (*value != NULL)
		return ERR_OK;
	ctx_fault(&call->cx, arena_printf(call->cx.mem, "/%s", name), "required",
	    "is missing");
	return err_tell(
	    &call->cx.err, ERR_INVALID, "this grant needs the parameter %s", name);
}

/* RFC 6749, 4.3 */
static enum err
by_password(struct app *app, struct call *call, struct signin_answer *out)
{
	const struct signin_site site = signin_site_of(app, call);
	struct signin_try try = {
	    .otp = signin_member(call, "otp"),
	    .scope = signin_member(call, "scope"),
	    .tenant = signin_member(call, "tenant_id"),
	};
	const char *password;
	enum err rc = need(call, "username", &try.email);

	if (rc == ERR_OK)
		rc = need(call, "password", &password);
	if (rc != ERR_OK)
		return rc;
	try.password = (struct password){password, strlen(password)};
	return signin_by_password(&call->cx, &site, &try, out);
}

/* RFC 6749, 6 */
static enum err
by_refresh_token(struct app *app, struct call *call, struct signin_answer *out)
{
	const struct signin_site site = signin_site_of(app, call);
	struct signin_refresh try = {
	    .scope = signin_member(call, "scope"),
	    .tenant = signin_member(call, "tenant_id"),
	};
	enum err rc = need(call, "refresh_token", &try.token);

	return rc == ERR_OK ? signin_by_refresh(&call->cx, &site, &try, out) : rc;
}

/* In the form, or by the scheme Basic, not both (RFC 6749, 2.3). */
static enum err
read_client(struct call *call, struct client_credentials *out)
{
	const char *id = signin_member(call, "client_id"),
		   *secret = signin_member(call, "client_secret");
	struct ctx *cx = &call->cx;
	struct request_basic basic;
	enum err rc = request_basic(cx, &call->rq, &basic);

	if (rc != ERR_OK)
		return rc;
	call->rs->basic_shown = basic.id != NULL;
	if (basic.id != NULL &&
	    (secret != NULL || (id != NULL && strcmp(id, basic.id) != 0)))
		return err_tell(&cx->err, ERR_INVALID,
		    "the client shows who it is twice: in the Authorization header, "
		    "and in the form");
	*out = basic.id != NULL ? (struct client_credentials){basic.id, basic.secret}
				: (struct client_credentials){id, secret};
	if (!str_is_set(out->id) || !str_is_set(out->secret))
		return err_tell(&cx->err, ERR_CLIENT,
		    "this grant needs client_id and client_secret, in the form or by "
		    "HTTP Basic");
	return ERR_OK;
}

/* RFC 6749, 4.4 */
static enum err
by_client(struct app *app, struct call *call, struct signin_answer *out)
{
	const struct signin_site site = signin_site_of(app, call);
	struct signin_client try = {.scope = signin_member(call, "scope")};
	enum err rc = read_client(call, &try.shown);

	return rc == ERR_OK ? signin_by_client(&call->cx, &site, &try, out) : rc;
}

static const struct grant {
	const char *type;
	grant_fn *fn;
} grants[] = {
    {"password", by_password},
    {"refresh_token", by_refresh_token},
    {"client_credentials", by_client},
};

static enum err
grant(struct app *app, struct call *call, struct signin_answer *out)
{
	const char *type;
	enum err rc = need(call, "grant_type", &type);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < COUNT_OF(grants); i++)
		if (strcmp(grants[i].type, type) == 0)
			return grants[i].fn(app, call, out);
	return err_tell(&call->cx.err, ERR_GRANT_TYPE, "this grant_type is not known");
}

enum err
token_post(struct app *app, struct call *call)
{
	struct signin_answer answer;
	struct json_out o;
	enum err rc = grant(app, call, &answer);

	signin_forget_body(call);
	if (rc != ERR_OK)
		return rc;
	response_header(call->rs, "Cache-Control", "no-store");
	response_header(call->rs, "Pragma", "no-cache");
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	signin_put_tokens(&o, &answer);
	json_close_object(&o);
	return ERR_OK;
}

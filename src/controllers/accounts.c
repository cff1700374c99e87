/* accounts.c - the routes of who registers, forgets or changes a password. */
#include "controllers/accounts.h"

#include <string.h>

#include "controllers/signin.h"
#include "flows/passwords.h"
#include "flows/register.h"
#include "tenant/tenant.h"

struct account_site
account_site_of(const struct app *app, const struct call *call)
{
	return (struct account_site){
	    .db = app->db,
	    .audit = app->audit,
	    .conf = app->conf,
	    .keys = app->seal_keys,
	    .hashes = app->hashes,
	    .address = call->rq.client,
	};
}

static struct password
password_of(const struct call *call, const char *name)
{
	const char *text = json_get_text(call->body, name);

	return (struct password){text, strlen(text)};
}

/* Whom an invitation brought has a tenant from the beginning. */
static enum err
answer_user(struct app *app, struct call *call, const struct user *u)
{
	const struct tenant_seeker seeker = {u->id, u->tenant_id, true};
	struct tenant tenant;
	struct json_out o;
	bool found;
	enum err rc = tenant_find_of_user(&call->cx, app->db, &seeker, &tenant, &found);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_name(&o, "user");
	json_open_object(&o);
	signin_put_user(&o, u, found ? tenant.id : NULL, true);
	json_close_object(&o);
	json_close_object(&o);
	return ERR_OK;
}

/* Whoever asks is told the same. */
static void
answer_mail(struct call *call, const char *email, const char *message)
{
	struct json_out o;

	call->rs->status = 202;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "message", message);
	json_member_text(&o, "email", email);
	json_close_object(&o);
}

/* -- registering -- */

enum err
user_register_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	const struct register_wish wish = {
	    .email = arena_strdup(call->cx.mem, json_get_text(call->body, "email")),
	    .name = signin_member(call, "name"),
	    .invitation = signin_member(call, "invitation"),
	    .password = password_of(call, "password"),
	};
	struct user user;
	bool made;
	enum err rc = register_begin(&call->cx, &site, &wish, &user, &made);

	signin_forget_body(call);
	if (rc != ERR_OK)
		return rc;
	if (made) {
		call->rs->status = 201;
		return answer_user(app, call, &user);
	}
	answer_mail(call, wish.email,
	    "A mail is on its way to this address: follow the link in it to "
	    "confirm that it is yours.");
	return ERR_OK;
}

enum err
user_verify_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	struct user user;
	enum err rc = register_verify(&call->cx, &site,
	    json_get_text(call->body, "token"), password_of(call, "password"), &user);

	signin_forget_body(call);
	return rc == ERR_OK ? answer_user(app, call, &user) : rc;
}

enum err
user_resend_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	const char *email = json_get_text(call->body, "email");
	enum err rc = register_resend(&call->cx, &site, email);

	if (rc == ERR_OK)
		answer_mail(call, email,
		    "If this address was registered and waits to be confirmed, another "
		    "mail is on its way to it.");
	return rc;
}

/* -- passwords -- */

enum err
user_password_reset_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	const char *email = json_get_text(call->body, "email");
	enum err rc = passwords_ask(&call->cx, &site, email);

	if (rc == ERR_OK)
		answer_mail(call, email,
		    "If there is a user with this address, a mail is on its way to it: "
		    "follow the link in it to choose another password.");
	return rc;
}

enum err
user_password_confirm_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	enum err rc = passwords_reset(&call->cx, &site,
	    json_get_text(call->body, "token"), password_of(call, "password"));

	signin_forget_body(call);
	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

enum err
me_password_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	const struct passwords_change change = {
	    .user_id = call->who.user.text,
	    .current = password_of(call, "current_password"),
	    .wished = password_of(call, "new_password"),
	    .session = call->who.session_id,
	};
	enum err rc = call->who.own
	    ? passwords_change(&call->cx, &site, &change)
	    : err_tell(&call->cx.err, ERR_FORBIDDEN,
		  "another issuer has your password: it is changed there");

	signin_forget_body(call);
	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

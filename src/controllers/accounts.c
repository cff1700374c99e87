/* accounts.c - the routes of who registers, forgets or changes a password. */
#include "controllers/accounts.h"

#include <string.h>

#include "crypto/secret.h"
#include "flows/passwords.h"
#include "flows/register.h"

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

struct password
account_password(const struct call *call, const char *name)
{
	const char *text = json_get_text(call->body, name);

	return (struct password){text, strlen(text)};
}

void
account_cleanse(struct call *call, const char *name)
{
	const char *text = json_get_text(call->body, name);

	if (text != NULL)
		secret_cleanse((void *)(uintptr_t)text, strlen(text));
	secret_cleanse((void *)(uintptr_t)call->rq.body, call->rq.body_length);
}

void
account_answer(struct call *call, const struct user *u)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_name(&o, "user");
	json_open_object(&o);
	json_member_text(&o, "id", u->id);
	json_member_text(&o, "email", u->email);
	json_member_text(&o, "name", u->name);
	json_member_text(&o, "tenant_id", u->tenant_id);
	json_member_bool(&o, "is_superuser", u->superuser);
	json_member_bool(&o, "is_active", u->active);
	json_member_text(&o, "created_at", u->created_at);
	json_member_text(&o, "updated_at", u->updated_at);
	json_close_object(&o);
	json_close_object(&o);
}

/* Whoever asks is told the same. */
static void
answer_mail(struct call *call, const char *message)
{
	struct json_out o;

	call->rs->status = 202;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "message", message);
	json_member_text(&o, "email", json_get_text(call->body, "email"));
	json_close_object(&o);
}

/* -- registering -- */

static const char *
text_or_null(const struct call *call, const char *name)
{
	const char *text = json_get_text(call->body, name);

	return str_is_set(text) ? text : NULL;
}

enum err
user_register_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	const struct register_wish wish = {
	    .email = json_get_text(call->body, "email"),
	    .name = text_or_null(call, "name"),
	    .invitation = text_or_null(call, "invitation"),
	    .password = account_password(call, "password"),
	};
	struct user user;
	bool made;
	enum err rc = register_begin(&call->cx, &site, &wish, &user, &made);

	account_cleanse(call, "password");
	if (rc != ERR_OK)
		return rc;
	if (made) {
		call->rs->status = 201;
		account_answer(call, &user);
	} else {
		answer_mail(call,
		    "A mail is on its way to this address: follow the link in it to "
		    "confirm that it is yours.");
	}
	return ERR_OK;
}

enum err
user_verify_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	struct user user;
	enum err rc =
	    register_verify(&call->cx, &site, json_get_text(call->body, "token"),
		account_password(call, "password"), &user);

	account_cleanse(call, "password");
	if (rc == ERR_OK)
		account_answer(call, &user);
	return rc;
}

enum err
user_resend_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	enum err rc =
	    register_resend(&call->cx, &site, json_get_text(call->body, "email"));

	if (rc == ERR_OK)
		answer_mail(call,
		    "If this address was registered and waits to be confirmed, another "
		    "mail is on its way to it.");
	return rc;
}

/* -- passwords -- */

enum err
user_password_reset_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	enum err rc =
	    passwords_ask(&call->cx, &site, json_get_text(call->body, "email"));

	if (rc == ERR_OK)
		answer_mail(call,
		    "If there is a user with this address, a mail is on its way to it: "
		    "follow the link in it to choose another password.");
	return rc;
}

enum err
user_password_confirm_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	enum err rc = passwords_reset(&call->cx, &site,
	    json_get_text(call->body, "token"), account_password(call, "password"));

	account_cleanse(call, "password");
	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

/* The session that the caller's token was issued in; NULL: it names none, and all of
 * the user's end. */
static const char *
session_of(const struct call *call)
{
	(void)call;
	return NULL;
}

enum err
me_password_post(struct app *app, struct call *call)
{
	const struct account_site site = account_site_of(app, call);
	const struct passwords_change change = {
	    .user_id = call->who.user.text,
	    .current = account_password(call, "current_password"),
	    .wished = account_password(call, "new_password"),
	    .session = session_of(call),
	};
	enum err rc = call->who.own
	    ? passwords_change(&call->cx, &site, &change)
	    : err_tell(&call->cx.err, ERR_FORBIDDEN,
		  "another issuer has your password: it is changed there");

	account_cleanse(call, "current_password");
	account_cleanse(call, "new_password");
	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

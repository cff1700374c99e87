/* totp.c - the routes about one's own one-time passwords. */
#include <string.h>

#include "controllers/app.h"
#include "crypto/secret.h"
#include "people/hash.h"
#include "people/totp.h"
#include "people/user.h"
#include "session/session.h"

enum { URI_MAX = 4096 };

/* A change of one's own factor. */
struct change {
	struct totp_site site;
	struct totp_shown shown;
	const char *session_id; /* in which it is made; NULL: in none */
	const char *secret;     /* a new one */
	bool asked;             /* for a password, which was right */
};

/* Who signs in elsewhere has a second factor there. */
static enum err
find_user(struct app *app, struct call *call, struct user *user, struct change *c)
{
	struct ctx *cx = &call->cx;
	bool found = false;
	enum err rc = ERR_OK;

	if (call->who.own)
		rc = user_find(cx, app->db, call->who.user.text, user, &found);
	if (rc == ERR_OK && (!found || !user->active))
		rc = err_tell(&cx->err, ERR_FORBIDDEN,
		    "this is for people who sign in here, with a token of ours: who "
		    "signs in "
		    "elsewhere has a second factor there");
	*c = (struct change){.site = {.user_id = call->who.user.text,
				 .address = call->rq.client,
				 .keys = app->seal_keys,
				 .audit = app->audit},
	    .session_id = call->who.session_id};
	return rc;
}

/* Changes of one user's factor wait for each other, and for who signs in meanwhile. */
static enum err
hold_user(struct ctx *cx, struct db *db, const struct change *c)
{
	struct user user;
	bool found;
	enum err rc = user_hold(cx, db, c->site.user_id, &user, &found);

	if (rc == ERR_OK && (!found || !user.active))
		rc = err_tell(&cx->err, ERR_FORBIDDEN, "the account is deactivated");
	return rc;
}

static enum err
run(struct app *app, struct call *call, db_transaction_fn *fn, struct change *c)
{
	return db_transaction(&call->cx, app->db, DB_MANAGEMENT, fn, c);
}

/* -- beginning -- */

static enum err
guess(struct ctx *cx, struct db *db, void *arg)
{
	const struct change *c = arg;
	enum err rc = hold_user(cx, db, c);

	return rc == ERR_OK ? totp_guess(cx, db, c->site.user_id) : rc;
}

/* With a token alone, a stranger who came by it would lock its owner out. */
static enum err
check_password(
    struct app *app, struct call *call, const struct user *user, struct change *c)
{
	struct ctx *cx = &call->cx;
	const char *text = json_get_text(call->body, "password");
	bool match = false;
	enum err rc;

	if (user->password_hash == NULL)
		return ERR_OK;
	if (text == NULL) {
		ctx_fault(cx, "/password", "required", "is missing");
		return err_tell(&cx->err, ERR_INVALID,
		    "your password is needed to begin with one-time passwords");
	}
	c->asked = true;
	rc = run(app, call, guess, c);
	if (rc == ERR_OK)
		rc = hash_check(cx, app->hashes, user->password_hash,
		    (struct password){text, strlen(text)}, &match);
	if (rc != ERR_OK || match)
		return rc;
	ctx_fault(cx, "/password", "password", "is not right");
	return err_tell(&cx->err, ERR_INVALID, "the password is not right");
}

static enum err
begin(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold_user(cx, db, c);

	if (rc == ERR_OK)
		rc = totp_begin(cx, db, &c->site, &c->secret);
	if (rc == ERR_OK && c->asked)
		rc = totp_guess_right(cx, db, c->site.user_id);
	return rc;
}

/* Escaped as RFC 3986, 2.1; a colon would end the issuer, and becomes a blank. */
static void
put_escaped(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		const unsigned char c = *text == ':' ? ' ' : (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~", c) != NULL)
			buf_putc(b, (char)c);
		else
			buf_printf(b, "%%%02X", (unsigned)c);
	}
}

/* What programs that make the codes read, mostly from a picture of it:
 * github.com/google/google-authenticator/wiki/Key-Uri-Format. */
static const char *
uri_of(const struct app *app, struct call *call, const struct user *user,
    const char *secret)
{
	const char *name = app->conf->product_name;
	const char *issuer = str_is_set(name) ? name : "tenantd";
	struct buf b;

	buf_init(&b, call->cx.mem, URI_MAX);
	buf_puts(&b, "otpauth://totp/");
	put_escaped(&b, issuer);
	buf_putc(&b, ':');
	put_escaped(&b, user->email);
	buf_printf(&b, "?secret=%s&issuer=", secret);
	put_escaped(&b, issuer);
	return buf_text(&b);
}

enum err
totp_post(struct app *app, struct call *call)
{
	struct change c;
	struct user user;
	struct json_out o;
	enum err rc = find_user(app, call, &user, &c);

	if (rc == ERR_OK)
		rc = check_password(app, call, &user, &c);
	if (rc == ERR_OK)
		rc = run(app, call, begin, &c);
	if (rc != ERR_OK)
		return rc;
	call->rs->status = 201;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "secret", c.secret);
	json_member_text(&o, "otpauth_uri", uri_of(app, call, &user, c.secret));
	json_close_object(&o);
	return ERR_OK;
}

/* -- what asks for a code -- */

/* The factor was shown in this session, and in no other. */
static enum err
settle_sessions(struct ctx *cx, struct db *db, const struct change *c)
{
	const char *user_id = c->site.user_id, *kept = c->session_id;
	enum err rc = sessions_end_of(cx, db, user_id, SESSION_ENDED_BY_FACTOR, kept);

	return rc == ERR_OK && kept != NULL ? session_note_factor(cx, db, user_id, kept)
					    : rc;
}

static enum err
confirm(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold_user(cx, db, c);

	if (rc == ERR_OK)
		rc = totp_confirm(cx, db, &c->site, &c->shown);
	return rc == ERR_OK && c->shown.right ? settle_sessions(cx, db, c) : rc;
}

static enum err
renew(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold_user(cx, db, c);

	return rc == ERR_OK ? totp_renew_codes(cx, db, &c->site, &c->shown) : rc;
}

static enum err
disable(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold_user(cx, db, c);

	return rc == ERR_OK ? totp_disable(cx, db, &c->site, &c->shown) : rc;
}

/* A wrong code was counted, so that the transaction had to be committed. */
static enum err
show_code(struct app *app, struct call *call, db_transaction_fn *fn, struct change *c)
{
	struct ctx *cx = &call->cx;
	struct user user;
	enum err rc = find_user(app, call, &user, c);

	c->shown.code = json_get_text(call->body, "code");
	if (rc == ERR_OK)
		rc = run(app, call, fn, c);
	if (rc != ERR_OK || c->shown.right)
		return rc;
	ctx_fault(cx, "/code", "code", "is not right, or was used before");
	return err_tell(&cx->err, ERR_INVALID,
	    "the code is not right, or was used before: wait for the next one");
}

static enum err
answer_recovery(struct call *call, struct change *c)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_name(&o, "recovery_codes");
	json_open_array(&o);
	for (int i = 0; i < TOTP_RECOVERY_CODES; i++)
		json_put_text(&o, c->shown.recovery.codes[i]);
	json_close_array(&o);
	json_close_object(&o);
	secret_cleanse(&c->shown.recovery, sizeof(c->shown.recovery));
	return ERR_OK;
}

enum err
totp_confirm_post(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = show_code(app, call, confirm, &c);

	return rc == ERR_OK ? answer_recovery(call, &c) : rc;
}

enum err
totp_recovery_post(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = show_code(app, call, renew, &c);

	return rc == ERR_OK ? answer_recovery(call, &c) : rc;
}

enum err
totp_disable_post(struct app *app, struct call *call)
{
	struct change c;
	enum err rc = show_code(app, call, disable, &c);

	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}

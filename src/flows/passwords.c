/* passwords.c - see passwords.h. */
#include "flows/passwords.h"

#include <string.h>

#include "crypto/opaque.h"
#include "crypto/secret.h"
#include "people/mail_limit.h"
#include "people/password.h"
#include "session/session.h"

/* -- asking -- */

struct asking {
	const struct account_site *site;
	const char *email;
	struct opaque secret;
};

/* What is done for an address that is nobody's: the same. */
static enum err
ask(struct ctx *cx, struct db *db, void *arg)
{
	const struct asking *a = arg;
	const struct mail_limit limit = {MAIL_LIMIT_RESET, a->email, a->site->address};
	char seconds[STR_I64_SIZE];
	struct db_rows *rows;
	bool allowed, known;
	enum err rc = mail_limit_take(cx, db, &limit, &allowed);

	if (rc != ERR_OK || !allowed)
		return rc;
	rc = db_query(cx, db, STMT_password_reset_create,
	    DB_ARGS(
		a->secret.digest, a->email, str_from_i64(seconds, PASSWORDS_RESET_S)),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	known = db_row_count(rows) > 0;
	return account_write(cx, a->site,
	    &(struct account_letter){.template = "password_reset",
		.page = "reset-password",
		.email = known ? db_text(rows, 0, 1) : NULL,
		.name = known ? db_text(rows, 0, 2) : NULL,
		.secret = a->secret.text,
		.expires_in = "1 hour"});
}

enum err
passwords_ask(struct ctx *cx, const struct account_site *s, const char *email)
{
	struct asking a = {.site = s, .email = email};
	enum err rc = account_check_mail(cx, s);

	if (rc == ERR_OK)
		rc = opaque_make(cx, OPAQUE_RESET, &a.secret);
	if (rc != ERR_OK)
		return rc;
	rc = db_transaction(cx, s->db, DB_MANAGEMENT, ask, &a);
	secret_cleanse(a.secret.text, strlen(a.secret.text));
	return rc;
}

/* -- storing -- */

struct storing {
	const struct account_site *site;
	struct user user;
	const char *phc;
	const char *digest;  /* of the secret that it is done by; NULL: none */
	const char *session; /* that goes on; NULL: none does */
	const char *event;
};

static enum err
refuse_secret(struct ctx *cx)
{
	ctx_fault(cx, "/token", "token", "is not valid, has expired, or was used");
	return err_tell(&cx->err, ERR_INVALID,
	    "the token is not valid, has expired, or was used: ask for another mail");
}

/* The secrets go whoever chooses the password: an older mail is of no use any more. */
static enum err
take_secrets(struct ctx *cx, struct db *db, const struct storing *st)
{
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_password_reset_take, DB_ARGS(st->digest, st->user.id), &rows);

	if (rc == ERR_OK && st->digest != NULL && db_row_count(rows) == 0)
		rc = refuse_secret(cx);
	return rc;
}

static enum err
store(struct ctx *cx, struct db *db, void *arg)
{
	const struct storing *st = arg;
	enum err rc = take_secrets(cx, db, st);

	if (rc == ERR_OK)
		rc = password_store(cx, db, st->user.id, st->phc);
	if (rc == ERR_OK)
		rc = sessions_end_of(
		    cx, db, st->user.id, SESSION_ENDED_BY_PASSWORD, st->session);
	if (rc == ERR_OK)
		rc = account_write_down(cx, st->site, st->event, NULL);
	if (rc == ERR_OK)
		rc = account_warn(cx, st->site,
		    &(struct account_warning){.email = st->user.email,
			.name = st->user.name,
			.event = "Your password was changed"});
	return rc;
}

/* Held to the policy, hashed and stored, by who they are. */
static enum err
accept(struct ctx *cx, struct storing *st, const char *pointer, struct password wished)
{
	const struct account_site *s = st->site;
	const char *actor = cx->actor;
	struct policy policy;
	struct password_wish wish = {
	    .of = &st->user, .policy = &policy, .pointer = pointer, .password = wished};
	enum err rc = account_policy(cx, s, &st->user, &policy);

	if (rc == ERR_OK)
		rc = password_accept(cx, s->db, s->hashes, &wish, &st->phc);
	if (rc != ERR_OK)
		return rc;
	cx->actor = st->user.id;
	rc = db_transaction(cx, s->db, DB_MANAGEMENT, store, st);
	cx->actor = actor;
	return rc;
}

enum err
passwords_reset(struct ctx *cx, const struct account_site *s, const char *secret,
    struct password wished)
{
	struct storing st = {.site = s, .event = "PASSWORD_RESET"};
	char digest[DIGEST_HEX_SIZE];
	struct db_rows *rows;
	bool found = false;
	enum err rc;

	if (!opaque_digest(secret, OPAQUE_RESET, digest))
		return refuse_secret(cx);
	rc = db_read(
	    cx, s->db, DB_MANAGEMENT, DB_CALL(STMT_password_reset_find, digest), &rows);
	if (rc == ERR_OK && db_row_count(rows) > 0)
		rc = user_find(cx, s->db, db_text(rows, 0, 0), &st.user, &found);
	if (rc != ERR_OK)
		return rc;
	if (!found)
		return refuse_secret(cx);
	st.digest = digest;
	return accept(cx, &st, "/password", wished);
}

/* -- by who knows the current one -- */

/* The one place where a wrong current password comes to light: what counts failed
 * attempts is told here. */
static enum err
refuse_current(struct ctx *cx)
{
	ctx_fault(cx, "/current_password", "password", "is not the current password");
	return err_tell(
	    &cx->err, ERR_INVALID, "the current password is not the right one");
}

static enum err
check_current(struct ctx *cx, const struct account_site *s, const struct user *u,
    struct password current)
{
	bool match;
	enum err rc;

	if (u->password_hash == NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "you have no password yet: have one mailed by "
		    "/users/password-reset");
	rc = hash_check(cx, s->hashes, u->password_hash, current, &match);
	return rc == ERR_OK && !match ? refuse_current(cx) : rc;
}

enum err
passwords_change(
    struct ctx *cx, const struct account_site *s, const struct passwords_change *c)
{
	struct storing st = {
	    .site = s, .session = c->session, .event = "PASSWORD_CHANGED"};
	bool found;
	enum err rc = user_find(cx, s->db, c->user_id, &st.user, &found);

	if (rc != ERR_OK)
		return rc;
	if (!found || !st.user.active)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "the token is not that of a user of ours: there is no password to "
		    "change");
	rc = check_current(cx, s, &st.user, c->current);
	return rc == ERR_OK ? accept(cx, &st, "/new_password", c->wished) : rc;
}

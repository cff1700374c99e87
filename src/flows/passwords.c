/* passwords.c - see passwords.h. */
#include "flows/passwords.h"

#include <string.h>

#include "crypto/opaque.h"
#include "crypto/secret.h"
#include "flows/signin_record.h"
#include "people/mail_limit.h"
#include "people/password.h"
#include "people/throttle.h"
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
		rc = mail_limit_enter(cx, s->db, s->address);
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
	struct user user; /* as they were when it was looked at */
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

/* Holds the user. By a mail, it is of use still; by the current password, it is that
 * still. */
static enum err
hold(struct ctx *cx, struct db *db, const struct storing *st)
{
	struct db_rows *rows;
	struct user now;
	bool found;
	enum err rc = user_hold(cx, db, st->user.id, &now, &found);

	if (rc != ERR_OK)
		return rc;
	if (st->digest == NULL)
		return found && now.active && now.password_hash != NULL &&
			strcmp(now.password_hash, st->user.password_hash) == 0
		    ? ERR_OK
		    : err_tell(&cx->err, ERR_CONFLICT,
			  "the user was changed at the same time: try again");
	rc = db_query(
	    cx, db, STMT_password_reset_take, DB_ARGS(st->digest, st->user.id), &rows);
	if (rc == ERR_OK && (!found || !now.active || db_row_count(rows) == 0))
		rc = refuse_secret(cx);
	return rc;
}

static struct throttle_who
who_of(const struct account_site *s, const struct user *u)
{
	return (struct throttle_who){
	    .account = u->email, .user_id = u->id, .address = s->address};
}

static enum err
store(struct ctx *cx, struct db *db, void *arg)
{
	const struct storing *st = arg;
	const struct throttle_who who = who_of(st->site, &st->user);
	enum err rc = hold(cx, db, st);

	if (rc == ERR_OK)
		rc = password_store(cx, db, st->user.id, st->phc);
	if (rc == ERR_OK)
		rc = sessions_end_of(
		    cx, db, st->user.id, SESSION_ENDED_BY_PASSWORD, st->session);
	if (rc == ERR_OK)
		rc = throttle_forget(cx, db, &who);
	if (rc == ERR_OK)
		rc = account_write_down(cx, st->site, st->event);
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

/* -- by who knows the current one, guesses at which count like those at a sign-in -- */

struct guess {
	const struct account_site *site;
	const struct user *of;
	struct throttle throttle;
};

static enum err
count(struct ctx *cx, struct db *db, void *arg)
{
	struct guess *g = arg;
	const struct throttle_who who = who_of(g->site, g->of);
	const struct signin_record r = {
	    .audit = g->site->audit, .address = g->site->address, .user_id = g->of->id};
	enum err rc = throttle_password(cx, db, &who, &g->throttle);

	return rc == ERR_OK && g->throttle.first
	    ? signin_record_throttled(cx, db, &r, g->throttle.wait_s)
	    : rc;
}

static enum err
forgive(struct ctx *cx, struct db *db, void *arg)
{
	const struct guess *g = arg;

	return throttle_forgive(cx, db, &g->throttle);
}

static enum err
write_failure(struct ctx *cx, struct db *db, void *arg)
{
	const struct guess *g = arg;

	(void)db;
	return account_write_down(cx, g->site, "PASSWORD_CHANGE_FAILED");
}

static enum err
refuse_current(struct ctx *cx, struct guess *g)
{
	enum err rc = db_transaction(cx, g->site->db, DB_MANAGEMENT, write_failure, g);

	if (rc != ERR_OK)
		return rc;
	ctx_fault(cx, "/current_password", "password", "is not the current password");
	return err_tell(
	    &cx->err, ERR_INVALID, "the current password is not the right one");
}

static enum err
too_early(struct ctx *cx, int64_t wait_s)
{
	err_tell(&cx->err, ERR_RATE_LIMITED,
	    "too many wrong passwords: try again in %lld seconds", (long long)wait_s);
	cx->err.retry_after = (int)wait_s;
	return ERR_RATE_LIMITED;
}

/* What could not be looked at is no failure. */
static enum err
check_current(struct ctx *cx, const struct account_site *s, const struct user *u,
    struct password current)
{
	struct guess g = {.site = s, .of = u};
	struct err_info why;
	bool match;
	enum err rc = db_transaction(cx, s->db, DB_MANAGEMENT, count, &g), checked;

	if (rc == ERR_OK && g.throttle.wait_s > 0)
		rc = too_early(cx, g.throttle.wait_s);
	if (rc != ERR_OK)
		return rc;
	checked = hash_check(cx, s->hashes, u->password_hash, current, &match);
	if (checked == ERR_OK && !match)
		return refuse_current(cx, &g);
	why = cx->err;
	rc = db_transaction(cx, s->db, DB_MANAGEMENT, forgive, &g);
	if (rc == ERR_OK && checked != ERR_OK)
		cx->err = why;
	return rc == ERR_OK ? checked : rc;
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
	if (st.user.password_hash == NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "you have no password yet: have a mail sent by "
		    "/users/password-reset to choose one");
	rc = check_current(cx, s, &st.user, c->current);
	return rc == ERR_OK ? accept(cx, &st, "/new_password", c->wished) : rc;
}

/* signin.c - by a password; see signin.h. */
#include "flows/signin.h"

#include <string.h>

#include "base/buf.h"
#include "base/email.h"
#include "crypto/password.h"
#include "flows/admit.h"
#include "flows/signin_record.h"
#include "people/throttle.h"
#include "people/totp.h"

/* One try, from its beginning to its end. */
struct attempt {
	const struct signin_site *site;
	const struct signin_try *try;
	struct signin_answer *out;
	struct user user; /* whose address it is */
	bool known;       /* there is such a user */
	bool has_totp;
	const char *rehashed; /* the same password at today's costs; NULL: as it is */
	struct throttle throttle, codes;
	struct admission admission;
	struct err_info refusal; /* what is told though all is committed */
	const char *reason;      /* of the refusal, for the audit log */
};

static const char wrong_code[] = "the one-time password is not right";

static struct signin_record
record_of(const struct attempt *a)
{
	return (struct signin_record){
	    .audit = a->site->audit,
	    .address = a->site->address,
	    .user_id = a->known ? a->user.id : NULL,
	    .tenant_id = a->known ? a->user.tenant_id : NULL,
	};
}

/* -- before the password is looked at -- */

/* Hashes that another program left are none that we can check: nobody's. */
static const char *
hash_of(const struct attempt *a)
{
	static const char ours[] = "$argon2id$";
	const char *hash = a->known ? a->user.password_hash : NULL;

	return hash != NULL && strncmp(hash, ours, sizeof(ours) - 1) == 0 ? hash : NULL;
}

static enum err
find_user(struct ctx *cx, struct attempt *a)
{
	if (!email_valid(a->try->email))
		return ERR_OK;
	return user_find_by_email(cx, a->site->db, a->try->email, &a->user, &a->known);
}

static enum err
count(struct ctx *cx, struct db *db, void *arg)
{
	struct attempt *a = arg;
	const struct throttle_who who = {
	    .account = a->known ? a->user.email : a->try->email,
	    .user_id = a->known ? a->user.id : NULL,
	    .address = a->site->address,
	};
	struct signin_record r = record_of(a);
	enum err rc = throttle_password(cx, db, &who, &a->throttle);

	if (rc != ERR_OK || !a->throttle.first)
		return rc;
	return signin_record_throttled(cx, db, &r, a->throttle.wait_s);
}

static enum err
too_early(struct ctx *cx, int64_t wait_s)
{
	err_tell(&cx->err, ERR_RATE_LIMITED,
	    "too many failed attempts to sign in: try again in %lld seconds",
	    (long long)wait_s);
	cx->err.retry_after = (int)wait_s;
	return ERR_RATE_LIMITED;
}

/* -- ends that are no sign-in -- */

static enum err
forgive(struct ctx *cx, struct db *db, void *arg)
{
	const struct attempt *a = arg;

	return throttle_forgive(cx, db, &a->throttle);
}

/* The password could not be looked at: nobody failed. */
static enum err
give_up(struct ctx *cx, struct attempt *a)
{
	const struct err_info why = cx->err;

	if (db_transaction(cx, a->site->db, DB_MANAGEMENT, forgive, a) == ERR_OK)
		cx->err = why;
	return cx->err.code;
}

static enum err
write_refusal(struct ctx *cx, struct db *db, void *arg)
{
	struct attempt *a = arg;
	struct signin_record r = record_of(a);

	return signin_record_failed(cx, db, &r, a->reason);
}

/* Alike for an unknown user, a wrong password, and an account that is not active. */
static enum err
wrong_credentials(struct ctx *cx, struct attempt *a)
{
	enum err rc;

	a->reason = !a->known ? "unknown user"
	    : !a->user.active ? "account not active"
			      : "wrong password";
	rc = db_transaction(cx, a->site->db, DB_MANAGEMENT, write_refusal, a);
	return rc == ERR_OK ? err_set(&cx->err, ERR_CREDENTIALS, "%s", a->reason) : rc;
}

/* Keeps what is told until the transaction is through. forgiven: the password was
 * right, and nothing that was shown was wrong. */
static enum err
refuse(
    struct ctx *cx, struct db *db, struct attempt *a, const char *reason, bool forgiven)
{
	struct signin_record r = record_of(a);
	enum err rc = ERR_OK;

	a->refusal = cx->err;
	err_clear(&cx->err);
	if (a->admission.tenant.id != NULL)
		r.tenant_id = a->admission.tenant.id;
	if (reason != NULL)
		rc = signin_record_failed(cx, db, &r, reason);
	if (rc == ERR_OK && forgiven)
		rc = throttle_forgive(cx, db, &a->throttle);
	return rc;
}

/* -- with the right password, in a transaction that holds the user -- */

static bool
may_be_refused(enum err rc)
{
	return rc == ERR_TENANT_SUSPENDED || rc == ERR_TENANT_INACTIVE ||
	    rc == ERR_POLICY || rc == ERR_PASSWORD_EXPIRED || rc == ERR_FORBIDDEN;
}

/* Whether the row is still what the password was checked against. */
static bool
is_same(const struct user *now, const struct user *checked)
{
	return now->active && now->password_hash != NULL &&
	    strcmp(now->password_hash, checked->password_hash) == 0;
}

/* *done: it ends here. */
static enum err
check_code(struct ctx *cx, struct db *db, struct attempt *a, bool *done)
{
	const char *code = a->try->otp;
	struct signin_record r = record_of(a);
	bool taken = false;
	enum err rc;

	*done = true;
	if (code == NULL) {
		err_tell(&cx->err, ERR_SECOND_FACTOR,
		    "the account has a second factor: send its one-time password, or "
		    "a recovery code, as \"otp\"");
		return refuse(cx, db, a, NULL, true);
	}
	rc = throttle_code(cx, db, a->user.id, &a->codes);
	if (rc == ERR_OK && a->codes.wait_s > 0) {
		if (a->codes.first)
			rc = signin_record_throttled(cx, db, &r, a->codes.wait_s);
		if (rc != ERR_OK)
			return rc;
		(void)too_early(cx, a->codes.wait_s);
		return refuse(cx, db, a, NULL, true);
	}
	if (rc == ERR_OK)
		rc = totp_take(cx, db, a->site->keys, a->user.id, code, &taken);
	if (rc != ERR_OK)
		return rc;
	if (!taken) {
		err_tell(&cx->err, ERR_CREDENTIALS, "%s", wrong_code);
		return refuse(cx, db, a, wrong_code, false);
	}
	*done = false;
	return throttle_forgive(cx, db, &a->codes);
}

static enum err
begin_session(struct ctx *cx, struct db *db, struct attempt *a, struct admit_wish *wish,
    struct signin_record *r)
{
	const struct session_draft draft = {
	    .user_id = a->user.id,
	    .tenant_id = a->admission.tenant.id,
	    .chosen = a->try->tenant != NULL,
	    .scope = a->try->scope != NULL ? a->try->scope : "",
	    .address = a->site->address,
	    .agent = a->site->agent,
	    .mfa = a->has_totp,
	};
	const struct session_terms terms = admit_terms(&a->admission, a->site->conf);
	struct session_grant grant;
	enum err rc = session_begin(cx, db, &draft, &terms, &grant);

	if (rc != ERR_OK)
		return rc;
	wish->session_id = r->session_id = grant.id;
	wish->left_s = grant.left_s;
	a->out->refresh_token = grant.refresh_token;
	return ERR_OK;
}

static enum err
let_in(struct ctx *cx, struct db *db, struct attempt *a)
{
	const struct admission *who = &a->admission;
	struct admit_wish wish = {.kept = "",
	    .asked = a->try->scope,
	    .enrol = who->policy.mfa_required && !a->has_totp};
	struct signin_record r = record_of(a);
	enum err rc = ERR_OK;

	r.tenant_id = who->tenant.id;
	r.mfa = a->has_totp;
	if (!wish.enrol)
		rc = begin_session(cx, db, a, &wish, &r);
	if (rc == ERR_OK)
		rc = admit_issue(cx, a->site->conf, who, &wish, a->out);
	if (rc == ERR_OK && a->rehashed != NULL)
		rc = db_queue(cx, db, STMT_user_rehash,
		    DB_ARGS(a->user.id, a->user.password_hash, a->rehashed));
	if (rc == ERR_OK)
		rc = signin_record_signed_in(cx, db, &r);
	return rc == ERR_OK ? throttle_forgive(cx, db, &a->throttle) : rc;
}

static enum err
decide(struct ctx *cx, struct db *db, void *arg)
{
	struct attempt *a = arg;
	struct user now;
	bool found, done = false;
	enum err rc = user_hold(cx, db, a->user.id, &now, &found);

	*a->out = (struct signin_answer){0};
	a->refusal = (struct err_info){0};
	a->admission = (struct admission){0};
	if (rc != ERR_OK)
		return rc;
	if (!found || !is_same(&now, &a->user)) {
		err_set(&cx->err, ERR_CREDENTIALS, "changed meanwhile");
		return refuse(cx, db, a, "changed meanwhile", false);
	}
	rc = totp_query_on(cx, db, now.id, &a->has_totp);
	if (rc == ERR_OK)
		rc = admit_read(cx, db, &now, a->try->tenant, &a->admission);
	if (rc == ERR_OK)
		rc = admit_check(cx, &a->admission, a->site->address);
	if (may_be_refused(rc))
		return refuse(cx, db, a, err_slug(rc), true);
	if (rc == ERR_OK && a->has_totp)
		rc = check_code(cx, db, a, &done);
	return rc == ERR_OK && !done ? let_in(cx, db, a) : rc;
}

static enum err
after_password(struct ctx *cx, struct attempt *a)
{
	const struct signin_site *site = a->site;
	enum err rc = ERR_OK;

	cx->actor = a->user.id;
	if (password_is_stale(a->user.password_hash))
		rc = hash_make(cx, site->hashes, a->try->password, &a->rehashed);
	if (rc != ERR_OK)
		return give_up(cx, a);
	rc = db_transaction(cx, site->db, DB_MANAGEMENT, decide, a);
	if (rc == ERR_SCOPE)
		return give_up(cx, a);
	if (rc == ERR_OK && a->refusal.code != ERR_OK) {
		cx->err = a->refusal;
		rc = a->refusal.code;
	}
	return rc;
}

enum err
signin_by_password(struct ctx *cx, const struct signin_site *site,
    const struct signin_try *try, struct signin_answer *out)
{
	struct attempt a = {.site = site, .try = try, .out = out};
	bool match = false;
	enum err rc = admit_check_scope(cx, try->scope);

	if (rc == ERR_OK && (try->password.n == 0 || try->password.n > PASSWORD_MAX)) {
		ctx_fault(
		    cx, "/password", "maxLength", "has 1 to %d bytes", PASSWORD_MAX);
		rc = err_tell(&cx->err, ERR_INVALID, "the password is no password");
	}
	if (rc == ERR_OK)
		rc = find_user(cx, &a);
	if (rc == ERR_OK)
		rc = db_transaction(cx, site->db, DB_MANAGEMENT, count, &a);
	if (rc != ERR_OK)
		return rc;
	if (a.throttle.wait_s > 0)
		return too_early(cx, a.throttle.wait_s);
	rc = hash_check(cx, site->hashes, hash_of(&a), try->password, &match);
	if (rc != ERR_OK)
		return give_up(cx, &a);
	return match && a.user.active ? after_password(cx, &a)
				      : wrong_credentials(cx, &a);
}

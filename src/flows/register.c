/* register.c - see register.h. */
#include "flows/register.h"

#include <string.h>

#include "base/id.h"
#include "crypto/opaque.h"
#include "crypto/secret.h"
#include "flows/joining.h"
#include "mail/outbox.h"
#include "people/mail_limit.h"
#include "people/password.h"
#include "people/registration.h"

/* One registration under way. */
struct entry {
	const struct account_site *site;
	struct registration is;
	const char *user_id;    /* that they get */
	const char *invitation; /* digest of its secret; NULL: none */
	struct opaque secret;   /* that is mailed */
	bool confirmed;         /* by is.digest, which is to be taken */
};

/* -- those who become users -- */

static enum err
refuse_secret(struct ctx *cx)
{
	ctx_fault(cx, "/token", "token", "is not valid, has expired, or was used");
	return err_tell(&cx->err, ERR_INVALID,
	    "the token is not valid, has expired, or was used: register again");
}

static enum err
admit(struct ctx *cx, struct db *db, void *arg)
{
	const struct entry *e = arg;
	struct registration is = e->is;
	bool found = true;
	enum err rc = ERR_OK;

	if (e->confirmed)
		rc = registration_take(cx, db, &is, &found);
	if (rc == ERR_OK && !found)
		rc = refuse_secret(cx);
	if (rc == ERR_OK)
		rc = registration_admit(cx, db, e->user_id, &is);
	if (rc == ERR_OK)
		rc = account_write_down(cx, e->site, "USER_REGISTERED");
	if (rc == ERR_OK && e->invitation != NULL)
		rc = joining_accept_held(cx, e->site,
		    &(struct joining){.user_id = e->user_id,
			.email = is.email,
			.digest = e->invitation},
		    NULL);
	return rc;
}

/* Done by themselves, under the id that they get. */
static enum err
make(struct ctx *cx, struct entry *e, struct user *out)
{
	const char *actor = cx->actor;
	char id[UUID_TEXT_SIZE];
	bool found;
	enum err rc;

	uuid_text(id, uuid_random());
	e->user_id = cx->actor = arena_strdup(cx->mem, id);
	rc = db_transaction(cx, e->site->db, DB_MANAGEMENT, admit, e);
	cx->actor = actor;
	if (rc == ERR_CONFLICT &&
	    strcmp(db_constraint(e->site->db), "users_email_key") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "there is a user with this address already: sign in, or choose "
		    "another password by /users/password-reset");
	if (rc == ERR_OK)
		rc = user_find(cx, e->site->db, e->user_id, out, &found);
	if (rc == ERR_OK && !found)
		rc = err_set(&cx->err, ERR_INTERNAL, "the new user is gone");
	return rc;
}

/* -- those who are written to -- */

/* Somebody has the address: they are told, once in a while. Else it is nobody's mail.
 */
static enum err
tell_owner(struct ctx *cx, struct db *db, const struct entry *e)
{
	const struct mail_limit limit = {MAIL_LIMIT_TAKEN, e->is.email, ""};
	bool allowed;
	enum err rc = mail_limit_take_only(cx, db, &limit, &allowed);

	return rc == ERR_OK
	    ? account_warn(cx, e->site,
		  &(struct account_warning){.email = allowed ? e->is.email : NULL,
		      .event = "Somebody tried to register your address",
		      .details = "You have an account already. If it was you, sign in, "
				 "or ask for another password if you forgot yours."})
	    : rc;
}

static enum err
write(struct ctx *cx, const struct entry *e, const struct registration *to)
{
	return account_write(cx, e->site,
	    &(struct account_letter){.template = "verification",
		.page = "verify-email",
		.email = to != NULL ? to->email : NULL,
		.name = to != NULL ? to->name : NULL,
		.secret = e->secret.text,
		.expires_in = "24 hours"});
}

/* Without a mail a registration is of no use: then it is not kept. */
static enum err
enter(struct ctx *cx, struct db *db, void *arg)
{
	const struct entry *e = arg;
	const struct mail_limit limit = {
	    MAIL_LIMIT_VERIFICATION, e->is.email, e->is.client};
	bool allowed, taken;
	enum err rc = mail_limit_take(cx, db, &limit, &allowed);

	if (rc != ERR_OK || !allowed)
		return rc;
	rc = registration_create(cx, db, &e->is, &taken);
	if (rc != ERR_OK)
		return rc;
	return taken ? tell_owner(cx, db, e) : write(cx, e, &e->is);
}

static enum err
enter_again(struct ctx *cx, struct db *db, void *arg)
{
	const struct entry *e = arg;
	struct registration is = e->is;
	const struct mail_limit limit = {MAIL_LIMIT_VERIFICATION, is.email, is.client};
	bool allowed, found;
	enum err rc = mail_limit_take(cx, db, &limit, &allowed);

	if (rc != ERR_OK || !allowed)
		return rc;
	rc = registration_again(cx, db, &is, &found);
	return rc == ERR_OK ? write(cx, e, found ? &is : NULL) : rc;
}

static enum err
with_secret(struct ctx *cx, struct entry *e, db_transaction_fn *fn)
{
	enum err rc = opaque_make(cx, OPAQUE_VERIFICATION, &e->secret);

	if (rc != ERR_OK)
		return rc;
	e->is.digest = e->secret.digest;
	rc = db_transaction(cx, e->site->db, DB_MANAGEMENT, fn, e);
	secret_cleanse(e->secret.text, strlen(e->secret.text));
	return rc;
}

/* -- the ways in -- */

/* The policy is the tenant's who invites, else the usual one. */
static enum err
hash(struct ctx *cx, struct entry *e, const struct register_wish *w,
    const char *tenant_id)
{
	const struct account_site *s = e->site;
	struct policy policy;
	const struct password_wish wish = {
	    .policy = &policy, .pointer = "/password", .password = w->password};
	enum err rc = policy_find(cx, s->db, tenant_id, &policy);

	return rc == ERR_OK
	    ? password_accept(cx, s->db, s->hashes, &wish, &e->is.password_hash)
	    : rc;
}

/* The secret came by mail to the address that it is for: there is nothing to confirm.
 */
static enum err
by_invitation(
    struct ctx *cx, struct entry *e, const struct register_wish *w, struct user *out)
{
	struct joining j = {.email = w->email, .pointer = "/invitation"};
	char digest[DIGEST_HEX_SIZE];
	const char *tenant_id;
	enum err rc = joining_digest(cx, &j, w->invitation, digest);

	if (rc == ERR_OK)
		rc = joining_check(cx, e->site, &j, &tenant_id);
	if (rc == ERR_OK)
		rc = hash(cx, e, w, tenant_id);
	if (rc != ERR_OK)
		return rc;
	e->invitation = digest;
	return make(cx, e, out);
}

enum err
register_begin(struct ctx *cx, const struct account_site *s,
    const struct register_wish *w, struct user *out, bool *made)
{
	const bool at_once = strcmp(s->conf->email_verification, "off") == 0;
	struct entry e = {.site = s,
	    .is = {.email = w->email, .name = w->name, .client = s->address}};
	enum err rc = outbox_check_address(cx, "/email", w->email);

	*made = at_once || w->invitation != NULL;
	if (rc == ERR_OK && w->invitation != NULL)
		return by_invitation(cx, &e, w, out);
	if (rc == ERR_OK && !at_once)
		rc = account_check_mail(cx, s);
	if (rc == ERR_OK)
		rc = hash(cx, &e, w, NULL);
	if (rc != ERR_OK)
		return rc;
	return at_once ? make(cx, &e, out) : with_secret(cx, &e, enter);
}

enum err
register_resend(struct ctx *cx, const struct account_site *s, const char *email)
{
	struct entry e = {.site = s, .is = {.email = email, .client = s->address}};
	enum err rc = account_check_mail(cx, s);

	return rc == ERR_OK ? with_secret(cx, &e, enter_again) : rc;
}

static enum err
refuse_password(struct ctx *cx, const struct account_site *s, const char *digest)
{
	enum err rc = registration_fail(cx, s->db, digest);

	if (rc != ERR_OK)
		return rc;
	ctx_fault(cx, "/password", "password", "is not the one that was registered");
	return err_tell(&cx->err, ERR_INVALID,
	    "the password is not the one that was registered: if it was not you who "
	    "registered, register yourself");
}

enum err
register_verify(struct ctx *cx, const struct account_site *s, const char *secret,
    struct password password, struct user *out)
{
	struct entry e = {.site = s, .confirmed = true};
	char digest[DIGEST_HEX_SIZE];
	bool found, match;
	enum err rc;

	if (!opaque_digest(secret, OPAQUE_VERIFICATION, digest))
		return refuse_secret(cx);
	rc = registration_find(cx, s->db, digest, &e.is, &found);
	if (rc == ERR_OK && !found)
		return refuse_secret(cx);
	if (rc == ERR_OK)
		rc = hash_check(cx, s->hashes, e.is.password_hash, password, &match);
	if (rc != ERR_OK)
		return rc;
	return match ? make(cx, &e, out) : refuse_password(cx, s, digest);
}

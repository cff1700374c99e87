/* user_draft.c - users made by administrators; see users.h and user_draft.h. */
#include "flows/user_draft.h"

#include <string.h>

#include "base/email.h"
#include "base/id.h"
#include "base/str.h"
#include "policy/policy.h"
#include "tenant/tenant.h"

enum err
draft_check_name(struct ctx *cx, const char *name)
{
	const size_t n = name != NULL ? strlen(name) : 0;
	bool fits = name == NULL ||
	    (n > 0 && utf8_valid(name, n, true) &&
		utf8_length(name, n) <= USER_NAME_MOST);

	for (size_t i = 0; i < n; i++)
		fits = fits && (unsigned char)name[i] >= ' ' && name[i] != 0x7f;
	if (fits)
		return ERR_OK;
	ctx_fault(cx, "/name", "pattern",
	    "must have 1 to %d characters and no control characters", USER_NAME_MOST);
	return err_tell(&cx->err, ERR_INVALID, "the name is not valid");
}

static enum err
no_tenant(struct ctx *cx, const char *name, bool trusted)
{
	if (trusted)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "there is no tenant \"%s\"", name);
	ctx_fault(
	    cx, "/tenant_id", "exists", "names no tenant: there is no \"%s\"", name);
	return err_tell(&cx->err, ERR_INVALID,
	    "there is no tenant \"%s\": make it first, with POST /admin/tenants or "
	    "\"tenantd tenant create\"",
	    name);
}

enum err
draft_find_tenant(
    struct ctx *cx, struct db *db, const char *name, bool trusted, const char **id)
{
	struct db_rows *rows;
	const char *status;
	enum err rc;

	*id = NULL;
	if (name == NULL)
		return ERR_OK;
	rc = db_query(cx, db, STMT_tenant_show, DB_ARGS(name), &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return no_tenant(cx, name, trusted);
	*id = db_text(rows, 0, 0);
	status = db_text(rows, 0, 4);
	if (!trusted && !tenant_is_usable(status))
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" is %s: resume it first, with POST "
		    "/admin/tenants/%s/resume or \"tenantd tenant resume %s\"",
		    *id, status, *id, *id);
	return ERR_OK;
}

/* -- a new one -- */

struct creation {
	const struct user_desk *desk;
	const struct user_draft *d;
	struct policy policy;
	const char *id, *tenant, *hash;
};

static enum err
check_length(struct ctx *cx, const struct policy *p, struct slice password)
{
	const int least = p->password_least > USER_PASSWORD_LEAST ? p->password_least
								  : USER_PASSWORD_LEAST;

	if (!utf8_valid(password.p, password.n, true))
		return err_tell(
		    &cx->err, ERR_INVALID, "the password is not text in UTF-8");
	if (utf8_length(password.p, password.n) < (size_t)least)
		return err_tell(&cx->err, ERR_INVALID,
		    "the password is shorter than %d characters", least);
	return ERR_OK;
}

static enum err
check_draft(struct ctx *cx, const struct user_draft *d)
{
	if (!email_valid(d->email)) {
		ctx_fault(cx, "/email", "format", "\"%s\" is not an e-mail address",
		    d->email);
		return err_tell(
		    &cx->err, ERR_INVALID, "\"%s\" is not an e-mail address", d->email);
	}
	return draft_check_name(cx, d->name);
}

/* What the database says before the password is hashed. */
static enum err
look(struct ctx *cx, struct db *db, void *arg)
{
	struct creation *c = arg;
	enum err rc =
	    draft_find_tenant(cx, db, c->d->tenant, c->d->trusted, &c->tenant);

	return rc == ERR_OK ? policy_query(cx, db, c->tenant, &c->policy) : rc;
}

static enum err
hash(struct ctx *cx, struct creation *c)
{
	const struct slice password = {c->d->password, c->d->password_n};
	enum err rc;

	if (password.p == NULL)
		return ERR_OK;
	rc = c->d->trusted
	    ? check_length(cx, &c->policy, password)
	    : policy_check_password(cx, &c->policy, "/password", password);
	return rc == ERR_OK ? hash_make(cx, c->desk->hashes,
				  (struct password){password.p, password.n}, &c->hash)
			    : rc;
}

static enum err
create(struct ctx *cx, struct db *db, void *arg)
{
	struct creation *c = arg;
	const struct user_draft *d = c->d;
	struct user made = {.id = c->id, .superuser = d->superuser, .active = true};
	enum err rc = draft_find_tenant(cx, db, d->tenant, d->trusted, &c->tenant);

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_user_create,
		    DB_ARGS(c->id, d->email, c->hash, d->superuser ? "true" : "false",
			c->tenant, d->name),
		    NULL);
	made.tenant_id = c->tenant;
	return rc == ERR_OK ? user_write_down(cx, db, c->desk, "USER_CREATED", &made)
			    : rc;
}

enum err
user_create(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const struct user_draft *d, const char **id)
{
	struct creation c = {.desk = desk, .d = d};
	char text[UUID_TEXT_SIZE];
	enum err rc = check_draft(cx, d);

	if (rc == ERR_OK)
		rc = db_transaction(cx, db, DB_MANAGEMENT, look, &c);
	if (rc == ERR_OK)
		rc = hash(cx, &c);
	if (rc != ERR_OK)
		return rc;
	uuid_text(text, uuid_random());
	*id = c.id = arena_strdup(cx->mem, text);
	rc = db_transaction(cx, db, DB_MANAGEMENT, create, &c);
	if (rc == ERR_CONFLICT && strcmp(db_constraint(db), "users_email_key") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "there is a user with the address \"%s\" already", d->email);
	return rc;
}

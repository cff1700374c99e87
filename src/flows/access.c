/* access.c - see access.h. */
#include "flows/access.h"

#include "flows/account.h"
#include "people/password.h"
#include "people/totp.h"
#include "session/session.h"

struct deed {
	const struct user_desk *desk;
	const char *name, *hash;
};

static enum err
set_password(struct ctx *cx, struct db *db, void *arg)
{
	const struct deed *d = arg;
	struct user u;
	enum err rc = user_named_hold(cx, db, d->name, &u);

	if (rc == ERR_OK)
		rc = password_store(cx, db, u.id, d->hash);
	if (rc == ERR_OK)
		rc = sessions_end_of(cx, db, u.id, SESSION_ENDED_BY_PASSWORD, NULL);
	return rc == ERR_OK ? user_write_down(cx, db, d->desk, "USER_PASSWORD_SET", &u)
			    : rc;
}

enum err
access_set_password(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const char *name, struct password p)
{
	struct deed d = {.desk = desk, .name = name};
	const struct account_site site = {.db = db, .hashes = desk->hashes};
	struct policy policy;
	struct user u;
	const struct password_wish wish = {
	    .of = &u, .policy = &policy, .pointer = "/password", .password = p};
	enum err rc = user_named(cx, db, name, &u);

	if (rc == ERR_OK)
		rc = account_policy(cx, &site, &u, &policy);
	if (rc == ERR_OK)
		rc = password_accept(cx, db, desk->hashes, &wish, &d.hash);
	d.name = rc == ERR_OK ? u.id : name;
	return rc == ERR_OK ? db_transaction(cx, db, DB_MANAGEMENT, set_password, &d)
			    : rc;
}

static enum err
remove_totp(struct ctx *cx, struct db *db, void *arg)
{
	const struct deed *d = arg;
	struct user u;
	enum err rc = user_named_hold(cx, db, d->name, &u);

	if (rc == ERR_OK)
		rc = totp_remove(cx, db, u.id);
	return rc == ERR_OK ? user_write_down(cx, db, d->desk, "USER_TOTP_REMOVED", &u)
			    : rc;
}

enum err
access_remove_totp(
    struct ctx *cx, struct db *db, const struct user_desk *desk, const char *name)
{
	struct deed d = {.desk = desk, .name = name};

	return db_transaction(cx, db, DB_MANAGEMENT, remove_totp, &d);
}

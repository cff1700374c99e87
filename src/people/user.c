/* user.c - see user.h. */
#include "people/user.h"

#include <string.h>

#include "audit/audit.h"
#include "base/buf.h"
#include "base/email.h"
#include "base/id.h"
#include "base/str.h"
#include "crypto/password.h"
#include "json/json.h"

enum err
user_is_superuser(struct ctx *cx, struct db *db, const char *user_id, bool *out)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_user_superuser, user_id), &rows);

	*out = rc == ERR_OK && db_row_count(rows) == 1 && db_bool(rows, 0, 0);
	return rc;
}

/* -- one of them -- */

static bool
read_row(const struct db_rows *rows, struct user *out)
{
	if (db_row_count(rows) == 0)
		return false;
	*out = (struct user){
	    .id = db_text(rows, 0, 0),
	    .email = db_text(rows, 0, 1),
	    .name = db_text(rows, 0, 2),
	    .password_hash = db_text(rows, 0, 3),
	    .tenant_id = db_text(rows, 0, 4),
	    .superuser = db_bool(rows, 0, 5),
	    .active = db_bool(rows, 0, 6),
	    .password_age_s = db_i64(rows, 0, 7),
	    .version = db_i64(rows, 0, 8),
	    .created_at = db_text(rows, 0, 9),
	    .updated_at = db_text(rows, 0, 10),
	};
	return true;
}

enum err
user_find_by_email(
    struct ctx *cx, struct db *db, const char *email, struct user *out, bool *found)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_user_by_email, email), &rows);

	*found = rc == ERR_OK && read_row(rows, out);
	return rc;
}

enum err
user_find(struct ctx *cx, struct db *db, const char *id, struct user *out, bool *found)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_user_by_id, id), &rows);

	*found = rc == ERR_OK && read_row(rows, out);
	return rc;
}

enum err
user_hold(struct ctx *cx, struct db *db, const char *id, struct user *out, bool *found)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_user_hold, DB_ARGS(id), &rows);

	*found = rc == ERR_OK && read_row(rows, out);
	return rc;
}

static enum err
check_draft(struct ctx *cx, const struct user_draft *d)
{
	if (!email_valid(d->email))
		return err_tell(
		    &cx->err, ERR_INVALID, "\"%s\" is not an e-mail address", d->email);
	if (!utf8_valid(d->password, d->password_n, true))
		return err_tell(
		    &cx->err, ERR_INVALID, "the password is not text in UTF-8");
	if (utf8_length(d->password, d->password_n) < USER_PASSWORD_LEAST)
		return err_tell(&cx->err, ERR_INVALID,
		    "the password is shorter than %d characters", USER_PASSWORD_LEAST);
	return ERR_OK;
}

/* -- in the transaction -- */

struct creation {
	const struct user_draft *d;
	const char *id, *hash;
};

static enum err
find_tenant(struct ctx *cx, struct db *db, const char *name, const char **id)
{
	struct db_rows *rows;
	enum err rc;

	*id = NULL;
	if (name == NULL)
		return ERR_OK;
	rc = db_query(cx, db, STMT_tenant_show, DB_ARGS(name), &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "there is no tenant \"%s\"", name);
	if (rc == ERR_OK)
		*id = db_text(rows, 0, 0);
	return rc;
}

static const char *
creation_details(struct ctx *cx, const struct creation *c)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 4096);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "user_id", c->id);
	json_member_bool(&o, "is_superuser", c->d->superuser);
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
create(struct ctx *cx, struct db *db, void *arg)
{
	struct creation *c = arg;
	const char *tenant;
	enum err rc = find_tenant(cx, db, c->d->tenant, &tenant);

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_user_create,
		    DB_ARGS(c->id, c->d->email, c->hash,
			c->d->superuser ? "true" : "false", tenant),
		    NULL);
	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, c->d->audit, db,
	    &(struct audit_entry){.event = "USER_CREATED",
		.severity = c->d->superuser ? AUDIT_HIGH : AUDIT_MEDIUM,
		.actor = c->d->actor,
		.tenant_id = tenant,
		.address = "",
		.details = creation_details(cx, c)});
}

enum err
user_create(struct ctx *cx, struct db *db, const struct user_draft *d, const char **id)
{
	struct creation c = {.d = d};
	char text[UUID_TEXT_SIZE];
	enum err rc;

	if ((rc = check_draft(cx, d)) != ERR_OK)
		return rc;
	if ((rc = password_hash(cx, d->password, d->password_n, &c.hash)) != ERR_OK)
		return rc;
	uuid_text(text, uuid_random());
	*id = c.id = arena_strdup(cx->mem, text);
	rc = db_transaction(cx, db, DB_MANAGEMENT, create, &c);
	if (rc == ERR_CONFLICT && strcmp(db_constraint(db), "users_email_key") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "there is a user with the address \"%s\" already", d->email);
	return rc;
}

/* registration.c - see registration.h. */
#include "people/registration.h"

#include "base/id.h"
#include "base/str.h"

/* -- in transactions of their own -- */

enum err
registration_find(struct ctx *cx, struct db *db, const char *digest,
    struct registration *out, bool *found)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_registration_find, digest), &rows);

	*found = rc == ERR_OK && db_row_count(rows) > 0;
	if (*found)
		*out = (struct registration){.digest = digest,
		    .email = db_text(rows, 0, 0),
		    .name = db_text(rows, 0, 1),
		    .password_hash = db_text(rows, 0, 2)};
	return rc;
}

static enum err
fail(struct ctx *cx, struct db *db, void *arg)
{
	const char *digest = arg;
	char most[STR_I64_SIZE];

	return db_queue(cx, db, STMT_registration_fail,
	    DB_ARGS(digest, str_from_i64(most, REGISTRATION_FAILURES_MOST)));
}

enum err
registration_fail(struct ctx *cx, struct db *db, const char *digest)
{
	return db_transaction(cx, db, DB_MANAGEMENT, fail, (void *)(uintptr_t)digest);
}

/* -- inside a transaction -- */

enum err
registration_create(
    struct ctx *cx, struct db *db, const struct registration *r, bool *taken)
{
	char id[UUID_TEXT_SIZE], seconds[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	uuid_text(id, uuid_random());
	rc = db_query(cx, db, STMT_registration_create,
	    DB_ARGS(id, r->digest, r->email, r->name, r->password_hash, r->client,
		str_from_i64(seconds, REGISTRATION_S), r->invitation),
	    &rows);
	*taken = rc == ERR_OK && db_row_count(rows) == 0;
	return rc;
}

enum err
registration_again(struct ctx *cx, struct db *db, struct registration *r, bool *found)
{
	char id[UUID_TEXT_SIZE], seconds[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	uuid_text(id, uuid_random());
	rc = db_query(cx, db, STMT_registration_again,
	    DB_ARGS(r->email, id, r->digest, r->client,
		str_from_i64(seconds, REGISTRATION_S)),
	    &rows);
	*found = rc == ERR_OK && db_row_count(rows) > 0;
	if (*found) {
		r->email = db_text(rows, 0, 0);
		r->name = db_text(rows, 0, 1);
	}
	return rc;
}

enum err
registration_take(struct ctx *cx, struct db *db, struct registration *r, bool *found)
{
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_registration_take, DB_ARGS(r->digest, r->email), &rows);

	*found = rc == ERR_OK && db_row_count(rows) > 0;
	if (*found) {
		r->email = db_text(rows, 0, 0);
		r->name = db_text(rows, 0, 1);
		r->password_hash = db_text(rows, 0, 2);
		r->invitation = db_text(rows, 0, 3);
	}
	return rc;
}

enum err
registration_admit(
    struct ctx *cx, struct db *db, const char *user_id, const struct registration *r)
{
	enum err rc = db_queue(cx, db, STMT_registration_forget, DB_ARGS(r->email));

	return rc == ERR_OK
	    ? db_query(cx, db, STMT_user_register,
		  DB_ARGS(user_id, r->email, r->name, r->password_hash), NULL)
	    : rc;
}

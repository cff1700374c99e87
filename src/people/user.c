/* user.c - see user.h. */
#include "people/user.h"

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

void
user_read_row(const struct db_rows *rows, int row, struct user *out)
{
	*out = (struct user){
	    .id = db_text(rows, row, 0),
	    .email = db_text(rows, row, 1),
	    .name = db_text(rows, row, 2),
	    .password_hash = db_text(rows, row, 3),
	    .tenant_id = db_text(rows, row, 4),
	    .superuser = db_bool(rows, row, 5),
	    .active = db_bool(rows, row, 6),
	    .password_age_s = db_i64(rows, row, 7),
	    .version = db_i64(rows, row, 8),
	    .created_at = db_text(rows, row, 9),
	    .updated_at = db_text(rows, row, 10),
	};
}

static bool
read_row(const struct db_rows *rows, struct user *out)
{
	if (db_row_count(rows) == 0)
		return false;
	user_read_row(rows, 0, out);
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

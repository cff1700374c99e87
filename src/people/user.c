/* user.c - see user.h. */
#include "people/user.h"

enum err
user_is_superuser(struct ctx *cx, struct db *db, const char *user_id, bool *out)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, STMT_user_superuser, DB_ARGS(user_id), &rows);

	*out = rc == ERR_OK && db_row_count(rows) == 1 && db_bool(rows, 0, 0);
	return rc;
}

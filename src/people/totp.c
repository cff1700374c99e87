/* totp.c - see totp.h. */
#include "people/totp.h"

enum err
totp_is_on(struct ctx *cx, struct db *db, const char *user_id, bool *on)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_totp_is_on, user_id), &rows);

	*on = rc == ERR_OK && db_row_count(rows) == 1;
	return rc;
}

enum err
totp_take(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const char *user_id, const char *code, bool *taken)
{
	(void)cx;
	(void)db;
	(void)keys;
	(void)user_id;
	(void)code;
	*taken = false;
	return ERR_OK;
}

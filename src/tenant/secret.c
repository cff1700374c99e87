/* secret.c - see secret.h. */
#include "tenant/secret.h"

enum err
tenant_secret_open(struct ctx *cx, struct db *db, const struct seal_keys *keys,
    const struct tenant_secret_name *of, struct slice *value, bool *found)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, of->tenant_id,
	    DB_CALL(STMT_tenant_secret_find, of->tenant_id, of->name), &rows);

	(void)keys;
	*found = rc == ERR_OK && db_row_count(rows) == 1;
	if (*found)
		*value = slice_of(db_text(rows, 0, 0));
	return rc;
}

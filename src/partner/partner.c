/* partner.c - see partner.h. */
#include "partner/partner.h"

#include <string.h>

void
partner_read_row(const struct db_rows *rows, int row, struct partner *out)
{
	*out = (struct partner){
	    .id = db_text(rows, row, 0),
	    .name = db_text(rows, row, 1),
	    .status = db_text(rows, row, 2),
	    .status_reason = db_text(rows, row, 3),
	    .contact_email = db_text(rows, row, 4),
	    .tenant_quota =
		db_text(rows, row, 5) != NULL ? db_i64(rows, row, 5) : PARTNER_NO_QUOTA,
	    .rate_read = (int)db_i64(rows, row, 6),
	    .rate_write = (int)db_i64(rows, row, 7),
	    .version = db_i64(rows, row, 8),
	    .created_at = db_text(rows, row, 9),
	    .updated_at = db_text(rows, row, 10),
	};
}

enum err
partner_find(
    struct ctx *cx, struct db *db, const char *id, struct partner *out, bool *found)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_partner_find, id), &rows);

	*found = rc == ERR_OK && db_row_count(rows) > 0;
	if (*found)
		partner_read_row(rows, 0, out);
	return rc;
}

enum err
partner_check_active(struct ctx *cx, const struct partner *p)
{
	if (strcmp(p->status, "active") == 0)
		return ERR_OK;
	return err_tell(&cx->err, ERR_PARTNER_SUSPENDED,
	    "the partner \"%.200s\" is suspended: the platform's operators resume it",
	    p->id);
}

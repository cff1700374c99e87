/* partner.c - see partner.h. */
#include "partner/partner.h"

#include <string.h>

#include "base/str.h"

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
	    .tenants = PARTNER_NOT_COUNTED,
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
partner_not_there(struct ctx *cx, const char *id)
{
	return err_tell(&cx->err, ERR_NOT_FOUND, "there is no partner \"%.200s\"", id);
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

enum err
partner_check_there(struct ctx *cx, struct db *db, const char *id)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_partner_quota, DB_ARGS(id), &rows);

	return rc == ERR_OK && db_row_count(rows) == 0 ? partner_not_there(cx, id) : rc;
}

enum err
partner_tell_quota(struct ctx *cx, const struct partner_room *r)
{
	return err_tell(&cx->err, ERR_QUOTA,
	    "the partner may have %lld tenants, and has %lld: deactivate some, or have "
	    "the platform's operators raise its quota",
	    (long long)r->quota, (long long)r->used);
}

static enum err
take_quota(
    struct ctx *cx, struct db *db, const char *id, int64_t most, struct partner_room *r)
{
	char count_to[STR_I64_SIZE];
	struct db_rows *rows;
	int64_t left;
	enum err rc = db_queue(cx, db, STMT_partner_quota_turn, DB_ARGS(id));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_partner_quota_used,
		    DB_ARGS(id, str_from_i64(count_to, r->quota + 1)), &rows);
	if (rc != ERR_OK)
		return rc;
	r->used = db_i64(rows, 0, 0);
	left = r->quota > r->used ? r->quota - r->used : 0;
	r->granted = left < most ? left : most;
	return ERR_OK;
}

enum err
partner_reserve_some(struct ctx *cx, struct db *db, const char *id, int64_t most,
    struct partner_room *out)
{
	struct db_rows *rows;
	struct partner p = {.id = id};
	enum err rc = db_queue(cx, db, STMT_partner_quota_enter, DB_ARGS(id));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_partner_quota, DB_ARGS(id), &rows);
	*out = (struct partner_room){.granted = most};
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return err_tell(
		    &cx->err, ERR_FORBIDDEN, "\"%.200s\" is no partner any more", id);
	p.status = db_text(rows, 0, 0);
	rc = partner_check_active(cx, &p);
	if (rc != ERR_OK || db_text(rows, 0, 1) == NULL)
		return rc;
	out->quota = db_i64(rows, 0, 1);
	return take_quota(cx, db, id, most, out);
}

enum err
partner_reserve(struct ctx *cx, struct db *db, const char *id, int64_t more)
{
	struct partner_room room;
	enum err rc = partner_reserve_some(cx, db, id, more, &room);

	return rc == ERR_OK && room.granted < more ? partner_tell_quota(cx, &room) : rc;
}

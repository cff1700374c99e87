/* invitation.c - see invitation.h. */
#include "invitation/invitation.h"

#include <string.h>

#include "base/id.h"
#include "base/str.h"

enum { COLUMNS = 11 }; /* that read_row() reads */

static const char *const statuses[] = {
    INVITATION_PENDING, "accepted", "revoked", "expired"};

bool
invitation_status_known(const char *status)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (strcmp(statuses[i], status) == 0)
			return true;
	return false;
}

void
invitation_put(struct json_out *o, const char *id, const struct invitation *i)
{
	json_open_object(o);
	json_member_text(o, id, i->id);
	json_member_text(o, "tenantId", i->tenant_id);
	json_member_text(o, "email", i->email);
	json_member_text(o, "role", i->role);
	json_member_text(o, "status", i->status);
	json_member_text(o, "invitedBy", i->invited_by);
	json_member_text(o, "acceptedBy", i->accepted_by);
	json_member_text(o, "createdAt", i->created_at);
	json_member_text(o, "expiresAt", i->expires_at);
	json_member_text(o, "acceptedAt", i->accepted_at);
	json_member_text(o, "revokedAt", i->revoked_at);
	json_close_object(o);
}

static void
read_row(const struct db_rows *rows, int row, struct invitation *out)
{
	*out = (struct invitation){
	    .id = db_text(rows, row, 0),
	    .tenant_id = db_text(rows, row, 1),
	    .email = db_text(rows, row, 2),
	    .role = db_text(rows, row, 3),
	    .status = db_text(rows, row, 4),
	    .invited_by = db_text(rows, row, 5),
	    .accepted_by = db_text(rows, row, 6),
	    .created_at = db_text(rows, row, 7),
	    .expires_at = db_text(rows, row, 8),
	    .accepted_at = db_text(rows, row, 9),
	    .revoked_at = db_text(rows, row, 10),
	};
}

static enum err
take_one(
    struct ctx *cx, enum err rc, const struct db_rows *rows, struct invitation *out)
{
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such invitation");
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

static bool
take_shown(enum err rc, const struct db_rows *rows, struct invitation_shown *out)
{
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return false;
	read_row(rows, 0, &out->is);
	out->tenant_name = db_text(rows, 0, COLUMNS);
	out->tenant_slug = db_text(rows, 0, COLUMNS + 1);
	out->tenant_status = db_text(rows, 0, COLUMNS + 2);
	return true;
}

/* -- each in a transaction of its own -- */

enum err
invitations_list(struct ctx *cx, struct db *db, struct invitation_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, page->tenant_id,
	    DB_CALL(STMT_invitation_list, page->tenant_id, page->after, page->status,
		str_from_i64(limit, page->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		read_row(rows, i, &page->list[i]);
	return ERR_OK;
}

enum err
invitation_show(struct ctx *cx, struct db *db, const char *tenant_id, const char *id,
    struct invitation *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(
	    cx, db, tenant_id, DB_CALL(STMT_invitation_show, id, tenant_id), &rows);

	return take_one(cx, rc, rows, out);
}

enum err
invitation_find(struct ctx *cx, struct db *db, const char *digest,
    struct invitation_shown *out, bool *found)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_invitation_find, digest), &rows);

	*found = take_shown(rc, rows, out);
	return rc;
}

/* -- inside a transaction -- */

enum err
invitation_find_held(struct ctx *cx, struct db *db, const char *digest,
    struct invitation_shown *out, bool *found)
{
	struct db_rows *rows = NULL;
	enum err rc =
	    db_query(cx, db, STMT_invitation_find_held, DB_ARGS(digest), &rows);

	*found = take_shown(rc, rows, out);
	return rc;
}

enum err
invitation_hold(struct ctx *cx, struct db *db, const char *tenant_id, const char *id,
    struct invitation *out)
{
	struct db_rows *rows = NULL;
	enum err rc =
	    db_query(cx, db, STMT_invitation_hold, DB_ARGS(id, tenant_id), &rows);

	return take_one(cx, rc, rows, out);
}

enum err
invitation_look(struct ctx *cx, struct db *db, const char *tenant_id, const char *email,
    struct invitation_setting *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_invitation_setting,
	    DB_ARGS(tenant_id, email, cx->actor), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	if (rc != ERR_OK)
		return rc;
	*out = (struct invitation_setting){
	    .tenant_name = db_text(rows, 0, 0),
	    .tenant_status = db_text(rows, 0, 1),
	    .inviter = db_text(rows, 0, 2),
	    .member = db_bool(rows, 0, 3),
	    .pending = db_bool(rows, 0, 4),
	};
	return ERR_OK;
}

enum err
invitation_create(
    struct ctx *cx, struct db *db, const char *digest, struct invitation *i)
{
	char id[UUID_TEXT_SIZE], seconds[STR_I64_SIZE];
	enum err rc = db_queue(
	    cx, db, STMT_invitation_supersede, DB_ARGS(i->tenant_id, i->email));

	uuid_text(id, uuid_random());
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_invitation_create,
		    DB_ARGS(id, i->tenant_id, digest, i->email, i->role, cx->actor,
			str_from_i64(seconds, INVITATION_S)));
	return rc == ERR_OK ? invitation_hold(cx, db, i->tenant_id, id, i) : rc;
}

enum err
invitation_renew(
    struct ctx *cx, struct db *db, const char *digest, struct invitation *i)
{
	char seconds[STR_I64_SIZE];
	enum err rc = db_queue(cx, db, STMT_invitation_renew,
	    DB_ARGS(i->id, digest, str_from_i64(seconds, INVITATION_S)));

	return rc == ERR_OK ? invitation_hold(cx, db, i->tenant_id, i->id, i) : rc;
}

enum err
invitation_revoke(struct ctx *cx, struct db *db, struct invitation *i)
{
	enum err rc = db_queue(cx, db, STMT_invitation_revoke, DB_ARGS(i->id));

	return rc == ERR_OK ? invitation_hold(cx, db, i->tenant_id, i->id, i) : rc;
}

enum err
invitation_accept(
    struct ctx *cx, struct db *db, const char *user_id, const struct invitation *i)
{
	return db_queue(cx, db, STMT_invitation_accept, DB_ARGS(i->id, user_id));
}

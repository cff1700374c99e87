/* notification.c - see notification.h. */
#include "notify/notification.h"

#include "base/str.h"

static void
read_row(const struct db_rows *rows, int row, struct notification *out)
{
	*out = (struct notification){
	    .id = db_i64(rows, row, 0),
	    .seq = db_i64(rows, row, 1),
	    .kind = db_text(rows, row, 2),
	    .severity = db_text(rows, row, 3),
	    .title = db_text(rows, row, 4),
	    .body = db_text(rows, row, 5),
	    .created_at = db_text(rows, row, 6),
	    .read_at = db_text(rows, row, 7),
	    .read_by = db_text(rows, row, 8),
	};
}

enum err
notifications_list(struct ctx *cx, struct db *db, const struct notification_query *q,
    struct notification **list, int *count)
{
	char before[STR_I64_SIZE], limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, q->tenant_id,
	    DB_CALL(q->unread ? STMT_notification_list_unread : STMT_notification_list,
		q->tenant_id, q->before > 0 ? str_from_i64(before, q->before) : NULL,
		str_from_i64(limit, q->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	*count = db_row_count(rows);
	*list = arena_alloc(cx->mem, ((size_t)*count + 1) * sizeof(**list));
	for (int i = 0; i < *count; i++)
		read_row(rows, i, &(*list)[i]);
	return ERR_OK;
}

struct marking {
	const struct notification_mark *mark;
	struct notification *out;
};

static enum err
mark(struct ctx *cx, struct db *db, void *arg)
{
	const struct marking *g = arg;
	char id[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_notification_mark,
	    DB_ARGS(g->mark->tenant_id, str_from_i64(id, g->mark->id),
		g->mark->read ? "true" : "false", cx->actor),
	    &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such notification");
	if (rc == ERR_OK)
		read_row(rows, 0, g->out);
	return rc;
}

enum err
notification_set(struct ctx *cx, struct db *db, const struct notification_mark *m,
    struct notification *out)
{
	struct marking g = {m, out};

	return db_transaction(cx, db, m->tenant_id, mark, &g);
}

struct marking_all {
	const char *tenant_id;
	int64_t count;
};

static enum err
mark_all(struct ctx *cx, struct db *db, void *arg)
{
	struct marking_all *g = arg;
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_notification_mark_all,
	    DB_ARGS(g->tenant_id, cx->actor), &rows);

	g->count = rc == ERR_OK ? db_affected(rows) : 0;
	return rc;
}

enum err
notifications_read_all(
    struct ctx *cx, struct db *db, const char *tenant_id, int64_t *count)
{
	struct marking_all g = {.tenant_id = tenant_id};
	enum err rc = db_transaction(cx, db, tenant_id, mark_all, &g);

	*count = g.count;
	return rc;
}

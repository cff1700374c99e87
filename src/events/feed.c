/* feed.c - see feed.h. */
#include "events/feed.h"

#include <inttypes.h>

#include "base/str.h"

enum {
	WINDOW = 10000, /* numbers that one statement looks at */
	SPARE_MS = 500  /* for what comes after the last of them */
};

/* "number.database". */
struct cursor {
	int64_t seq, origin;
};

/* How far the feed is, after what was looked, and what was found. */
struct view {
	int64_t newest, oldest, origin, after;
	struct db_rows *rows;
};

static enum err
cursor_parse(struct ctx *cx, const char *text, struct cursor *out)
{
	struct slice rest = slice_of(text), seq, origin;

	if (slice_cut(&rest, '.', &seq) && slice_cut(&rest, '.', &origin) &&
	    rest.p == NULL && str_to_i64(seq, 0, INT64_MAX / 2, &out->seq) &&
	    str_to_i64(origin, 1, INT64_MAX, &out->origin))
		return ERR_OK;
	return err_tell(&cx->err, ERR_INVALID, "the cursor is none that the feed gave");
}

static const char *
cursor_text(struct ctx *cx, const struct cursor *c)
{
	return arena_printf(cx->mem, "%" PRId64 ".%" PRId64, c->seq, c->origin);
}

static enum err
check_cursor(struct ctx *cx, const struct cursor *c, const struct view *v)
{
	if (c->origin != v->origin)
		return err_tell(&cx->err, ERR_GONE,
		    "the cursor is another database's: begin with a snapshot");
	if (c->seq > v->newest)
		return err_tell(&cx->err, ERR_GONE,
		    "the feed is not as far as the cursor: begin with a snapshot");
	if (c->seq < v->oldest - 1)
		return err_tell(&cx->err, ERR_GONE,
		    "events after the cursor are not kept any more: begin with a "
		    "snapshot");
	return ERR_OK;
}

static void
take_items(struct ctx *cx, const struct db_rows *rows, struct feed_page *out)
{
	out->count = db_text(rows, 0, 4) != NULL ? db_row_count(rows) : 0;
	out->items =
	    arena_alloc(cx->mem, ((size_t)out->count + 1) * sizeof(*out->items));
	for (int i = 0; i < out->count; i++)
		out->items[i] = (struct feed_item){
		    .seq = db_i64(rows, i, 4),
		    .id = db_i64(rows, i, 5),
		    .kind = db_text(rows, i, 6),
		    .version = db_text(rows, i, 7),
		    .tenant_id = db_text(rows, i, 8),
		    .actor = db_text(rows, i, 9),
		    .request_id = db_text(rows, i, 10),
		    .created_at = db_text(rows, i, 11),
		    .payload = db_text(rows, i, 12),
		};
}

/* seq: the number to go on after, NULL: before the first. */
static enum err
look(struct ctx *cx, struct db *db, const struct feed_query *q, const char *seq,
    struct view *v)
{
	char limit[STR_I64_SIZE], window[STR_I64_SIZE];
	enum err rc = db_read(cx, db, q->context,
	    DB_CALL(STMT_event_feed, seq, q->kinds, str_from_i64(limit, q->limit),
		str_from_i64(window, WINDOW)),
	    &v->rows);

	if (rc != ERR_OK)
		return rc;
	v->newest = db_i64(v->rows, 0, 0);
	v->oldest = db_i64(v->rows, 0, 1);
	v->origin = db_i64(v->rows, 0, 2);
	v->after = db_i64(v->rows, 0, 3);
	return ERR_OK;
}

/* One look, which moves the cursor: origin 0 is before the first. */
static enum err
step(struct ctx *cx, struct db *db, const struct feed_query *q, struct cursor *at,
    struct feed_page *out)
{
	char text[STR_I64_SIZE];
	struct view v;
	enum err rc =
	    look(cx, db, q, at->origin != 0 ? str_from_i64(text, at->seq) : NULL, &v);

	if (rc == ERR_OK && at->origin != 0)
		rc = check_cursor(cx, at, &v);
	if (rc != ERR_OK)
		return rc;
	take_items(cx, v.rows, out);
	at->origin = v.origin;
	if (out->count == q->limit)
		at->seq = out->items[out->count - 1].seq;
	else
		at->seq = v.newest - v.after > WINDOW ? v.after + WINDOW : v.newest;
	out->at_end = at->seq == v.newest;
	return ERR_OK;
}

enum err
feed_read(
    struct ctx *cx, struct db *db, const struct feed_query *q, struct feed_page *out)
{
	struct cursor at = {0};
	enum err rc = q->after != NULL ? cursor_parse(cx, q->after, &at) : ERR_OK;

	do {
		if (rc == ERR_OK)
			rc = step(cx, db, q, &at, out);
		if (rc != ERR_OK)
			return rc;
	} while (out->count == 0 && !out->at_end &&
	    ctx_time_left(cx, 2 * SPARE_MS) > SPARE_MS);
	out->next = cursor_text(cx, &at);
	return ERR_OK;
}

enum err
feed_end(struct ctx *cx, struct db *db, const char **cursor)
{
	const struct feed_query nothing = {.context = DB_MANAGEMENT};
	struct view v;
	enum err rc = look(cx, db, &nothing, NULL, &v);

	if (rc == ERR_OK)
		*cursor = cursor_text(cx, &(struct cursor){v.newest, v.origin});
	return rc;
}

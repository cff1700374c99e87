/* audit.c - the routes about the audit log: the platform's, and a tenant's own. */
#include <inttypes.h>

#include "audit/trail.h"
#include "controllers/list.h"

enum {
	EXPORT_ROWS = 10000, /* of one answer */
	EXPORT_BYTES =
	    16 * 1024 * 1024, /* of one answer, and what its last page adds */
	EXPORT_PAGE = 200,
	EXPORT_MEMORY = 64 * 1024 * 1024
};

static bool
accepts_lines(struct call *call)
{
	const char *format = list_filter(call, "format");
	const char *header = request_header(&call->rq, "accept");
	struct slice rest = slice_of(header != NULL ? header : ""), range, type;

	if (format != NULL)
		return slice_eq(slice_of(format), "ndjson");
	while (slice_next(&rest, ',', &range))
		if (slice_next(&range, ';', &type) &&
		    slice_eq_ci(type, "application/x-ndjson"))
			return true;
	return false;
}

static enum err
read_filters(struct call *call, struct audit_query *q)
{
	static const char *const names[][AUDIT_FILTER_COUNT] = {
	    {"event", "severity", "actor", "request_id", "from", "to", "tenant_id"},
	    {"event", "severity", "actor", "requestId", "from", "to", NULL},
	};
	const char *const *name = names[call->tenant_id != NULL];
	enum err rc = ERR_OK;

	*q = (struct audit_query){.context = call->tenant_id};
	for (int i = 0; i < AUDIT_FILTER_COUNT && rc == ERR_OK; i++)
		if (name[i] != NULL)
			rc = audit_query_filter(&call->cx, q, (enum audit_filter)i,
			    name[i], list_filter(call, name[i]));
	if (call->tenant_id != NULL)
		q->by[AUDIT_BY_TENANT] = call->tenant_id;
	return rc;
}

/* -- as a list -- */

static enum err
answer_list(struct app *app, struct call *call, struct audit_query *q)
{
	struct audit_record *list;
	struct list_query page;
	struct json_out o;
	int count;
	bool more;
	enum err rc = list_read_number(call, &page, &q->cursor);

	q->limit = page.limit + 1;
	if (rc == ERR_OK)
		rc = audit_find(&call->cx, app->db, q, &list, &count);
	if (rc != ERR_OK)
		return rc;
	more = count > page.limit;
	count -= more;
	list_open(call, &o);
	for (int i = 0; i < count; i++)
		audit_put_record(&o, &list[i], call->tenant_id != NULL);
	list_close(call, &o,
	    more ? arena_printf(call->cx.mem, "%" PRId64, list[count - 1].id) : NULL);
	return ERR_OK;
}

/* -- as lines -- */

/* A cursor is "BOUND.ID". */
static enum err
read_cursor(struct call *call, const char *cursor, struct audit_query *q)
{
	struct slice rest = slice_of(cursor != NULL ? cursor : ""), bound;

	if (cursor == NULL ||
	    (slice_cut(&rest, '.', &bound) &&
		str_to_i64(bound, 1, INT64_MAX, &q->bound) &&
		str_to_i64(rest, 1, INT64_MAX, &q->cursor)))
		return ERR_OK;
	return err_tell(
	    &call->cx.err, ERR_INVALID, "the cursor is none that this export gave");
}

static void
put_lines(struct call *call, const struct audit_record *list, int count)
{
	struct json_out o;

	for (int i = 0; i < count; i++) {
		json_out_init(&o, &call->rs->body);
		audit_put_record(&o, &list[i], call->tenant_id != NULL);
		buf_putc(&call->rs->body, '\n');
	}
}

/* Page by page, in memory of their own; *more: the answer ends before the log does. */
static enum err
put_pages(struct app *app, struct call *call, struct audit_query *q, bool *more)
{
	struct ctx page;
	struct audit_record *list;
	int left = q->limit, count;
	enum err rc;

	*more = false;
	ctx_init(&page, arena_new(EXPORT_MEMORY));
	page.deadline_ms = call->cx.deadline_ms;
	do {
		arena_reset(page.mem);
		q->limit = (left < EXPORT_PAGE ? left : EXPORT_PAGE) + 1;
		rc = audit_find(&page, app->db, q, &list, &count);
		*more = count == q->limit;
		if (count > 0 && rc == ERR_OK) {
			count -= *more;
			put_lines(call, list, count);
			q->cursor = list[count - 1].id;
			q->bound = list[0].bound;
			left -= count;
		}
	} while (rc == ERR_OK && *more && left > 0 && call->rs->body.n < EXPORT_BYTES);
	if (rc != ERR_OK)
		call->cx.err = page.err;
	arena_free(page.mem);
	return rc;
}

static enum err
answer_lines(struct app *app, struct call *call, struct audit_query *q)
{
	struct list_query page;
	bool more;
	enum err rc = list_read(call, &page);

	if (rc == ERR_OK)
		rc = read_cursor(call, page.cursor, q);
	q->oldest_first = true;
	q->limit = list_filter(call, "limit") != NULL ? page.limit : EXPORT_ROWS;
	if (rc == ERR_OK)
		rc = put_pages(app, call, q, &more);
	if (rc != ERR_OK)
		return rc;
	call->rs->content_type = "application/x-ndjson";
	if (more)
		list_link(call,
		    arena_printf(
			call->cx.mem, "%" PRId64 ".%" PRId64, q->bound, q->cursor));
	return ERR_OK;
}

static enum err
answer(struct app *app, struct call *call)
{
	struct audit_query q;
	enum err rc = read_filters(call, &q);

	if (rc != ERR_OK)
		return rc;
	response_header(call->rs, "Vary", "Accept");
	return accepts_lines(call) ? answer_lines(app, call, &q)
				   : answer_list(app, call, &q);
}

/* Two handlers, since what they take and answer has other names. */
enum err
audit_log_get(struct app *app, struct call *call)
{
	return answer(app, call);
}

enum err
tenant_audit_log_get(struct app *app, struct call *call)
{
	return answer(app, call);
}

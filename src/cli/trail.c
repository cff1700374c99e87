/* trail.c - the commands that read the audit log. */
#include <errno.h>
#include <string.h>

#include "audit/trail.h"
#include "base/buf.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"

enum {
	LIST_DEFAULT = 50,
	LIST_MOST = 10000,
	EXPORT_PAGE = 500,
	EXPORT_MEMORY = 64 * 1024 * 1024,
	LINES_MAX = 128 * 1024 * 1024
};

static enum err
read_filters(struct cli *c, struct audit_query *q)
{
	static const char *const names[AUDIT_FILTER_COUNT] = {
	    "event", "severity", "actor", "request", "from", "to", "tenant"};
	enum err rc = ERR_OK;

	*q = (struct audit_query){0};
	for (int i = 0; i < AUDIT_FILTER_COUNT && rc == ERR_OK; i++)
		rc = audit_query_filter(c->cx, q, (enum audit_filter)i, names[i],
		    args_value(c->args, names[i]));
	return rc;
}

enum err
command_audit_list(struct cli *c)
{
	static const char *const columns[] = {"id", "seq", "created_at", "event",
	    "severity", "actor", "tenant_id", "request_id", "address", "details"};
	static const int64_t limits[] = {1, LIST_MOST}, ids[] = {1, INT64_MAX};
	int64_t limit = LIST_DEFAULT;
	struct audit_record *list;
	struct audit_query q;
	struct table t;
	int count;
	enum err rc = read_filters(c, &q);

	if (rc == ERR_OK)
		rc = args_number(c->cx, c->args, "limit", limits, &limit);
	if (rc == ERR_OK)
		rc = args_number(c->cx, c->args, "before", ids, &q.cursor);
	q.limit = (int)limit;
	if (rc == ERR_OK)
		rc =
		    audit_find(c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER),
			&q, &list, &count);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < count; i++) {
		table_i64(&t, list[i].id);
		if (list[i].seq > 0)
			table_i64(&t, list[i].seq);
		else
			table_text(&t, NULL);
		table_text(&t, list[i].created_at);
		table_text(&t, list[i].event);
		table_text(&t, list[i].severity);
		table_text(&t, list[i].actor);
		table_text(&t, list[i].tenant_id);
		table_text(&t, list[i].request_id);
		table_text(&t, list[i].address);
		table_json(&t, list[i].details);
	}
	return table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}

static enum err
put_lines(struct cli *c, const struct audit_record *list, int count)
{
	struct json_out o;
	struct buf b;
	bool written;

	buf_init(&b, NULL, LINES_MAX);
	for (int i = 0; i < count; i++) {
		json_out_init(&o, &b);
		audit_put_record(&o, &list[i], false);
		buf_putc(&b, '\n');
	}
	written = !b.failed && fwrite(b.p, 1, b.n, c->out) == b.n;
	buf_fini(&b);
	return written ? ERR_OK
		       : err_set(&c->cx->err, ERR_UNAVAILABLE, "could not write: %s",
			     strerror(errno));
}

enum err
command_audit_export(struct cli *c)
{
	struct db *db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	struct audit_record *list;
	struct audit_query q;
	struct ctx page;
	int count;
	enum err rc = read_filters(c, &q);

	if (rc != ERR_OK)
		return rc;
	q.oldest_first = true;
	q.limit = EXPORT_PAGE;
	ctx_init(&page, arena_new(EXPORT_MEMORY));
	do {
		arena_reset(page.mem);
		rc = audit_find(&page, db, &q, &list, &count);
		if (rc != ERR_OK)
			c->cx->err = page.err;
		else if (count > 0)
			rc = put_lines(c, list, count);
		if (rc == ERR_OK && count > 0) {
			q.cursor = list[count - 1].id;
			q.bound = list[0].bound;
		}
	} while (rc == ERR_OK && count == EXPORT_PAGE);
	arena_free(page.mem);
	return rc;
}

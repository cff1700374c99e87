/* show_routes.c - the command that prints what is served, and how it is answered. */
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "controllers/replies.h"
#include "controllers/routes.h"
#include "json/json.h"

enum { CELL_MAX = 16 * 1024 };

/* -- for programs -- */

static void
put_reply(struct json_out *o, const struct reply *r)
{
	json_open_object(o);
	json_member_i64(o, "status", r->status);
	json_member_text(o, "media", media_name(r->media));
	json_member_text(o, "schema", reply_schema_texts[r->schema].name);
	json_close_object(o);
}

static void
put_query(struct json_out *o, const struct query_param *q)
{
	json_open_object(o);
	json_member_text(o, "name", q->name);
	json_member_raw(o, "schema", q->schema);
	json_member_text(o, "summary", q->summary);
	json_close_object(o);
}

static void
json_cells(struct cli *c, struct table *t, const char *handler)
{
	struct buf answers, takes;
	struct json_out o;

	buf_init(&answers, c->cx->mem, CELL_MAX);
	json_out_init(&o, &answers);
	json_open_array(&o);
	for (size_t i = 0; i < reply_count; i++)
		if (strcmp(replies[i].handler, handler) == 0)
			put_reply(&o, &replies[i]);
	json_close_array(&o);
	table_json(t, buf_text(&answers));
	buf_init(&takes, c->cx->mem, CELL_MAX);
	json_out_init(&o, &takes);
	json_open_array(&o);
	for (size_t i = 0; i < query_param_count; i++)
		if (strcmp(query_params[i].handler, handler) == 0)
			put_query(&o, &query_params[i]);
	json_close_array(&o);
	table_json(t, buf_text(&takes));
}

/* -- for people: "200 admin_tenant, 200 text/plain", "limit cursor" -- */

static void
text_cells(struct cli *c, struct table *t, const char *handler)
{
	struct buf answers, takes;

	buf_init(&answers, c->cx->mem, CELL_MAX);
	for (size_t i = 0; i < reply_count; i++) {
		const struct reply *r = &replies[i];
		const char *schema = reply_schema_texts[r->schema].name;

		if (strcmp(r->handler, handler) != 0)
			continue;
		buf_printf(&answers, "%s%d", answers.n > 0 ? ", " : "", r->status);
		if (r->media != MEDIA_NONE && r->media != MEDIA_JSON)
			buf_printf(&answers, " %s", media_name(r->media));
		if (schema != NULL)
			buf_printf(&answers, " %s", schema);
	}
	table_text(t, buf_text(&answers));
	buf_init(&takes, c->cx->mem, CELL_MAX);
	for (size_t i = 0; i < query_param_count; i++)
		if (strcmp(query_params[i].handler, handler) == 0)
			buf_printf(&takes, "%s%s", takes.n > 0 ? " " : "",
			    query_params[i].name);
	table_text(t, takes.n > 0 ? buf_text(&takes) : NULL);
}

enum err
command_routes(struct cli *c)
{
	static const char *const columns[] = {"method", "path", "permission", "level",
	    "body", "body_max", "schema", "rate", "answer", "replies", "queries",
	    "summary", "handler"};
	const bool json = args_flag(c->args, "json");
	struct table t;

	table_init(
	    &t, c->cx->mem, columns, json ? COUNT_OF(columns) : COUNT_OF(columns) - 1);
	for (int i = 0; i < ROUTE_COUNT; i++) {
		const struct route *r = &routes[i];

		table_text(&t, http_method_name(r->method));
		table_text(&t, r->path);
		table_text(&t, perm_name(r->perm));
		table_text(&t, perm_level_name(perm_level(r->perm)));
		table_text(&t, body_kind_name(r->body));
		table_i64(&t, (int64_t)r->body_max);
		table_text(&t, schema_texts[r->schema].name);
		table_text(&t, rate_class_name(r->rate));
		table_text(&t, answer_kind_name(r->answer));
		if (json)
			json_cells(c, &t, r->name);
		else
			text_cells(c, &t, r->name);
		table_text(&t, r->summary);
		if (json)
			table_text(&t, r->name);
	}
	return table_print(c->cx, &t, TABLE_ROWS, json, c->out);
}

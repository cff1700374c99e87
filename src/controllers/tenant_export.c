/*
 * tenant_export.c - all that is held of a tenant, as lines, page by page, each sent
 * before the next is read.
 *
 * An answer that has begun cannot become a problem: where it has to end before its
 * time, the connection is broken off; and the last line of a whole one says that it is.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "controllers/list.h"
#include "flows/export.h"
#include "http/exchange.h"
#include "json/json.h"

enum { PAGE = 200, PAGE_MEMORY = 64 * 1024 * 1024 };

struct export
{
	struct app *app;
	struct call *call;
	struct export_type *types;
	int type_count;
	int64_t lines; /* rows that were told */
};

static enum err
send_out(struct call *call)
{
	struct exchange *x = call->exchange;

	if (x->send(x, call->rs, call->cx.deadline_ms))
		return ERR_OK;
	return err_set(&call->cx.err, ERR_GONE, "nobody takes the answer");
}

static void
put_page(struct export *e, const struct export_page *page)
{
	struct buf *b = &e->call->rs->body;
	struct json_out o;

	for (int i = 0; i < page->count; i++) {
		json_out_init(&o, b);
		json_open_object(&o);
		json_member_text(&o, "type", page->of->name);
		json_member_raw(&o, "data", page->rows[i]);
		json_close_object(&o);
		buf_putc(b, '\n');
	}
	e->lines += page->count;
}

static void
put_head(struct export *e)
{
	char now[CLOCK_TEXT_SIZE];
	struct json_out o;

	clock_text(now, clock_wall_ms());
	json_out_init(&o, &e->call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "type", "export");
	json_name(&o, "data");
	json_open_object(&o);
	json_member_text(&o, "tenantId", e->call->tenant_id);
	json_member_text(&o, "at", now);
	json_name(&o, "types");
	json_open_array(&o);
	for (int i = 0; i < e->type_count; i++)
		json_put_text(&o, e->types[i].name);
	json_close_array(&o);
	json_close_object(&o);
	json_close_object(&o);
	buf_putc(&e->call->rs->body, '\n');
}

static void
put_end(struct export *e)
{
	struct json_out o;

	json_out_init(&o, &e->call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "type", "end");
	json_name(&o, "data");
	json_open_object(&o);
	json_member_i64(&o, "lines", e->lines);
	json_close_object(&o);
	json_close_object(&o);
	buf_putc(&e->call->rs->body, '\n');
}

/* Two memories: where a page begins lies in that of the page before. */
static enum err
send_type(struct export *e, const struct export_type *of, struct arena *mem[2])
{
	struct export_page page = {
	    .tenant_id = e->call->tenant_id, .of = of, .limit = PAGE};
	struct ctx cx;
	enum err rc;
	int turn = 0;

	do {
		arena_reset(mem[turn]);
		ctx_init(&cx, mem[turn]);
		cx.deadline_ms = e->call->cx.deadline_ms;
		rc = export_read(&cx, e->app->db, &page);
		if (rc != ERR_OK) {
			e->call->cx.err = cx.err;
			return rc;
		}
		put_page(e, &page);
		page.after = page.place;
		if (page.count > 0)
			rc = send_out(e->call);
		turn = !turn;
	} while (rc == ERR_OK && page.count == PAGE);
	return rc;
}

static enum err
send_all(struct export *e)
{
	struct arena *mem[2] = {arena_new(PAGE_MEMORY), arena_new(PAGE_MEMORY)};
	enum err rc = ERR_OK;

	put_head(e);
	for (int i = 0; i < e->type_count && rc == ERR_OK; i++)
		rc = send_type(e, &e->types[i], mem);
	arena_free(mem[0]);
	arena_free(mem[1]);
	if (rc == ERR_OK)
		put_end(e);
	return rc;
}

/* With ?type=, that one alone. */
static enum err
choose(struct export *e, const char *name)
{
	struct ctx *cx = &e->call->cx;

	if (name == NULL)
		return ERR_OK;
	for (int i = 0; i < e->type_count; i++)
		if (strcmp(e->types[i].name, name) == 0) {
			e->types += i;
			e->type_count = 1;
			return ERR_OK;
		}
	ctx_fault(cx, "/type", "enum", "is none that there is");
	return err_tell(&cx->err, ERR_INVALID, "there is no such type to export");
}

enum err
tenant_export_get(struct app *app, struct call *call)
{
	struct export e = {.app = app, .call = call};
	const char *type = list_filter(call, "type");
	const struct export_note note = {
	    call->tenant_id, call->rq.client, type, app->audit};
	struct response *rs = call->rs;
	enum err rc = export_types(&call->cx, app->db, &e.types, &e.type_count);

	if (rc == ERR_OK)
		rc = choose(&e, type);
	if (rc == ERR_OK && !rs->no_body)
		rc = export_record(&call->cx, app->db, &note);
	if (rc != ERR_OK)
		return rc;
	rs->status = 200;
	rs->content_type = "application/x-ndjson";
	response_header(
	    rs, "Content-Disposition", "attachment; filename=\"tenant.ndjson\"");
	if (rs->no_body)
		return send_out(call);
	rc = send_all(&e);
	if (rc != ERR_OK && rs->begun && !call->exchange->lost) {
		log_error(LOG_ERROR, &call->cx, "export-broken-off");
		call->exchange->lost = true;
	}
	return rc;
}

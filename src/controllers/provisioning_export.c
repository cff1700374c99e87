/*
 * provisioning_export.c - all tenants that a partner provisioned, page by page, each
 * sent before the next is read.
 *
 * An answer that has begun cannot become a problem: where it has to end before its
 * time, the connection is broken off, which no client takes for a whole answer.
 */
#include <string.h>

#include "base/log.h"
#include "controllers/list.h"
#include "controllers/provisioning.h"
#include "http/exchange.h"

enum { PAGE = 500, PAGE_MEMORY = 64 * 1024 * 1024 };

static const char head[] =
    "tenant,company_name,email,phone_number,industry,external_id,slug,status,"
    "status_reason,created_at,updated_at,deactivated_at,restorable_until,extra\r\n";

/* -- a record -- */

/* RFC 4180: in quotes where it has to be. */
static void
put_field(struct buf *b, const char *text, const char *after)
{
	if (text != NULL && strpbrk(text, ",\"\r\n") == NULL)
		buf_puts(b, text);
	else if (text != NULL) {
		buf_putc(b, '"');
		for (; *text != '\0'; text++) {
			if (*text == '"')
				buf_putc(b, '"');
			buf_putc(b, *text);
		}
		buf_putc(b, '"');
	}
	buf_puts(b, after);
}

static void
put_row(struct buf *b, const struct provision_record *r)
{
	const char *const fields[] = {r->tenant, r->is.company_name, r->is.email,
	    r->is.phone_number, r->is.industry, r->is.external_id, r->slug, r->status,
	    r->status_reason, r->created_at, r->updated_at, r->deactivated_at,
	    r->restorable_until};

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		put_field(b, fields[i], ",");
	put_field(b, strcmp(r->is.extra, "{}") == 0 ? NULL : r->is.extra, "\r\n");
}

static void
put_page(struct call *call, const struct provision_page *page, bool csv)
{
	struct buf *b = &call->rs->body;
	struct json_out o;

	for (int i = 0; i < page->count; i++) {
		if (csv) {
			put_row(b, &page->list[i]);
			continue;
		}
		json_out_init(&o, b);
		provision_record_put(&o, &page->list[i]);
		buf_putc(b, '\n');
	}
}

/* -- the answer -- */

static enum err
send_page(struct call *call)
{
	struct exchange *x = call->exchange;

	if (x->send(x, call->rs, call->cx.deadline_ms))
		return ERR_OK;
	return err_set(&call->cx.err, ERR_GONE, "nobody takes the answer");
}

static enum err
send_pages(struct app *app, struct call *call, struct provision_page *page, bool csv)
{
	const struct provision_site site = provision_site_of(app, call);
	struct arena *mem[2] = {arena_new(PAGE_MEMORY), arena_new(PAGE_MEMORY)};
	struct ctx cx = call->cx;
	enum err rc = ERR_OK;

	page->more = true;
	/* where a page begins lies in the memory of the page before */
	for (int turn = 0; rc == ERR_OK && page->more; turn = !turn) {
		provision_extend(app, call);
		arena_reset(mem[turn]);
		ctx_init(&cx, mem[turn]);
		cx.deadline_ms = call->cx.deadline_ms;
		rc = provision_list(&cx, app->db, &site, page);
		if (rc != ERR_OK) {
			call->cx.err = cx.err;
			break;
		}
		put_page(call, page, csv);
		page->place = page->next;
		rc = send_page(call);
	}
	arena_free(mem[0]);
	arena_free(mem[1]);
	return rc;
}

static enum err
read_format(struct call *call, bool *csv)
{
	const char *format = list_filter(call, "format");

	*csv = format != NULL && strcmp(format, "csv") == 0;
	if (format == NULL || *csv || strcmp(format, "ndjson") == 0)
		return ERR_OK;
	ctx_fault(&call->cx, "/format", "enum", "must be ndjson or csv");
	return err_tell(&call->cx.err, ERR_INVALID, "format must be ndjson or csv");
}

enum err
provision_export_get(struct app *app, struct call *call)
{
	struct provision_page page = {.limit = PAGE};
	struct response *rs = call->rs;
	bool csv;
	enum err rc = read_format(call, &csv);

	if (rc == ERR_OK)
		rc = provision_read_filters(call, &page);
	if (rc != ERR_OK)
		return rc;
	rs->status = 200;
	rs->content_type = csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
	response_header(rs, "Content-Disposition",
	    csv ? "attachment; filename=\"tenants.csv\""
		: "attachment; filename=\"tenants.ndjson\"");
	if (rs->no_body)
		return send_page(call);
	if (csv)
		buf_puts(&rs->body, head);
	rc = send_pages(app, call, &page, csv);
	if (rc != ERR_OK && rs->begun && !call->exchange->lost) {
		log_error(LOG_ERROR, &call->cx, "export-broken-off");
		call->exchange->lost = true;
	}
	return rc;
}

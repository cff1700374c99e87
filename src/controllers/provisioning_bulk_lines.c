/* provisioning_bulk_lines.c - see provisioning_bulk.h. */
#include <string.h>

#include "base/log.h"
#include "controllers/provisioning_bulk.h"
#include "provision/record.h"

void
bulk_put_record(
    struct json_out *o, const struct bulk_chunk *c, const struct bulk_item *item)
{
	char hex[UUID_TEXT_SIZE], slug[sizeof("tenant-") + UUID_TEXT_SIZE];
	size_t n = 0;

	for (const char *p = item->id; *p != '\0'; p++)
		if (*p != '-')
			hex[n++] = *p;
	hex[n] = '\0';
	memcpy(slug, "tenant-", sizeof("tenant-"));
	memcpy(slug + sizeof("tenant-") - 1, hex, n + 1);
	provision_record_put(o,
	    &(struct provision_record){.tenant = item->id,
		.is = item->draft,
		.slug = slug,
		.status = "active",
		.created_at = c->made_at,
		.updated_at = c->made_at});
}

void
bulk_put_line(
    const struct bulk_work *w, const struct bulk_chunk *c, const struct bulk_item *item)
{
	struct response *rs = w->call->rs;
	struct json_out o;

	json_out_init(&o, &rs->body);
	json_open_object(&o);
	json_member_i64(&o, "line", (int64_t)item->line);
	if (item->state == BULK_MADE) {
		json_member_i64(&o, "status", 201);
		if (w->dry)
			json_member_bool(&o, "dry_run", true);
		else {
			json_name(&o, "tenant");
			bulk_put_record(&o, c, item);
		}
	} else {
		json_member_i64(&o, "status", err_http(item->why->err.code));
		if (item->why->err.existing[0] != '\0')
			json_member_text(
			    &o, "existing_tenant", item->why->err.existing);
		json_name(&o, "problem");
		json_open_object(&o);
		response_put_problem(&o, rs, item->why);
		json_close_object(&o);
	}
	json_close_object(&o);
	buf_putc(&rs->body, '\n');
}

void
bulk_put_end(struct call *call, enum err rc)
{
	struct response *rs = call->rs;
	struct json_out o;

	if (err_http(rc) >= 500)
		log_error(LOG_ERROR, &call->cx, "bulk-ended");
	buf_reset(&rs->body);
	json_out_init(&o, &rs->body);
	json_open_object(&o);
	json_member_i64(&o, "status", err_http(rc));
	json_name(&o, "problem");
	json_open_object(&o);
	response_put_problem(&o, rs, &call->cx);
	json_close_object(&o);
	json_close_object(&o);
	buf_putc(&rs->body, '\n');
}

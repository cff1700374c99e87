/* tenant_health.c - the route that says how what a tenant was given fares. */
#include <string.h>

#include "base/clock.h"
#include "controllers/list.h"
#include "creation/health.h"
#include "json/json.h"

enum { REFRESH_MS = 5000 };

static void
put_resource(struct json_out *o, const struct resource *r)
{
	json_open_object(o);
	json_member_text(o, "id", r->id);
	json_member_text(o, "kind", r->kind);
	json_member_text(o, "name", r->name);
	json_member_bool(o, "made", r->state == RESOURCE_MADE);
	json_member_text(o, "health", r->health);
	json_member_text(o, "reason", r->health_reason);
	json_member_text(o, "checkedAt", r->checked_at);
	json_close_object(o);
}

static void
put_component(struct json_out *o, const struct health_component *c)
{
	json_open_object(o);
	json_member_text(o, "name", c->name);
	json_member_text(o, "health", c->health);
	json_member_text(o, "reason", c->reason);
	json_close_object(o);
}

static void
answer(struct call *call, const struct health_report *h)
{
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_text(&o, "tenantId", call->tenant_id);
	json_member_text(&o, "health", h->health);
	json_name(&o, "resources");
	json_open_array(&o);
	for (int i = 0; i < h->resource_count; i++)
		put_resource(&o, &h->resources[i]);
	json_close_array(&o);
	json_name(&o, "components");
	json_open_array(&o);
	for (int i = 0; i < HEALTH_COMPONENTS; i++)
		put_component(&o, &h->components[i]);
	json_close_array(&o);
	json_close_object(&o);
}

static enum err
read_refresh(struct call *call, bool *out)
{
	const char *text = list_filter(call, "refresh");

	*out = text != NULL && strcmp(text, "true") == 0;
	if (text == NULL || *out || strcmp(text, "false") == 0)
		return ERR_OK;
	ctx_fault(&call->cx, "/refresh", "enum", "must be true or false");
	return err_tell(&call->cx.err, ERR_INVALID, "refresh must be true or false");
}

enum err
tenant_health_get(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const int64_t until_ms = clock_mono_ms() + REFRESH_MS;
	struct health_report h;
	bool refresh;
	enum err rc = read_refresh(call, &refresh);

	if (rc == ERR_OK && refresh)
		rc = health_refresh(cx, &app->means, call->tenant_id,
		    until_ms < cx->deadline_ms ? until_ms : cx->deadline_ms);
	if (rc == ERR_OK)
		rc = health_read(cx, app->db, call->tenant_id, &h);
	if (rc == ERR_OK)
		answer(call, &h);
	return rc;
}

/* tell.c - see tell.h. */
#include "webhook/tell.h"

#include <string.h>

#include "audit/audit.h"
#include "events/event.h"
#include "net/reach.h"
#include "json/json.h"

enum { PAYLOAD_MAX = 64 * 1024 };

static const struct {
	enum event_kind event;
	const char *audit;
	enum audit_severity severity;
} changes[WEBHOOK_CHANGE_COUNT] = {
    [WEBHOOK_CHANGE_CREATED] = {EVENT_WEBHOOK_CREATED, "WEBHOOK_CREATED", AUDIT_MEDIUM},
    [WEBHOOK_CHANGE_UPDATED] = {EVENT_WEBHOOK_UPDATED, "WEBHOOK_UPDATED", AUDIT_MEDIUM},
    [WEBHOOK_CHANGE_DELETED] = {EVENT_WEBHOOK_DELETED, "WEBHOOK_DELETED", AUDIT_MEDIUM},
    [WEBHOOK_CHANGE_ROTATED] = {EVENT_WEBHOOK_UPDATED, "WEBHOOK_SECRET_ROTATED",
	AUDIT_HIGH},
    [WEBHOOK_CHANGE_TESTED] = {EVENT_WEBHOOK_TEST, "WEBHOOK_TESTED", AUDIT_LOW},
};

/* What follows the host is often a secret, which others than its owner would read. */
static const char *
origin_of(struct ctx *cx, const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = host != NULL ? (size_t)(host + 3 - url) : 0;

	return arena_printf(cx->mem, "%.*s", (int)(n + strcspn(url + n, "/?#")), url);
}

static const char *
payload_of(struct ctx *cx, const struct webhook *w)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "webhookId", w->id);
	json_member_text(&o, "tenantId", w->tenant_id);
	json_member_text(&o, "partnerId", w->partner_id);
	json_member_text(&o, "url", origin_of(cx, w->url));
	json_member_text(&o, "description", w->description);
	json_member_raw(&o, "kinds", w->kinds);
	json_member_i64(&o, "concurrency", w->concurrency);
	json_member_bool(&o, "enabled", w->enabled);
	json_member_i64(&o, "version", w->version);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
webhook_tell(struct ctx *cx, struct db *db, const struct webhook_site *site,
    const struct webhook *w, enum webhook_change change)
{
	const char *payload = payload_of(cx, w);
	enum err rc = event_append(cx, db,
	    &(struct event){.kind = changes[change].event,
		.tenant_id = w->tenant_id,
		.payload = payload});

	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = changes[change].audit,
		.severity = changes[change].severity,
		.actor = cx->actor,
		.tenant_id = w->tenant_id,
		.address = site->address,
		.details = payload});
}

static const char *
disabled_payload(struct ctx *cx, const struct webhook_name *of,
    const struct db_rows *rows, const struct webhook_why *why)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "webhookId", of->id);
	json_member_text(&o, "tenantId", of->tenant_id);
	json_member_text(&o, "partnerId", of->partner_id);
	json_member_text(&o, "url", origin_of(cx, db_text(rows, 0, 0)));
	json_member_text(&o, "reason", why->reason);
	json_member_i64(&o, "failures", db_i64(rows, 0, 1));
	json_member_text(&o, "failingSince", db_text(rows, 0, 2));
	json_member_text(&o, "error", why->error);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
webhook_disable(struct ctx *cx, struct audit *audit, struct db *db,
    const struct webhook_name *of, const struct webhook_why *why)
{
	const char *payload;
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_webhook_disable, DB_ARGS(of->id, why->reason), &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	payload = disabled_payload(cx, of, rows, why);
	rc = event_append(cx, db,
	    &(struct event){.kind = EVENT_WEBHOOK_DISABLED,
		.tenant_id = of->tenant_id,
		.payload = payload});
	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, audit, db,
	    &(struct audit_entry){.event = "WEBHOOK_DISABLED",
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = of->tenant_id,
		.address = "",
		.details = payload});
}

/* -- drafts -- */

static void
check_url(struct ctx *cx, const char *allow, const char *url, const char *pointer)
{
	const char *why;

	if (reach_check_url(cx, url, allow) == ERR_OK)
		return;
	why = arena_strdup(cx->mem, err_public(&cx->err));
	err_clear(&cx->err);
	ctx_fault(cx, pointer, "format", "%s", why);
}

/* A kind, or the first word of some with ".*". */
static bool
is_kind(const char *text)
{
	size_t n = strlen(text);

	if (event_kind_of(text) != EVENT_UNSET)
		return true;
	if (n < 3 || strcmp(text + n - 2, ".*") != 0)
		return false;
	for (int k = EVENT_UNSET + 1; k < EVENT_COUNT; k++)
		if (strncmp(event_kind_name((enum event_kind)k), text, n - 1) == 0)
			return true;
	return false;
}

/* Of those the events of the migration 0016_partner_webhooks.sql know a partner. */
static bool
is_told_to_partners(const char *kind)
{
	return strncmp(kind, "tenant.", 7) == 0 || strncmp(kind, "webhook.", 8) == 0;
}

static void
check_kinds(struct ctx *cx, const struct webhook_site *site, const struct json *kinds)
{
	for (size_t i = 0; i < json_count(kinds); i++) {
		const char *kind = json_text(json_item(kinds, i));

		if (!is_kind(kind))
			ctx_fault(cx, arena_printf(cx->mem, "/kinds/%zu", i), "enum",
			    "is no kind of event");
		else if (site->partner_id != NULL && !is_told_to_partners(kind))
			ctx_fault(cx, arena_printf(cx->mem, "/kinds/%zu", i), "enum",
			    "is not told to partners: tenant.* and webhook.* are");
	}
}

enum err
webhook_check_draft(
    struct ctx *cx, const struct webhook_site *site, const struct webhook_draft *d)
{
	const struct json *kinds;
	enum err rc = json_parse(cx, d->kinds, strlen(d->kinds), 0, &kinds);

	if (rc != ERR_OK)
		return rc;
	check_url(cx, site->allow, d->url, "/url");
	check_kinds(cx, site, kinds);
	return cx->fault_count == 0
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID, "the webhook cannot be registered so");
}

void
webhook_check_wish(
    struct ctx *cx, const char *allow, const struct json *wish, const char *pointer)
{
	const struct json *kinds = json_get(wish, "events");

	if (wish == NULL)
		return;
	check_url(cx, allow, json_get_text(wish, "url"),
	    arena_printf(cx->mem, "%s/url", pointer));
	for (size_t i = 0; i < json_count(kinds); i++)
		if (!is_kind(json_text(json_item(kinds, i))))
			ctx_fault(cx,
			    arena_printf(cx->mem, "%s/events/%zu", pointer, i), "enum",
			    "is no kind of event");
}

/* tell.c - see tell.h. */
#include "client/tell.h"

#include "events/event.h"
#include "json/json.h"

enum { PAYLOAD_MAX = 8 * 1024 };

static const struct {
	enum event_kind event;
	const char *audit;
	enum audit_severity severity;
} changes[CLIENT_CHANGE_COUNT] = {
    [CLIENT_CHANGE_CREATED] = {EVENT_OAUTH_CLIENT_CREATED, "OAUTH_CLIENT_CREATED",
	AUDIT_HIGH},
    [CLIENT_CHANGE_UPDATED] = {EVENT_OAUTH_CLIENT_UPDATED, "OAUTH_CLIENT_UPDATED",
	AUDIT_HIGH},
    [CLIENT_CHANGE_ROTATED] = {EVENT_OAUTH_CLIENT_UPDATED, "OAUTH_CLIENT_ROTATED",
	AUDIT_HIGH},
    [CLIENT_CHANGE_REVOKED] = {EVENT_OAUTH_CLIENT_REVOKED, "OAUTH_CLIENT_REVOKED",
	AUDIT_HIGH},
};

/* The names are such that the audit log takes none of them for a secret. */
static const char *
payload_of(struct ctx *cx, const struct client *c)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "clientId", c->id);
	json_member_text(&o, "tenantId", c->tenant_id);
	json_member_text(&o, "name", c->name);
	json_member_raw(&o, "scopes", c->scopes);
	json_member_text(&o, "createdBy", c->created_by);
	json_member_text(&o, "previousUntil", c->previous_until);
	json_member_text(&o, "revokedAt", c->revoked_at);
	json_member_i64(&o, "version", c->version);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
client_tell(struct ctx *cx, struct db *db, const struct client_site *site,
    const struct client *c, enum client_change change)
{
	const char *payload = payload_of(cx, c);
	enum err rc = event_append(cx, db,
	    &(struct event){.kind = changes[change].event,
		.tenant_id = c->tenant_id,
		.payload = payload});

	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = changes[change].audit,
		.severity = changes[change].severity,
		.actor = cx->actor,
		.tenant_id = c->tenant_id,
		.address = site->address,
		.details = payload});
}

/* tell.c - see tell.h. */
#include "apikey/tell.h"

#include "events/event.h"
#include "json/json.h"

enum { PAYLOAD_MAX = 8 * 1024 };

static const struct {
	enum event_kind event;
	const char *audit;
} changes[APIKEY_CHANGE_COUNT] = {
    [APIKEY_CHANGE_CREATED] = {EVENT_API_KEY_CREATED, "API_KEY_CREATED"},
    [APIKEY_CHANGE_UPDATED] = {EVENT_API_KEY_UPDATED, "API_KEY_UPDATED"},
    [APIKEY_CHANGE_ROTATED] = {EVENT_API_KEY_UPDATED, "API_KEY_ROTATED"},
    [APIKEY_CHANGE_REVOKED] = {EVENT_API_KEY_REVOKED, "API_KEY_REVOKED"},
};

/* The names are such that the audit log takes none of them for a secret. */
static const char *
payload_of(struct ctx *cx, const struct apikey *k)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "keyId", k->id);
	json_member_text(&o, "partnerId", k->partner_id);
	json_member_text(&o, "tenantId", k->tenant_id);
	json_member_text(&o, "name", k->name);
	json_member_text(&o, "prefix", k->prefix);
	json_member_raw(&o, "scopes", k->scopes);
	json_member_text(&o, "createdBy", k->created_by);
	json_member_text(&o, "expiresAt", k->expires_at);
	json_member_text(&o, "previousUntil", k->previous_until);
	json_member_text(&o, "revokedAt", k->revoked_at);
	json_member_i64(&o, "version", k->version);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
apikey_tell(struct ctx *cx, struct db *db, const struct apikey_site *site,
    const struct apikey *k, enum apikey_change change)
{
	const char *payload = payload_of(cx, k);
	enum err rc = event_append(cx, db,
	    &(struct event){.kind = changes[change].event,
		.tenant_id = k->tenant_id,
		.payload = payload});

	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = changes[change].audit,
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = k->tenant_id,
		.address = site->address,
		.details = payload});
}

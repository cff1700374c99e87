/* tell.c - see tell.h. */
#include "role/tell.h"

enum err
role_tell(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_news *news)
{
	enum err rc = ERR_OK;

	if (news->kind != EVENT_UNSET)
		rc = event_append(cx, db,
		    &(struct event){.kind = news->kind,
			.tenant_id = site->tenant_id,
			.payload = news->payload});
	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = news->audit,
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = site->tenant_id,
		.address = site->address,
		.details = news->payload});
}

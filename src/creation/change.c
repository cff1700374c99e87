/* change.c - see change.h. */
#include "creation/change.h"

#include "json/json.h"

enum { DETAILS_MAX = 4096 };

static enum err
write_down(struct ctx *cx, const struct creation_desk *desk, const struct operation *op,
    const char *event)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "operationId", op->id);
	json_member_text(&o, "tenantId", op->tenant_id);
	json_close_object(&o);
	return audit_append(cx, desk->audit, desk->db,
	    &(struct audit_entry){.event = event,
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = op->tenant_id,
		.address = desk->address,
		.details = buf_text(&b)});
}

enum err
creation_retry(struct ctx *cx, const struct creation_desk *desk, struct operation *now)
{
	enum err rc = operation_retry(cx, desk->db, now);

	return rc == ERR_OK ? write_down(cx, desk, now, "OPERATION_RETRIED") : rc;
}

enum err
creation_cancel(struct ctx *cx, const struct creation_desk *desk, struct operation *now)
{
	enum err rc = operation_cancel(cx, desk->db, now);

	return rc == ERR_OK ? write_down(cx, desk, now, "OPERATION_CANCELLED") : rc;
}

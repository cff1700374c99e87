/* tell.c - the world hears what becomes of an operation. */
#include "creation/run.h"
#include "events/event.h"

enum { PAYLOAD_MAX = 8 * 1024 };

static enum event_kind
kind_of(enum operation_state state)
{
	switch (state) {
	case OPERATION_RUNNING:
		return EVENT_OPERATION_STARTED;
	case OPERATION_WAITING:
	case OPERATION_ROLLING_BACK:
		return EVENT_OPERATION_FAILED;
	case OPERATION_HELD:
		return EVENT_OPERATION_HELD;
	case OPERATION_SUCCEEDED:
		return EVENT_OPERATION_SUCCEEDED;
	case OPERATION_ROLLED_BACK:
		return EVENT_OPERATION_ROLLED_BACK;
	case OPERATION_UNSET:
	case OPERATION_STATE_COUNT:
		break;
	}
	return EVENT_UNSET;
}

enum err
tell_operation(struct ctx *cx, struct creation_run *run, enum operation_state state)
{
	const bool failed = run->failed_step != NULL;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "operationId", run->m.operation_id);
	json_member_text(&o, "kind", "tenant.create");
	json_member_text(&o, "tenantId", run->m.tenant_id);
	json_member_text(&o, "state", operation_state_name(state));
	json_member_text(&o, "step", run->failed_step);
	json_member_text(&o, "error", failed ? err_public(&run->failure) : NULL);
	json_close_object(&o);
	return event_append(cx, run->m.means->db,
	    &(struct event){.kind = kind_of(state),
		.tenant_id = run->m.tenant_id,
		.payload = buf_text(&b)});
}

/*
 * access.c - what a tenant has outside is made to match whether it may be used, over
 * connections of its own: for the times when a server was away, or whoever changed the
 * status was killed, or knew nothing of it.
 */
#include "creation/access.h"

#include "base/clock.h"
#include "work/work.h"

enum { ACCESS_TIMEOUT_MS = 20000 };

enum err
tenant_access(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	struct ctx *cx = &it->cx;
	const int64_t deadline = cx->deadline_ms;
	enum err rc;

	*verdict = WORK_DEAD;
	it->why = "the job names no tenant";
	if (it->job.tenant_id == NULL)
		return ERR_OK;
	cx->deadline_ms = clock_mono_ms() + ACCESS_TIMEOUT_MS;
	rc = tenant_access_follow(cx, &w->means, it->job.tenant_id);
	cx->deadline_ms = deadline;
	*verdict = WORK_DONE;
	if (rc == ERR_OK)
		return ERR_OK;
	*verdict = WORK_RETRY;
	it->why = arena_strdup(cx->mem, cx->err.message);
	it->told = arena_strdup(cx->mem, err_public(&cx->err));
	ctx_clear(cx);
	return ERR_OK;
}

/*
 * database.c - a tenant's login role is made to match what is written down of it, over
 * connections of its own.
 *
 * Whoever changed that has done so already, as a rule: this is for the times when the
 * server was away, or they were killed in between.
 */
#include "base/clock.h"
#include "flows/logins.h"
#include "work/work.h"

enum { LOGIN_TIMEOUT_MS = 20000 };

enum err
database_login(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	struct ctx *cx = &it->cx;
	const int64_t deadline = cx->deadline_ms;
	enum err rc;

	*verdict = WORK_DEAD;
	it->why = "the job names no tenant";
	if (it->job.tenant_id == NULL)
		return ERR_OK;
	cx->deadline_ms = clock_mono_ms() + LOGIN_TIMEOUT_MS;
	rc = logins_settle(cx, w->means.databases, it->job.tenant_id, LOGINS_PASSWORD);
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

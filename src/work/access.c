/*
 * access.c - what a tenant has outside is made to match what is written down of it,
 * over connections of its own.
 *
 * Whoever changed that has done so already, as a rule: this is for the times when a
 * server was away, or they were killed in between, or knew nothing of it.
 */
#include "creation/access.h"

#include "base/clock.h"
#include "flows/logins.h"
#include "work/work.h"

enum { OUTSIDE_MS = 20000 };

typedef enum err follow_fn(
    struct ctx *cx, struct creation_means *means, const char *tenant_id);

static enum err
follow(struct work *w, struct work_item *it, follow_fn *fn, enum work_verdict *verdict)
{
	struct ctx *cx = &it->cx;
	const int64_t deadline = cx->deadline_ms;
	enum err rc;

	*verdict = WORK_DEAD;
	it->why = "the job names no tenant";
	if (it->job.tenant_id == NULL)
		return ERR_OK;
	cx->deadline_ms = clock_mono_ms() + OUTSIDE_MS;
	rc = fn(cx, &w->means, it->job.tenant_id);
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

enum err
tenant_access(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	return follow(w, it, tenant_access_follow, verdict);
}

static enum err
settle_login(struct ctx *cx, struct creation_means *means, const char *tenant_id)
{
	return logins_settle(cx, means->databases, tenant_id, LOGINS_PASSWORD);
}

enum err
database_login(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	return follow(w, it, settle_login, verdict);
}

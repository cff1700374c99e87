/* renew.c - an act keeps the lease; see creation.h. */
#include "base/clock.h"
#include "creation/creation.h"
#include "operation/run.h"

/* Several times a lease, and soon enough for whoever waits. */
enum { BEATS_A_LEASE = 3, BEAT_MOST_MS = 1000 };

struct renewal {
	struct making *m;
	bool held;
};

static enum err
renew(struct ctx *cx, struct db *db, void *arg)
{
	struct renewal *r = arg;
	struct operation_guard guard;
	enum err rc = operation_guard(cx, db, r->m->operation_id, r->m->holder, &guard);

	r->held = guard.held;
	return rc;
}

enum err
creation_renew(struct ctx *cx, struct making *m)
{
	/* not of when the commit came back */
	const int64_t until = clock_mono_ms() + m->holder->lease_ms;
	struct renewal r = {.m = m};
	enum err rc = db_transaction(cx, m->means->db, DB_MANAGEMENT, renew, &r);

	if (rc == ERR_OK && !r.held)
		rc = err_set(&cx->err, ERR_CONFLICT, "somebody else is at it by now");
	if (rc == ERR_OK)
		cx->deadline_ms = until;
	return rc;
}

static bool
beat(void *arg)
{
	struct creation_beat *b = arg;
	struct making *m = b->m;

	m->late = m->until_ms != 0 && clock_mono_ms() > m->until_ms;
	return !m->late && creation_renew(b->cx, m) == ERR_OK;
}

void
creation_beat_init(struct creation_beat *b, struct ctx *cx, struct making *m)
{
	const int every = m->holder->lease_ms / BEATS_A_LEASE;

	*b = (struct creation_beat){.cx = cx,
	    .m = m,
	    .beat = {.every_ms = every < BEAT_MOST_MS ? every : BEAT_MOST_MS,
		.fn = beat,
		.arg = b}};
}

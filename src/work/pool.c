/* pool.c - the job that fills the pool of a database server; see work.h. */
#include "database/pool.h"
#include "base/clock.h"
#include "base/str.h"
#include "work/work.h"

enum {
	BUSY_PAUSE_MS = 2000,
	NEXT_PAUSE_MS = 1,
	FILL_MS = 12000 /* within the lease */
};

static void
judge(struct work_item *it, const struct pool_filling *f, enum work_verdict *verdict)
{
	*verdict = WORK_DONE;
	if (!f->busy && f->ready >= f->wanted)
		return;
	/* not a failure: others' jobs come between two goes */
	*verdict = WORK_RETRY;
	it->why = f->busy ? "another process fills this pool" : "there is more to make";
	it->retry_ms = f->busy ? BUSY_PAUSE_MS : NEXT_PAUSE_MS;
	it->uncounted = true;
}

/* The step's own connection has no transaction open until it is used. */
enum err
pool_refill(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	struct databases *d = w->databases;
	const char *id = json_get_text(it->payload, "server");
	struct pool_filling f = {0};
	struct database_server s;
	enum err rc;

	it->cx.deadline_ms = clock_mono_ms() + FILL_MS;
	rc = server_show(&it->cx, databases_control(d), str_is_set(id) ? id : "", &s);
	if (rc == ERR_OK)
		rc = pool_fill(&it->cx, d, databases_control(d), &s, &f);
	it->cx.deadline_ms = 0;
	if (rc == ERR_OK) {
		judge(it, &f, verdict);
		return ERR_OK;
	}
	*verdict = rc == ERR_NOT_FOUND ? WORK_DONE : WORK_RETRY;
	it->why = arena_strdup(it->cx.mem, err_public(&it->cx.err));
	ctx_clear(&it->cx);
	return ERR_OK;
}

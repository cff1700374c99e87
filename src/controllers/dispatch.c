/* dispatch.c - see dispatch.h. */
#include "controllers/dispatch.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "controllers/gate.h"
#include "flows/keyring.h"
#include "flows/publish.h"
#include "quota/tally.h"

enum { NOTE_KEY_MS = 1000 };

static enum err
serve(struct app *app, struct call *call, const char *const *params)
{
	const struct request_options options = {
	    .trusted_proxies = app->conf->trusted_proxies,
	    .prefix = app->conf->url_prefix};
	bool answered = false;
	enum err rc = request_init(&call->cx, &call->rq, params, &options);

	response_begin(call->rs, &call->cx, &call->rq);
	if (rc == ERR_OK)
		rc = gate_find(app, call, &answered);
	if (rc == ERR_OK && !answered)
		rc = gate_enter(app, call);
	call->gate_headers = call->rs->headers.n;
	if (rc != ERR_OK || answered || call->answered)
		return rc;
	rc = gate_run(app, call);
	if (rc == ERR_OK && call->rs->body.failed)
		rc = err_set(&call->cx.err, ERR_INTERNAL, "the answer is too large");
	return rc;
}

/* A problem replaces the handler's headers; the gate's (Allow, CORS, RateLimit-*) stay.
 */
static void
problem(struct call *call)
{
	struct response *rs = call->rs;
	const char *kept =
	    slice_dup(call->cx.mem, (struct slice){rs->headers.p, call->gate_headers});

	response_problem(rs, &call->cx);
	buf_put(&rs->headers, kept, call->gate_headers);
}

static void
finish(struct call *call, enum err rc)
{
	struct response *rs = call->rs;

	if (rs->begun)
		return; /* what is out cannot become another answer */
	if (rc != ERR_OK)
		problem(call);
	else if (call->route != NULL && call->route->answer == ANSWER_TAGGED &&
	    !call->answered)
		response_conditional(rs, &call->rq);
	if (rs->status == 0)
		rs->status = 200;
}

void
dispatch_answer(
    void *arg, struct exchange *x, const char *const *params, struct response *rs)
{
	struct app *app = arg;
	struct call *call = arena_alloc(app->call_mem, sizeof(*call));
	enum err rc;

	app->call = call;
	scoreboard_state(app->board, app->slot, WORKER_BUSY);
	ctx_init(&call->cx, app->call_mem);
	call->began_us = clock_mono_us();
	call->cx.deadline_ms = call->began_us / 1000 + app->conf->request_timeout;
	call->rs = rs;
	call->exchange = x;
	rc = serve(app, call, params);
	finish(call, rc);
	if (rs->status >= 500)
		log_error(LOG_ERROR, &call->cx, "failed");
	else if (rc != ERR_OK)
		log_error(LOG_DEBUG, &call->cx, "refused");
}

static void
log_request(
    const struct call *call, const struct response *rs, int64_t micros, size_t n)
{
	const enum log_level level = rs->status >= 500 ? LOG_WARNING : LOG_INFO;
	struct log_line l;

	if (!log_start(&l, level, &call->cx, "request"))
		return;
	log_text(&l, "method", http_method_name(call->rq.method));
	log_text(&l, "route", call->route != NULL ? call->route->path : "-");
	log_number(&l, "status", rs->status);
	log_number(&l, "us", micros);
	log_number(&l, "bytes", (int64_t)n);
	log_quoted(&l, "client", call->rq.client);
	log_quoted(&l, "user", call->who.user.text);
	if (call->rq.trace_parent[0] != '\0')
		log_text(&l, "trace", call->rq.trace_parent);
	log_finish(&l);
}

/* What the connection has counted since the last request. */
static void
report(struct app *app)
{
	const struct db_stats now = db_get_stats(app->db);
	const struct db_stats *was = &app->reported;
	const struct {
		enum worker_counter counter;
		uint64_t n;
	} more[] = {
	    {COUNTER_DB_ROUND_TRIPS, now.round_trips - was->round_trips},
	    {COUNTER_DB_CONNECTS, now.connects - was->connects},
	    {COUNTER_DB_LOSSES, now.losses - was->losses},
	    {COUNTER_DB_RETRIES, now.retries - was->retries},
	    {COUNTER_DB_TIME_US, now.time_us - was->time_us},
	    {COUNTER_CONTEXT_LEAKS, now.context_leaks - was->context_leaks},
	};

	for (size_t i = 0; i < COUNT_OF(more); i++)
		if (more[i].n > 0)
			scoreboard_add(
			    app->board, app->slot, more[i].counter, more[i].n);
	app->reported = now;
}

/* Whether what was committed may be how a tenant stands: by the row alone, so that no
 * handler has to say it. What members do is not. */
static bool
may_change_standing(const struct call *call)
{
	const enum perm_level level =
	    call->route != NULL ? perm_level(call->route->perm) : LEVEL_UNSET;

	return level == LEVEL_PLATFORM || level == LEVEL_SUPERUSER ||
	    level == LEVEL_PARTNER || level == LEVEL_TENANT;
}

/* Whoever runs jobs is told of what was committed, after the answer: here, or, where no
 * job worker lives, by way of the database. */
static void
wake(struct app *app, const struct call *call)
{
	const uint64_t commits = db_get_stats(app->db).commits;
	struct ctx cx;

	if (commits == app->told_commits)
		return;
	if (may_change_standing(call))
		wakeup_change(app->wakeup);
	if (app->wakeup != NULL && app->conf->job_workers > 0) {
		wakeup_signal(app->wakeup);
		app->told_commits = commits;
		return;
	}
	ctx_init(&cx, app->call_mem);
	if (publish_notify(&cx, app->db, 0) != ERR_OK)
		log_error(LOG_WARNING, &cx, "notify-failed");
	app->told_commits = db_get_stats(app->db).commits;
}

/* After the answer, which does not depend on it. */
static void
note_key(struct app *app, const struct call *call)
{
	struct ctx cx;

	if (call->stale_key == NULL)
		return;
	ctx_init(&cx, app->call_mem);
	cx.deadline_ms = clock_mono_ms() + NOTE_KEY_MS;
	if (keyring_note_use(&cx, app->db, call->stale_key) != ERR_OK)
		log_error(LOG_WARNING, &cx, "key-use-not-noted");
}

void
dispatch_done(void *arg, const struct response *rs, size_t bytes_sent)
{
	struct app *app = arg;
	const struct call *call = app->call;
	int64_t micros = clock_mono_us() - call->began_us;
	int row = call->route != NULL ? (int)(call->route - routes) : ROUTE_COUNT;

	scoreboard_request(app->board, app->slot, row, rs->status, micros);
	if (app->conf->log_requests || rs->status >= 500)
		log_request(call, rs, micros, bytes_sent);
	note_key(app, call);
	if (call->metered != NULL)
		tally_count(
		    app->calls, call->metered, (call->began_us + micros) / 1000);
	wake(app, call);
	report(app);
	app->call = NULL;
	arena_reset(app->call_mem);
	app->served++;
	scoreboard_state(app->board, app->slot, WORKER_IDLE);
}

/* app.c - see app.h. */
#include "controllers/app.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "controllers/dispatch.h"
#include "controllers/standing.h"
#include "creation/means.h"
#include "http/cgi.h"
#include "http/fcgi.h"
#include "proc/signals.h"
#include "quota/tally.h"

static void
take_schemas(struct app *app, const struct schema_set *set)
{
	app->schema_set = set;
	for (int i = 0; i < SCHEMA_COUNT; i++)
		app->schemas[i] = schema_set_get(set, (enum schema_id)i);
}

static void
make_router(struct app *app)
{
	struct router_row rows[ROUTE_COUNT];

	for (int i = 0; i < ROUTE_COUNT; i++)
		rows[i] = (struct router_row){routes[i].method, routes[i].path};
	app->router = router_new(app->mem, rows, ROUTE_COUNT);
}

static enum err
read_onboarding(struct ctx *cx, struct app *app)
{
	const struct conf *c = app->conf;

	app->onboarding = (struct onboarding_settings){
	    .create_schemas = strcmp(c->tenant_schemas, "create") == 0,
	    .self_service_plans = c->self_service_plans,
	};
	if (!uuid_from_text(
		slice_of(c->tenant_namespace), &app->onboarding.tenant_namespace))
		return err_set(&cx->err, ERR_CONFIG, "TENANT_NAMESPACE is no UUID");
	return ERR_OK;
}

static void
open_db(struct app *app)
{
	const struct conf *c = app->conf;

	app->db = db_new(&(struct db_settings){
	    .conninfo = conf_conninfo(c, app->mem),
	    .application_name = "tenantd",
	    .connect_timeout_ms = c->db_connect_timeout,
	    .query_timeout_ms = c->db_query_timeout,
	    .prepare = c->db_prepare,
	});
}

static enum err
open_means(struct ctx *cx, struct app *app)
{
	app->means = (struct creation_means){.conf = app->conf,
	    .db = app->db,
	    .keys = app->seal_keys,
	    .audit = app->audit};
	return creation_means_open(cx, &app->means);
}

enum { APP_MEMORY = 64 * 1024 * 1024 };

enum err
app_new(struct ctx *cx, const struct conf *conf, const struct app_shared *shared,
    int slot, struct app **out)
{
	struct app *app = calloc(1, sizeof(*app));
	enum err rc;

	if (app == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	if ((app->calls = tally_new(QUOTA_API_CALLS)) == NULL) {
		free(app);
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	}
	app->conf = conf;
	app->board = shared->board;
	app->rates = shared->rates;
	app->wakeup = shared->wakeup;
	app->hashes = shared->hashes;
	app->chats = shared->chats;
	app->slot = slot;
	app->alone = shared->alone;
	app->mem = arena_new(APP_MEMORY);
	app->call_mem = arena_new((size_t)conf->request_memory);
	app->standing = standing_new(app->mem, conf->tenant_cache, app->wakeup);
	take_schemas(app, shared->schemas);
	make_router(app);
	open_db(app);
	rc = auth_new(cx, conf, &app->auth);
	if (rc == ERR_OK)
		rc = seal_keys_new(&cx->err, conf->secret_key,
		    conf->secret_key_previous, &app->seal_keys);
	if (rc == ERR_OK) {
		app->audit = audit_new(app->seal_keys);
		rc = cors_new(cx, app->mem, conf->cors_origins, conf->cors_credentials,
		    &app->cors);
	}
	if (rc == ERR_OK)
		rc = read_onboarding(cx, app);
	if (rc == ERR_OK)
		rc = open_means(cx, app);
	if (rc != ERR_OK) {
		app_free(app);
		return rc;
	}
	*out = app;
	return ERR_OK;
}

void
app_free(struct app *app)
{
	tally_free(app->calls);
	creation_means_close(&app->means);
	db_free(app->db);
	auth_free(app->auth);
	audit_free(app->audit);
	seal_keys_free(app->seal_keys);
	arena_free(app->call_mem);
	arena_free(app->mem);
	free(app);
}

enum { WRITE_CALLS_MS = 1000 }; /* meanwhile, no request is answered here */

/* What was counted of tenants' calls. That it was written is nothing which job workers
 * need to be told of. */
static void
write_calls(struct app *app)
{
	const bool told = app->told_commits == db_get_stats(app->db).commits;
	const int64_t now = clock_mono_ms();
	struct ctx cx;

	ctx_init(&cx, app->call_mem);
	cx.deadline_ms = now + WRITE_CALLS_MS;
	if (tally_write(&cx, app->calls, app->db, now) != ERR_OK)
		log_error(LOG_WARNING, &cx, "calls-not-written");
	arena_reset(app->call_mem);
	if (told)
		app->told_commits = db_get_stats(app->db).commits;
}

static void
write_last_calls(struct app *app)
{
	if (!tally_is_empty(app->calls))
		write_calls(app);
}

/* Between requests: a worker that has served its share makes room for a fresh one.
 * Alone it does not: whoever started it is the one to replace it, and knows when no
 * request is on its way. */
static bool
stay(void *arg)
{
	struct app *app = arg;

	if (tally_is_due(app->calls, clock_mono_ms()))
		write_calls(app);
	if (worker_log_reopen_wanted())
		log_reopen();
	if (app->alone) {
		app->stale = alone_reload_wanted() || app->stale;
		return !app->stale;
	}
	return app->conf->worker_max_requests == 0 ||
	    app->served < app->conf->worker_max_requests;
}

static struct fcgi_service
service_of(struct app *app)
{
	return (struct fcgi_service){
	    .answer = dispatch_answer,
	    .done = dispatch_done,
	    .idle = stay,
	    .app = app,
	};
}

int
app_serve(struct app *app, int fd)
{
	const struct fcgi_service service = service_of(app);
	struct ctx cx;
	enum err rc;

	ctx_init(&cx, app->mem);
	if (app->alone)
		alone_signals_install(fcgi_stop);
	else
		worker_signals_install(fcgi_stop);
	scoreboard_state(app->board, app->slot, WORKER_IDLE);
	rc = fcgi_serve(&cx, fd, app->conf->request_timeout, &service);
	write_last_calls(app);
	scoreboard_state(app->board, app->slot, WORKER_DRAINING);
	if (rc != ERR_OK)
		log_error(LOG_ERROR, &cx, "worker-stopped");
	return rc == ERR_OK ? EXIT_SUCCESS : EX_UNAVAILABLE;
}

int
app_serve_cgi(struct app *app, const char *const *variables)
{
	const struct fcgi_service service = service_of(app);
	struct ctx cx;
	enum err rc;

	ctx_init(&cx, app->mem);
	rc = cgi_serve(&cx,
	    &(struct cgi_door){.variables = variables,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.io_timeout_ms = app->conf->request_timeout},
	    &service);
	write_last_calls(app);
	if (rc != ERR_OK)
		log_error(LOG_ERROR, &cx, "cgi-stopped");
	return rc == ERR_OK ? EXIT_SUCCESS : EX_UNAVAILABLE;
}

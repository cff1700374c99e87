/* serve.c - see serve.h. */
#include "main/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/log.h"
#include "cli/cli.h"
#include "controllers/app.h"
#include "creation/engine.h"
#include "http/response.h"
#include "proc/listen.h"
#include "proc/master.h"
#include "proc/notify.h"
#include "proc/signals.h"
#include "work/work.h"

enum {
	SERVE_MEMORY = 4 * 1024 * 1024,
	RATE_SLOTS = 1 << 16,
	CHATS_MOST = 1024, /* the settings say how many of them, after a reload anew */
	OCTAL = 8,
	JOB_SILENCE_MS = 60 * 1000
};

struct server {
	const char *config_path;
	struct conf *conf;
	struct schema_set *schemas;
	struct app_shared shared;
};

static enum log_level
level_of(const struct conf *c)
{
	static const char *const names[LOG_LEVEL_COUNT] = {
	    "debug", "info", "warning", "error"};

	for (int i = 0; i < LOG_LEVEL_COUNT; i++)
		if (strcmp(names[i], c->log_level) == 0)
			return (enum log_level)i;
	return LOG_INFO;
}

static struct master_settings
master_settings_of(const struct conf *c)
{
	return (struct master_settings){
	    .workers = c->workers,
	    .job_workers = c->job_workers,
	    .request_timeout_ms = c->request_timeout,
	    .job_silence_ms = JOB_SILENCE_MS,
	    .drain_timeout_ms = c->drain_timeout,
	};
}

/* stale: whether it ended because new settings are wanted. */
static int
serve_app(struct server *s, int slot, int fd, bool *stale)
{
	struct app *app;
	struct ctx cx;
	enum err rc;
	int status;

	ctx_init(&cx, arena_new(SERVE_MEMORY));
	rc = app_new(&cx, s->conf, &s->shared, slot, &app);
	if (rc != ERR_OK) {
		log_error(LOG_ERROR, &cx, "worker-cannot-start");
		arena_free(cx.mem);
		return err_exit(rc);
	}
	status = app_serve(app, fd);
	*stale = app->stale;
	app_free(app);
	arena_free(cx.mem);
	return status;
}

static int
work(void *arg, int slot, int fd)
{
	bool stale;

	return serve_app(arg, slot, fd, &stale);
}

static int
work_jobs(void *arg, int slot)
{
	const struct server *s = arg;

	return work_serve(s->conf,
	    &(struct work_shared){
		.board = s->shared.board, .wakeup = s->shared.wakeup, .slot = slot});
}

static void
log_faults(const struct ctx *cx)
{
	char where[128], what[320];

	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		log_event(LOG_ERROR, NULL, "settings-fault", "at=%s fault=%s",
		    log_quote(where, sizeof(where), f->pointer),
		    log_quote(what, sizeof(what), f->message));
}

/* What a worker would refuse must not get as far as a worker. */
static enum err
check_app(struct ctx *cx, const struct conf *conf, const struct schema_set *schemas,
    const struct app_shared *shared)
{
	struct app_shared with = *shared;
	struct app *app;
	enum err rc;

	with.schemas = schemas;
	rc = app_new(cx, conf, &with, 0, &app);

	if (rc == ERR_OK)
		app_free(app);
	return rc;
}

static bool
reload(void *arg, struct master_settings *settings)
{
	struct server *s = arg;
	struct schema_set *schemas = NULL;
	struct conf *fresh = NULL;
	struct ctx cx;
	enum err rc;

	ctx_init(&cx, arena_new(SERVE_MEMORY));
	rc = conf_load(&cx, s->config_path, environ, &fresh);
	if (rc == ERR_OK)
		rc = schema_set_new(&cx, fresh->schema_dir, &schemas);
	if (rc == ERR_OK)
		rc = check_app(&cx, fresh, schemas, &s->shared);
	if (rc == ERR_OK)
		rc = log_open(&cx.err, fresh->log_file, level_of(fresh));
	if (rc != ERR_OK) {
		log_error(LOG_ERROR, &cx, "reload-refused");
		log_faults(&cx);
		schema_set_free(schemas);
		conf_free(fresh);
	} else {
		schema_set_free(s->schemas);
		s->shared.schemas = s->schemas = schemas;
		conf_free(s->conf);
		s->conf = fresh;
		*settings = master_settings_of(fresh);
		log_event(LOG_INFO, NULL, "reloaded", "workers=%d job_workers=%d",
		    settings->workers, settings->job_workers);
	}
	arena_free(cx.mem);
	return rc == ERR_OK;
}

/* The socket that was passed to us, else one at the address of the settings. */
static enum err
open_socket(
    struct ctx *cx, const struct conf *c, const char *address, struct listener *out)
{
	unsigned mode = (unsigned)strtoul(c->listen_mode, NULL, OCTAL);

	return listen_open(
	    cx, address != NULL ? address : c->listen, mode, c->listen_backlog, out);
}

/* One worker in this process. A reload makes its app anew. */
static enum err
run_alone(struct ctx *cx, struct server *s, int fd)
{
	struct master_settings ignored;
	bool stale = false;
	int status;

	scoreboard_enter(s->shared.board, 0, WORKER_FOR_REQUESTS);
	scoreboard_set_pid(s->shared.board, 0, (int)getpid());
	do {
		if (stale) {
			notify_reloading();
			(void)reload(s, &ignored);
		}
		stale = false;
		notify_ready();
		status = serve_app(s, 0, fd, &stale);
	} while (stale);
	notify_stopping();
	return status == EXIT_SUCCESS ? ERR_OK
				      : err_set(&cx->err, ERR_UNAVAILABLE,
					    "could not go on serving: see the log");
}

static enum err
run(struct ctx *cx, struct server *s, const char *address)
{
	const struct master_settings settings = master_settings_of(s->conf);
	const struct master_hooks hooks = {
	    .work = work,
	    .work_jobs = work_jobs,
	    .reload = reload,
	    .app = s,
	    .wakeup = s->shared.wakeup,
	};
	struct listener listener;
	enum err rc = open_socket(cx, s->conf, address, &listener);

	if (rc != ERR_OK)
		return rc;
	log_event(LOG_INFO, NULL, "started", "workers=%d passed=%d job_workers=%d",
	    settings.workers, listener.passed,
	    s->shared.alone ? 0 : settings.job_workers);
	rc = s->shared.alone
	    ? run_alone(cx, s, listener.fd)
	    : master_run(cx, listener.fd, s->shared.board, &settings, &hooks);
	listen_close(&listener);
	log_event(LOG_INFO, NULL, "stopped", "error=%s", err_slug(rc));
	return rc;
}

static enum err
prepare(struct ctx *cx, struct server *s)
{
	enum err rc = conf_load(cx, s->config_path, environ, &s->conf);

	if (rc == ERR_OK)
		rc = schema_set_new(cx, s->conf->schema_dir, &s->schemas);
	s->shared.schemas = s->schemas;
	if (rc == ERR_OK)
		rc = scoreboard_new(cx, s->conf->workers + s->conf->job_workers,
		    ROUTE_COUNT + 1, creation_step_count + 1, &s->shared.board);
	if (rc == ERR_OK)
		rc = ratelimit_new(cx, RATE_SLOTS, &s->shared.rates);
	if (rc == ERR_OK)
		rc = log_open(&cx->err, s->conf->log_file, level_of(s->conf));
	return rc;
}

static void
finish(struct ctx *cx, struct server *s, enum err rc)
{
	if (rc != ERR_OK)
		cli_tell(cx);
	slots_free(s->shared.hashes);
	slots_free(s->shared.chats);
	wakeup_free(s->shared.wakeup);
	ratelimit_free(s->shared.rates);
	scoreboard_free(s->shared.board);
	schema_set_free(s->schemas);
	conf_free(s->conf);
	arena_free(cx->mem);
}

static int
hashes_at_once(const struct conf *c)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (c->password_hashes > 0)
		return c->password_hashes;
	return processors < 1 ? 1 : processors > 1024 ? 1024 : (int)processors;
}

int
serve_main(const char *config_path, const char *listen)
{
	struct server server = {.config_path = config_path};
	struct ctx cx;
	enum err rc;

	signals_ignore_lost_output();
	ctx_init(&cx, arena_new(SERVE_MEMORY));
	rc = prepare(&cx, &server);
	server.shared.alone = rc == ERR_OK && server.conf->workers == 0;
	if (rc == ERR_OK && !server.shared.alone)
		rc = wakeup_new(&cx, &server.shared.wakeup);
	if (rc == ERR_OK && !server.shared.alone)
		rc = slots_new(&cx, hashes_at_once(server.conf), &server.shared.hashes);
	if (rc == ERR_OK && !server.shared.alone)
		rc = slots_new(&cx, CHATS_MOST, &server.shared.chats);
	if (rc == ERR_OK)
		rc = check_app(&cx, server.conf, server.schemas, &server.shared);
	if (rc == ERR_OK)
		rc = run(&cx, &server, listen);
	finish(&cx, &server, rc);
	return err_exit(rc);
}

/* The one answer without an app: no word of what is wrong, which is in the log. */
static void
answer_unconfigured(struct ctx *cx)
{
	struct ctx told = {.mem = cx->mem};
	struct response rs;
	struct buf head;

	uuid_text(told.request_id, uuid_random());
	err_set(&told.err, ERR_CONFIG, "the settings are of no use");
	response_init(&rs);
	response_problem(&rs, &told);
	memcpy(rs.request_id, told.request_id, sizeof(rs.request_id));
	buf_init(&head, cx->mem, SERVE_MEMORY);
	response_head(&rs, &head);
	(void)fwrite(head.p, 1, head.n, stdout);
	(void)fwrite(rs.body.p, 1, rs.body.n, stdout);
	response_fini(&rs);
}

int
serve_cgi(void)
{
	struct server server = {0};
	struct app *app;
	struct ctx cx;
	enum err rc;
	int status;

	ctx_init(&cx, arena_new(SERVE_MEMORY));
	rc = prepare(&cx, &server);
	if (rc == ERR_OK)
		rc = app_new(&cx, server.conf, &server.shared, 0, &app);
	if (rc == ERR_OK) {
		scoreboard_enter(server.shared.board, 0, WORKER_FOR_REQUESTS);
		status = app_serve_cgi(app, (const char *const *)environ);
		app_free(app);
	} else {
		answer_unconfigured(&cx);
		status = err_exit(rc);
	}
	finish(&cx, &server, rc);
	return status;
}

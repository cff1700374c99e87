/*
 * master.c - see master.h.
 *
 * A reload makes a new generation. Rules that are applied again after each event, and
 * not a plan, bring the crew to what it should be, each role on its own, so that deaths
 * and further reloads may come in between:
 *   1. a slot that waits is started when it is due;
 *   2. the newest generation is as many as wanted; while older ones serve, the next one
 *      is started only when the one before is ready;
 *   3. an older one is told to go as soon as more than wanted accept.
 */
#include "proc/master.h"

#include <poll.h>
#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "proc/crew.h"
#include "proc/notify.h"

enum {
	TICK_LEAST_MS = 20,
	TICK_MOST_MS = 1000,
	READY_TICK_MS = 10, /* while the start or a reload waits for a worker */
	START_MOST_MS = 30000,
	CONFIG_RETRY_MS = 5000
};

struct master {
	struct crew crew;
	bool stopping;
	bool told; /* that requests are served: since the start, or the last reload */
	enum err result;
};

/* What there is of a role. */
struct tally {
	int fresh;     /* newest generation, running or waiting to */
	int not_ready; /* of these, not accepting */
	int starting;  /* of these, running */
	int old;       /* older ones that were not told yet */
	int accepting; /* of any generation */
};

static struct tally
count(const struct crew *c, enum worker_role role)
{
	struct tally t = {0};

	for (int i = 0; i < c->slots; i++) {
		const struct crew_member *m = &c->at[i];
		bool accepts = crew_accepts(c, i);

		if (m->phase == CREW_FREE || m->role != role || m->told)
			continue;
		t.accepting += accepts;
		if (m->generation != c->generation)
			t.old++;
		else {
			t.fresh++;
			t.not_ready += !accepts;
			t.starting += !accepts && m->phase == CREW_RUNNING;
		}
	}
	return t;
}

static int
wanted(const struct crew *c, enum worker_role role)
{
	return role == WORKER_FOR_JOBS ? c->settings.job_workers : c->settings.workers;
}

static int
free_slot(const struct crew *c)
{
	for (int i = 0; i < c->slots; i++)
		if (c->at[i].phase == CREW_FREE)
			return i;
	return -1;
}

static void
start_due(struct crew *c, int64_t now)
{
	for (int i = 0; i < c->slots; i++)
		if (c->at[i].phase == CREW_WAITING && c->at[i].due_ms <= now)
			crew_start(c, i, c->at[i].role, now);
}

static void
start_missing(struct crew *c, enum worker_role role, int64_t now)
{
	struct tally t = count(c, role);
	int most = wanted(c, role), slot;

	while (t.fresh < most && (t.not_ready == 0 || t.fresh + t.old < most) &&
	    (slot = free_slot(c)) >= 0) {
		crew_start(c, slot, role, now);
		t.fresh++;
		t.not_ready++;
	}
}

static void
tell_old(struct crew *c, enum worker_role role, int64_t now)
{
	struct tally t = count(c, role);

	for (int i = 0; i < c->slots && t.old > 0; i++) {
		const struct crew_member *m = &c->at[i];
		bool accepts = crew_accepts(c, i);

		if (m->phase != CREW_RUNNING || m->role != role || m->told ||
		    m->generation == c->generation ||
		    (accepts && t.accepting <= wanted(c, role)))
			continue;
		crew_tell(c, i, now);
		t.old--;
		t.accepting -= accepts;
	}
}

static bool
is_hung(const struct crew *c, int slot, int64_t now)
{
	int64_t most = 2 * (int64_t)c->settings.request_timeout_ms;
	struct worker_view v;

	scoreboard_view(c->board, slot, &v);
	if (v.allowed_ms > c->settings.request_timeout_ms)
		most = 2 * (int64_t)v.allowed_ms;
	if (v.state == WORKER_STARTING)
		return now - v.since_ms > (most > START_MOST_MS ? most : START_MOST_MS);
	if (c->at[slot].role == WORKER_FOR_JOBS)
		return now - v.since_ms > c->settings.job_silence_ms;
	return v.state == WORKER_BUSY && now - v.since_ms > most;
}

static void
kill_overdue(struct crew *c, int64_t now)
{
	for (int i = 0; i < c->slots; i++) {
		const struct crew_member *m = &c->at[i];

		if (m->phase != CREW_RUNNING)
			continue;
		if (m->told && now >= m->due_ms)
			crew_kill(c, i, "drain");
		else if (is_hung(c, i, now))
			crew_kill(c, i, "hung");
	}
}

static void
tell_when_ready(struct master *m)
{
	struct tally t = count(&m->crew, WORKER_FOR_REQUESTS);

	if (m->told || t.old > 0 || t.fresh < m->crew.settings.workers ||
	    t.not_ready > 0)
		return;
	m->told = true;
	notify_ready();
}

static void
apply_rules(struct master *m)
{
	int64_t now = clock_mono_ms();

	kill_overdue(&m->crew, now);
	if (m->stopping)
		return;
	start_due(&m->crew, now);
	for (int role = WORKER_FOR_REQUESTS; role < WORKER_ROLE_COUNT; role++) {
		start_missing(&m->crew, (enum worker_role)role, now);
		tell_old(&m->crew, (enum worker_role)role, now);
	}
	tell_when_ready(m);
}

/* -- events -- */

static void
stop(struct master *m, bool at_once, const char *why)
{
	struct crew *c = &m->crew;
	int64_t now = clock_mono_ms();

	log_event(LOG_INFO, c->cx, "master-stopping", "reason=%s how=%s", why,
	    at_once ? "kill" : "drain");
	m->stopping = true;
	notify_stopping();
	for (int i = 0; i < c->slots; i++) {
		if (c->at[i].phase == CREW_WAITING)
			c->at[i].phase = CREW_FREE;
		crew_tell(c, i, now);
		if (at_once)
			crew_kill(c, i, why);
	}
}

static void
clamp_workers(const struct crew *c, struct master_settings *s)
{
	int most = c->slots / 2;

	if (s->job_workers < 0 || c->hooks->work_jobs == NULL)
		s->job_workers = 0;
	if (s->job_workers > most - 1)
		s->job_workers = most - 1;
	most -= s->job_workers;
	if (s->workers < 1)
		s->workers = 1;
	if (s->workers > most) {
		log_event(LOG_WARNING, c->cx, "workers-limited",
		    "wanted=%d most=%d hint=\"restart for more\"", s->workers, most);
		s->workers = most;
	}
}

static void
reload(struct master *m)
{
	struct crew *c = &m->crew;
	struct master_settings s = c->settings;

	if (m->stopping)
		return;
	notify_reloading();
	m->told = false;
	log_reopen();
	if (c->hooks->reload == NULL || !c->hooks->reload(c->hooks->app, &s)) {
		log_event(LOG_ERROR, c->cx, "reload-refused",
		    "workers=%d generation=%u", c->settings.workers, c->generation);
		return;
	}
	clamp_workers(c, &s);
	c->settings = s;
	c->generation++;
	for (int i = 0; i < c->slots; i++) {
		c->at[i].backoff_ms = 0;
		if (c->at[i].phase == CREW_WAITING)
			c->at[i].phase = CREW_FREE;
	}
	log_event(LOG_INFO, c->cx, "reload", "workers=%d job_workers=%d generation=%u",
	    s.workers, s.job_workers, c->generation);
}

static void
take_signals(struct master *m)
{
	int signo;

	while ((signo = master_signals_next(&m->crew.signals)) != 0)
		switch (signo) {
		case SIGTERM:
		case SIGINT:
			stop(m, m->stopping, "signal");
			break;
		case SIGQUIT:
			stop(m, true, "signal");
			break;
		case SIGHUP:
			reload(m);
			break;
		case SIGUSR1:
			log_reopen();
			crew_forward(&m->crew, SIGUSR1);
			break;
		default: /* SIGCHLD: take_ends() looks anyway */
			break;
		}
}

/* Its settings cannot work. After a reload the older ones go on as long as they can,
 * and no job worker is a reason to serve no requests. */
static void
take_config_fault(struct master *m, int slot)
{
	struct crew *c = &m->crew;
	struct crew_member *w = &c->at[slot];

	if (m->stopping || w->generation != c->generation)
		return;
	if (w->role == WORKER_FOR_REQUESTS && count(c, w->role).old == 0) {
		m->result = err_set(&c->cx->err, ERR_CONFIG,
		    "a worker found that its settings cannot work (exit status 78)");
		stop(m, false, "config");
		return;
	}
	w->phase = CREW_WAITING;
	w->due_ms = clock_mono_ms() + CONFIG_RETRY_MS;
}

static void
take_ends(struct master *m)
{
	struct crew *c = &m->crew;
	enum crew_end end;
	int slot = -1;

	while ((end = crew_reap(c, &slot)) != CREW_END_NONE) {
		if (end == CREW_END_CONFIG)
			take_config_fault(m, slot);
		else if (end != CREW_END_LEFT && !m->stopping &&
		    c->at[slot].generation == c->generation)
			crew_await(c, slot, clock_mono_ms());
	}
}

/* -- waiting -- */

static int
tick(const struct master *m)
{
	const struct crew *c = &m->crew;
	const struct tally t = count(c, WORKER_FOR_REQUESTS),
			   jobs = count(c, WORKER_FOR_JOBS);
	int ms = c->settings.request_timeout_ms / 4;

	if (((t.old > 0 || !m->told) && t.starting > 0) ||
	    (jobs.old > 0 && jobs.starting > 0))
		return READY_TICK_MS;
	if (ms > TICK_MOST_MS)
		return TICK_MOST_MS;
	return ms < TICK_LEAST_MS ? TICK_LEAST_MS : ms;
}

/* Until something is due: milliseconds, at least 1 so that nothing makes this spin. */
static int
time_to_wait(const struct master *m)
{
	const struct crew *c = &m->crew;
	int64_t now = clock_mono_ms(), least = tick(m);

	for (int i = 0; i < c->slots; i++) {
		const struct crew_member *w = &c->at[i];
		bool due = w->phase == CREW_WAITING ||
		    (w->phase == CREW_RUNNING && w->told && !w->killed);

		if (due && w->due_ms - now < least)
			least = w->due_ms - now;
	}
	return least < 1 ? 1 : (int)least;
}

static void
serve(struct master *m)
{
	struct pollfd p = {.fd = m->crew.signals.fd, .events = POLLIN};

	apply_rules(m);
	while (!m->stopping || crew_running(&m->crew) > 0) {
		if (poll(&p, 1, time_to_wait(m)) > 0)
			take_signals(m);
		take_ends(m);
		apply_rules(m);
	}
}

enum err
master_run(struct ctx *cx, int fd, struct scoreboard *board,
    const struct master_settings *settings, const struct master_hooks *hooks)
{
	struct master m = {
	    .crew = {.cx = cx,
		.hooks = hooks,
		.board = board,
		.settings = *settings,
		.fd = fd},
	    .result = ERR_OK,
	};
	enum err rc = crew_init(&m.crew);

	if (rc != ERR_OK)
		return rc;
	clamp_workers(&m.crew, &m.crew.settings);
	if ((rc = master_signals_open(cx, &m.crew.signals)) == ERR_OK) {
		log_event(LOG_INFO, cx, "master-started", "workers=%d job_workers=%d",
		    m.crew.settings.workers, m.crew.settings.job_workers);
		serve(&m);
		master_signals_close(&m.crew.signals);
		log_event(LOG_INFO, cx, "master-stopped",
		    "restarts=%llu job_restarts=%llu",
		    (unsigned long long)scoreboard_restarts(board, WORKER_FOR_REQUESTS),
		    (unsigned long long)scoreboard_restarts(board, WORKER_FOR_JOBS));
		rc = m.result;
	}
	crew_fini(&m.crew);
	return rc;
}

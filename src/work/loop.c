/*
 * loop.c - the job worker's loop; see work.h.
 *
 *   publish  events get their numbers, and jobs are made of them
 *   seal     audit rows get their numbers and seals
 *   claim    due jobs are leased, as many as may run at once
 *   step     each that is ready
 *   wait     for transfers, wake-ups, notifications, or until something is due
 *
 * A wake-up that gets lost costs no more than JOB_POLL.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "creation/means.h"
#include "database/databases.h"
#include "flows/publish.h"
#include "proc/signals.h"
#include "work/work.h"

enum {
	LEASE_MS = 15000,
	RENEW_MS = LEASE_MS / 3,
	BLOCKED_PAUSE_MS = 20, /* what is due has no room in its pool or share */
	SHARES = 4, /* one tenant has at most this part of what runs at once */
	DATABASE_PAUSE_MS = 500,
	/* for which it is believed that somebody listens: a turn may take its time */
	LISTENED_MORE_MS = 1000,
	KEEP_HOUSE_MS = 600 * 1000,
	KEEP_ON_MS = 1000, /* there is more than one turn takes */
	FIRST_KEEPING_MS = 30 * 1000,
	TURN_MEMORY = 16 * 1024 * 1024,
	HOLDER_SIZE = 128,
	CONNINFO_MEMORY = 64 * 1024
};

static volatile sig_atomic_t stop_wanted;

static void
stop(void)
{
	stop_wanted = 1;
}

/* -- the process -- */

static struct db *
connect_to(const struct conf *c, const char *conninfo, bool prepare)
{
	return db_new(&(struct db_settings){
	    .conninfo = conninfo,
	    .application_name = "tenantd jobs",
	    .connect_timeout_ms = c->db_connect_timeout,
	    .query_timeout_ms = c->db_query_timeout,
	    .prepare = prepare,
	});
}

struct db *
work_connect(const struct conf *conf)
{
	struct arena *mem = arena_new(CONNINFO_MEMORY);
	struct db *db = connect_to(conf, conf_conninfo(conf, mem), conf->db_prepare);

	arena_free(mem);
	return db;
}

/* The same for whoever replaces this worker, so that what it had goes on at once. */
static const char *
holder_name(struct ctx *cx, const struct work_shared *shared)
{
	char host[64] = "", id[UUID_TEXT_SIZE];

	(void)gethostname(host, sizeof(host) - 1);
	if (shared->board == NULL) { /* not the pid: containers have the same */
		uuid_text(id, uuid_random());
		return arena_printf(cx->mem, "%s/command/%s", host, id);
	}
	return arena_printf(cx->mem, "%s/%lld/%d", host,
	    (long long)scoreboard_started_ms(shared->board), shared->slot);
}

static void
work_fini(struct work *w)
{
	transfers_free(w->transfers);
	for (int i = 0; i < w->item_count && w->items != NULL; i++)
		if (w->items[i].cx.mem != NULL)
			arena_free(w->items[i].cx.mem);
	free(w->items);
	creation_means_close(&w->means);
	db_free(w->means.db);
	audit_free(w->audit);
	seal_keys_free(w->keys);
	db_free(w->ear);
	db_free(w->db);
	arena_free(w->mem);
}

/* On a connection of their own: the steps' own stays open meanwhile. */
static enum err
open_means(struct ctx *cx, struct work *w)
{
	w->audit = audit_new(w->keys);
	w->means = (struct creation_means){.conf = w->conf,
	    .db = work_connect(w->conf),
	    .keys = w->keys,
	    .audit = w->audit};
	return creation_means_open(cx, &w->means);
}

static enum err
work_init(struct ctx *cx, const struct conf *conf, const struct work_shared *shared,
    struct work *w)
{
	enum err rc;

	*w = (struct work){
	    .conf = conf,
	    .shared = *shared,
	    .me = {holder_name(cx, shared), LEASE_MS},
	    .item_count = conf->job_concurrency,
	    .mem = arena_new(TURN_MEMORY),
	    .db = connect_to(conf, conf_conninfo(conf, cx->mem), conf->db_prepare),
	    .publish_most = PUBLISH_MOST,
	    .publish_wanted = true,
	    .claim_wanted = true,
	    .keep_due_ms = clock_mono_ms() + FIRST_KEEPING_MS,
	    .look_due_ms = conf->health_interval > 0 ? 0 : INT64_MAX,
	};
	w->items = calloc((size_t)w->item_count, sizeof(*w->items));
	rc = w->items == NULL ? err_set(&cx->err, ERR_INTERNAL, "out of memory")
			      : transfers_new(cx, &w->transfers);
	if (rc == ERR_OK)
		rc = seal_keys_new(
		    &cx->err, conf->secret_key, conf->secret_key_previous, &w->keys);
	if (rc == ERR_OK)
		rc = open_means(cx, w);
	if (rc != ERR_OK)
		work_fini(w);
	return rc;
}

/* What the database says when it is away is logged by those who ask; here it is only
 * waited for. */
int64_t
work_failed(struct work *w, const struct ctx *cx, const char *what)
{
	log_error(LOG_WARNING, cx, what);
	if (w->trouble.code == ERR_OK)
		w->trouble = cx->err;
	return clock_mono_ms() + DATABASE_PAUSE_MS;
}

/* -- claim -- */

static struct work_item *
free_item(struct work *w)
{
	for (int i = 0; i < w->item_count; i++)
		if (w->items[i].phase == ITEM_FREE)
			return &w->items[i];
	return NULL;
}

/* Its lease ran out while the database was away, and nobody else took it. */
static bool
is_under_way(const struct work *w, int64_t job)
{
	for (int i = 0; i < w->item_count; i++)
		if (w->items[i].phase != ITEM_FREE && w->items[i].job.id == job)
			return true;
	return false;
}

static void
claim(struct work *w)
{
	struct job_claim c = {.most = w->item_count - w->running,
	    .share = w->item_count < SHARES ? 1 : w->item_count / SHARES};
	int wait_ms = 1;
	struct ctx cx;
	enum err rc;

	if (c.most == 0)
		return;
	ctx_init(&cx, w->mem);
	w->claim_wanted = false;
	rc = jobs_claim(&cx, w->db, &w->me, &c);
	for (int i = 0; i < c.count; i++)
		if (!is_under_way(w, c.jobs[i].id))
			item_begin(w, free_item(w), &c.jobs[i]);
	if (rc == ERR_OK && c.count == 0)
		rc = jobs_wait(&cx, w->db, w->conf->job_poll, &wait_ms);
	if (wait_ms == 0)
		wait_ms = BLOCKED_PAUSE_MS;
	w->claim_due_ms = rc == ERR_OK ? clock_mono_ms() + wait_ms
				       : work_failed(w, &cx, "claim-failed");
}

/* -- leases -- */

static void
renew(struct work *w)
{
	struct ctx cx;

	w->renew_due_ms = clock_mono_ms() + RENEW_MS;
	if (w->running == 0)
		return;
	ctx_init(&cx, w->mem);
	if (jobs_renew(&cx, w->db, &w->me) != ERR_OK)
		w->renew_due_ms = work_failed(w, &cx, "renew-failed");
}

static void
release(struct work *w)
{
	struct ctx cx;

	ctx_init(&cx, w->mem);
	if (jobs_release(&cx, w->db, &w->me) != ERR_OK)
		(void)work_failed(w, &cx, "release-failed");
}

/* -- a turn -- */

static void
step_all(struct work *w)
{
	for (int i = 0; i < w->item_count; i++)
		if (w->items[i].phase == ITEM_READY &&
		    w->items[i].not_before_ms <= clock_mono_ms())
			item_step(w, &w->items[i]);
}

static void
take_replies(struct work *w)
{
	const struct transfer_reply *reply;
	void *cookie;

	while (transfers_next(w->transfers, &cookie, &reply)) {
		struct work_item *it = cookie;

		it->reply = reply;
		it->phase = ITEM_READY;
	}
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int
time_to_wait(const struct work *w)
{
	int64_t now = clock_mono_ms(), due = w->renew_due_ms;

	if (!w->stopping) {
		due = earlier(due, earlier(w->publish_due_ms, w->look_due_ms));
		due = earlier(due, w->lifecycle_due_ms);
		if (w->running < w->item_count)
			due = earlier(due, w->claim_due_ms);
		if (w->publish_wanted)
			due = earlier(due, w->publish_rested_ms);
		if (work_is_seal_due(w, now) ||
		    (w->claim_wanted && w->running < w->item_count))
			return 0;
	}
	for (int i = 0; i < w->item_count; i++)
		if (w->items[i].phase == ITEM_READY)
			due = earlier(due, w->items[i].not_before_ms);
	return due > now ? (int)(due - now) : 0;
}

/* Opens the listening connection again after a loss: what came meanwhile is unknown. */
static int
ear_socket(struct work *w)
{
	struct ctx cx;
	bool fresh = false;
	int fd;

	if (w->ear == NULL)
		return -1;
	ctx_init(&cx, w->mem);
	fd = db_listen(&cx, w->ear, PUBLISH_CHANNEL, &fresh);
	w->claim_wanted |= fresh;
	if (fresh)
		wakeup_change(w->shared.wakeup);
	if (fd >= 0)
		wakeup_listen(w->shared.wakeup,
		    clock_mono_ms() + time_to_wait(w) + LISTENED_MORE_MS);
	return fd;
}

static void
hear(struct work *w)
{
	int64_t newest = 0;

	if (!db_heard(w->ear, &newest))
		return;
	wakeup_publish(w->shared.wakeup, (uint64_t)newest);
	w->claim_wanted = true;
}

static void
wait_for_something(struct work *w)
{
	/* who drains leaves the wake-up to another */
	struct pollfd also[2] = {
	    {.fd = w->stopping ? -1 : wakeup_fd(w->shared.wakeup), .events = POLLIN},
	    {.fd = w->stopping ? -1 : ear_socket(w), .events = POLLIN},
	};

	transfers_wait(w->transfers, also, 2, time_to_wait(w));
	if (also[0].revents != 0 && wakeup_take(w->shared.wakeup))
		w->publish_wanted = w->claim_wanted = true;
	if (also[1].revents != 0)
		hear(w);
	take_replies(w);
}

static void
stamp(const struct work *w)
{
	if (w->shared.board != NULL)
		scoreboard_state(w->shared.board, w->shared.slot,
		    w->running > 0 ? WORKER_BUSY : WORKER_IDLE);
}

static void
turn(struct work *w)
{
	int64_t now = clock_mono_ms();

	stamp(w);
	if (now >= w->renew_due_ms)
		renew(w);
	if (!w->stopping && work_is_lifecycle_due(w, now))
		work_lifecycle(w);
	if (!w->stopping && work_is_publish_due(w, now))
		work_publish(w);
	if (!w->stopping && (w->claim_wanted || now >= w->claim_due_ms))
		claim(w);
	step_all(w);
	if (!w->stopping && work_is_seal_due(w, now))
		work_seal(w);
	if (!w->stopping && now >= w->keep_due_ms) {
		w->keep_due_ms = work_keep_house(w) ? clock_mono_ms() + KEEP_ON_MS
						    : now + KEEP_HOUSE_MS;
	}
	if (!w->stopping && now >= w->look_due_ms)
		w->look_due_ms = work_look(w);
	arena_reset(w->mem);
}

int
work_serve(const struct conf *conf, const struct work_shared *shared)
{
	int64_t drained_ms = INT64_MAX;
	struct work w;
	struct ctx cx;

	ctx_init(&cx, arena_new(TURN_MEMORY));
	worker_signals_install(stop);
	if (work_init(&cx, conf, shared, &w) != ERR_OK) {
		log_error(LOG_ERROR, &cx, "jobs-cannot-start");
		arena_free(cx.mem);
		return EX_CONFIG;
	}
	w.ear = connect_to(conf, conf_direct_conninfo(conf, cx.mem), false);
	release(&w);
	while (!w.stopping || (w.running > 0 && clock_mono_ms() < drained_ms)) {
		if (worker_log_reopen_wanted())
			log_reopen();
		if (stop_wanted && !w.stopping) {
			w.stopping = true;
			drained_ms = clock_mono_ms() + conf->drain_timeout * 3 / 4;
			if (w.running == 0)
				break;
		}
		turn(&w);
		wait_for_something(&w);
	}
	release(&w);
	work_fini(&w);
	arena_free(cx.mem);
	return EXIT_SUCCESS;
}

/* -- a command -- */

/* Nothing is under way, and nothing was found to do. */
static bool
is_idle(const struct work *w)
{
	int64_t now = clock_mono_ms();

	return w->running == 0 && !w->publish_wanted && !w->claim_wanted &&
	    !work_is_seal_due(w, now) && w->claim_due_ms > now + 1 &&
	    w->publish_due_ms > now + WORK_BUSY_PAUSE_MS;
}

enum err
work_run(struct ctx *cx, const struct conf *conf, int seconds, int64_t *ended)
{
	const struct work_shared alone = {0};
	int64_t until = clock_mono_ms() + seconds * 1000LL;
	int64_t drained = until + conf->drain_timeout;
	struct work w;
	enum err rc = work_init(cx, conf, &alone, &w);

	if (rc != ERR_OK)
		return rc;
	worker_signals_install(stop);
	do {
		w.stopping = stop_wanted || clock_mono_ms() >= until;
		turn(&w);
		if (is_idle(&w))
			break;
		wait_for_something(&w);
		if (stop_wanted && clock_mono_ms() < until)
			drained = (until = clock_mono_ms()) + conf->drain_timeout;
	} while (!w.stopping || (w.running > 0 && clock_mono_ms() < drained));
	while (work_keep_house(&w) && !stop_wanted && clock_mono_ms() < until)
		arena_reset(w.mem);
	release(&w);
	*ended = w.done;
	cx->err = w.trouble;
	work_fini(&w);
	return cx->err.code;
}

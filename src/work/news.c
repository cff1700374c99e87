/* news.c - what was changed becomes known: events get their numbers, audit rows their
 * seals; see work.h. */
#include "audit/seal.h"
#include "base/clock.h"
#include "base/log.h"
#include "flows/publish.h"
#include "work/work.h"

enum {
	SEAL_PAUSE_MS = 10 * 1000, /* after a failure, which may well last */
	REST_SHARE = 2,            /* for each moment of publishing as many of rest, */
	REST_MOST_MS = 20          /* so that under load batches grow */
};

/* What takes too long for all of them may do for some: no batch is tried for ever. */
static void
resize_batch(struct work *w, bool done)
{
	int most = done ? 2 * w->publish_most : w->publish_most / 4;

	w->publish_most = most < 1 ? 1 : most > PUBLISH_MOST ? PUBLISH_MOST : most;
}

/*
 * Whoever creates schemas has every plan of every session made anew, ours among them:
 * to publish after each of their commits would take more than they do.
 */
static void
rest(struct work *w, int64_t took_ms)
{
	int64_t rest_ms = REST_SHARE * took_ms;

	w->publish_rested_ms =
	    clock_mono_ms() + (rest_ms < REST_MOST_MS ? rest_ms : REST_MOST_MS);
}

bool
work_is_publish_due(const struct work *w, int64_t now)
{
	return now >= w->publish_due_ms ||
	    (w->publish_wanted && now >= w->publish_rested_ms);
}

void
work_publish(struct work *w)
{
	const int64_t began_ms = clock_mono_ms();
	const int most = w->publish_most;
	struct publish_result r;
	struct ctx cx;
	enum err rc;

	ctx_init(&cx, w->mem);
	w->publish_wanted = false;
	w->seal_wanted = true;
	w->publish_due_ms = clock_mono_ms() + w->conf->job_poll;
	rc = publish_step(&cx, w->db, w->conf, most, &r);
	if (rc == ERR_OK && r.events > 0) {
		wakeup_publish(w->shared.wakeup, (uint64_t)r.newest);
		w->claim_wanted = true;
		rc = publish_notify(&cx, w->db, r.newest);
	}
	resize_batch(w, rc == ERR_OK);
	rest(w, clock_mono_ms() - began_ms);
	if (rc != ERR_OK)
		w->publish_due_ms = work_failed(w, &cx, "publish-failed");
	else if (r.events >= most || r.more)
		w->publish_wanted = true;
	else if (r.busy)
		w->publish_due_ms = clock_mono_ms() + WORK_BUSY_PAUSE_MS;
}

bool
work_is_seal_due(const struct work *w, int64_t now)
{
	return w->seal_wanted && now >= w->seal_due_ms;
}

void
work_seal(struct work *w)
{
	struct ctx cx;
	int count;
	enum err rc;

	ctx_init(&cx, w->mem);
	rc = audit_seal(&cx, w->audit, w->db, &count);
	w->seal_wanted = rc == ERR_OK && count == AUDIT_SEAL_MOST;
	if (rc == ERR_OK)
		return;
	log_error(LOG_ERROR, &cx, "audit-seal-failed");
	w->seal_due_ms = clock_mono_ms() + SEAL_PAUSE_MS;
}

/*
 * health.c - looks at the resources of tenants in turns; see creation/health.h.
 *
 * A look waits for a server that may be away, and other work waits meanwhile: so there
 * is at most one in PAUSE_MS, and after one that took its time a rest in which the rest
 * is done.
 */
#include "creation/health.h"

#include "base/clock.h"
#include "base/log.h"
#include "work/work.h"

enum {
	PAUSE_MS = 100,     /* ten looks a second at most */
	REST = 4,           /* times as long as a look took */
	IDLE_MS = 5 * 1000, /* it was nobody's turn */
	FAILED_MS = 30 * 1000
};

static enum err
look(struct ctx *cx, struct work *w, bool *looked)
{
	struct resource r;
	enum err rc = health_next(cx, w->db, w->conf, &r, looked);

	return rc == ERR_OK && *looked
	    ? health_look(cx, &w->means, &r, clock_mono_ms() + HEALTH_LOOK_MS)
	    : rc;
}

int64_t
work_look(struct work *w)
{
	const int64_t began_ms = clock_mono_ms();
	int64_t took_ms;
	bool looked = false;
	struct ctx cx;
	enum err rc;

	ctx_init(&cx, w->mem);
	rc = look(&cx, w, &looked);
	took_ms = clock_mono_ms() - began_ms;
	if (rc != ERR_OK)
		log_error(LOG_WARNING, &cx, "health-failed");
	else if (looked)
		w->publish_wanted = true;
	return clock_mono_ms() +
	    (rc != ERR_OK     ? FAILED_MS
		    : !looked ? IDLE_MS
			      : PAUSE_MS + REST * took_ms);
}

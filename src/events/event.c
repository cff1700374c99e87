/* event.c - see event.h. */
#include "events/event.h"

#include <assert.h>

static const struct {
	const char *name, *version;
} kinds[EVENT_COUNT] = {
#define EVENT(sym, name, version, meaning) [EVENT_##sym] = {(name), #version},
#include "events/kinds.def"
#undef EVENT
};

enum err
event_append(struct ctx *cx, struct db *db, const struct event *e)
{
	assert(e->kind > EVENT_UNSET && e->kind < EVENT_COUNT);
	return db_queue(cx, db, STMT_event_append,
	    DB_ARGS(e->tenant_id, kinds[e->kind].name, kinds[e->kind].version, e->actor,
		cx->request_id, e->payload));
}

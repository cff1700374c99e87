/*
 * event.h - the outbox: what happened, written in the transaction in which it happened.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: the row stays until retention removes it.
 * Threads:  one.
 * Failure:  that of db_queue().
 */
#ifndef TENANTD_EVENTS_EVENT_H
#define TENANTD_EVENTS_EVENT_H

#include "base/ctx.h"
#include "db/db.h"

enum event_kind {
	EVENT_UNSET,
#define EVENT(sym, name, version, meaning) EVENT_##sym,
#include "events/kinds.def"
#undef EVENT
	EVENT_COUNT
};

struct event {
	enum event_kind kind;
	const char *tenant_id; /* NULL: concerns none */
	const char *actor;     /* user id, or the name of a command */
	const char *payload;   /* JSON object */
};

/* Inside a transaction: goes out with its next statement or its commit. */
enum err event_append(struct ctx *cx, struct db *db, const struct event *e) MUST_CHECK;

#endif

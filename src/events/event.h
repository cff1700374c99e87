/*
 * event.h - the outbox: what happened, written in the transaction in which it happened.
 *
 * What happens to a tenant itself is told by triggers
 * (sql/migrations/0006_publishing.sql), whoever changes it. Everything else is told
 * here.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: the row stays until retention removes it.
 * Threads:  one.
 * Failure:  that of db_queue().
 */
#ifndef TENANTD_EVENTS_EVENT_H
#define TENANTD_EVENTS_EVENT_H

#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

enum event_kind {
	EVENT_UNSET,
#define EVENT(sym, name, version, meaning) EVENT_##sym,
#include "events/kinds.def"
#undef EVENT
	EVENT_COUNT
};

/* The table: a kind's name, its payload's version in decimal, what it means. */
const char *event_kind_name(enum event_kind kind);
const char *event_kind_version(enum event_kind kind);
const char *event_kind_meaning(enum event_kind kind);
enum event_kind event_kind_of(const char *name); /* EVENT_UNSET: there is none */
/* The JSON Schema of its payload, as its file has it. */
const char *event_kind_schema(enum event_kind kind);

/* What the world calls an event: "evt_" and the row's id. */
enum { EVENT_ID_SIZE = 25 };
void event_id_text(char out[static EVENT_ID_SIZE], int64_t id);

struct event {
	enum event_kind kind;
	const char *tenant_id; /* NULL: concerns none */
	const char *payload;   /* JSON object, by the kind's schema */
};

/* Inside a transaction: goes out with its next statement or its commit. By cx->actor.
 */
enum err event_append(struct ctx *cx, struct db *db, const struct event *e) MUST_CHECK;

#endif

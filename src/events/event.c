/* event.c - see event.h. */
#include "events/event.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const struct {
	const char *name, *version, *meaning;
} kinds[EVENT_COUNT] = {
#define EVENT(sym, name, version, meaning)                                             \
	[EVENT_##sym] = {(name), #version, (meaning)},
#include "events/kinds.def"
#undef EVENT
};

static const struct {
	const char *name, *text;
} schemas[] = {
#define SCHEMA(name, text) {#name, text},
#include "events/schemas.def"
#undef SCHEMA
};

const char *
event_kind_name(enum event_kind kind)
{
	return kinds[kind].name;
}

const char *
event_kind_version(enum event_kind kind)
{
	return kinds[kind].version;
}

const char *
event_kind_meaning(enum event_kind kind)
{
	return kinds[kind].meaning;
}

enum event_kind
event_kind_of(const char *name)
{
	for (int i = EVENT_UNSET + 1; i < EVENT_COUNT; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum event_kind)i;
	return EVENT_UNSET;
}

static const char *
schema_called(struct slice name)
{
	for (size_t i = 0; i < COUNT_OF(schemas); i++)
		if (slice_eq(name, schemas[i].name))
			return schemas[i].text;
	return NULL;
}

const char *
event_kind_schema(enum event_kind kind)
{
	const struct slice name = slice_of(kinds[kind].name);
	const char *own = schema_called(name);
	struct slice rest = name, family = name;

	if (own == NULL && slice_cut(&rest, '.', &family))
		own = schema_called(family);
	assert(own != NULL);
	return own;
}

void
event_id_text(char out[static EVENT_ID_SIZE], int64_t id)
{
	snprintf(out, EVENT_ID_SIZE, "evt_%" PRId64, id);
}

enum err
event_append(struct ctx *cx, struct db *db, const struct event *e)
{
	assert(e->kind > EVENT_UNSET && e->kind < EVENT_COUNT);
	return db_queue(cx, db, STMT_event_append,
	    DB_ARGS(e->tenant_id, kinds[e->kind].name, kinds[e->kind].version,
		cx->actor, cx->request_id, e->payload));
}

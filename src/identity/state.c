/* state.c - see state.h. */
#include "identity/state.h"

#include <string.h>

enum { ATTRIBUTES_MAX = 16 * 1024 };

enum err
identity_state_find(struct ctx *cx, struct db *db, const struct identity_provider *p,
    const char *user_id, struct identity_state *out)
{
	const char *text = "{}";
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_identity_find, DB_ARGS(p->name, user_id), &rows);

	*out = (struct identity_state){0};
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 1) {
		text = db_text(rows, 0, 0);
		out->missing = db_bool(rows, 0, 1);
	}
	return json_parse(cx, text, strlen(text), 0, &out->attributes);
}

static bool
differs(const struct json *attributes, const char *name, const char *value)
{
	const char *was = json_get_text(attributes, name);

	if (!json_has(attributes, name))
		return value[0] != '\0';
	return was == NULL || strcmp(was, value) != 0;
}

void
identity_state_compare(const struct identity_provider *p,
    const struct identity_state *state, const char *const *wanted,
    struct identity_changes *out)
{
	out->count = 0;
	for (int i = 0; i < IDENTITY_ATTRIBUTE_COUNT; i++) {
		struct identity_change c = {
		    p->attributes[i], wanted[i] != NULL ? wanted[i] : ""};

		if (c.name != NULL && differs(state->attributes, c.name, c.value))
			out->list[out->count++] = c;
	}
}

/* The changes as an object; in doubt: with null for each value. */
static const char *
as_object(struct ctx *cx, const struct identity_changes *changes, bool in_doubt)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, ATTRIBUTES_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	for (int i = 0; i < changes->count; i++)
		json_member_text(&o, changes->list[i].name,
		    in_doubt ? NULL : changes->list[i].value);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
identity_state_doubt(struct ctx *cx, struct db *db, const struct identity_call *call)
{
	return db_queue(cx, db, STMT_identity_doubt,
	    DB_ARGS(call->provider->name, call->user_id, call->tenant_id,
		as_object(cx, &call->changes, true)));
}

enum err
identity_state_acknowledge(
    struct ctx *cx, struct db *db, const struct identity_call *call)
{
	return db_queue(cx, db, STMT_identity_acknowledge,
	    DB_ARGS(call->provider->name, call->user_id,
		as_object(cx, &call->changes, false)));
}

enum err
identity_state_miss(struct ctx *cx, struct db *db, const struct identity_call *call)
{
	return db_queue(
	    cx, db, STMT_identity_miss, DB_ARGS(call->provider->name, call->user_id));
}

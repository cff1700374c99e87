/* holding.c - see holding.h. */
#include "creation/holding.h"

#include "flows/holdings.h"

struct resource
holding_new(const struct making *m, const char *kind)
{
	return (struct resource){.tenant_id = m->tenant_id,
	    .operation_id = m->operation_id,
	    .step = m->step,
	    .kind = kind,
	    .place = ""};
}

const char *
holding_details(struct ctx *cx, const char *name, const char *value, bool absent)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 4096);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, name, value);
	json_member_bool(&o, "absent", absent);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
holding_find(struct ctx *cx, struct making *m, const char *kind, struct resource *out)
{
	bool found;
	enum err rc = resource_find(cx, m->means->db, m->tenant_id, kind, out, &found);

	if (rc == ERR_OK && !found)
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "the ledger has no %s of tenant \"%s\"", kind, m->tenant_id);
	return rc;
}

static enum err
note(struct ctx *cx, struct db *db, void *arg)
{
	const struct resource *r = arg;

	return resource_note(cx, db, r, r->details);
}

enum err
holding_begin(struct ctx *cx, struct making *m, struct resource *r, const char *name,
    const char *value)
{
	enum err rc;

	if (holding_was_absent(cx, r))
		return ERR_OK;
	r->details = holding_details(cx, name, value, true);
	rc = db_transaction(cx, m->means->db, DB_MANAGEMENT, note, r);
	return rc == ERR_OK ? creation_point(cx, m, "noted") : rc;
}

bool
holding_may_be_there(struct ctx *cx, const struct resource *r)
{
	return r->state == RESOURCE_MADE || holding_was_absent(cx, r);
}

enum err
holding_tell(struct ctx *cx, enum err rc, const char **health, const char **reason)
{
	if (rc != ERR_UNAVAILABLE && rc != ERR_OUTSIDE_FAILED && rc != ERR_CONFLICT)
		return rc;
	*health = "down";
	*reason = arena_strdup(cx->mem, err_public(&cx->err));
	ctx_clear(cx);
	return ERR_OK;
}

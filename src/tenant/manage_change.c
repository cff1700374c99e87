/* manage_change.c - what administrators do to a tenant; see manage.h. */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "tenant/manage.h"
#include "tenant/secret.h"
#include "tenant/tenant.h"
#include "json/json.h"

enum { DETAILS_MAX = 16 * 1024 };

/* -- what is written down: of a change the names of what changed, never a secret -- */

enum {
	CHANGED_NAME = 1u,
	CHANGED_SLUG = 2u,
	CHANGED_PROMPT = 4u,
	CHANGED_ENVIRONMENT = 8u,
	CHANGED_KEY = 16u
};
static const char *const changed_names[] = {
    "name", "slug", "system_prompt", "pinecone_environment", "pinecone_api_key"};

static enum err
write_down(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct audit_entry *entry)
{
	struct audit_entry e = *entry;

	e.actor = cx->actor;
	e.address = desk->address;
	return audit_append(cx, desk->audit, db, &e);
}

static const char *
details_of(struct ctx *cx, const struct tenant_managed *t, unsigned changed)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", t->id);
	json_member_text(&o, "name", t->name);
	json_member_text(&o, "slug", t->slug);
	json_member_text(&o, "status", t->status);
	if (t->status_reason != NULL)
		json_member_text(&o, "reason", t->status_reason);
	if (t->scopes != NULL)
		json_member_text(&o, "suspended", t->scopes);
	if (t->suspended_until != NULL)
		json_member_text(&o, "until", t->suspended_until);
	if (changed != 0) {
		json_name(&o, "changed");
		json_open_array(&o);
		for (size_t i = 0; i < COUNT_OF(changed_names); i++)
			if ((changed & 1u << i) != 0)
				json_put_text(&o, changed_names[i]);
		json_close_array(&o);
	}
	json_close_object(&o);
	return buf_text(&b);
}

/* -- pieces of a change -- */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Of a tenant that is there, "": of a new one. */
static enum err
check_names(struct ctx *cx, struct db *db, const char *of, const char *names[static 2])
{
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_tenant_names_taken, DB_ARGS(names[0], names[1], of), &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	return err_tell(&cx->err, ERR_CONFLICT,
	    "the name \"%s\" is taken: tenant \"%s\" has it, or had it, as its id or "
	    "its "
	    "slug",
	    db_text(rows, 0, 0), db_text(rows, 0, 1));
}

static enum err
set_key(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const char *tenant_id, const struct tenant_wish *wish)
{
	const struct tenant_secret_name of = {tenant_id, TENANT_SECRET_PINECONE};

	switch (wish->key_wish) {
	case TENANT_KEY_IS:
		return tenant_secret_put(cx, db, desk->keys, &of, wish->key);
	case TENANT_KEY_GOES:
		return tenant_secret_remove(cx, db, &of);
	case TENANT_KEY_STAYS:
		break;
	}
	return ERR_OK;
}

/* -- a new one -- */

static enum err
insert(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct tenant_wish *w)
{
	char number[UUID_TEXT_SIZE], schema[TENANT_SCHEMA_SIZE];
	enum err rc;

	assert(cx->actor != NULL); /* else a trigger would tell of it once more */
	uuid_text(number, uuid_random());
	tenant_schema_name(schema, number);
	rc = db_queue(cx, db, STMT_tenant_managed_create,
	    DB_ARGS(w->id, number, w->name, w->slug, schema, w->environment, w->prompt,
		w->active ? "true" : "false"));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_tenant_tell_made, DB_ARGS(number));
	if (rc == ERR_OK && desk->create_schemas)
		rc = db_queue_ddl(cx, db, STMT_tenant_schema_create, DB_ARGS(schema));
	return rc;
}

static const char *
lower(struct ctx *cx, const char *id)
{
	char *copy = arena_strdup(cx->mem, id);

	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

enum err
tenant_managed_create(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct tenant_wish *wish, struct tenant_managed *out)
{
	struct tenant_wish w = *wish;
	enum err rc = tenant_managed_check(cx, wish);

	if (rc != ERR_OK)
		return rc;
	w.slug = lower(cx, wish->slug != NULL ? wish->slug : w.id);
	rc = check_names(cx, db, "", (const char *[]){w.id, w.slug});
	if (rc == ERR_OK)
		rc = insert(cx, db, desk, &w);
	if (rc == ERR_OK)
		rc = set_key(cx, db, desk, w.id, &w);
	if (rc == ERR_OK)
		rc = tenant_managed_hold(cx, db, w.id, out);
	if (rc != ERR_OK)
		return rc;
	return write_down(cx, db, desk,
	    &(struct audit_entry){.event = "TENANT_CREATED",
		.severity = AUDIT_HIGH,
		.tenant_id = out->id,
		.details = details_of(cx, out, 0)});
}

/* -- from status to status -- */

static const struct {
	const char *to, *audit;
} turns[] = {
    [TENANT_SUSPEND] = {"suspended", "TENANT_SUSPENDED"},
    [TENANT_RESUME] = {"active", "TENANT_RESUMED"},
    [TENANT_DEACTIVATE] = {"deactivated", "TENANT_DEACTIVATED"},
    [TENANT_RESTORE] = {"active", "TENANT_RESTORED"},
};

static bool
is(const struct tenant_managed *t, const char *status)
{
	return strcmp(t->status, status) == 0;
}

static enum err
refuse(struct ctx *cx, const struct tenant_managed *now, const char *to)
{
	const char *how = "there is no way from there";

	if (is(now, "suspended") || is(now, "deactivated"))
		how = arena_printf(cx->mem,
		    "resume it first, with POST /admin/tenants/%s/resume or \"tenantd "
		    "tenant resume %s\"",
		    now->id, now->id);
	else if (is(now, "provisioning"))
		how = "wait until it is active";
	return err_tell(&cx->err, ERR_CONFLICT,
	    "tenant \"%s\" is %s, which this does not change into %s: %s", now->id,
	    now->status, to, how);
}

static enum err
check_turn(struct ctx *cx, enum tenant_turn_kind turn, const struct tenant_managed *now)
{
	bool may = false;

	switch (turn) {
	case TENANT_SUSPEND:
		may = is(now, "active");
		break;
	case TENANT_RESUME:
		may = is(now, "suspended") || is(now, "deactivated");
		break;
	case TENANT_DEACTIVATE:
		may = is(now, "active") || is(now, "suspended");
		break;
	case TENANT_RESTORE:
		may = is(now, "deactivated");
		break;
	}
	if (!may)
		return refuse(cx, now, turns[turn].to);
	if (strcmp(turns[turn].to, "active") == 0 && !now->registered)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" was deleted from the shared registry: its row "
		    "there, "
		    "%s, has to be written again first",
		    now->id, now->number);
	return ERR_OK;
}

/* The one way in which a tenant is written: its own row, then the registry's, which
 * then has nothing left to follow. status NULL: it stays. */
struct writing {
	struct tenant_wish wish;
	unsigned changed;
	const char *status, *reason;
	const struct tenant_turn *turn; /* NULL: there is none, or no more to it */
};

static enum err
put(struct ctx *cx, struct db *db, const struct writing *w, struct tenant_managed *now)
{
	const char *status = w->status != NULL ? w->status : now->status,
		   *reason = w->status != NULL ? w->reason : now->status_reason,
		   *active = NULL;
	const struct tenant_wish *wish = &w->wish;
	static const struct tenant_turn plain = {0};
	const struct tenant_turn *turn = w->turn != NULL ? w->turn : &plain;
	enum err rc = ERR_OK;

	if (w->status != NULL)
		active = tenant_is_usable(status) ? "true" : "false";
	if (active != NULL || (w->changed | CHANGED_NAME) != CHANGED_NAME)
		rc = db_queue(cx, db, STMT_tenant_managed_set,
		    DB_ARGS(now->id, wish->slug, wish->environment, wish->prompt,
			status, reason,
			(w->changed & CHANGED_KEY) != 0 ? "true" : "false",
			active != NULL ? "true" : "false", turn->scopes, turn->until,
			turn->purge_days));
	if (rc == ERR_OK && (active != NULL || (w->changed & CHANGED_NAME) != 0))
		rc = db_queue(cx, db, STMT_tenant_registry_set,
		    DB_ARGS(now->number, wish->name, active));
	if (rc == ERR_OK)
		rc = tenant_managed_hold(cx, db, now->id, now);
	return rc;
}

/* from: the status it had. */
static enum err
tell_turn(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct tenant_managed *now, const char *from)
{
	const char *event = "TENANT_RESTORED";

	if (is(now, "suspended") || now->scopes != NULL)
		event = turns[TENANT_SUSPEND].audit;
	else if (is(now, "deactivated"))
		event = turns[TENANT_DEACTIVATE].audit;
	else if (strcmp(from, "deactivated") != 0)
		event = turns[TENANT_RESUME].audit;
	return write_down(cx, db, desk,
	    &(struct audit_entry){.event = event,
		.severity = AUDIT_HIGH,
		.tenant_id = now->id,
		.details = details_of(cx, now, 0)});
}

/* What its partner deactivated and an operator does, too, waits for an operator. */
static enum err
keep_down(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const char *reason, struct tenant_managed *now)
{
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_tenant_managed_keep, DB_ARGS(now->id, reason), &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	rc = tenant_managed_hold(cx, db, now->id, now);
	return rc == ERR_OK ? tell_turn(cx, db, desk, now, now->status) : rc;
}

/* A suspension in part is one of an active tenant. */
static const char *
status_after(const struct tenant_turn *turn)
{
	return turn->kind == TENANT_SUSPEND && turn->scopes != NULL
	    ? "active"
	    : turns[turn->kind].to;
}

/* Whether there is nothing to be done. Of times it is not looked at whether they are
 * the same in another form. */
static bool
is_so(const struct tenant_managed *now, const struct tenant_turn *turn)
{
	if (!is(now, status_after(turn)))
		return false;
	if (turn->kind == TENANT_SUSPEND)
		return turn->scopes == NULL && turn->until == NULL &&
		    now->suspended_until == NULL &&
		    (turn->reason == NULL || same(turn->reason, now->status_reason));
	return turn->kind != TENANT_RESUME || now->scopes == NULL;
}

static enum err
check_until(struct ctx *cx, struct db *db, const char *until)
{
	struct db_rows *rows;
	enum err rc;

	if (until == NULL)
		return ERR_OK;
	rc = db_query(cx, db, STMT_tenant_until_check, DB_ARGS(until), &rows);
	if (rc != ERR_OK || db_bool(rows, 0, 0))
		return rc;
	if (db_text(rows, 0, 0) == NULL)
		ctx_fault(cx, "/until", "format",
		    "must be a time such as 2026-01-31T12:00:00Z");
	else
		ctx_fault(cx, "/until", "minimum", "must be a time that is to come");
	return err_tell(&cx->err, ERR_INVALID,
	    "a tenant is suspended until a time that is to come");
}

enum err
tenant_managed_turn(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct tenant_turn *turn, struct tenant_managed *now)
{
	const char *from = now->status;
	struct writing w = {.wish = tenant_wish_of(now),
	    .status = status_after(turn),
	    .reason = turn->reason,
	    .turn = turn};
	enum err rc;

	if (is_so(now, turn))
		return turn->kind == TENANT_DEACTIVATE
		    ? keep_down(cx, db, desk, turn->reason, now)
		    : ERR_OK;
	rc = check_until(cx, db, turn->until);
	if (rc == ERR_OK && !is(now, w.status))
		rc = check_turn(cx, turn->kind, now);
	if (rc == ERR_OK)
		rc = put(cx, db, &w, now);
	return rc == ERR_OK ? tell_turn(cx, db, desk, now, from) : rc;
}

/* -- changes of the rest -- */

static unsigned
changes_of(const struct tenant_wish *w, const struct tenant_managed *now)
{
	const bool has_key = now->key_hint != NULL;
	unsigned changed = 0;

	if (!same(w->name, now->name))
		changed |= CHANGED_NAME;
	if (!same(w->slug, now->slug))
		changed |= CHANGED_SLUG;
	if (!same(w->prompt, now->prompt))
		changed |= CHANGED_PROMPT;
	if (!same(w->environment, now->environment))
		changed |= CHANGED_ENVIRONMENT;
	if (w->key_wish == TENANT_KEY_IS || (w->key_wish == TENANT_KEY_GOES && has_key))
		changed |= CHANGED_KEY;
	return changed;
}

/* What others wrote and our rules would not take stays as long as nobody changes it. */
static enum err
check_changes(struct ctx *cx, struct db *db, const struct writing *w,
    const struct tenant_managed *now)
{
	struct tenant_wish said = w->wish;
	enum err rc;

	if ((w->changed & CHANGED_NAME) == 0)
		said.name = "as it was";
	if ((w->changed & CHANGED_SLUG) == 0)
		said.slug = NULL;
	rc = tenant_managed_check(cx, &said);
	if (rc == ERR_OK && (w->changed & CHANGED_NAME) != 0 && !now->registered)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" was deleted from the shared registry, which has the "
		    "names",
		    now->id);
	if (rc == ERR_OK && (w->changed & CHANGED_SLUG) != 0)
		rc = check_names(
		    cx, db, now->id, (const char *[]){now->id, w->wish.slug});
	return rc;
}

enum err
tenant_managed_update(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct tenant_wish *wish, struct tenant_managed *now)
{
	const enum tenant_turn_kind turn =
	    wish->active ? TENANT_RESTORE : TENANT_DEACTIVATE;
	const char *from = now->status;
	struct writing w = {.wish = *wish};
	enum err rc;

	w.wish.slug =
	    strcasecmp(wish->slug, now->slug) == 0 ? now->slug : lower(cx, wish->slug);
	w.changed = changes_of(&w.wish, now);
	rc = check_changes(cx, db, &w, now);
	if (rc == ERR_OK && wish->active != now->active) {
		w.status = turns[turn].to;
		rc = check_turn(cx, turn, now);
	}
	if (rc != ERR_OK || (w.changed == 0 && w.status == NULL))
		return rc;
	if ((w.changed & CHANGED_KEY) != 0)
		rc = set_key(cx, db, desk, now->id, wish);
	if (rc == ERR_OK)
		rc = put(cx, db, &w, now);
	if (rc == ERR_OK && w.changed != 0)
		rc = write_down(cx, db, desk,
		    &(struct audit_entry){.event = "TENANT_UPDATED",
			.severity = AUDIT_MEDIUM,
			.tenant_id = now->id,
			.details = details_of(cx, now, w.changed)});
	if (rc == ERR_OK && w.status != NULL)
		rc = tell_turn(cx, db, desk, now, from);
	return rc;
}

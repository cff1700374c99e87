/* person.c - see person.h. */
#include "role/person.h"

#include <string.h>

#include "base/buf.h"
#include "role/tell.h"

enum { SHOWN_MAX = 200 };

/* FNV-1a. */
static uint64_t
mix(uint64_t hash, const char *text)
{
	for (const char *p = text != NULL ? text : "\1"; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 1099511628211U;
	return hash * 1099511628211U;
}

static int64_t
version_of(const struct person *p)
{
	uint64_t hash = mix(14695981039346656037U, p->email);

	hash = mix(hash, p->name);
	hash = mix(hash, p->role);
	hash = mix(hash, p->groups);
	hash = mix(hash, p->grants);
	hash = mix(hash, p->joined_at);
	hash = mix(hash, p->active ? "active" : "");
	return (int64_t)(hash >> 1);
}

static void
read_row(const struct db_rows *rows, int row, struct person *out)
{
	*out = (struct person){
	    .id = db_text(rows, row, 0),
	    .email = db_text(rows, row, 1),
	    .name = db_text(rows, row, 2),
	    .role = db_text(rows, row, 3),
	    .joined_at = db_text(rows, row, 4),
	    .last_seen_at = db_text(rows, row, 5),
	    .active = db_bool(rows, row, 6),
	    .has_row = db_bool(rows, row, 7),
	    .assigned = db_bool(rows, row, 8),
	    .owner = db_bool(rows, row, 9),
	    .groups = db_text(rows, row, 10),
	    .grants = db_text(rows, row, 11),
	    .added_at = db_text(rows, row, 12),
	};
	out->version = version_of(out);
}

static enum err
no_such_person(struct ctx *cx, const char *name)
{
	return err_tell(&cx->err, ERR_NOT_FOUND,
	    "nobody of the id or address \"%.*s\" is a member of the tenant", SHOWN_MAX,
	    name);
}

enum err
person_show(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *name, struct person *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, site->tenant_id,
	    DB_CALL(STMT_person_show, site->tenant_id, name), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = no_such_person(cx, name);
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

enum err
persons_list(struct ctx *cx, struct db *db, const struct role_site *site,
    struct person_page *page)
{
	const char *role = page->role != NULL ? utf8_fold(cx->mem, page->role) : NULL;
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, site->tenant_id,
	    DB_CALL(STMT_person_list, site->tenant_id, page->after, page->part, role,
		page->status, page->group, str_from_i64(limit, page->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		read_row(rows, i, &page->list[i]);
	return ERR_OK;
}

/* -- inside a transaction -- */

enum err
person_query(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *name, struct person *out)
{
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_person_show, DB_ARGS(site->tenant_id, name), &rows);

	*out = (struct person){0};
	if (rc == ERR_OK && db_row_count(rows) > 0)
		read_row(rows, 0, out);
	return rc;
}

enum err
person_hold(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *name, struct person *out)
{
	enum err rc = role_turn(cx, db, site->tenant_id);

	if (rc == ERR_OK)
		rc = person_query(cx, db, site, name, out);
	return rc == ERR_OK && out->id == NULL ? no_such_person(cx, name) : rc;
}

static enum err
tell(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct person *p, const struct role_news *what)
{
	struct role_news news = *what;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, ROLE_TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", site->tenant_id);
	json_member_text(&o, "userId", p->id);
	json_member_text(&o, "role", p->role);
	json_close_object(&o);
	news.payload = buf_text(&b);
	return role_tell(cx, db, site, &news);
}

enum err
person_add(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *user_id, const struct role *r)
{
	static const struct role_news created = {
	    EVENT_MEMBERSHIP_CREATED, "MEMBERSHIP_CREATED", NULL};
	const struct person made = {.id = user_id, .role = r->id};
	enum err rc = db_queue(
	    cx, db, STMT_membership_create, DB_ARGS(site->tenant_id, user_id, r->id));

	return rc == ERR_OK ? tell(cx, db, site, &made, &created) : rc;
}

/* -- changes -- */

/* Whom the registry calls the tenant's owner is one whatever our tables say. */
static enum err
check_change(struct ctx *cx, const struct role_site *site, const struct person *now)
{
	if (now->owner)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the registry calls \"%.*s\" the tenant's owner: give the tenant "
		    "another owner there first",
		    SHOWN_MAX, now->id);
	return role_check_has(cx, site, role_scopes_granted(now->grants));
}

enum err
person_set_role(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role *r, struct person *now)
{
	/* a trigger tells of a row that changes */
	const struct role_news changed = {
	    now->has_row ? EVENT_UNSET : EVENT_MEMBERSHIP_CHANGED, "MEMBERSHIP_CHANGED",
	    NULL};
	bool managed = false;
	enum err rc = check_change(cx, site, now);

	if (rc != ERR_OK || strcmp(now->role, r->id) == 0)
		return rc;
	rc = role_managed(cx, db, site->tenant_id, &managed);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_person_set_role,
		    DB_ARGS(site->tenant_id, now->id, r->id));
	if (rc == ERR_OK)
		rc = role_check_managed(cx, db, site->tenant_id, managed);
	if (rc == ERR_OK)
		rc = person_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? tell(cx, db, site, now, &changed) : rc;
}

/* The assignment first: then the trigger on memberships tells of the end, once. */
static enum err
remove_rows(struct ctx *cx, struct db *db, const char *tenant_id, const char *reason,
    const struct person *p)
{
	enum err rc = ERR_OK;

	if (p->assigned)
		rc = db_queue(cx, db, STMT_person_unassign, DB_ARGS(tenant_id, p->id));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_person_remove, DB_ARGS(tenant_id, p->id));
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_person_sessions_end,
		    DB_ARGS(tenant_id, p->id, reason));
	return rc;
}

enum err
person_remove(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *reason, const struct person *now)
{
	static const struct role_news removed = {
	    EVENT_UNSET, "MEMBERSHIP_REMOVED", NULL};
	bool managed = false;
	enum err rc = check_change(cx, site, now);

	if (rc == ERR_OK)
		rc = role_managed(cx, db, site->tenant_id, &managed);
	if (rc == ERR_OK)
		rc = remove_rows(cx, db, site->tenant_id, reason, now);
	if (rc == ERR_OK)
		rc = role_check_managed(cx, db, site->tenant_id, managed);
	return rc == ERR_OK ? tell(cx, db, site, now, &removed) : rc;
}

/* group.c - see group.h. */
#include "role/group.h"

#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "quota/quota.h"
#include "role/tell.h"

enum { SHOWN_MAX = 100 };

/* -- reading -- */

static void
read_row(const struct db_rows *rows, int row, struct group *out)
{
	*out = (struct group){
	    .id = db_text(rows, row, 0),
	    .tenant_id = db_text(rows, row, 1),
	    .name = db_text(rows, row, 2),
	    .description = db_text(rows, row, 3),
	    .role = db_text(rows, row, 4),
	    .version = db_i64(rows, row, 5),
	    .created_by = db_text(rows, row, 6),
	    .created_at = db_text(rows, row, 7),
	    .updated_at = db_text(rows, row, 8),
	    .members = db_i64(rows, row, 9),
	    .grants = db_text(rows, row, 10),
	};
}

static enum err
take_row(struct ctx *cx, enum err rc, const struct db_rows *rows, struct group *out)
{
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such group");
	if (rc == ERR_OK)
		read_row(rows, 0, out);
	return rc;
}

enum err
group_show(struct ctx *cx, struct db *db, const struct role_site *site, const char *id,
    struct group *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, site->tenant_id,
	    DB_CALL(STMT_group_show, site->tenant_id, id), &rows);

	return take_row(cx, rc, rows, out);
}

enum err
group_hold(struct ctx *cx, struct db *db, const struct role_site *site, const char *id,
    struct group *out)
{
	struct db_rows *rows;
	enum err rc = role_turn(cx, db, site->tenant_id);

	if (rc != ERR_OK)
		return rc;
	rc = db_query(cx, db, STMT_group_show, DB_ARGS(site->tenant_id, id), &rows);
	return take_row(cx, rc, rows, out);
}

enum err
groups_list(struct ctx *cx, struct db *db, const struct role_site *site,
    struct group_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, site->tenant_id,
	    DB_CALL(STMT_group_list, site->tenant_id, page->after,
		str_from_i64(limit, page->limit)),
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

/* -- changes -- */

static enum err
tell(struct ctx *cx, struct db *db, const struct role_site *site, const struct group *g,
    const struct role_news *what)
{
	struct role_news news = *what;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, ROLE_TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", site->tenant_id);
	json_member_text(&o, "groupId", g->id);
	json_member_text(&o, "name", g->name);
	json_member_text(&o, "description", g->description);
	json_member_text(&o, "role", g->role);
	json_member_i64(&o, "version", g->version);
	json_close_object(&o);
	news.payload = buf_text(&b);
	return role_tell(cx, db, site, &news);
}

/* The role's id, as the caller may give it; NULL: none was named. */
static enum err
find_role(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group_draft *d, const char **id)
{
	struct role r = {0};
	enum err rc = ERR_OK;

	if (d->role != NULL)
		rc = role_to_give(
		    cx, db, site, &(struct role_wish){d->role, "/role"}, &r);
	*id = r.id;
	return rc;
}

static enum err
check_name(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group_draft *d, const char *own_id)
{
	const char *folded = utf8_fold(cx->mem, d->name);
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_group_named,
	    DB_ARGS(site->tenant_id, folded != NULL ? folded : "", own_id), &rows);

	if (rc == ERR_OK && db_row_count(rows) > 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "there is a group of this name: \"%.*s\"", SHOWN_MAX,
		    db_text(rows, 0, 0));
	return rc;
}

static enum err
insert(struct ctx *cx, struct db *db, const struct group *g)
{
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = quota_reserve(cx, db, g->tenant_id, QUOTA_GROUPS, 1);

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_group_create,
		    DB_ARGS(g->id, g->tenant_id, g->name, utf8_fold(cx->mem, g->name),
			g->description, g->role, cx->actor,
			str_from_i64(most, GROUPS_MOST)),
		    &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "there are %d groups already, as many as there may be",
		    GROUPS_MOST);
	return rc;
}

enum err
group_create(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group_draft *d, struct group *out)
{
	static const struct role_news created = {
	    EVENT_GROUP_CREATED, "GROUP_CREATED", NULL};
	char id[UUID_TEXT_SIZE];
	struct group made = {.id = id,
	    .tenant_id = site->tenant_id,
	    .name = d->name,
	    .description = d->description};
	enum err rc = role_turn(cx, db, site->tenant_id);

	uuid_text(id, uuid_random());
	if (rc == ERR_OK)
		rc = find_role(cx, db, site, d, &made.role);
	if (rc == ERR_OK)
		rc = check_name(cx, db, site, d, NULL);
	if (rc == ERR_OK)
		rc = insert(cx, db, &made);
	if (rc == ERR_OK)
		rc = group_hold(cx, db, site, id, out);
	return rc == ERR_OK ? tell(cx, db, site, out, &created) : rc;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Who takes a role from a group takes it from its members. */
static enum err
check_draft(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group_draft *d, const struct group *now)
{
	enum err rc = ERR_OK;

	if (!same(d->name, now->name))
		rc = check_name(cx, db, site, d, now->id);
	if (rc == ERR_OK && !same(d->role, now->role))
		rc = role_check_has(cx, site, role_scopes_granted(now->grants));
	return rc;
}

enum err
group_update(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group_draft *d, struct group *now)
{
	static const struct role_news updated = {
	    EVENT_GROUP_UPDATED, "GROUP_UPDATED", NULL};
	const char *role = now->role;
	bool managed = false;
	enum err rc = check_draft(cx, db, site, d, now);

	if (rc == ERR_OK && !same(d->role, now->role))
		rc = find_role(cx, db, site, d, &role);
	if (rc == ERR_OK && same(d->name, now->name) && same(role, now->role) &&
	    same(d->description, now->description))
		return ERR_OK; /* nothing that could be told */
	if (rc == ERR_OK)
		rc = role_managed(cx, db, site->tenant_id, &managed);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_group_update,
		    DB_ARGS(site->tenant_id, now->id, d->name,
			utf8_fold(cx->mem, d->name), d->description, role));
	if (rc == ERR_OK)
		rc = role_check_managed(cx, db, site->tenant_id, managed);
	if (rc == ERR_OK)
		rc = group_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? tell(cx, db, site, now, &updated) : rc;
}

enum err
group_delete(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group *now)
{
	static const struct role_news deleted = {
	    EVENT_GROUP_DELETED, "GROUP_DELETED", NULL};
	bool managed = false;
	enum err rc = role_check_has(cx, site, role_scopes_granted(now->grants));

	if (rc == ERR_OK)
		rc = role_managed(cx, db, site->tenant_id, &managed);
	if (rc == ERR_OK)
		rc = db_queue(
		    cx, db, STMT_group_delete, DB_ARGS(site->tenant_id, now->id));
	if (rc == ERR_OK)
		rc = role_check_managed(cx, db, site->tenant_id, managed);
	return rc == ERR_OK ? tell(cx, db, site, now, &deleted) : rc;
}

/* -- who is in it -- */

/* Who came in, or went. */
struct passage {
	const struct group *group;
	const struct person *who;
	struct role_news news;
};

static enum err
tell_passage(
    struct ctx *cx, struct db *db, const struct role_site *site, struct passage *p)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, ROLE_TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", site->tenant_id);
	json_member_text(&o, "groupId", p->group->id);
	json_member_text(&o, "name", p->group->name);
	json_member_text(&o, "userId", p->who->id);
	json_close_object(&o);
	p->news.payload = buf_text(&b);
	return role_tell(cx, db, site, &p->news);
}

enum err
group_add(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group *g, const struct person *p)
{
	struct passage in = {
	    g, p, {EVENT_GROUP_MEMBER_ADDED, "GROUP_MEMBER_ADDED", NULL}};
	struct db_rows *rows = NULL;
	enum err rc = role_check_has(cx, site, role_scopes_granted(g->grants));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_group_member_add,
		    DB_ARGS(site->tenant_id, g->id, p->id, cx->actor), &rows);
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	return tell_passage(cx, db, site, &in);
}

enum err
group_drop(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct group *g, const struct person *p)
{
	struct passage out = {
	    g, p, {EVENT_GROUP_MEMBER_REMOVED, "GROUP_MEMBER_REMOVED", NULL}};
	bool managed = false;
	struct db_rows *rows = NULL;
	enum err rc = role_check_has(cx, site, role_scopes_granted(g->grants));

	if (rc == ERR_OK)
		rc = role_managed(cx, db, site->tenant_id, &managed);
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_group_member_drop,
		    DB_ARGS(site->tenant_id, g->id, p->id), &rows);
	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	rc = role_check_managed(cx, db, site->tenant_id, managed);
	return rc == ERR_OK ? tell_passage(cx, db, site, &out) : rc;
}

/* role.c - see role.h. */
#include "role/role.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "quota/quota.h"
#include "role/tell.h"

enum { SHOWN_MAX = 100 }; /* bytes of a name in what is told */

/* -- reading -- */

static void
read_row(const struct db_rows *rows, int row, struct role *out)
{
	*out = (struct role){
	    .id = db_text(rows, row, 0),
	    .tenant_id = db_text(rows, row, 1),
	    .name = db_text(rows, row, 2),
	    .description = db_text(rows, row, 3),
	    .scopes = role_scopes_of_words(db_text(rows, row, 4)),
	    .builtin = db_bool(rows, row, 5),
	    .version = db_i64(rows, row, 6),
	    .created_by = db_text(rows, row, 7),
	    .created_at = db_text(rows, row, 8),
	    .updated_at = db_text(rows, row, 9),
	};
}

static struct role
role_of_default(const char *tenant_id, const struct role_default *d)
{
	return (struct role){.id = d->id,
	    .tenant_id = tenant_id,
	    .name = d->name,
	    .description = d->description,
	    .scopes = d->scopes,
	    .builtin = true,
	    .version = 1};
}

/* NULL: not UTF-8, and so nobody's. */
static const char *
id_of(struct ctx *cx, const char *name)
{
	const char *id = utf8_fold(cx->mem, name);

	return id != NULL ? id : "";
}

static bool
take(
    const struct db_rows *rows, const char *tenant_id, const char *id, struct role *out)
{
	const struct role_default *d = role_default_of(slice_of(id));

	if (db_row_count(rows) > 0)
		read_row(rows, 0, out);
	else if (d != NULL)
		*out = role_of_default(tenant_id, d);
	return db_row_count(rows) > 0 || d != NULL;
}

static enum err
no_such_role(struct ctx *cx, const char *name)
{
	return err_tell(
	    &cx->err, ERR_NOT_FOUND, "there is no role \"%.*s\"", SHOWN_MAX, name);
}

enum err
role_show(struct ctx *cx, struct db *db, const struct role_site *site, const char *name,
    struct role *out)
{
	const char *id = id_of(cx, name);
	struct db_rows *rows;
	enum err rc = db_read(cx, db, site->tenant_id,
	    DB_CALL(STMT_role_show, site->tenant_id, id), &rows);

	if (rc == ERR_OK && !take(rows, site->tenant_id, id, out))
		rc = no_such_role(cx, name);
	return rc;
}

/* id NULL: there is none. */
static enum err
query(struct ctx *cx, struct db *db, const char *tenant_id, const char *id,
    struct role *out)
{
	struct db_rows *rows;
	struct role found = {0};
	enum err rc = db_query(cx, db, STMT_role_show, DB_ARGS(tenant_id, id), &rows);

	if (rc == ERR_OK && !take(rows, tenant_id, id, &found))
		found.id = NULL;
	*out = found;
	return rc;
}

/* What the tenant has no row of. */
static int
add_defaults(struct role *list, int count, const char *tenant_id)
{
	const int rows = count;

	for (int d = 0; d < role_default_count; d++) {
		bool has = false;

		for (int i = 0; i < rows && !has; i++)
			has = strcmp(list[i].id, role_defaults[d].id) == 0;
		if (!has)
			list[count++] = role_of_default(tenant_id, &role_defaults[d]);
	}
	return count;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct role *)a)->id, ((const struct role *)b)->id);
}

enum err
roles_list(struct ctx *cx, struct db *db, const struct role_site *site,
    struct role **list, int *count)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, site->tenant_id, DB_CALL(STMT_role_list, site->tenant_id), &rows);

	if (rc != ERR_OK)
		return rc;
	*count = db_row_count(rows);
	*list = arena_alloc(
	    cx->mem, ((size_t)*count + (size_t)role_default_count) * sizeof(**list));
	for (int i = 0; i < *count; i++)
		read_row(rows, i, &(*list)[i]);
	*count = add_defaults(*list, *count, site->tenant_id);
	qsort(*list, (size_t)*count, sizeof(**list), by_id);
	return ERR_OK;
}

/* -- in turn -- */

enum err
role_turn(struct ctx *cx, struct db *db, const char *tenant_id)
{
	return db_queue(cx, db, STMT_role_turn, DB_ARGS(tenant_id));
}

enum err
role_turn_shared(struct ctx *cx, struct db *db, const char *tenant_id)
{
	return db_queue(cx, db, STMT_role_turn_shared, DB_ARGS(tenant_id));
}

enum err
role_managed(struct ctx *cx, struct db *db, const char *tenant_id, bool *managed)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_role_managed, DB_ARGS(tenant_id), &rows);

	*managed = rc == ERR_OK && db_bool(rows, 0, 0);
	return rc;
}

enum err
role_check_managed(struct ctx *cx, struct db *db, const char *tenant_id, bool before)
{
	bool managed = true;
	enum err rc = before ? role_managed(cx, db, tenant_id, &managed) : ERR_OK;

	if (rc != ERR_OK || managed)
		return rc;
	return err_tell(&cx->err, ERR_CONFLICT,
	    "nobody would manage the tenant any more: give somebody else the role "
	    "\"admin\" first");
}

enum err
role_check_has(struct ctx *cx, const struct role_site *site, unsigned scopes)
{
	const unsigned more = scopes & ~site->scopes;

	if (more == 0)
		return ERR_OK;
	return err_tell(&cx->err, ERR_FORBIDDEN,
	    "nobody gives or takes what they do not have themselves, and you are "
	    "without "
	    "\"%s\"",
	    role_scopes_words(cx->mem, more));
}

enum err
role_to_give(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_wish *wish, struct role *out)
{
	const char *id = id_of(cx, wish->name);
	enum err rc = query(cx, db, site->tenant_id, id, out);

	if (rc == ERR_OK && (out->id == NULL || strcmp(id, ROLE_OWNER_ID) == 0)) {
		ctx_fault(cx, wish->pointer, "role", "is no role of the tenant");
		return err_tell(&cx->err, ERR_INVALID,
		    "\"%.*s\" is no role of the tenant that can be given", SHOWN_MAX,
		    wish->name);
	}
	return rc == ERR_OK ? role_check_has(cx, site, out->scopes) : rc;
}

enum err
role_hold(struct ctx *cx, struct db *db, const struct role_site *site, const char *name,
    struct role *out)
{
	enum err rc = role_turn(cx, db, site->tenant_id);

	if (rc == ERR_OK)
		rc = query(cx, db, site->tenant_id, id_of(cx, name), out);
	return rc == ERR_OK && out->id == NULL ? no_such_role(cx, name) : rc;
}

/* -- changes -- */

static enum err
tell(struct ctx *cx, struct db *db, const struct role_site *site, const struct role *r,
    const struct role_news *what)
{
	struct role_news news = *what;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, ROLE_TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", site->tenant_id);
	json_member_text(&o, "roleId", r->id);
	json_member_text(&o, "name", r->name);
	json_member_text(&o, "description", r->description);
	role_scopes_put(&o, "scopes", r->scopes);
	json_member_bool(&o, "builtin", r->builtin);
	json_member_i64(&o, "version", r->version);
	json_close_object(&o);
	news.payload = buf_text(&b);
	return role_tell(cx, db, site, &news);
}

static enum err
check_new(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_draft *d, const char *id)
{
	struct role other;
	enum err rc = role_check_has(cx, site, d->scopes);

	if (rc == ERR_OK &&
	    (strcmp(id, ROLE_OWNER_ID) == 0 || strcmp(id, ROLE_CLIENT_ID) == 0))
		return err_tell(&cx->err, ERR_CONFLICT,
		    "\"%s\" is no name for a role: it means something else", id);
	if (rc == ERR_OK)
		rc = query(cx, db, site->tenant_id, id, &other);
	if (rc == ERR_OK && other.id != NULL)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "there is a role of this name: \"%.*s\"", SHOWN_MAX, other.name);
	return rc;
}

enum err
role_create(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_draft *d, struct role *out)
{
	static const struct role_news created = {
	    EVENT_ROLE_CREATED, "ROLE_CREATED", NULL};
	const char *id = id_of(cx, d->name),
		   *scopes = role_scopes_words(cx->mem, d->scopes);
	char most[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = role_turn(cx, db, site->tenant_id);

	if (rc == ERR_OK)
		rc = check_new(cx, db, site, d, id);
	if (rc == ERR_OK)
		rc = quota_reserve(cx, db, site->tenant_id, QUOTA_ROLES, 1);
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_role_create,
		    DB_ARGS(site->tenant_id, id, d->name, d->description, scopes,
			cx->actor, str_from_i64(most, ROLES_MOST)),
		    &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "there are %d roles already, as many as there may be", ROLES_MOST);
	if (rc == ERR_OK)
		rc = role_hold(cx, db, site, d->name, out);
	return rc == ERR_OK ? tell(cx, db, site, out, &created) : rc;
}

static enum err
check_change(struct ctx *cx, const struct role_site *site, const struct role_draft *d,
    const struct role *now)
{
	const struct role_default *first = &role_defaults[0];

	if (strcmp(now->id, first->id) == 0 && !(d->scopes & ROLE_ADMIN))
		return err_tell(&cx->err, ERR_CONFLICT,
		    "role \"%s\" keeps the scope \"admin\": it is there for those who "
		    "manage the tenant",
		    first->name);
	return role_check_has(cx, site, d->scopes ^ now->scopes);
}

static enum err
put(struct ctx *cx, struct db *db, const struct role *now, const struct role_draft *d)
{
	return db_queue(cx, db, STMT_role_put,
	    DB_ARGS(now->tenant_id, now->id, now->name, d->description,
		role_scopes_words(cx->mem, d->scopes),
		now->builtin ? "true" : "false"));
}

enum err
role_update(struct ctx *cx, struct db *db, const struct role_site *site,
    const struct role_draft *d, struct role *now)
{
	static const struct role_news updated = {
	    EVENT_ROLE_UPDATED, "ROLE_UPDATED", NULL};
	bool managed = false;
	enum err rc = check_change(cx, site, d, now);

	if (rc == ERR_OK && d->scopes == now->scopes &&
	    strcmp(d->description, now->description) == 0)
		return ERR_OK; /* nothing that could be told */
	if (rc == ERR_OK && (now->scopes & ~d->scopes & ROLE_ADMIN))
		rc = role_managed(cx, db, site->tenant_id, &managed);
	if (rc == ERR_OK)
		rc = put(cx, db, now, d);
	if (rc == ERR_OK)
		rc = role_check_managed(cx, db, site->tenant_id, managed);
	if (rc == ERR_OK)
		rc = role_hold(cx, db, site, now->id, now);
	return rc == ERR_OK ? tell(cx, db, site, now, &updated) : rc;
}

/* -- removing one -- */

static enum err
check_unused(struct ctx *cx, struct db *db, const struct role *now)
{
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_role_uses, DB_ARGS(now->tenant_id, now->id), &rows);

	if (rc != ERR_OK ||
	    db_i64(rows, 0, 0) + db_i64(rows, 0, 1) + db_i64(rows, 0, 2) == 0)
		return rc;
	return err_tell(&cx->err, ERR_CONFLICT,
	    "the role is that of %s members, %s groups and %s open invitations: say "
	    "what "
	    "they get instead, with ?replace_with=ROLE",
	    db_text(rows, 0, 0), db_text(rows, 0, 1), db_text(rows, 0, 2));
}

static enum err
replace(struct ctx *cx, struct db *db, const struct role_site *site, const char *with,
    const struct role *now)
{
	const struct role_wish wish = {with, "/replace_with"};
	struct role other;
	enum err rc = role_to_give(cx, db, site, &wish, &other);

	if (rc == ERR_OK && strcmp(other.id, now->id) == 0) {
		ctx_fault(cx, "/replace_with", "role", "is the role that is removed");
		rc =
		    err_tell(&cx->err, ERR_INVALID, "another role must take its place");
	}
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_role_replace,
		    DB_ARGS(now->tenant_id, now->id, other.id));
	return rc;
}

enum err
role_delete(struct ctx *cx, struct db *db, const struct role_site *site,
    const char *replace_with, const struct role *now)
{
	static const struct role_news deleted = {
	    EVENT_ROLE_DELETED, "ROLE_DELETED", NULL};
	bool managed = false;
	enum err rc = role_check_has(cx, site, now->scopes);

	if (rc == ERR_OK && now->builtin)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "role \"%s\" comes with every tenant and stays", now->name);
	if (rc == ERR_OK)
		rc = role_managed(cx, db, site->tenant_id, &managed);
	if (rc == ERR_OK)
		rc = replace_with != NULL ? replace(cx, db, site, replace_with, now)
					  : check_unused(cx, db, now);
	if (rc == ERR_OK)
		rc = db_queue(
		    cx, db, STMT_role_delete, DB_ARGS(now->tenant_id, now->id));
	if (rc == ERR_OK)
		rc = role_check_managed(cx, db, site->tenant_id, managed);
	return rc == ERR_OK ? tell(cx, db, site, now, &deleted) : rc;
}

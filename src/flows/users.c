/* users.c - users looked up and changed by administrators; see users.h. */
#include "flows/users.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "flows/user_draft.h"
#include "json/json.h"

enum { DETAILS_MAX = 8 * 1024 };

static enum err
take_row(struct ctx *cx, const struct db_rows *rows, const char *name, struct user *out)
{
	if (db_row_count(rows) == 0)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "there is no user \"%s\"", name);
	user_read_row(rows, 0, out);
	return ERR_OK;
}

enum err
user_named(struct ctx *cx, struct db *db, const char *name, struct user *out)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_user_named, name), &rows);

	return rc == ERR_OK ? take_row(cx, rows, name, out) : rc;
}

enum err
user_named_hold(struct ctx *cx, struct db *db, const char *name, struct user *out)
{
	struct db_rows *rows;
	bool found;
	enum err rc = db_query(cx, db, STMT_user_named, DB_ARGS(name), &rows);

	if (rc == ERR_OK)
		rc = take_row(cx, rows, name, out);
	if (rc == ERR_OK)
		rc = user_hold(cx, db, out->id, out, &found);
	if (rc == ERR_OK && !found)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no user \"%s\"", name);
	return rc;
}

static const char *
filter_text(enum user_filter f)
{
	return f == USER_FILTER_NONE ? NULL : f == USER_FILTER_YES ? "true" : "false";
}

enum err
users_list(struct ctx *cx, struct db *db, struct user_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_user_list, page->after != NULL ? page->after : "", page->part,
		filter_text(page->superusers), filter_text(page->active), page->tenant,
		str_from_i64(limit, page->limit)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	page->last = NULL;
	for (int i = 0; i < page->count; i++)
		user_read_row(rows, i, &page->list[i]);
	if (page->count > page->spare)
		page->last = db_text(rows, page->count - 1 - page->spare, 11);
	return ERR_OK;
}

/* -- changes -- */

enum err
user_write_down(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const char *event, const struct user *u)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "user_id", u->id);
	json_member_bool(&o, "is_superuser", u->superuser);
	json_member_bool(&o, "is_active", u->active);
	json_member_text(&o, "tenant_id", u->tenant_id);
	json_close_object(&o);
	return audit_append(cx, desk->audit, db,
	    &(struct audit_entry){.event = event,
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = u->tenant_id,
		.address = desk->address,
		.details = buf_text(&b)});
}

struct user_wish
user_wish_of(const struct user *now)
{
	return (struct user_wish){
	    now->name, now->tenant_id, now->superuser, now->active};
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whoever makes two of them less at once waits here, and then sees what is left. */
static enum err
check_last(struct ctx *cx, struct db *db, const struct user *now)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_user_rank_turn, DB_NO_ARGS, &rows);

	if (rc == ERR_OK)
		rc = db_query(
		    cx, db, STMT_user_superusers_else, DB_ARGS(now->id), &rows);
	if (rc == ERR_OK && !db_bool(rows, 0, 0))
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "\"%s\" is the last active superuser: promote somebody else first, "
		    "with PATCH /admin/users or \"tenantd user promote\"",
		    now->email);
	return rc;
}

static enum err
check_wish(struct ctx *cx, struct db *db, const struct user_wish *wish,
    const struct user *now, const char **tenant)
{
	enum err rc = ERR_OK;

	*tenant = now->tenant_id;
	if (!same(wish->name, now->name))
		rc = draft_check_name(cx, wish->name);
	if (rc == ERR_OK && !same(wish->tenant, now->tenant_id))
		rc = draft_find_tenant(cx, db, wish->tenant, false, tenant);
	if (rc == ERR_OK && now->superuser && now->active &&
	    !(wish->superuser && wish->active))
		rc = check_last(cx, db, now);
	return rc;
}

/* A row for each thing that was done. */
static enum err
write_down_all(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const struct user *was, const struct user *now)
{
	const struct {
		bool done;
		const char *event;
	} deeds[] = {
	    {!same(was->name, now->name), "USER_RENAMED"},
	    {!was->superuser && now->superuser, "USER_PROMOTED"},
	    {was->superuser && !now->superuser, "USER_DEMOTED"},
	    {!same(was->tenant_id, now->tenant_id), "USER_ASSIGNED"},
	    {was->active && !now->active, "USER_DEACTIVATED"},
	    {!was->active && now->active, "USER_ACTIVATED"},
	};
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < COUNT_OF(deeds); i++)
		if (deeds[i].done)
			rc = user_write_down(cx, db, desk, deeds[i].event, now);
	return rc;
}

enum err
user_change(struct ctx *cx, struct db *db, const struct user_desk *desk,
    const struct user_wish *wish, struct user *now)
{
	const struct user was = *now;
	const char *tenant;
	bool found;
	enum err rc = check_wish(cx, db, wish, now, &tenant);

	if (rc != ERR_OK)
		return rc;
	if (same(wish->name, was.name) && same(tenant, was.tenant_id) &&
	    wish->superuser == was.superuser && wish->active == was.active)
		return ERR_OK;
	rc = db_queue(cx, db, STMT_user_set,
	    DB_ARGS(was.id, wish->name, wish->superuser ? "true" : "false", tenant,
		wish->active ? "true" : "false"));
	if (rc == ERR_OK)
		rc = user_hold(cx, db, was.id, now, &found);
	if (rc == ERR_OK && !found)
		rc = err_set(&cx->err, ERR_INTERNAL, "a user who was held is gone");
	return rc == ERR_OK ? write_down_all(cx, db, desk, &was, now) : rc;
}

/* view.c - tenants as the platform looks at them; see view.h. */
#include "tenant/view.h"

#include <string.h>

#include "tenant/tenant.h"

static void
read_row(const struct db_rows *rows, int row, struct tenant_view *out)
{
	*out = (struct tenant_view){
	    .id = db_text(rows, row, 0),
	    .number = db_text(rows, row, 1),
	    .name = db_text(rows, row, 2),
	    .slug = db_text(rows, row, 3),
	    .status = db_text(rows, row, 4),
	    .status_reason = db_text(rows, row, 5),
	    .onboarding_status = db_text(rows, row, 6),
	    .plan = db_text(rows, row, 7),
	    .billing_cycle = db_text(rows, row, 8),
	    .isolation = db_text(rows, row, 9),
	    .features = db_text(rows, row, 10),
	    .owner_id = db_text(rows, row, 11),
	    .partner_id = db_text(rows, row, 12),
	    .scopes = db_text(rows, row, 13),
	    .suspended_until = db_text(rows, row, 14),
	    .deactivated_at = db_text(rows, row, 15),
	    .purge_at = db_text(rows, row, 16),
	    .created_at = db_text(rows, row, 17),
	    .updated_at = db_text(rows, row, 18),
	    .version = db_i64(rows, row, 19),
	};
}

static void
put_suspension(struct json_out *o, const struct tenant_view *t)
{
	struct slice rest = slice_of(t->scopes), word;

	json_name(o, "suspension");
	if (t->scopes == NULL) {
		json_put_null(o);
		return;
	}
	json_open_object(o);
	json_name(o, "scopes");
	json_open_array(o);
	while (slice_cut(&rest, ' ', &word)) {
		char name[16] = "";

		memcpy(name, word.p, word.n < sizeof(name) ? word.n : sizeof(name) - 1);
		json_put_text(o, name);
	}
	json_close_array(o);
	json_member_text(o, "until", t->suspended_until);
	json_member_text(o, "reason", t->status_reason);
	json_close_object(o);
}

void
tenant_view_put(struct json_out *o, const struct tenant_view *t)
{
	json_member_text(o, "id", t->id);
	json_member_text(o, "tenant", t->number);
	json_member_text(o, "name", t->name);
	json_member_text(o, "slug", t->slug);
	json_member_text(o, "status", t->status);
	json_member_text(o, "statusReason", t->status_reason);
	json_member_text(o, "onboardingStatus", t->onboarding_status);
	json_member_text(o, "planId", t->plan);
	json_member_text(o, "billingCycle", t->billing_cycle);
	json_member_text(o, "isolation", t->isolation);
	json_member_raw(o, "features", t->features);
	put_suspension(o, t);
	json_member_text(o, "ownerId", t->owner_id);
	json_member_text(o, "partnerId", t->partner_id);
	json_member_text(o, "deactivatedAt", t->deactivated_at);
	json_member_text(o, "purgeAt", t->purge_at);
	json_member_i64(o, "version", t->version);
	json_member_text(o, "createdAt", t->created_at);
	json_member_text(o, "updatedAt", t->updated_at);
}

static enum err
take_row(struct ctx *cx, const struct db_rows *rows, const char *name,
    struct tenant_view *out)
{
	if (db_row_count(rows) == 0)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "there is no tenant \"%s\"", name);
	read_row(rows, 0, out);
	return ERR_OK;
}

enum err
tenant_view_read(
    struct ctx *cx, struct db *db, const char *name, struct tenant_view *out)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, DB_MANAGEMENT, DB_CALL(STMT_tenant_view_show, name), &rows);

	return rc == ERR_OK ? take_row(cx, rows, name, out) : rc;
}

enum err
tenant_view_hold(
    struct ctx *cx, struct db *db, const char *name, struct tenant_view *out)
{
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_tenant_registry_hold, DB_ARGS(name));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_tenant_view_hold, DB_ARGS(name), &rows);
	return rc == ERR_OK ? take_row(cx, rows, name, out) : rc;
}

/* -- lists -- */

static const struct order {
	const char *name;
	enum stmt_id statement;
	bool timed; /* a cursor begins with a time */
} orders[] = {
    {"createdAt", STMT_tenant_view_created, true},
    {"-createdAt", STMT_tenant_view_newest, true},
    {"slug", STMT_tenant_view_slug, false},
    {"-slug", STMT_tenant_view_slug_last, false},
};

static const struct order *
order_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(orders); i++)
		if (strcmp(orders[i].name, name) == 0)
			return &orders[i];
	return NULL;
}

/* As to_char() of the statements writes it. */
static bool
is_time(const char *s)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";

	if (strlen(s) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

static enum err
read_after(struct ctx *cx, const struct tenant_view_page *page,
    const struct order *order, const char *after[static 2])
{
	const char *blank = page->after != NULL ? strchr(page->after, ' ') : NULL;

	after[0] = after[1] = NULL;
	if (page->after == NULL)
		return ERR_OK;
	if (blank != NULL) {
		after[0] = slice_dup(cx->mem,
		    (struct slice){page->after, (size_t)(blank - page->after)});
		after[1] = blank + 1;
	}
	if (blank != NULL && (!order->timed || is_time(after[0])))
		return ERR_OK;
	ctx_fault(cx, "/cursor", "format", "is no cursor of a list in this order");
	return err_tell(&cx->err, ERR_INVALID, "the cursor is of another list");
}

enum err
tenant_view_list(struct ctx *cx, struct db *db, struct tenant_view_page *page)
{
	const struct order *order = order_of(page->sort);
	char limit[STR_I64_SIZE];
	const char *after[2];
	struct db_rows *rows;
	enum err rc;

	if (order == NULL) {
		ctx_fault(cx, "/sort", "enum",
		    "must be \"createdAt\", \"-createdAt\", \"slug\" or \"-slug\"");
		return err_tell(&cx->err, ERR_INVALID, "there is no such order");
	}
	rc = read_after(cx, page, order, after);
	if (rc == ERR_OK)
		rc = db_read(cx, db, DB_MANAGEMENT,
		    DB_CALL(order->statement, after[0], after[1], page->part,
			page->status, page->isolation, page->plan,
			str_from_i64(limit, page->limit)),
		    &rows);
	if (rc != ERR_OK)
		return rc;
	page->count = db_row_count(rows);
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++) {
		read_row(rows, i, &page->list[i]);
		page->list[i].cursor = db_text(rows, i, 20);
	}
	return ERR_OK;
}

enum err
tenant_slug_list(struct ctx *cx, struct db *db, const char *tenant_id,
    struct tenant_slug **list, int *count)
{
	struct db_rows *rows;
	enum err rc = db_read(
	    cx, db, DB_MANAGEMENT, DB_CALL(STMT_tenant_slugs_list, tenant_id), &rows);

	if (rc != ERR_OK)
		return rc;
	*count = db_row_count(rows);
	*list = arena_alloc(cx->mem, ((size_t)*count + 1) * sizeof(**list));
	for (int i = 0; i < *count; i++)
		(*list)[i] = (struct tenant_slug){.slug = db_text(rows, i, 0),
		    .current = db_bool(rows, i, 1),
		    .since = db_text(rows, i, 2),
		    .held_until = db_text(rows, i, 3)};
	return ERR_OK;
}

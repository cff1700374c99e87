/* manage.c - tenants as administrators look at them; see manage.h. */
#include "tenant/manage.h"

#include "tenant/secret.h"
#include "tenant/tenant.h"

static void
read_row(const struct db_rows *rows, int row, struct tenant_managed *out)
{
	*out = (struct tenant_managed){
	    .id = db_text(rows, row, 0),
	    .number = db_text(rows, row, 1),
	    .name = db_text(rows, row, 2),
	    .slug = db_text(rows, row, 3),
	    .status = db_text(rows, row, 4),
	    .status_reason = db_text(rows, row, 5),
	    .plan = db_text(rows, row, 6),
	    .prompt = db_text(rows, row, 7),
	    .environment = db_text(rows, row, 8),
	    .key_hint = db_text(rows, row, 9),
	    .owner_id = db_text(rows, row, 10),
	    .registered = db_bool(rows, row, 11),
	    .version = db_i64(rows, row, 12),
	    .created_at = db_text(rows, row, 13),
	    .updated_at = db_text(rows, row, 14),
	    .scopes = db_text(rows, row, 15),
	    .suspended_until = db_text(rows, row, 16),
	};
	out->active = tenant_is_usable(out->status);
}

static enum err
take_row(struct ctx *cx, const struct db_rows *rows, const char *name,
    struct tenant_managed *out)
{
	if (db_row_count(rows) == 0)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "there is no tenant \"%s\"", name);
	read_row(rows, 0, out);
	return ERR_OK;
}

enum err
tenant_managed_show(
    struct ctx *cx, struct db *db, const char *name, struct tenant_managed *out)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_managed_show, name, TENANT_SECRET_PINECONE), &rows);

	return rc == ERR_OK ? take_row(cx, rows, name, out) : rc;
}

enum err
tenant_managed_hold(
    struct ctx *cx, struct db *db, const char *name, struct tenant_managed *out)
{
	struct db_rows *rows;
	enum err rc = db_queue(cx, db, STMT_tenant_registry_hold, DB_ARGS(name));

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_tenant_managed_hold,
		    DB_ARGS(name, TENANT_SECRET_PINECONE), &rows);
	return rc == ERR_OK ? take_row(cx, rows, name, out) : rc;
}

enum err
tenants_managed_list(struct ctx *cx, struct db *db, struct tenant_managed_page *page)
{
	char limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_managed_list, page->after != NULL ? page->after : "",
		page->part, page->status, TENANT_SECRET_PINECONE,
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

struct tenant_wish
tenant_wish_of(const struct tenant_managed *now)
{
	return (struct tenant_wish){
	    .name = now->name,
	    .slug = now->slug,
	    .prompt = now->prompt,
	    .environment = now->environment,
	    .key_wish = TENANT_KEY_STAYS,
	    .active = now->active,
	};
}

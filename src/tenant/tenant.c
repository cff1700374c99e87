/* tenant.c - see tenant.h. */
#include "tenant/tenant.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The columns that every statement about one tenant begins with. */
static void
read_first_columns(const struct db_rows *rows, struct tenant *out)
{
	*out = (struct tenant){
	    .id = db_text(rows, 0, 0),
	    .number = db_text(rows, 0, 1),
	    .name = db_text(rows, 0, 2),
	    .slug = db_text(rows, 0, 3),
	    .status = db_text(rows, 0, 4),
	    .plan = db_text(rows, 0, 5),
	    .billing_cycle = db_text(rows, 0, 6),
	    .schema_name = db_text(rows, 0, 7),
	    .onboarding_status = db_text(rows, 0, 8),
	};
}

void
tenant_read_row(const struct db_rows *rows, struct tenant *out)
{
	read_first_columns(rows, out);
	out->isolation = db_text(rows, 0, 9);
	out->rls_enabled = db_bool(rows, 0, 10);
	out->features = db_text(rows, 0, 11);
	out->version = db_i64(rows, 0, 12);
	out->created_at = db_text(rows, 0, 13);
	out->updated_at = db_text(rows, 0, 14);
}

static enum err
take_row(enum err rc, const struct db_rows *rows, struct tenant *out, bool *found)
{
	*found = rc == ERR_OK && db_row_count(rows) == 1;
	if (*found) {
		tenant_read_row(rows, out);
		out->role = db_text(rows, 0, 15);
		out->grants = db_text(rows, 0, 16);
	}
	return rc;
}

enum err
tenant_find_of_member(struct ctx *cx, struct db *db, const struct tenant_seeker *who,
    struct tenant *out, bool *found)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_membership_find, who->user_id, who->preferred), &rows);

	*found = rc == ERR_OK && db_row_count(rows) == 1;
	if (*found) {
		read_first_columns(rows, out);
		out->role = db_text(rows, 0, 9);
	}
	return rc;
}

enum err
tenant_find_of_user(struct ctx *cx, struct db *db, const struct tenant_seeker *who,
    struct tenant *out, bool *found)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_onboarding_find, who->user_id, who->preferred,
		who->owned ? "true" : "false"),
	    &rows);

	return take_row(rc, rows, out, found);
}

enum err
tenant_query_of_user(struct ctx *cx, struct db *db, const struct tenant_seeker *who,
    struct tenant *out, bool *found)
{
	struct db_rows *rows = NULL;
	enum err rc = db_query(cx, db, STMT_onboarding_find,
	    DB_ARGS(who->user_id, who->preferred, who->owned ? "true" : "false"),
	    &rows);

	return take_row(rc, rows, out, found);
}

enum err
tenant_reach(struct ctx *cx, struct db *db, struct slice name, const char *user_id,
    struct tenant_reach *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_reach, slice_dup(cx->mem, name), user_id), &rows);

	*out = (struct tenant_reach){0};
	if (rc == ERR_OK && db_row_count(rows) == 1)
		*out = (struct tenant_reach){
		    .id = db_text(rows, 0, 0),
		    .status = db_text(rows, 0, 1),
		    .role = db_text(rows, 0, 2),
		    .superuser = db_bool(rows, 0, 3),
		    .grants = db_text(rows, 0, 4),
		};
	return rc;
}

enum err
tenant_slug_now(struct ctx *cx, struct db *db, const char *tenant_id, const char *name,
    const char **slug)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_slug_now, tenant_id, name), &rows);

	*slug = rc == ERR_OK && db_row_count(rows) > 0 ? db_text(rows, 0, 0) : NULL;
	return rc;
}

bool
tenant_status_known(const char *status)
{
	static const char *const statuses[] = {
	    "provisioning", "active", "suspended", "deactivated", "purged", "failed"};

	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (strcmp(statuses[i], status) == 0)
			return true;
	return false;
}

bool
tenant_is_usable(const char *status)
{
	return strcmp(status, "active") == 0 || strcmp(status, "provisioning") == 0;
}

enum err
tenant_check_usable(struct ctx *cx, const char *status)
{
	if (tenant_is_usable(status))
		return ERR_OK;
	if (strcmp(status, "suspended") == 0)
		return err_tell(&cx->err, ERR_TENANT_SUSPENDED,
		    "the tenant is suspended: a superuser can resume it, with POST "
		    "/admin/tenants/{id}/resume or \"tenantd tenant resume ID\"");
	if (strcmp(status, "deactivated") == 0)
		return err_tell(&cx->err, ERR_TENANT_INACTIVE,
		    "the tenant was deactivated: a superuser can resume it, with POST "
		    "/admin/tenants/{id}/resume or \"tenantd tenant resume ID\"");
	return err_tell(&cx->err, ERR_TENANT_INACTIVE, "the tenant is not active");
}

void
tenant_schema_name(char out[static TENANT_SCHEMA_SIZE], const char *number)
{
	snprintf(out, TENANT_SCHEMA_SIZE, "tenant_%s", number);
	for (char *p = out; *p != '\0'; p++)
		if (*p == '-')
			*p = '_';
}

enum err
tenant_create(
    struct ctx *cx, struct db *db, const struct tenant_draft *d, bool with_schema)
{
	char schema[TENANT_SCHEMA_SIZE];
	enum err rc;

	assert(cx->actor != NULL); /* else a trigger would tell of it once more */
	tenant_schema_name(schema, d->id);
	rc = db_queue(cx, db, STMT_tenant_create,
	    DB_ARGS(d->id, d->name, d->owner_id, schema, d->slug, d->plan,
		d->billing_cycle, d->contact_email));
	if (rc == ERR_OK && with_schema)
		rc = db_queue_ddl(cx, db, STMT_tenant_schema_create, DB_ARGS(schema));
	return rc;
}

enum err
tenant_add_member(struct ctx *cx, struct db *db, const char *tenant_id,
    const char *user_id, const char *role)
{
	return db_queue(
	    cx, db, STMT_membership_create, DB_ARGS(tenant_id, user_id, role));
}

enum err
tenant_join(
    struct ctx *cx, struct db *db, const struct tenant_membership *m, bool *joined)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_membership_join,
	    DB_ARGS(m->tenant_id, m->user_id, m->role), &rows);

	*joined = rc == ERR_OK && db_row_count(rows) > 0;
	return rc;
}

enum err
tenant_has_member(struct ctx *cx, struct db *db, const char *tenant_id,
    const char *user_id, bool *out)
{
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, db, STMT_membership_counted, DB_ARGS(tenant_id, user_id), &rows);

	*out = rc == ERR_OK && db_bool(rows, 0, 0);
	return rc;
}

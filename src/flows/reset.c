/* reset.c - see reset.h. */
#include "flows/reset.h"

#include <assert.h>

#include "json/json.h"

#include "mail/own.h"
#include "role/role.h"
#include "tenant/features.h"
#include "tenant/security_policy.h"

enum { DETAILS_MAX = 1024 };

/* One reset that is under way. */
struct reset {
	const struct tenant_desk *desk;
	struct tenant_view *now;
	struct reset_report *report;
};

typedef enum err reset_fn(
    struct ctx *cx, struct db *db, struct reset *r, bool *changed);

/* Before the features, which it would have to go with. */
static enum err
reset_policy(struct ctx *cx, struct db *db, struct reset *r, bool *changed)
{
	const struct security_policy_site site = {.tenant_id = r->now->id,
	    .address = r->desk->address,
	    .audit = r->desk->audit,
	    .force = true};
	struct policy_own own;
	enum err rc = policy_own_find(cx, db, r->now->id, &own);

	*changed = rc == ERR_OK && own.version != 0;
	return *changed ? security_policy_drop(cx, db, &site, &own) : rc;
}

static enum err
reset_templates(struct ctx *cx, struct db *db, struct reset *r, bool *changed)
{
	enum err rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < mail_template_count; i++) {
		const struct mail_place place = {.tenant_id = r->now->id,
		    .address = r->desk->address,
		    .audit = r->desk->audit,
		    .of = &mail_templates[i]};
		struct mail_own own;

		rc = mail_own_find(cx, db, &place, &own);
		if (rc != ERR_OK || own.version == 0)
			continue;
		rc = mail_own_remove(cx, db, &place, &own);
		*changed = true;
	}
	return rc;
}

static enum err
reset_features(struct ctx *cx, struct db *db, struct reset *r, bool *changed)
{
	const int64_t before = r->now->version;
	struct tenant_view_wish wish = {0};
	enum err rc = tenant_features_read(cx, NULL, "/features", &wish.features);

	if (rc == ERR_OK)
		rc = tenant_view_change(cx, db, r->desk, &wish, r->now);
	*changed = r->now->version != before;
	return rc;
}

/* Seeded rows say what the program says: only what differs counts as changed. */
static enum err
reset_roles(struct ctx *cx, struct db *db, struct reset *r, bool *changed)
{
	struct db_rows *rows;
	enum err rc = role_turn(cx, db, r->now->id);

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_role_changed, DB_ARGS(r->now->id), &rows);
	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++)
		*changed = *changed ||
		    role_scopes_of_words(db_text(rows, i, 1)) !=
			role_scopes_granted(
			    arena_printf(cx->mem, "@%s", db_text(rows, i, 0)));
	return rc == ERR_OK && *changed
	    ? db_queue(cx, db, STMT_role_reset, DB_ARGS(r->now->id))
	    : rc;
}

static enum err
reset_quotas(struct ctx *cx, struct db *db, struct reset *r, bool *changed)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_quota_turn, DB_ARGS(r->now->id), &rows);

	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_quota_reset_all,
		    DB_ARGS(r->now->id, cx->actor), &rows);
	*changed = rc == ERR_OK && db_affected(rows) > 0;
	return rc;
}

static enum err
write_down(struct ctx *cx, struct db *db, const struct reset *r)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", r->now->id);
	json_name(&o, "reset");
	json_open_array(&o);
	for (int i = 0; i < r->report->count; i++)
		json_put_text(&o, r->report->done[i]);
	json_close_array(&o);
	json_close_object(&o);
	return audit_append(cx, r->desk->audit, db,
	    &(struct audit_entry){.event = "TENANT_CONFIGURATION_RESET",
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.address = r->desk->address,
		.tenant_id = r->now->id,
		.details = buf_text(&b)});
}

static const struct {
	const char *name;
	reset_fn *fn;
} parts[] = {
    {"securityPolicy", reset_policy},
    {"emailTemplates", reset_templates},
    {"features", reset_features},
    {"roles", reset_roles},
    {"quotas", reset_quotas},
};

enum err
tenant_reset(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    struct tenant_view *now, struct reset_report *out)
{
	struct reset r = {desk, now, out};
	enum err rc = ERR_OK;

	static_assert(COUNT_OF(parts) <= RESET_MOST, "a report has room for all");
	out->count = 0;
	for (size_t i = 0; rc == ERR_OK && i < COUNT_OF(parts); i++) {
		bool changed = false;

		rc = parts[i].fn(cx, db, &r, &changed);
		if (rc == ERR_OK && changed)
			out->done[out->count++] = parts[i].name;
	}
	return rc == ERR_OK && out->count > 0 ? write_down(cx, db, &r) : rc;
}

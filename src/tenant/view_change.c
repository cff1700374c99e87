/* view_change.c - what the platform does to a tenant; see view.h. */
#include <string.h>

#include "policy/own.h"
#include "tenant/features.h"
#include "tenant/slug.h"
#include "tenant/view.h"

enum { DETAILS_MAX = 16 * 1024, CHANGES_MOST = 5 };

/* What a tenant is to become. */
struct becoming {
	const char *name, *slug, *plan, *billing_cycle, *features;
	const char *changed[CHANGES_MOST];
	int changes;
};

static void
note(struct becoming *b, const char *what, const char *before, const char *after)
{
	if (strcmp(before, after) != 0)
		b->changed[b->changes++] = what;
}

/* Rules that stand already are named where the features are said. */
static enum err
check_policy(struct ctx *cx, struct db *db, const struct tenant_view *now,
    const struct json *features)
{
	struct policy_own own;
	enum err rc = policy_own_find(cx, db, now->id, &own);

	if (rc != ERR_OK)
		return rc;
	own.methods = json_get(features, "auth");
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++)
		own.at[i] = own.said[i] ? "/features/auth" : NULL;
	return policy_own_check(cx, &own);
}

static enum err
take_features(struct ctx *cx, struct db *db, const struct json *asked,
    const struct tenant_view *now, struct becoming *b)
{
	const struct json *was, *features = NULL;
	enum err rc = json_parse(
	    cx, now->features, strlen(now->features), JSON_DEPTH_DEFAULT, &was);

	if (rc == ERR_OK)
		rc = tenant_features_change(cx, was, asked, &features);
	if (rc == ERR_OK)
		rc = check_policy(cx, db, now, features);
	if (rc != ERR_OK || json_equal(was, features))
		return rc;
	b->features = json_print(cx->mem, features);
	b->changed[b->changes++] = "features";
	return ERR_OK;
}

/* Everything that is wrong by itself at once, then what others have to do with. */
static enum err
take(struct ctx *cx, struct db *db, const struct tenant_view_wish *wish,
    const struct tenant_view *now, struct becoming *b)
{
	enum err rc = ERR_OK, also = ERR_OK;

	*b = (struct becoming){.name = now->name,
	    .slug = wish->slug != NULL ? wish->slug : now->slug,
	    .plan = wish->plan != NULL ? wish->plan : now->plan,
	    .billing_cycle =
		wish->billing_cycle != NULL ? wish->billing_cycle : now->billing_cycle,
	    .features = now->features};
	if (wish->name != NULL)
		rc = tenant_title_take(cx, wish->name, "/name", &b->name);
	if (strcmp(b->slug, now->slug) != 0)
		also = tenant_slug_check(cx, b->slug, "/slug");
	if (rc == ERR_OK)
		rc = also;
	if (wish->features != NULL && (rc == ERR_OK || rc == ERR_INVALID)) {
		also = take_features(cx, db, wish->features, now, b);
		rc = rc == ERR_OK ? also : rc;
	}
	if (rc == ERR_OK && strcmp(b->slug, now->slug) != 0)
		rc = tenant_slug_is_free(cx, db, b->slug, now->id);
	if (rc != ERR_OK)
		return rc;
	note(b, "name", now->name, b->name);
	note(b, "slug", now->slug, b->slug);
	note(b, "planId", now->plan, b->plan);
	note(b, "billingCycle", now->billing_cycle, b->billing_cycle);
	return ERR_OK;
}

static const char *
details_of(struct ctx *cx, const struct tenant_view *t, const struct becoming *b)
{
	struct json_out o;
	struct buf text;

	buf_init(&text, cx->mem, DETAILS_MAX);
	json_out_init(&o, &text);
	json_open_object(&o);
	json_member_text(&o, "tenantId", t->id);
	json_member_text(&o, "name", t->name);
	json_member_text(&o, "slug", t->slug);
	json_member_text(&o, "status", t->status);
	json_name(&o, "changed");
	json_open_array(&o);
	for (int i = 0; i < b->changes; i++)
		json_put_text(&o, b->changed[i]);
	json_close_array(&o);
	json_close_object(&o);
	return buf_text(&text);
}

static enum err
check_changeable(
    struct ctx *cx, const struct tenant_managed *m, const struct becoming *b)
{
	if (strcmp(m->status, "purged") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" was deleted for good", m->id);
	if (!m->registered && strcmp(m->name, b->name) != 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" was deleted from the shared registry, which has the "
		    "names",
		    m->id);
	return ERR_OK;
}

enum err
tenant_view_change(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct tenant_view_wish *wish, struct tenant_view *now)
{
	struct tenant_managed m;
	struct becoming b = {0};
	enum err rc = tenant_managed_hold(cx, db, now->id, &m);

	if (rc == ERR_OK)
		rc = take(cx, db, wish, now, &b);
	if (rc == ERR_OK)
		rc = check_changeable(cx, &m, &b);
	if (rc != ERR_OK || b.changes == 0)
		return rc;
	rc = db_queue(cx, db, STMT_tenant_view_set,
	    DB_ARGS(now->id, b.slug, b.plan, b.billing_cycle, b.features));
	if (rc == ERR_OK && strcmp(m.name, b.name) != 0)
		rc = db_queue(cx, db, STMT_tenant_registry_set,
		    DB_ARGS(now->number, b.name, NULL));
	if (rc == ERR_OK)
		rc = tenant_view_hold(cx, db, now->id, now);
	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, desk->audit, db,
	    &(struct audit_entry){.event = "TENANT_UPDATED",
		.severity = AUDIT_MEDIUM,
		.actor = cx->actor,
		.address = desk->address,
		.tenant_id = now->id,
		.details = details_of(cx, now, &b)});
}

/* -- from status to status -- */

enum err
tenant_grace_over(
    struct ctx *cx, struct db *db, const char *tenant_id, int days, bool *over)
{
	char text[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_tenant_grace_over,
	    DB_ARGS(tenant_id, str_from_i64(text, days)), &rows);

	*over = rc == ERR_OK && db_row_count(rows) > 0 && db_bool(rows, 0, 0);
	return rc;
}

static enum err
check_turn(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    enum tenant_turn_kind kind, const struct tenant_view *now)
{
	bool over;
	enum err rc;

	if (kind == TENANT_RESUME && strcmp(now->status, "deactivated") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" is deactivated: restore it, with POST "
		    "/api/tenants/%s/restore",
		    now->id, now->id);
	if (kind != TENANT_RESTORE)
		return ERR_OK;
	if (strcmp(now->status, "purged") == 0)
		return err_tell(
		    &cx->err, ERR_GONE, "tenant \"%s\" was deleted for good", now->id);
	if (strcmp(now->status, "suspended") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" is suspended: resume it, with POST "
		    "/api/tenants/%s/resume",
		    now->id, now->id);
	rc = tenant_grace_over(cx, db, now->id, desk->grace_days, &over);
	if (rc == ERR_OK && over)
		return err_tell(&cx->err, ERR_GONE,
		    "tenant \"%s\" was deactivated more than %d days ago, and waits to "
		    "be deleted for good",
		    now->id, desk->grace_days);
	return rc;
}

enum err
tenant_view_turn(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    const struct tenant_turn *turn, struct tenant_view *now)
{
	struct tenant_managed m;
	enum err rc = check_turn(cx, db, desk, turn->kind, now);

	if (rc == ERR_OK)
		rc = tenant_managed_hold(cx, db, now->id, &m);
	if (rc == ERR_OK)
		rc = tenant_managed_turn(cx, db, desk, turn, &m);
	return rc == ERR_OK ? tenant_view_hold(cx, db, now->id, now) : rc;
}

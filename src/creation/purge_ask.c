/* purge_ask.c - whether a tenant may be deleted for good; see purge.h. */
#include <string.h>

#include "creation/purge.h"

static enum err
check_slug(struct ctx *cx, const struct purge_ask *a, const struct tenant_view *t)
{
	if (a->slug != NULL && strcmp(a->slug, t->slug) == 0)
		return ERR_OK;
	ctx_fault(cx, "/slug", "const",
	    "must be \"%s\", so that it is this tenant that is meant", t->slug);
	return err_tell(&cx->err, ERR_INVALID,
	    "to delete a tenant before its time, its slug is to be said as well");
}

static enum err
check_grace(struct ctx *cx, struct db *db, const struct purge_ask *a,
    const struct tenant_view *t)
{
	bool over;
	enum err rc;

	if (strcmp(t->status, "deactivated") != 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" is %s: deactivate it first, with DELETE "
		    "/api/tenants/%s",
		    t->id, t->status, t->id);
	rc = tenant_grace_over(cx, db, t->id, a->desk->grace_days, &over);
	if (rc == ERR_OK && !over)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" can be restored until %d days after %s: to delete "
		    "it "
		    "before, say ?force=true, and its slug",
		    t->id, a->desk->grace_days, t->deactivated_at);
	return rc;
}

static enum err
check(struct ctx *cx, struct db *db, const struct purge_ask *a, struct tenant_view *now)
{
	const struct tenant_turn down = {
	    .kind = TENANT_DEACTIVATE, .reason = now->status_reason};
	enum err rc;

	if (strcmp(now->status, "purged") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "tenant \"%s\" was deleted for good already", now->id);
	if (!a->force)
		return check_grace(cx, db, a, now);
	rc = check_slug(cx, a, now);
	if (rc != ERR_OK || strcmp(now->status, "deactivated") == 0)
		return rc;
	return tenant_view_turn(cx, db, a->desk, &down, now);
}

enum err
purge_ask(struct ctx *cx, struct db *db, const struct purge_ask *a,
    struct tenant_view *now, const char **id)
{
	const char *slug = now->slug;
	enum err rc = check(cx, db, a, now);

	if (rc == ERR_OK)
		rc = purge_begin(cx, db,
		    &(struct purge_order){.tenant_id = now->id,
			.slug = slug,
			.requested_by = cx->actor,
			.address = a->desk->address,
			.lease_ms = a->lease_ms},
		    id);
	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, a->desk->audit, db,
	    &(struct audit_entry){.event = "TENANT_PURGE_ORDERED",
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.address = a->desk->address,
		.tenant_id = now->id,
		.details = arena_printf(cx->mem,
		    "{\"tenantId\":\"%s\",\"operationId\":\"%s\",\"forced\":%s}",
		    now->number, *id, a->force ? "true" : "false")});
}

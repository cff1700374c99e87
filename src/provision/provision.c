/* provision.c - see provision.h. */
#include "provision/provision.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"

enum { DETAILS_MAX = 64 * 1024, NAME_SHOWN = 1000 /* bytes */ };

static const char by_partner[] = "deactivated by its partner",
		  while_suspended[] = "deactivated by its partner while suspended";

bool
provision_is(const struct provision_record *r, const char *status)
{
	return strcmp(r->status, status) == 0;
}

enum err
provision_not_there(struct ctx *cx)
{
	return err_tell(&cx->err, ERR_NOT_FOUND,
	    "there is no such tenant among those that you provisioned: GET "
	    "/api/provisioning/tenants lists them");
}

const char *
provision_id_of(struct arena *mem, struct slice id)
{
	struct uuid u;
	char *text;

	if (!uuid_from_text(id, &u))
		return NULL;
	text = arena_alloc(mem, UUID_TEXT_SIZE);
	uuid_text(text, u);
	return text;
}

/* -- looking -- */

enum err
provision_show(struct ctx *cx, struct db *db, const struct provision_site *site,
    const char *id, struct provision_record *out)
{
	char grace[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	if (id == NULL)
		return provision_not_there(cx);
	rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_provision_show, site->partner, id,
		str_from_i64(grace, site->grace_days)),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return provision_not_there(cx);
	provision_record_read(rows, 0, out);
	return ERR_OK;
}

static enum err
query(struct ctx *cx, struct db *db, const struct db_call *call, struct db_rows **rows)
{
	enum err rc = db_query(cx, db, call->id, call->args, rows);

	if (rc == ERR_OK && db_row_count(*rows) == 0)
		rc = provision_not_there(cx);
	return rc;
}

enum err
provision_look(struct ctx *cx, struct db *db, const struct provision_site *site,
    const char *id, struct provision_record *out)
{
	char grace[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = query(cx, db,
	    DB_CALL(STMT_provision_show, site->partner, id,
		str_from_i64(grace, site->grace_days)),
	    &rows);

	if (rc == ERR_OK)
		provision_record_read(rows, 0, out);
	return rc;
}

static enum err
hold_own(struct ctx *cx, struct db *db, const struct provision_site *site,
    const char *id, struct provision_held *out)
{
	char grace[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = query(cx, db,
	    DB_CALL(STMT_provision_hold, site->partner, id,
		str_from_i64(grace, site->grace_days)),
	    &rows);

	if (rc != ERR_OK)
		return rc;
	provision_record_read(rows, 0, &out->now);
	out->registered = db_bool(rows, 0, PROVISION_RECORD_COLUMNS);
	return ERR_OK;
}

enum err
provision_hold(struct ctx *cx, struct db *db, const struct provision_site *site,
    const char *id, struct provision_held *out)
{
	enum err rc;

	if (id == NULL)
		return provision_not_there(cx);
	rc = db_queue(cx, db, STMT_provision_registry_hold, DB_ARGS(site->partner, id));
	return rc == ERR_OK ? hold_own(cx, db, site, id, out) : rc;
}

/* -- what is written down: of a change the names of what changed -- */

enum {
	CHANGED_NAME = 1u,
	CHANGED_EMAIL = 2u,
	CHANGED_PHONE = 4u,
	CHANGED_INDUSTRY = 8u,
	CHANGED_EXTERNAL_ID = 16u,
	CHANGED_EXTRA = 32u
};
static const char *const changed_names[] = {
    "company_name", "email", "phone_number", "industry", "external_id", "extra"};

static const char *
details_of(struct ctx *cx, const struct provision_site *site,
    const struct provision_record *r, unsigned changed)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", r->tenant);
	json_member_text(&o, "partnerId", site->partner);
	json_member_text(&o, "companyName",
	    slice_dup(cx->mem,
		(struct slice){
		    r->is.company_name, strnlen(r->is.company_name, NAME_SHOWN)}));
	json_member_text(&o, "externalId", r->is.external_id);
	json_member_text(&o, "status", r->status);
	if (changed != 0) {
		json_name(&o, "changed");
		json_open_array(&o);
		for (size_t i = 0; i < COUNT_OF(changed_names); i++)
			if ((changed & 1u << i) != 0)
				json_put_text(&o, changed_names[i]);
		json_close_array(&o);
	}
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
write_down(struct ctx *cx, struct db *db, const struct provision_site *site,
    const struct audit_entry *entry)
{
	struct audit_entry e = *entry;

	e.actor = cx->actor;
	e.address = site->address;
	return audit_append(cx, site->audit, db, &e);
}

/* -- one company once -- */

static bool
is_over(const char *until)
{
	int64_t ms;

	return !clock_from_text(until, &ms) || ms <= clock_wall_ms();
}

static const char *
way_out(struct ctx *cx, const struct provision_record *r)
{
	if (!provision_is(r, "deactivated"))
		return arena_printf(cx->mem,
		    "change that one, by PATCH /api/provisioning/tenants/%s",
		    r->tenant);
	if (r->restorable_until == NULL)
		return "it was deactivated, and not by you alone: an operator resumes "
		       "it";
	if (is_over(r->restorable_until))
		return arena_printf(cx->mem,
		    "it is deactivated, and could be restored until %s: an operator "
		    "resumes it",
		    r->restorable_until);
	return arena_printf(cx->mem,
	    "it is deactivated: restore it by POST /api/provisioning/tenants/%s/restore"
	    ", until %s",
	    r->tenant, r->restorable_until);
}

/* of: of a tenant that is there, "": of a new one. */
static enum err
check_existing(struct ctx *cx, struct db *db, const struct provision_site *site,
    const struct provision_draft *d, const char *of)
{
	char grace[STR_I64_SIZE];
	struct provision_record there;
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_provision_existing,
	    DB_ARGS(site->partner, d->email, d->external_id, of,
		str_from_i64(grace, site->grace_days)),
	    &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	provision_record_read(rows, 0, &there);
	rc = err_tell(&cx->err, ERR_CONFLICT, "your tenant %s has this %s already: %s",
	    there.tenant,
	    db_bool(rows, 0, PROVISION_RECORD_COLUMNS) ? "email" : "external_id",
	    way_out(cx, &there));
	err_existing(&cx->err, there.tenant);
	return rc;
}

enum err
provision_create(struct ctx *cx, struct db *db, const struct provision_site *site,
    const struct provision_draft *d, struct provision_record *out)
{
	char id[UUID_TEXT_SIZE];
	struct db_rows *rows;
	enum err rc;

	assert(cx->actor != NULL); /* else a trigger would tell of it once more */
	rc = provision_draft_check(cx, d);
	if (rc != ERR_OK)
		return rc;
	uuid_text(id, uuid_random());
	rc = db_query(cx, db, STMT_provision_create,
	    DB_ARGS(id, site->partner, d->company_name, d->email, d->phone_number,
		d->industry, d->external_id, d->extra),
	    &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0) {
		rc = check_existing(cx, db, site, d, "");
		if (rc == ERR_OK) /* gone in between */
			rc = err_tell(&cx->err, ERR_CONFLICT,
			    "a tenant with this email or external_id was changed "
			    "meanwhile: try again");
	}
	if (rc != ERR_OK)
		return rc;
	provision_record_read(rows, 0, out);
	rc = db_queue(cx, db, STMT_tenant_tell_made, DB_ARGS(out->tenant));
	if (rc != ERR_OK)
		return rc;
	return write_down(cx, db, site,
	    &(struct audit_entry){.event = "TENANT_CREATED",
		.severity = AUDIT_HIGH,
		.tenant_id = out->tenant,
		.details = details_of(cx, site, out, 0)});
}

/* -- changes -- */

enum err
provision_check_open(struct ctx *cx, const char *id, const char *status)
{
	if (strcmp(status, "deactivated") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant is deactivated: restore it first, by POST "
		    "/api/provisioning/tenants/%s/restore",
		    id);
	if (strcmp(status, "purged") == 0 || strcmp(status, "failed") == 0)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant is %s: provision another, by POST "
		    "/api/provisioning/tenants",
		    status);
	return ERR_OK;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static enum err
same_json(struct ctx *cx, const char *a, const char *b, bool *out)
{
	const struct json *x, *y = NULL;
	enum err rc = json_parse(cx, a, strlen(a), JSON_DEPTH_DEFAULT, &x);

	if (rc == ERR_OK)
		rc = json_parse(cx, b, strlen(b), JSON_DEPTH_DEFAULT, &y);
	*out = rc == ERR_OK && json_equal(x, y);
	return rc;
}

static enum err
changes_of(struct ctx *cx, const struct provision_draft *now,
    const struct provision_draft *wish, unsigned *changed)
{
	bool same_extra = same(now->extra, wish->extra);
	enum err rc =
	    same_extra ? ERR_OK : same_json(cx, now->extra, wish->extra, &same_extra);

	*changed = (same(now->company_name, wish->company_name) ? 0 : CHANGED_NAME) |
	    (same(now->email, wish->email) ? 0 : CHANGED_EMAIL) |
	    (same(now->phone_number, wish->phone_number) ? 0 : CHANGED_PHONE) |
	    (same(now->industry, wish->industry) ? 0 : CHANGED_INDUSTRY) |
	    (same(now->external_id, wish->external_id) ? 0 : CHANGED_EXTERNAL_ID) |
	    (same_extra ? 0 : CHANGED_EXTRA);
	return rc;
}

enum err
provision_update(struct ctx *cx, struct db *db, const struct provision_site *site,
    const struct provision_draft *d, struct provision_held *h)
{
	const char *id = h->now.tenant, *name = h->now.is.company_name;
	unsigned changed = 0;
	enum err rc = provision_draft_check(cx, d);

	if (rc == ERR_OK)
		rc = changes_of(cx, &h->now.is, d, &changed);
	if (rc != ERR_OK || changed == 0)
		return rc;
	if ((changed & (CHANGED_EMAIL | CHANGED_EXTERNAL_ID)) != 0)
		rc = check_existing(cx, db, site, d, id);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_provision_update,
		    DB_ARGS(id, d->company_name, d->email, d->phone_number, d->industry,
			d->external_id, d->extra));
	if (rc == ERR_OK && (changed & CHANGED_NAME) != 0)
		rc = db_queue(cx, db, STMT_provision_registry_rename,
		    DB_ARGS(id, name, d->company_name));
	if (rc == ERR_OK)
		rc = hold_own(cx, db, site, id, h);
	if (rc != ERR_OK)
		return rc;
	return write_down(cx, db, site,
	    &(struct audit_entry){.event = "TENANT_UPDATED",
		.severity = AUDIT_MEDIUM,
		.tenant_id = id,
		.details = details_of(cx, site, &h->now, changed)});
}

/* Its own row, then the registry's, which then has nothing left to follow. */
static enum err
turn(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_held *h, bool active)
{
	const char *id = h->now.tenant;
	const char *reason =
	    provision_is(&h->now, "suspended") ? while_suspended : by_partner;
	enum err rc = active
	    ? db_queue(cx, db, STMT_provision_restore, DB_ARGS(id))
	    : db_queue(cx, db, STMT_provision_deactivate, DB_ARGS(id, reason));

	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_provision_registry_turn,
		    DB_ARGS(id, active ? "true" : "false"));
	if (rc == ERR_OK)
		rc = hold_own(cx, db, site, id, h);
	if (rc != ERR_OK)
		return rc;
	return write_down(cx, db, site,
	    &(struct audit_entry){
		.event = active ? "TENANT_RESTORED" : "TENANT_DEACTIVATED",
		.severity = AUDIT_HIGH,
		.tenant_id = id,
		.details = details_of(cx, site, &h->now, 0)});
}

enum err
provision_deactivate(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_held *h)
{
	if (provision_is(&h->now, "provisioning"))
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant is still being provisioned: wait until it is active");
	if (!provision_is(&h->now, "active") && !provision_is(&h->now, "suspended"))
		return ERR_OK; /* it is on its way out already */
	return turn(cx, db, site, h, false);
}

enum err
provision_check_restorable(struct ctx *cx, const struct provision_record *r)
{
	if (provision_is(r, "purged"))
		return err_tell(&cx->err, ERR_GONE,
		    "the tenant was removed for good: provision another, by POST "
		    "/api/provisioning/tenants");
	if (!provision_is(r, "deactivated"))
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant is %s, not deactivated: what is suspended an operator "
		    "resumes",
		    r->status);
	if (r->restorable_until == NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "it was not you alone who deactivated the tenant (%.200s): an "
		    "operator "
		    "resumes it",
		    r->status_reason != NULL ? r->status_reason
					     : "for no reason given");
	if (is_over(r->restorable_until))
		return err_tell(&cx->err, ERR_GONE,
		    "the tenant could be restored until %s: an operator may still "
		    "resume it",
		    r->restorable_until);
	return ERR_OK;
}

enum err
provision_restore(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_held *h)
{
	enum err rc;

	if (provision_is(&h->now, "active"))
		return ERR_OK;
	rc = provision_check_restorable(cx, &h->now);
	if (rc == ERR_OK && !h->registered)
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant was deleted from the shared registry: an operator "
		    "writes its row there again, and resumes it");
	return rc == ERR_OK ? turn(cx, db, site, h, true) : rc;
}

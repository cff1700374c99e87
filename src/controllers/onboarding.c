/* onboarding.c - the routes of a signed-in user: find or create one's own tenant. */
#include <string.h>

#include "controllers/app.h"
#include "json/json.h"

static const char *const messages[ONBOARDING_OUTCOME_COUNT] = {
    [ONBOARDING_FOUND] = "Found existing tenant for user",
    [ONBOARDING_ASSOCIATED] = "Associated tenant with user",
    [ONBOARDING_CREATED] = "Created new tenant",
};

static struct onboarding
onboarding_of(const struct app *app, const struct call *call)
{
	return (struct onboarding){
	    .db = app->db,
	    .audit = app->audit,
	    .settings = &app->onboarding,
	    .who = {.user_id = call->who.user.text,
		.email = call->who.email,
		.tenant_id = call->who.tenant_id,
		.address = call->rq.client},
	};
}

/* A UUID as this program writes it, lower-case; the schema has checked that it is one.
 */
static const char *
uuid_member(struct call *call, const char *name)
{
	const char *text = json_get_text(call->body, name);
	char *lower;
	struct uuid id;

	if (text == NULL || !uuid_from_text(slice_of(text), &id))
		return NULL;
	lower = arena_alloc(call->cx.mem, UUID_TEXT_SIZE);
	uuid_text(lower, id);
	return lower;
}

static void
put_tenant_members(struct json_out *o, const struct tenant *t)
{
	json_member_text(o, "id", t->id);
	json_member_text(o, "name", t->name);
	json_member_text(o, "slug", t->slug);
	json_member_text(o, "status", t->status);
	json_member_text(o, "planId", t->plan);
	json_member_text(o, "billingCycle", t->billing_cycle);
	json_member_text(o, "schemaName", t->schema_name);
	json_member_text(o, "onboardingStatus", t->onboarding_status);
	json_member_text(o, "role", t->role);
}

enum err
tenant_get_or_create(struct app *app, struct call *call)
{
	const struct onboarding ob = onboarding_of(app, call);
	const struct onboarding_wish wish = {
	    .tenant_id = uuid_member(call, "tenantId"),
	    .plan = json_get_text(call->body, "planId"),
	    .billing_cycle = json_get_text(call->body, "billingCycle"),
	};
	enum onboarding_outcome outcome;
	struct tenant tenant = {0};
	struct json_out o;
	enum err rc =
	    onboarding_get_or_create(&call->cx, &ob, &wish, &tenant, &outcome);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_bool(&o, "success", true);
	json_member_text(&o, "tenantId", tenant.id);
	json_name(&o, "tenant");
	json_open_object(&o);
	put_tenant_members(&o, &tenant);
	json_close_object(&o);
	json_member_text(&o, "message", messages[outcome]);
	json_member_bool(&o, "isNew", outcome == ONBOARDING_CREATED);
	json_close_object(&o);
	return ERR_OK;
}

static void
put_configuration(struct json_out *o, const struct tenant *t)
{
	json_name(o, "configuration");
	json_open_object(o);
	json_member_text(o, "isolation", t->isolation);
	json_member_bool(o, "rlsEnabled", t->rls_enabled);
	json_member_raw(o, "features", t->features);
	json_close_object(o);
}

enum err
tenant_current_get(struct app *app, struct call *call)
{
	const struct tenant_seeker seeker = {
	    call->who.user.text, call->who.tenant_id, true};
	struct tenant tenant;
	struct json_out o;
	bool found;
	enum err rc = tenant_find_of_user(&call->cx, app->db, &seeker, &tenant, &found);

	if (rc == ERR_OK && !found)
		rc = err_tell(&call->cx.err, ERR_NOT_FOUND, "you have no tenant yet");
	if (rc == ERR_OK)
		rc = tenant_check_usable(&call->cx, tenant.status);
	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_bool(&o, "success", true);
	json_name(&o, "tenant");
	json_open_object(&o);
	put_tenant_members(&o, &tenant);
	put_configuration(&o, &tenant);
	json_member_i64(&o, "version", tenant.version);
	json_member_text(&o, "createdAt", tenant.created_at);
	json_member_text(&o, "updatedAt", tenant.updated_at);
	json_close_object(&o);
	json_close_object(&o);
	return ERR_OK;
}

enum err
tenant_record_put(struct app *app, struct call *call)
{
	const struct onboarding ob = onboarding_of(app, call);
	const struct onboarding_record wish = {
	    .tenant_id = uuid_member(call, "id"),
	    .name = json_get_text(call->body, "name"),
	    .schema_name = json_get_text(call->body, "schemaName"),
	};
	struct onboarding_record record;
	struct json_out o;
	enum err rc = onboarding_put_record(&call->cx, &ob, &wish, &record);

	if (rc != ERR_OK)
		return rc;
	call->about_tenant = record.tenant_id;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_bool(&o, "success", true);
	json_member_text(&o, "tenantId", record.tenant_id);
	json_member_text(&o, "name", record.name);
	json_member_text(&o, "schemaName", record.schema_name);
	json_member_text(&o, "ownerId", record.owner_id);
	json_member_bool(&o, "rlsEnabled", record.rls_enabled);
	json_close_object(&o);
	return ERR_OK;
}

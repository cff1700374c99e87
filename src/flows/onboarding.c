/*
 * onboarding.c - getOrCreate; see onboarding.h.
 *
 * Found with nothing to change: one round trip, no lock, no write. Everything else is
 * decided again under the user's lock, in one transaction.
 */
#include "flows/onboarding.h"

#include <string.h>

#include "base/str.h"
#include "flows/steps.h"
#include "json/json.h"

enum { NAME_MAX_LENGTH = 255 }; /* characters, custom_auth_tenant.name */

static const char default_plan[] = "free", default_cycle[] = "monthly";

struct run {
	struct db *db;
	const struct onboarding_settings *settings;
	const struct onboarding_caller *who;
	const struct onboarding_wish *wish;
	struct tenant *tenant;
	enum onboarding_outcome outcome;
};

static bool
may_choose(const struct onboarding_settings *settings, const char *plan)
{
	struct slice rest = slice_of(settings->self_service_plans), word;

	while (slice_next(&rest, ',', &word))
		if (slice_eq(word, plan))
			return true;
	return false;
}

/* The plan and cycle that a tenant would have after this wish. */
static const char *
wished_plan(const struct run *r, const char *now)
{
	const char *plan = r->wish->plan;

	return plan != NULL && may_choose(r->settings, plan) ? plan : now;
}

static const char *
wished_cycle(const struct run *r, const char *now)
{
	return r->wish->billing_cycle != NULL ? r->wish->billing_cycle : now;
}

/* Whether the owner's wish changes the plan of a tenant that is still onboarding. */
static bool
changes_plan(const struct run *r, const struct tenant *t)
{
	return strcmp(t->onboarding_status, "pending") == 0 &&
	    strcmp(t->role, "owner") == 0 &&
	    (strcmp(wished_plan(r, t->plan), t->plan) != 0 ||
		strcmp(wished_cycle(r, t->billing_cycle), t->billing_cycle) != 0);
}

static const char *
plan_details(struct ctx *cx, const struct tenant *t, const char *user_id)
{
	struct buf text;
	struct json_out o;

	buf_init(&text, cx->mem, 4096);
	json_out_init(&o, &text);
	json_open_object(&o);
	json_member_text(&o, "tenantId", t->id);
	json_member_text(&o, "userId", user_id);
	json_member_text(&o, "planId", t->plan);
	json_member_text(&o, "billingCycle", t->billing_cycle);
	json_close_object(&o);
	return buf_text(&text);
}

/* No row: its onboarding went on in the meantime, and the plan stays. */
static enum err
set_plan(struct ctx *cx, struct run *r)
{
	struct tenant *t = r->tenant;
	const char *plan = wished_plan(r, t->plan),
		   *cycle = wished_cycle(r, t->billing_cycle);
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, r->db, STMT_tenant_plan_set, DB_ARGS(t->id, plan, cycle), &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	t->plan = plan;
	t->billing_cycle = cycle;
	return steps_tell(cx, r->db, r->who,
	    &(struct steps_news){.kind = EVENT_TENANT_PLANNED,
		.audit_event = "TENANT_PLAN_CHANGED",
		.tenant_id = t->id,
		.details = plan_details(cx, t, r->who->user_id)});
}

/* The caller is a member: reads the tenant, refuses an unusable one, sets its plan. */
static enum err
settle(struct ctx *cx, struct run *r, const char *preferred)
{
	const struct tenant_seeker seeker = {r->who->user_id, preferred, false};
	bool found;
	enum err rc = tenant_query_of_user(cx, r->db, &seeker, r->tenant, &found);

	if (rc != ERR_OK)
		return rc;
	if (!found)
		return err_set(
		    &cx->err, ERR_INTERNAL, "a member's tenant could not be read");
	rc = tenant_check_usable(cx, r->tenant->status);
	if (rc == ERR_OK && changes_plan(r, r->tenant))
		rc = set_plan(cx, r);
	return rc;
}

/* Until somebody names it; an address may be too long for that, a user id never is. */
static const char *
first_name(const struct onboarding_caller *who)
{
	const char *email = who->email;

	if (email == NULL || utf8_length(email, strlen(email)) > NAME_MAX_LENGTH)
		return who->user_id;
	return email;
}

static enum err
create(struct ctx *cx, struct run *r, const struct look *look)
{
	char *schema = arena_alloc(cx->mem, TENANT_SCHEMA_SIZE);
	const struct tenant_draft draft = {
	    .id = look->new_id,
	    .name = first_name(r->who),
	    .owner_id = r->who->user_id,
	    .slug = look->new_slug,
	    .plan = wished_plan(r, default_plan),
	    .billing_cycle = wished_cycle(r, default_cycle),
	};

	if (draft.id == NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "no tenant id is left that would be yours");
	tenant_schema_name(schema, draft.id);
	*r->tenant = (struct tenant){
	    .id = draft.id,
	    .number = draft.id,
	    .name = draft.name,
	    .slug = draft.slug,
	    .status = "active",
	    .plan = draft.plan,
	    .billing_cycle = draft.billing_cycle,
	    .schema_name = schema,
	    .onboarding_status = "pending",
	    .role = "owner",
	};
	r->outcome = ONBOARDING_CREATED;
	return steps_create(cx, r->db, r->settings, r->who, &draft);
}

static enum err
decide(struct ctx *cx, struct db *db, void *arg)
{
	struct run *r = arg;
	struct look look;
	const char *id;
	enum err rc = steps_lock_and_look(
	    cx, db, r->settings, r->who->user_id, r->wish->tenant_id, &look);

	r->outcome = ONBOARDING_FOUND;
	if (rc == ERR_OK)
		rc = steps_check_asked(cx, &look, r->wish->tenant_id);
	if (rc != ERR_OK)
		return rc;
	if (look.standing == STANDING_MEMBER)
		return settle(cx, r, look.asked_id);
	if (look.has_tenant && look.standing != STANDING_OWNER)
		return settle(cx, r, r->who->tenant_id);
	if (look.owned_number == NULL)
		return create(cx, r, &look);
	r->outcome = ONBOARDING_ASSOCIATED;
	rc = steps_associate(cx, db, r->who, &look, &id);
	return rc == ERR_OK ? settle(cx, r, id) : rc;
}

/* Whether the tenant that was found is an answer as it stands. */
static bool
answers(const struct run *r)
{
	const char *asked = r->wish->tenant_id;

	return (asked == NULL || strcmp(asked, r->tenant->number) == 0) &&
	    !changes_plan(r, r->tenant);
}

enum err
onboarding_get_or_create(struct ctx *cx, struct db *db,
    const struct onboarding_settings *settings, const struct onboarding_caller *who,
    const struct onboarding_wish *wish, struct tenant *tenant,
    enum onboarding_outcome *outcome)
{
	struct run r = {db, settings, who, wish, tenant, ONBOARDING_FOUND};
	const struct tenant_seeker seeker = {who->user_id,
	    wish->tenant_id != NULL ? wish->tenant_id : who->tenant_id, false};
	bool found;
	enum err rc = tenant_find_of_user(cx, db, &seeker, tenant, &found);

	*outcome = ONBOARDING_FOUND;
	if (rc != ERR_OK)
		return rc;
	if (found && answers(&r))
		return tenant_check_usable(cx, tenant->status);
	rc = steps_transaction(cx, db, decide, &r);
	*outcome = r.outcome;
	return rc;
}

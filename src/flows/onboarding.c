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

enum { NAME_MAX_LENGTH = 255 }; /* characters, custom_auth_tenant.name */

static const char default_plan[] = "free", default_cycle[] = "monthly";

struct run {
	const struct onboarding *ob;
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

	return plan != NULL && may_choose(r->ob->settings, plan) ? plan : now;
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

/* No row: its onboarding went on in the meantime, and the plan stays. */
static enum err
set_plan(struct ctx *cx, struct run *r)
{
	struct tenant *t = r->tenant;
	const char *plan = wished_plan(r, t->plan),
		   *cycle = wished_cycle(r, t->billing_cycle);
	struct db_rows *rows;
	enum err rc = db_query(
	    cx, r->ob->db, STMT_tenant_plan_set, DB_ARGS(t->id, plan, cycle), &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	t->plan = plan;
	t->billing_cycle = cycle;
	return steps_tell(cx, r->ob,
	    &(struct steps_news){.audit_event = "TENANT_PLAN_CHANGED",
		.tenant_id = t->id,
		.details = STEPS_DETAILS(STEPS_TEXT("planId", t->plan),
		    STEPS_TEXT("billingCycle", t->billing_cycle))});
}

/* A tenant the caller is a member of: the one asked for, else one they can use. */
static enum err
read_member(struct ctx *cx, struct run *r, const char *asked)
{
	const struct onboarding_caller *who = &r->ob->who;
	struct tenant_seeker seeker = {who->user_id, asked, false};
	bool found;
	enum err rc;

	if (asked == NULL)
		seeker.preferred = who->tenant_id;
	rc = tenant_query_of_user(cx, r->ob->db, &seeker, r->tenant, &found);
	if (rc == ERR_OK && found && asked == NULL && who->tenant_id != NULL &&
	    !tenant_is_usable(r->tenant->status)) {
		seeker.preferred = NULL;
		rc = tenant_query_of_user(cx, r->ob->db, &seeker, r->tenant, &found);
	}
	if (rc == ERR_OK && !found)
		rc = err_set(
		    &cx->err, ERR_INTERNAL, "a member's tenant could not be read");
	return rc;
}

/* With the tenant that was read: refuses an unusable one, sets its plan. */
static enum err
settle(struct ctx *cx, struct run *r)
{
	enum err rc = tenant_check_usable(cx, r->tenant->status);

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
	    .name = first_name(&r->ob->who),
	    .owner_id = r->ob->who.user_id,
	    .slug = look->new_slug,
	    .plan = wished_plan(r, default_plan),
	    .billing_cycle = wished_cycle(r, default_cycle),
	};

	if (draft.id != NULL)
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
	return steps_create(cx, r->ob, &draft);
}

static enum err
associate(struct ctx *cx, struct run *r, const struct look *look)
{
	const char *id;
	enum err rc = steps_associate(cx, r->ob, look, &id);

	r->outcome = ONBOARDING_ASSOCIATED;
	if (rc == ERR_OK)
		rc = read_member(cx, r, id);
	return rc == ERR_OK ? settle(cx, r) : rc;
}

static enum err
decide(struct ctx *cx, struct db *db, void *arg)
{
	struct run *r = arg;
	const char *asked;
	struct look look;
	enum err rc = steps_lock_and_look(cx, r->ob, r->wish->tenant_id, &look);

	(void)db; /* it is ob's */
	r->outcome = ONBOARDING_FOUND;
	if (rc == ERR_OK)
		rc = steps_check_asked(cx, &look, r->wish->tenant_id);
	if (rc != ERR_OK)
		return rc;
	if (look.standing == STANDING_OWNER || !look.has_tenant)
		return look.owned_number != NULL ? associate(cx, r, &look)
						 : create(cx, r, &look);
	asked = look.standing == STANDING_MEMBER ? look.asked_id : NULL;
	rc = read_member(cx, r, asked);
	if (rc != ERR_OK)
		return rc;
	if (asked == NULL && look.owned_active && !tenant_is_usable(r->tenant->status))
		return associate(cx, r, &look);
	return settle(cx, r);
}

/* Whether the tenant that was found is an answer as it stands. */
static bool
answers(const struct run *r)
{
	const char *asked = r->wish->tenant_id;

	if (!tenant_is_usable(r->tenant->status))
		return false;
	return (asked == NULL || strcmp(asked, r->tenant->number) == 0) &&
	    !changes_plan(r, r->tenant);
}

/* Without a lock. A tenant that the token speaks of may be the user's in another way
 * than by a membership. */
static enum err
look_first(struct ctx *cx, struct run *r, bool *found)
{
	const struct onboarding *ob = r->ob;
	const char *asked = r->wish->tenant_id;
	const struct tenant_seeker seeker = {
	    ob->who.user_id, asked != NULL ? asked : ob->who.tenant_id, false};
	enum err rc = tenant_find_of_member(cx, ob->db, &seeker, r->tenant, found);

	if (rc != ERR_OK || !*found || seeker.preferred == NULL ||
	    strcmp(seeker.preferred, r->tenant->id) == 0 ||
	    strcmp(seeker.preferred, r->tenant->number) == 0)
		return rc;
	return tenant_find_of_user(cx, ob->db, &seeker, r->tenant, found);
}

enum err
onboarding_get_or_create(struct ctx *cx, const struct onboarding *ob,
    const struct onboarding_wish *wish, struct tenant *tenant,
    enum onboarding_outcome *outcome)
{
	struct run r = {ob, wish, tenant, ONBOARDING_FOUND};
	bool found;
	enum err rc = look_first(cx, &r, &found);

	*outcome = ONBOARDING_FOUND;
	if (rc != ERR_OK || (found && answers(&r)))
		return rc;
	rc = steps_transaction(cx, ob->db, DB_MANAGEMENT, decide, &r);
	*outcome = r.outcome;
	return rc;
}

/* plan.c - see plan.h. */
#include "creation/plan.h"

#include <string.h>

#include "base/email.h"
#include "base/str.h"
#include "creation/steps.h"
#include "mail/outbox.h"
#include "tenant/features.h"
#include "tenant/slug.h"
#include "webhook/webhook.h"

enum { PLAN_MAX = 64 * 1024 };

/* -- reading a request -- */

/* One of the words, or what is usual; a fault where it is another. */
static const char *
word(struct ctx *cx, const struct json *body, const char *member,
    const char *const *words)
{
	const char *said = json_get_text(body, member);

	if (said == NULL)
		return words[0];
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], said) == 0)
			return words[i];
	ctx_fault(cx, arena_printf(cx->mem, "/%s", member), "enum",
	    "\"%.40s\" is none of the words that are known", said);
	return words[0];
}

/* Faults are what counts: everything that is wrong is told at once. */
static enum err
go_on(struct ctx *cx, enum err rc)
{
	if (rc != ERR_INVALID)
		return rc;
	err_clear(&cx->err);
	return ERR_OK;
}

static void
check_admin_email(struct ctx *cx, const char *address)
{
	if (address != NULL &&
	    outbox_check_address(cx, "/adminEmail", address) != ERR_OK)
		err_clear(&cx->err); /* the fault is what counts */
}

/* What is wrong by itself. */
static enum err
read_wishes(struct ctx *cx, const struct json *body, struct creation_plan *plan)
{
	enum err rc =
	    go_on(cx, tenant_title_take(cx, plan->name, "/name", &plan->name));

	if (rc == ERR_OK && plan->slug != NULL)
		rc = go_on(cx, tenant_slug_check(cx, plan->slug, "/slug"));
	if (rc == ERR_OK)
		rc = go_on(cx,
		    tenant_features_read(
			cx, json_get(body, "features"), "/features", &plan->features));
	return rc == ERR_OK
	    ? go_on(cx,
		  tenant_policy_read(cx, json_get(body, "securityPolicy"),
		      "/securityPolicy", plan->features, &plan->policy))
	    : rc;
}

/* What is usual stands first. */
static void
isolations(const struct conf *conf, const char *out[static 4])
{
	static const char *const all[] = {"shared", "schema", "database"};
	int n = 0;

	out[n++] = conf->tenant_isolation;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (strcmp(all[i], conf->tenant_isolation) != 0)
			out[n++] = all[i];
	out[n] = NULL;
}

enum err
creation_plan_read(struct ctx *cx, const struct conf *conf, const struct json *body,
    struct creation_plan *plan)
{
	static const char *const plans[] = {"free", "professional", "enterprise", NULL},
				 *const cycles[] = {"monthly", "annual", NULL},
				 *const failures[] = {
				     "rollback", "hold", "retry", NULL};
	const char *isolated[4];
	enum err rc;

	isolations(conf, isolated);
	*plan = (struct creation_plan){
	    .name = json_get_text(body, "name"),
	    .slug = json_get_text(body, "slug"),
	    .isolation = word(cx, body, "isolation", isolated),
	    .server = json_get_text(json_get(body, "placement"), "server"),
	    .plan = word(cx, body, "planId", plans),
	    .billing_cycle = word(cx, body, "billingCycle", cycles),
	    .admin_email = json_get_text(body, "adminEmail"),
	    .on_failure = word(cx, body, "onFailure", failures),
	    .webhook_url = json_get_text(json_get(body, "webhook"), "url"),
	    .webhook_events = json_get(json_get(body, "webhook"), "events"),
	};
	webhook_check_wish(
	    cx, conf->webhook_allow, json_get(body, "webhook"), "/webhook");
	check_admin_email(cx, plan->admin_email);
	if (plan->server != NULL && strcmp(plan->isolation, "shared") == 0)
		ctx_fault(cx, "/placement", "isolation",
		    "is for the isolations \"schema\" and \"database\"");
	rc = read_wishes(cx, body, plan);
	if (rc == ERR_OK && cx->fault_count > 0)
		rc = err_tell(&cx->err, ERR_INVALID, "the tenant cannot be made so");
	return rc == ERR_OK ? storage_check_plan(cx, conf, plan) : rc;
}

enum err
creation_plan_name(struct ctx *cx, struct db *db, struct creation_plan *plan)
{
	return tenant_slug_choose(cx, db, plan->slug, plan->name, &plan->slug);
}

/* -- as it is kept -- */

void
creation_plan_put(struct json_out *o, const struct creation_plan *plan)
{
	json_member_text(o, "name", plan->name);
	json_member_text(o, "slug", plan->slug);
	json_member_text(o, "isolation", plan->isolation);
	json_member_text(o, "server", plan->server);
	json_member_text(o, "planId", plan->plan);
	json_member_text(o, "billingCycle", plan->billing_cycle);
	json_member_text(o, "adminEmail", plan->admin_email);
	json_member_text(o, "onFailure", plan->on_failure);
	json_member_text(o, "webhookUrl", plan->webhook_url);
	json_name(o, "webhookEvents");
	json_put(o, plan->webhook_events);
	json_name(o, "features");
	json_put(o, plan->features);
	json_name(o, "securityPolicy");
	json_put(o, plan->policy);
}

const char *
creation_plan_text(
    struct ctx *cx, const struct creation_plan *plan, const char *creator_email)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, PLAN_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	creation_plan_put(&o, plan);
	json_member_text(&o, "creatorEmail", creator_email);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
creation_plan_parse(struct ctx *cx, const char *text, struct creation_plan *plan,
    const char **creator_email)
{
	const struct json *kept;
	enum err rc = json_parse(cx, text, strlen(text), 0, &kept);

	if (rc != ERR_OK)
		return rc;
	*plan = (struct creation_plan){
	    .name = json_get_text(kept, "name"),
	    .slug = json_get_text(kept, "slug"),
	    .isolation = json_get_text(kept, "isolation"),
	    .server = json_get_text(kept, "server"),
	    .plan = json_get_text(kept, "planId"),
	    .billing_cycle = json_get_text(kept, "billingCycle"),
	    .admin_email = json_get_text(kept, "adminEmail"),
	    .on_failure = json_get_text(kept, "onFailure"),
	    .webhook_url = json_get_text(kept, "webhookUrl"),
	    .webhook_events = json_get(kept, "webhookEvents"),
	    .features = json_get(kept, "features"),
	    .policy = json_get(kept, "securityPolicy"),
	};
	*creator_email = json_get_text(kept, "creatorEmail");
	return ERR_OK;
}

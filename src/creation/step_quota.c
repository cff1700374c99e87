/* step_quota.c - quotas, usage and what watches them, of a new tenant. */
#include "creation/steps.h"
#include "notify/rule.h"
#include "quota/usage.h"

/* -- quotas -- */

/* The limits are the plan's until somebody gives the tenant its own, which are rows;
 * what is counted of levels begins here. */
enum err
quotas_record(struct ctx *cx, struct making *m)
{
	return usage_begin(cx, m->means->db, m->tenant_id);
}

enum err
quotas_undo(struct ctx *cx, struct making *m)
{
	return usage_forget(cx, m->means->db, m->tenant_id);
}

/* -- monitoring -- */

/* Without addresses: managers are notified, webhooks hear of it. */
static const struct rule_draft first_rules[] = {
    {.name = "A limit is near",
	.condition = "quota_threshold",
	.emails = "[]",
	.threshold = 1,
	.window_minutes = 60,
	.webhook = true,
	.enabled = true},
    {.name = "Something keeps failing",
	.condition = "repeated_failures",
	.emails = "[]",
	.threshold = 3,
	.window_minutes = 60,
	.webhook = true,
	.enabled = true},
    {.name = "A webhook was turned off",
	.condition = "webhook_disabled",
	.emails = "[]",
	.threshold = 1,
	.window_minutes = 60,
	.webhook = true,
	.enabled = true},
};

enum err
monitoring_record(struct ctx *cx, struct making *m)
{
	const struct rule_site site = {
	    .tenant_id = m->tenant_id, .address = m->address, .audit = m->means->audit};
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < COUNT_OF(first_rules); i++) {
		struct rule made;

		rc = rule_create(cx, m->means->db, &site, &first_rules[i], &made);
	}
	return rc;
}

enum err
monitoring_undo(struct ctx *cx, struct making *m)
{
	return db_queue(cx, m->means->db, STMT_alert_rule_clear, DB_ARGS(m->tenant_id));
}

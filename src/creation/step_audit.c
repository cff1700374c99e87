/* step_audit.c - who made the tenant, and how it was configured. */
#include "creation/steps.h"
#include "policy/rules.h"

enum { DETAILS_MAX = 32 * 1024 };

/* Rules stand as values: a member of such a name would be taken for a secret. */
static void
put_policy(struct ctx *cx, struct json_out *o, const struct json *said)
{
	struct policy policy = policy_default();

	json_open_array(o);
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++) {
		const struct policy_rule *rule = &policy_rules[i];
		const struct json *own =
		    json_get(json_get(said, rule->group), rule->name);

		if (own != NULL)
			policy_rule_read(cx, rule, own, &policy);
		json_open_object(o);
		json_member_text(
		    o, "rule", arena_printf(cx->mem, "%s.%s", rule->group, rule->name));
		json_name(o, "value");
		policy_rule_put(o, rule, &policy);
		json_close_object(o);
	}
	json_close_array(o);
}

enum err
audit_record(struct ctx *cx, struct making *m)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", m->tenant_id);
	json_member_text(&o, "createdBy", m->creator);
	json_member_text(&o, "operationId", m->operation_id);
	json_member_text(&o, "isolation", m->plan.isolation);
	json_name(&o, "configuration");
	json_open_object(&o);
	json_name(&o, "features");
	json_put(&o, m->plan.features);
	json_name(&o, "security");
	put_policy(cx, &o, m->plan.policy);
	json_close_object(&o);
	json_close_object(&o);
	return audit_append(cx, m->means->audit, m->means->db,
	    &(struct audit_entry){.event = "TENANT_CREATED",
		.severity = AUDIT_HIGH,
		.actor = m->creator,
		.tenant_id = m->tenant_id,
		.address = m->address,
		.details = buf_text(&b)});
}

/* security_policy.c - see security_policy.h. */
#include "tenant/security_policy.h"

#include <string.h>

#include "base/str.h"
#include "events/event.h"

enum { TEXT_MAX = 32 * 1024 };

/* Whoever is outside already locks themselves out no further. */
static enum err
check_address(struct ctx *cx, const struct security_policy_site *site,
    const struct policy_own *before, const struct policy_own *after)
{
	if (site->force || policy_admits(&after->policy, site->address) ||
	    strcmp(before->policy.allow, after->policy.allow) == 0)
		return ERR_OK;
	return err_tell(&cx->err, ERR_CONFLICT,
	    "network.allow would lock you out: it does not have your own address, %s. "
	    "Add it, or say ?force=true",
	    site->address);
}

/* -- changes -- */

static enum err
changed_meanwhile(struct ctx *cx)
{
	return err_tell(&cx->err, ERR_PRECONDITION,
	    "the security policy was changed at the same time");
}

/* What differs. Rules stand as values here: a member of such a name would be taken for
 * a secret. */
static const char *
details_of(struct ctx *cx, const struct security_policy_site *site,
    const struct policy_own *before, const struct policy_own *after)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_name(&o, "changes");
	json_open_array(&o);
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++) {
		const struct policy_rule *rule = &policy_rules[i];

		if (policy_rule_equal(rule, &before->policy, &after->policy))
			continue;
		json_open_object(&o);
		json_member_text(&o, "rule",
		    arena_printf(cx->mem, "%s.%s", rule->group, rule->name));
		json_name(&o, "before");
		policy_rule_put(&o, rule, &before->policy);
		json_name(&o, "after");
		policy_rule_put(&o, rule, &after->policy);
		json_close_object(&o);
	}
	json_close_array(&o);
	json_member_i64(&o, "version", after->version);
	json_member_bool(&o, "forced", site->force);
	json_close_object(&o);
	return buf_text(&b);
}

static const char *
payload_of(struct ctx *cx, const struct security_policy_site *site,
    const struct policy_own *own)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", site->tenant_id);
	policy_put_members(&o, &own->policy, NULL);
	json_member_i64(&o, "version", own->version);
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
tell(struct ctx *cx, struct db *db, const struct security_policy_site *site,
    const struct policy_own *before, const struct policy_own *after)
{
	enum err rc = event_append(cx, db,
	    &(struct event){.kind = EVENT_SECURITY_POLICY_UPDATED,
		.tenant_id = site->tenant_id,
		.payload = payload_of(cx, site, after)});

	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = "SECURITY_POLICY_CHANGED",
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = site->tenant_id,
		.address = site->address,
		.details = details_of(cx, site, before, after)});
}

enum err
security_policy_replace(struct ctx *cx, struct db *db,
    const struct security_policy_site *site, const struct policy_own *before,
    struct policy_own *after)
{
	const char *said = policy_own_text(cx, after);
	char version[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = policy_own_check(cx, after);

	if (rc == ERR_OK)
		rc = check_address(cx, site, before, after);
	if (rc != ERR_OK || strcmp(said, policy_own_text(cx, before)) == 0)
		return rc;
	rc = db_query(cx, db, STMT_policy_put,
	    DB_ARGS(site->tenant_id, said, cx->actor,
		str_from_i64(version, before->version)),
	    &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = changed_meanwhile(cx);
	if (rc != ERR_OK)
		return rc;
	after->version = db_i64(rows, 0, 0);
	after->updated_at = db_text(rows, 0, 1);
	after->updated_by = db_text(rows, 0, 2);
	return tell(cx, db, site, before, after);
}

enum err
security_policy_drop(struct ctx *cx, struct db *db,
    const struct security_policy_site *site, const struct policy_own *before)
{
	const struct policy_own after = {.policy = policy_default()};
	char version[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	if (before->version == 0)
		return ERR_OK;
	rc = db_query(cx, db, STMT_policy_remove,
	    DB_ARGS(site->tenant_id, str_from_i64(version, before->version)), &rows);
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = changed_meanwhile(cx);
	return rc == ERR_OK ? tell(cx, db, site, before, &after) : rc;
}

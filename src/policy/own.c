/* own.c - see own.h. */
#include "policy/own.h"

#include <string.h>

#include "base/str.h"
#include "events/event.h"

enum { TEXT_MAX = 32 * 1024 };

/* -- reading -- */

static enum err
read_features(struct ctx *cx, const char *text, struct policy_own *out)
{
	const struct json *features;
	enum err rc = json_parse(cx, text, strlen(text), JSON_DEPTH_DEFAULT, &features);

	if (rc == ERR_OK)
		out->methods = json_get(features, "auth");
	return rc;
}

static enum err
read_row(struct ctx *cx, const struct db_rows *rows, struct policy_own *out)
{
	const char *text;
	const struct json *stored;
	enum err rc;

	*out = (struct policy_own){.policy = policy_default()};
	if (db_row_count(rows) == 0)
		return err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	rc = read_features(cx, db_text(rows, 0, 0), out);
	text = db_text(rows, 0, 1);
	if (rc != ERR_OK || text == NULL)
		return rc;
	rc = json_parse(cx, text, strlen(text), JSON_DEPTH_DEFAULT, &stored);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++) {
		const struct policy_rule *rule = &policy_rules[i];
		const struct json *value =
		    json_get(json_get(stored, rule->group), rule->name);

		out->said[i] = value != NULL;
		if (value != NULL)
			policy_rule_read(cx, rule, value, &out->policy);
	}
	out->version = db_i64(rows, 0, 2);
	out->updated_at = db_text(rows, 0, 3);
	out->updated_by = db_text(rows, 0, 4);
	return ERR_OK;
}

enum err
policy_own_read(
    struct ctx *cx, struct db *db, const char *tenant_id, struct policy_own *out)
{
	struct db_rows *rows;
	enum err rc =
	    db_read(cx, db, tenant_id, DB_CALL(STMT_policy_show, tenant_id), &rows);

	return rc == ERR_OK ? read_row(cx, rows, out) : rc;
}

enum err
policy_own_find(
    struct ctx *cx, struct db *db, const char *tenant_id, struct policy_own *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, db, STMT_policy_show, DB_ARGS(tenant_id), &rows);

	return rc == ERR_OK ? read_row(cx, rows, out) : rc;
}

/* -- what a request asks for -- */

void
policy_own_clear(struct policy_own *own)
{
	own->policy = policy_default();
	memset(own->said, 0, sizeof(own->said));
}

/* What one notation says of a rule. */
struct told {
	bool there;
	const struct json *value; /* NULL: back to what is usual */
	const char *pointer;
};

static struct told
look_up(struct ctx *cx, const struct json *asked, const char *group, const char *name)
{
	const struct json *members;

	if (group == NULL)
		return (struct told){0};
	if (group[0] == '\0')
		return (struct told){json_has(asked, name), json_get(asked, name),
		    arena_printf(cx->mem, "/%s", name)};
	members = json_get(asked, group);
	return (struct told){
	    json_has(asked, group) && (members == NULL || json_has(members, name)),
	    json_get(members, name), arena_printf(cx->mem, "/%s/%s", group, name)};
}

static const char *
words_of(struct ctx *cx, const struct json *value)
{
	return value != NULL ? json_print(cx->mem, value) : "null";
}

static void
take_rule(struct ctx *cx, size_t i, const struct told *told, const char *pointer,
    struct policy_own *own)
{
	const struct policy_rule *rule = &policy_rules[i];
	const struct policy usual = policy_default();
	const char *at = arena_printf(cx->mem, "%s%s", pointer, told->pointer);

	if (told->value == NULL) {
		policy_rule_copy(rule, &usual, &own->policy);
		own->said[i] = false;
	} else if (policy_rule_take(cx, rule, told->value, at, &own->policy)) {
		own->said[i] = true;
	}
}

enum err
policy_own_take(struct ctx *cx, const struct json *asked, const char *pointer,
    struct policy_own *own)
{
	const unsigned before = cx->fault_count;

	for (size_t i = 0; i < POLICY_RULE_COUNT; i++) {
		const struct policy_rule *r = &policy_rules[i];
		const struct told a = look_up(cx, asked, r->group, r->name),
				  b = look_up(cx, asked, r->other, r->name);

		if (a.there && b.there && !json_equal(a.value, b.value))
			ctx_fault(cx, arena_printf(cx->mem, "%s%s", pointer, b.pointer),
			    "notation", "says %s, where %s%s says %s",
			    words_of(cx, b.value), pointer, a.pointer,
			    words_of(cx, a.value));
		else if (a.there || b.there)
			take_rule(cx, i, a.there ? &a : &b, pointer, own);
	}
	return cx->fault_count == before
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID, "the security policy cannot be taken so");
}

/* -- what a policy has to go with -- */

static bool
has_second_factor(const struct json *methods)
{
	for (size_t i = 0; i < json_count(methods); i++) {
		const char *method = json_text(json_item(methods, i));

		if (method != NULL &&
		    (strcmp(method, "2fa") == 0 || strcmp(method, "passkey") == 0))
			return true;
	}
	return false;
}

static enum err
check_features(struct ctx *cx, const struct policy_own *own)
{
	if (own->methods == NULL || !own->policy.mfa_required ||
	    has_second_factor(own->methods))
		return ERR_OK;
	ctx_fault(cx, "/session/requireMFA", "features",
	    "needs \"2fa\" or \"passkey\" in the tenant's features.auth, which has %s",
	    words_of(cx, own->methods));
	return err_tell(&cx->err, ERR_INVALID,
	    "the security policy does not go with the tenant's features");
}

/* Whoever is outside already locks themselves out no further. */
static enum err
check_address(struct ctx *cx, const struct policy_site *site,
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
details_of(struct ctx *cx, const struct policy_site *site,
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
payload_of(struct ctx *cx, const struct policy_site *site, const struct policy_own *own)
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
tell(struct ctx *cx, struct db *db, const struct policy_site *site,
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

/* What the tenant says, as it is stored. */
static const char *
said_by(struct ctx *cx, const struct policy_own *own)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	policy_put_members(&o, &own->policy, own->said);
	json_close_object(&o);
	return buf_text(&b);
}

enum err
policy_own_put(struct ctx *cx, struct db *db, const struct policy_site *site,
    const struct policy_own *before, struct policy_own *after)
{
	const char *said = said_by(cx, after);
	char version[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc = check_features(cx, after);

	if (rc == ERR_OK)
		rc = check_address(cx, site, before, after);
	if (rc != ERR_OK || strcmp(said, said_by(cx, before)) == 0)
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
policy_own_remove(struct ctx *cx, struct db *db, const struct policy_site *site,
    const struct policy_own *before)
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

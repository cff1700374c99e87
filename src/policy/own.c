/* own.c - see own.h. */
#include "policy/own.h"

#include <string.h>

#include "base/str.h"

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

	own->at[i] = at;
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
has_method(const struct json *methods, const char *name)
{
	for (size_t i = 0; i < json_count(methods); i++) {
		const char *method = json_text(json_item(methods, i));

		if (method != NULL && strcmp(method, name) == 0)
			return true;
	}
	return false;
}

static void
check_second_factor(struct ctx *cx, const struct policy_own *own)
{
	const char *at = NULL;

	if (!own->policy.mfa_required || has_method(own->methods, "2fa") ||
	    has_method(own->methods, "passkey"))
		return;
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++)
		if (policy_rules[i].offset == offsetof(struct policy, mfa_required))
			at = own->at[i];
	ctx_fault(cx, at != NULL ? at : "/session/requireMFA", "features",
	    "needs \"2fa\" or \"passkey\" in the tenant's features.auth, which has %s",
	    words_of(cx, own->methods));
}

static void
check_passwords(struct ctx *cx, const struct policy_own *own)
{
	if (has_method(own->methods, "password"))
		return;
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++)
		if (own->said[i] && own->at[i] != NULL &&
		    strcmp(policy_rules[i].group, "password") == 0)
			ctx_fault(cx, own->at[i], "features",
			    "is a rule of passwords, which the tenant's features.auth, "
			    "%s, do not have",
			    words_of(cx, own->methods));
}

enum err
policy_own_check(struct ctx *cx, const struct policy_own *own)
{
	const unsigned before = cx->fault_count;

	if (own->methods == NULL)
		return ERR_OK;
	check_second_factor(cx, own);
	check_passwords(cx, own);
	return cx->fault_count == before
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID,
		  "the security policy does not go with the tenant's features");
}

const char *
policy_own_text(struct ctx *cx, const struct policy_own *own)
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

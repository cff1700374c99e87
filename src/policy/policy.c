/* policy.c - see policy.h. */
#include "policy/policy.h"

#include <string.h>

#include "base/address.h"
#include "policy/rules.h"

struct policy
policy_default(void)
{
	return (struct policy){
	    .sessions_most = 3,
	    .session_timeout_s = 3600,
	    .session_extends = true,
	    .password_least = 12,
	    .upper_case = true,
	    .numbers = true,
	    .special = true,
	    .password_reuse = 3,
	    .password_days = 90,
	    .allow = "",
	};
}

/* -- what a tenant says instead -- */

static void
read_policy(struct ctx *cx, const struct json *said, struct policy *p)
{
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++) {
		const struct policy_rule *rule = &policy_rules[i];
		const struct json *value =
		    json_get(json_get(said, rule->group), rule->name);

		if (value != NULL)
			policy_rule_read(cx, rule, value, p);
	}
}

enum err
policy_read(struct ctx *cx, const char *text, struct policy *out)
{
	const struct json *said;
	enum err rc;

	*out = policy_default();
	if (text == NULL)
		return ERR_OK;
	rc = json_parse(cx, text, strlen(text), JSON_DEPTH_DEFAULT, &said);
	if (rc == ERR_OK)
		read_policy(cx, said, out);
	return rc;
}

static enum err
take_row(struct ctx *cx, const struct db_rows *rows, struct policy *out)
{
	return policy_read(
	    cx, db_row_count(rows) > 0 ? db_text(rows, 0, 0) : NULL, out);
}

enum err
policy_query(struct ctx *cx, struct db *db, const char *tenant_id, struct policy *out)
{
	struct db_rows *rows;
	enum err rc;

	*out = policy_default();
	if (tenant_id == NULL)
		return ERR_OK;
	rc = db_query(cx, db, STMT_policy_find, DB_ARGS(tenant_id), &rows);
	return rc == ERR_OK ? take_row(cx, rows, out) : rc;
}

enum err
policy_find(struct ctx *cx, struct db *db, const char *tenant_id, struct policy *out)
{
	struct db_rows *rows;
	enum err rc;

	*out = policy_default();
	if (tenant_id == NULL)
		return ERR_OK;
	rc = db_read(cx, db, tenant_id, DB_CALL(STMT_policy_find, tenant_id), &rows);
	return rc == ERR_OK ? take_row(cx, rows, out) : rc;
}

/* -- what it says of a password -- */

/* Beyond ASCII every character counts as special: no list of letters is asked. */
static void
look_at(struct slice text, bool *upper, bool *digit, bool *special)
{
	for (size_t i = 0; i < text.n; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if (c >= 'A' && c <= 'Z')
			*upper = true;
		else if (c >= '0' && c <= '9')
			*digit = true;
		else if (c < 'a' || c > 'z')
			*special = true;
	}
}

enum err
policy_check_password(
    struct ctx *cx, const struct policy *p, const char *pointer, struct slice password)
{
	bool upper = false, digit = false, special = false;
	const unsigned before = cx->fault_count;

	if (!utf8_valid(password.p, password.n, true))
		ctx_fault(cx, pointer, "encoding", "is not text in UTF-8");
	else if (utf8_length(password.p, password.n) < (size_t)p->password_least)
		ctx_fault(cx, pointer, "minLength", "has less than %d characters",
		    p->password_least);
	look_at(password, &upper, &digit, &special);
	if (p->upper_case && !upper)
		ctx_fault(cx, pointer, "requireUppercase", "has no upper-case letter");
	if (p->numbers && !digit)
		ctx_fault(cx, pointer, "requireNumbers", "has no digit");
	if (p->special && !special)
		ctx_fault(cx, pointer, "requireSpecialChars",
		    "has nothing but letters and digits");
	return cx->fault_count == before
	    ? ERR_OK
	    : err_tell(&cx->err, ERR_INVALID,
		  "the password does not meet the security policy");
}

bool
policy_admits(const struct policy *p, const char *address)
{
	return p->allow[0] == '\0' || address_text_in_list(address, p->allow);
}

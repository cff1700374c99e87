#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/name.h"
#include "base/str.h"
#include "tenant/features.h"
#include "tenant/slug.h"

static const struct json *
parsed(struct ctx *cx, const char *text)
{
	const struct json *v;

	assert_int_equal(json_parse(cx, text, strlen(text), 0, &v), ERR_OK);
	return v;
}

static bool
has_fault(const struct ctx *cx, const char *pointer, const char *keyword)
{
	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		if (strcmp(f->keyword, keyword) == 0 &&
		    strcmp(f->pointer, pointer) == 0)
			return true;
	return false;
}

/* -- slugs -- */

static void
check_made(struct ctx *cx, const char *name, const char *want)
{
	const char *made = tenant_slug_made(cx, name);
	const size_t n = strlen(want);

	print_message("# %s\n", name);
	if (want[n - 1] == '*') {
		assert_memory_equal(made, want, n - 1);
		assert_int_equal(strlen(made), n - 1 + 10);
	} else {
		assert_string_equal(made, want);
	}
	assert_string_equal(made, tenant_slug_made(cx, name));
	if (strcmp(made, "admin") != 0)
		assert_int_equal(tenant_slug_check(cx, made, "/slug"), ERR_OK);
}

static void
names_of_many_scripts_become_slugs_that_keep_the_rules(void **state)
{
	struct ctx *cx = *state;
	const char *top = getenv("srcdir");
	FILE *f = fopen(arena_printf(cx->mem, "%s/tests/unit/slug_names.txt",
			    top != NULL ? top : "."),
	    "r");
	char line[512];
	int cases = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		size_t n = strcspn(line, "\t");

		if (line[0] == '#' || line[n] != '\t')
			continue;
		line[n] = '\0';
		line[n + 1 + strcspn(line + n + 1, "\n")] = '\0';
		check_made(cx, line, line + n + 1);
		cases++;
	}
	(void)fclose(f);
	assert_true(cases > 50);
}

static void
the_same_name_in_another_form_has_the_same_slug(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(
	    tenant_slug_made(cx, "Cafe\xcc\x81"), tenant_slug_made(cx, "CAF\xc3\x89"));
	assert_string_equal(tenant_slug_made(cx, "\xe6\x9d\xb1\xe4\xba\xac"),
	    tenant_slug_made(cx, "\xe6\x9d\xb1\xe4\xba\xac"));
	assert_string_not_equal(tenant_slug_made(cx, "\xe6\x9d\xb1\xe4\xba\xac"),
	    tenant_slug_made(cx, "\xe4\xba\xac\xe6\x9d\xb1"));
}

static void
each_rule_of_a_slug_is_named(void **state)
{
	static const struct {
		const char *slug, *keyword;
	} cases[] = {
	    {"", "minLength"},
	    {"ab", "minLength"},
	    {"a2345678901234567890123456789012345678901234567890123456789012345",
		"maxLength"},
	    {"Abc", "pattern"},
	    {"a_b", "pattern"},
	    {"a.b", "pattern"},
	    {"a b", "pattern"},
	    {"\xc3\xa4\xc3\xb6", "pattern"},
	    {"-ab", "pattern"},
	    {"ab-", "pattern"},
	    {"a--b", "pattern"},
	    {"xn--abc", "pattern"},
	    {"admin", "not"},
	    {"api", "not"},
	    {"www", "not"},
	    {"login", "not"},
	    {"unset", "not"},
	    {"74738ff5-5367-5958-9aee-98fffdcd1876", "not"},
	    {"74738ff5536759589aee98fffdcd1876", "not"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		ctx_clear(cx);
		print_message("# %s\n", cases[i].slug);
		assert_int_equal(
		    tenant_slug_check(cx, cases[i].slug, "/slug"), ERR_INVALID);
		assert_true(has_fault(cx, "/slug", cases[i].keyword));
	}
	ctx_clear(cx);
	assert_int_equal(tenant_slug_check(cx, "-A--b-", "/slug"), ERR_INVALID);
	assert_int_equal(cx->fault_count, 3);
	ctx_clear(cx);
	assert_int_equal(tenant_slug_check(cx, "abc", "/slug"), ERR_OK);
	assert_int_equal(tenant_slug_check(cx,
			     "a23456789012345678901234567890123456789012345678901234"
			     "567890123",
			     "/slug"),
	    ERR_OK);
	assert_int_equal(tenant_slug_check(cx, "admin-2", "/slug"), ERR_OK);
	assert_int_equal(cx->fault_count, 0);
}

static enum err
title(struct ctx *cx, const char *name, const char **out)
{
	ctx_clear(cx);
	return tenant_title_take(cx, name, "/name", out);
}

static void
a_name_is_trimmed_and_one_that_shows_nothing_is_none(void **state)
{
	struct ctx *cx = *state;
	const char *out;
	char text[1025];

	assert_int_equal(title(cx,
			     " \xc2\xa0"
			     "A b\xe3\x80\x80\t",
			     &out),
	    ERR_INVALID);
	assert_true(has_fault(cx, "/name", "pattern")); /* a tab is a control */
	assert_int_equal(title(cx,
			     " \xc2\xa0"
			     "A b\xe3\x80\x80",
			     &out),
	    ERR_OK);
	assert_string_equal(out, "A b");
	assert_int_equal(title(cx, "", &out), ERR_INVALID);
	assert_int_equal(title(cx, NULL, &out), ERR_INVALID);
	assert_int_equal(title(cx, "\xe2\x80\x8b \xe2\x80\x8e", &out), ERR_INVALID);
	assert_int_equal(title(cx, "a\x7f", &out), ERR_INVALID);
	assert_int_equal(title(cx, "a\xc2\x85", &out), ERR_INVALID); /* of C1 */
	assert_int_equal(title(cx,
			     "a\xe2\x80\xa8"
			     "b",
			     &out),
	    ERR_INVALID);
	assert_int_equal(title(cx, "a\xff", &out), ERR_INVALID);
	assert_true(has_fault(cx, "/name", "encoding"));
	for (int i = 0; i < 256; i++)
		memcpy(text + 2 * i, "\xc3\xa4", 3);
	assert_int_equal(title(cx, text, &out), ERR_INVALID);
	assert_true(has_fault(cx, "/name", "maxLength"));
	text[510] = '\0';
	assert_int_equal(title(cx, text, &out), ERR_OK);
}

/* -- features -- */

static const char *
features(struct ctx *cx, const char *asked)
{
	const struct json *out;
	enum err rc;

	ctx_clear(cx);
	rc = tenant_features_read(
	    cx, asked != NULL ? parsed(cx, asked) : NULL, "/features", &out);
	return rc == ERR_OK ? json_print(cx->mem, out) : err_symbol(rc);
}

static void
what_is_not_asked_for_is_as_usual(void **state)
{
	static const char usual[] =
	    "{\"auth\":[\"password\"],\"storage\":[],\"email\":[\"templates\"]}";
	struct ctx *cx = *state;

	assert_string_equal(features(cx, NULL), usual);
	assert_string_equal(features(cx, "{}"), usual);
	assert_string_equal(features(cx, "{\"auth\":null}"), usual);
	assert_string_equal(
	    features(cx, "{\"auth\":[\"passkey\",\"2fa\",\"password\"],\"email\":[]}"),
	    "{\"auth\":[\"password\",\"2fa\",\"passkey\"],\"storage\":[],\"email\":[]"
	    "}");
	assert_string_equal(features(cx, "{\"storage\":[\"local\",\"s3\"]}"),
	    "{\"auth\":[\"password\"],\"storage\":[\"s3\",\"local\"],\"email\":["
	    "\"templates\"]}");
}

static void
whatever_is_wrong_is_named_at_once(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(features(cx,
				"{\"auth\":[\"password\",\"sms\",\"password\",7],"
				"\"storage\":\"s3\",\"so/cial\":[]}"),
	    "INVALID");
	assert_true(has_fault(cx, "/features/auth/1", "enum"));
	assert_true(has_fault(cx, "/features/auth/2", "uniqueItems"));
	assert_true(has_fault(cx, "/features/auth/3", "type"));
	assert_true(has_fault(cx, "/features/storage", "type"));
	assert_true(has_fault(cx, "/features/so~1cial", "additionalProperties"));
	assert_int_equal(cx->fault_count, 5);
	assert_string_equal(features(cx, "[]"), "INVALID");
	assert_true(has_fault(cx, "/features", "type"));
}

static void
somebody_must_be_able_to_sign_in(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(features(cx, "{\"auth\":[]}"), "INVALID");
	assert_true(has_fault(cx, "/features/auth", "features"));
	assert_string_equal(features(cx, "{\"auth\":[\"2fa\"]}"), "INVALID");
	assert_string_equal(features(cx, "{\"auth\":[\"2fa\",\"sso\"]}"), "INVALID");
	assert_true(has_fault(cx, "/features/auth", "features"));
	assert_string_not_equal(
	    features(cx, "{\"auth\":[\"2fa\",\"magic_link\"]}"), "INVALID");
	assert_string_not_equal(features(cx, "{\"auth\":[\"sso\"]}"), "INVALID");
}

static void
a_group_that_is_not_named_stays(void **state)
{
	struct ctx *cx = *state;
	const struct json *out;

	assert_int_equal(
	    tenant_features_change(cx, parsed(cx, "{\"auth\":[\"sso\"],\"email\":[]}"),
		parsed(cx, "{\"storage\":[\"s3\"]}"), &out),
	    ERR_OK);
	assert_string_equal(json_print(cx->mem, out),
	    "{\"auth\":[\"sso\"],\"storage\":[\"s3\"],\"email\":[]}");
	assert_int_equal(
	    tenant_features_change(cx, parsed(cx, "{}"), parsed(cx, "{}"), &out),
	    ERR_OK);
	assert_string_equal(json_print(cx->mem, out),
	    "{\"auth\":[\"password\"],\"storage\":[],\"email\":[\"templates\"]}");
}

/* -- a policy beside them -- */

static const char *
policy(struct ctx *cx, const char *asked, const char *auth)
{
	const struct json *out;
	enum err rc;

	ctx_clear(cx);
	rc = tenant_policy_read(cx, asked != NULL ? parsed(cx, asked) : NULL,
	    "/securityPolicy", parsed(cx, arena_printf(cx->mem, "{\"auth\":%s}", auth)),
	    &out);
	if (rc != ERR_OK)
		return err_symbol(rc);
	return out != NULL ? json_print(cx->mem, out) : "NULL";
}

static void
both_notations_are_stored_as_one(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(policy(cx, NULL, "[\"password\"]"), "NULL");
	assert_string_equal(policy(cx,
				"{\"passwordPolicy\":{\"minLength\":14},"
				"\"sessionTimeout\":600}",
				"[\"password\"]"),
	    "{\"session\":{\"sessionTimeout\":600},\"password\":{\"minLength\":14}}");
}

static void
every_clash_of_policy_and_features_is_named(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(policy(cx,
				"{\"session\":{\"requireMFA\":true},"
				"\"passwordPolicy\":{\"minLength\":14},"
				"\"password\":{\"expiryDays\":3}}",
				"[\"sso\"]"),
	    "INVALID");
	assert_true(has_fault(cx, "/securityPolicy/session/requireMFA", "features"));
	assert_true(
	    has_fault(cx, "/securityPolicy/passwordPolicy/minLength", "features"));
	assert_true(has_fault(cx, "/securityPolicy/password/expiryDays", "features"));
	assert_int_equal(cx->fault_count, 3);
	/* what cannot be taken, and what does not go together, at once */
	assert_string_equal(policy(cx,
				"{\"session\":{\"requireMFA\":true},"
				"\"sessionTimeout\":1}",
				"[\"password\"]"),
	    "INVALID");
	assert_int_equal(cx->fault_count, 2);
	assert_string_not_equal(
	    policy(cx, "{\"session\":{\"requireMFA\":true}}", "[\"passkey\"]"),
	    "INVALID");
	assert_string_equal(
	    policy(cx, "{\"session\":{\"requireMFA\":false}}", "[\"sso\"]"),
	    "{\"session\":{\"requireMFA\":false}}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(names_of_many_scripts_become_slugs_that_keep_the_rules),
	    UNIT_CTX_TEST(the_same_name_in_another_form_has_the_same_slug),
	    UNIT_CTX_TEST(each_rule_of_a_slug_is_named),
	    UNIT_CTX_TEST(a_name_is_trimmed_and_one_that_shows_nothing_is_none),
	    UNIT_CTX_TEST(what_is_not_asked_for_is_as_usual),
	    UNIT_CTX_TEST(whatever_is_wrong_is_named_at_once),
	    UNIT_CTX_TEST(somebody_must_be_able_to_sign_in),
	    UNIT_CTX_TEST(a_group_that_is_not_named_stays),
	    UNIT_CTX_TEST(both_notations_are_stored_as_one),
	    UNIT_CTX_TEST(every_clash_of_policy_and_features_is_named),
	};

	return UNIT_RUN(tests);
}

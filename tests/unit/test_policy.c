#include "unit.h"

#include "base/str.h"
#include "controllers/routes.h"
#include "policy/own.h"

static const struct json *
parsed(struct ctx *cx, const char *text)
{
	const struct json *v;

	assert_int_equal(json_parse(cx, text, strlen(text), 0, &v), ERR_OK);
	return v;
}

static const struct fault *
fault_of(const struct ctx *cx, const char *keyword)
{
	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		if (strcmp(f->keyword, keyword) == 0)
			return f;
	return NULL;
}

/* -- passwords -- */

static enum err
check(struct ctx *cx, const struct policy *p, const char *password)
{
	ctx_clear(cx);
	return policy_check_password(cx, p, "/password", slice_of(password));
}

static void
a_password_that_meets_every_rule_is_taken(void **state)
{
	const struct policy p = policy_default();
	struct ctx *cx = *state;

	assert_int_equal(check(cx, &p, "Abcdefghij1!"), ERR_OK);
	assert_int_equal(cx->fault_count, 0);
	assert_int_equal(check(cx, &p, "Correct horse 1"), ERR_OK);
}

static void
each_rule_that_is_not_met_is_named(void **state)
{
	static const struct {
		const char *password, *keyword;
	} cases[] = {
	    {"Abcdefghi1!", "minLength"},
	    {"abcdefghij1!", "requireUppercase"},
	    {"Abcdefghijk!", "requireNumbers"},
	    {"Abcdefghijk1", "requireSpecialChars"},
	};
	const struct policy p = policy_default();
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(check(cx, &p, cases[i].password), ERR_INVALID);
		assert_int_equal(cx->fault_count, 1);
		assert_string_equal(cx->faults->keyword, cases[i].keyword);
		assert_string_equal(cx->faults->pointer, "/password");
		assert_null(strstr(cx->err.message, cases[i].password));
	}
	assert_int_equal(check(cx, &p, ""), ERR_INVALID);
	assert_int_equal(cx->fault_count, 4);
}

static void
rules_that_are_off_are_not_asked(void **state)
{
	const struct policy p = {.password_least = 8, .allow = ""};
	struct ctx *cx = *state;

	assert_int_equal(check(cx, &p, "aaaaaaaa"), ERR_OK);
	assert_int_equal(check(cx, &p, "aaaaaaa"), ERR_INVALID);
}

/* Characters are counted, not bytes; what no keyboard of ASCII has is special. */
static void
characters_beyond_ascii_count_as_one_and_as_special(void **state)
{
	const struct policy p = {.password_least = 8, .special = true, .allow = ""};
	struct ctx *cx = *state;

	assert_int_equal(check(cx, &p, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"),
	    ERR_INVALID); /* four, of eight bytes */
	assert_non_null(fault_of(cx, "minLength"));
	assert_null(fault_of(cx, "requireSpecialChars"));
	assert_int_equal(check(cx, &p, "aaaaaaa\xc3\xa4"), ERR_OK);
	assert_int_equal(check(cx, &p,
			     "\xf0\x9f\x8e\xbb\xf0\x9f\x8e\xbb\xf0\x9f\x8e\xbb"
			     "\xf0\x9f\x8e\xbb\xf0\x9f\x8e\xbb\xf0\x9f\x8e\xbb"
			     "\xf0\x9f\x8e\xbb\xf0\x9f\x8e\xbb"),
	    ERR_OK);
}

static void
what_is_no_text_is_no_password(void **state)
{
	const struct policy p = {.password_least = 8, .allow = ""};
	struct ctx *cx = *state;

	assert_int_equal(check(cx, &p, "aaaaaaaa\xc3"), ERR_INVALID);
	assert_non_null(fault_of(cx, "encoding"));
	assert_int_equal(check(cx, &p, "aaaaaaaa\xed\xa0\x80"), ERR_INVALID);
	ctx_clear(cx);
	assert_int_equal(
	    policy_check_password(cx, &p, "/password", (struct slice){"aaaa\0aaaa", 9}),
	    ERR_INVALID);
}

static void
the_longest_that_may_be_demanded_can_be_met(void **state)
{
	const struct policy p = {.password_least = 128, .allow = ""};
	struct ctx *cx = *state;
	char text[129];

	memset(text, 'a', 128);
	text[128] = '\0';
	assert_int_equal(check(cx, &p, text), ERR_OK);
	text[127] = '\0';
	assert_int_equal(check(cx, &p, text), ERR_INVALID);
}

/* -- addresses -- */

static void
addresses_are_admitted_by_ranges(void **state)
{
	static const struct {
		const char *allow, *address;
		bool admitted;
	} cases[] = {
	    {"", "192.0.2.1", true},
	    {"", "unknown", true},
	    {"192.0.2.0/24", "192.0.2.255", true},
	    {"192.0.2.0/24", "192.0.3.0", false},
	    {"192.0.2.0/24", "::ffff:192.0.2.7", true},
	    {"192.0.2.0/24", "unknown", false},
	    {"192.0.2.0/24", "", false},
	    {"198.51.100.7,2001:db8::/32", "2001:db8:ffff::1", true},
	    {"198.51.100.7,2001:db8::/32", "2001:db9::1", false},
	    {"198.51.100.7,2001:db8::/32", "198.51.100.7", true},
	    {"198.51.100.7,2001:db8::/32", "198.51.100.8", false},
	    {"0.0.0.0/0", "203.0.113.9", true},
	    {"0.0.0.0/0", "2001:db8::1", false},
	    {"?", "192.0.2.1", false},
	};
	struct policy p = policy_default();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		p.allow = cases[i].allow;
		assert_int_equal(
		    policy_admits(&p, cases[i].address), cases[i].admitted);
	}
}

/* -- what is asked for -- */

static enum err
take(struct ctx *cx, const char *asked, struct policy_own *own)
{
	ctx_clear(cx);
	return policy_own_take(cx, parsed(cx, asked), "", own);
}

static void
both_notations_say_the_same(void **state)
{
	static const char *const asked[] = {
	    "{\"session\":{\"sessionTimeout\":600},\"password\":{\"minLength\":14,"
	    "\"requireSpecialChars\":false}}",
	    "{\"sessionTimeout\":600,\"passwordPolicy\":{\"minLength\":14,"
	    "\"requireSpecialChars\":false}}",
	    "{\"sessionTimeout\":600,\"session\":{\"sessionTimeout\":600},"
	    "\"passwordPolicy\":{\"minLength\":14.0},"
	    "\"password\":{\"minLength\":14,\"requireSpecialChars\":false}}",
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		struct policy_own own = {.policy = policy_default()};
		int said = 0;

		assert_int_equal(take(cx, asked[i], &own), ERR_OK);
		assert_int_equal(own.policy.session_timeout_s, 600);
		assert_int_equal(own.policy.password_least, 14);
		assert_false(own.policy.special);
		assert_true(own.policy.numbers);
		for (size_t k = 0; k < POLICY_RULE_COUNT; k++)
			said += own.said[k];
		assert_int_equal(said, 3);
	}
}

static void
notations_that_disagree_are_both_named(void **state)
{
	struct policy_own own = {.policy = policy_default()};
	struct ctx *cx = *state;

	assert_int_equal(
	    take(cx,
		"{\"sessionTimeout\":600,\"session\":{\"sessionTimeout\":601},"
		"\"passwordPolicy\":{\"minLength\":14,\"expiryDays\":null},"
		"\"password\":{\"minLength\":15,\"expiryDays\":1}}",
		&own),
	    ERR_INVALID);
	assert_int_equal(cx->fault_count, 3);
	assert_string_equal(cx->faults->pointer, "/sessionTimeout");
	assert_string_equal(
	    cx->faults->message, "says 600, where /session/sessionTimeout says 601");
	assert_string_equal(cx->faults->next->pointer, "/passwordPolicy/minLength");
	assert_string_equal(
	    cx->last_fault->message, "says null, where /password/expiryDays says 1");
}

static void
null_goes_back_to_what_is_usual(void **state)
{
	const struct policy usual = policy_default();
	struct policy_own own = {.policy = policy_default()};
	struct ctx *cx = *state;

	assert_int_equal(take(cx,
			     "{\"sessionTimeout\":600,\"password\":{\"minLength\":20,"
			     "\"expiryDays\":0},\"network\":{\"allow\":[\"::1\"]}}",
			     &own),
	    ERR_OK);
	assert_string_equal(own.policy.allow, "::1");
	assert_int_equal(
	    take(cx, "{\"password\":{\"minLength\":null},\"network\":null}", &own),
	    ERR_OK);
	assert_int_equal(own.policy.password_least, usual.password_least);
	assert_int_equal(own.policy.password_days, 0);
	assert_string_equal(own.policy.allow, "");
	assert_int_equal(
	    take(cx, "{\"passwordPolicy\":null,\"sessionTimeout\":null}", &own),
	    ERR_OK);
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++) {
		assert_false(own.said[i]);
		assert_true(policy_rule_equal(&policy_rules[i], &own.policy, &usual));
	}
}

static void
what_is_out_of_bounds_is_refused_at_its_place(void **state)
{
	static const struct {
		const char *asked, *pointer;
	} cases[] = {
	    {"{\"password\":{\"minLength\":7}}", "/password/minLength"},
	    {"{\"passwordPolicy\":{\"minLength\":129}}", "/passwordPolicy/minLength"},
	    {"{\"password\":{\"minLength\":12.5}}", "/password/minLength"},
	    {"{\"password\":{\"minLength\":\"12\"}}", "/password/minLength"},
	    {"{\"password\":{\"minLength\":1e99}}", "/password/minLength"},
	    {"{\"password\":{\"expiryDays\":-1}}", "/password/expiryDays"},
	    {"{\"sessionTimeout\":59}", "/sessionTimeout"},
	    {"{\"session\":{\"requireMFA\":1}}", "/session/requireMFA"},
	    {"{\"network\":{\"allow\":\"::1\"}}", "/network/allow"},
	    {"{\"network\":{\"allow\":[\"::1\",\"example.com\"]}}", "/network/allow/1"},
	    {"{\"network\":{\"allow\":[\"10.0.0.0/33\"]}}", "/network/allow/0"},
	    {"{\"network\":{\"allow\":[\"::1,::2\"]}}", "/network/allow/0"},
	    {"{\"network\":{\"allow\":[\" ::1\"]}}", "/network/allow/0"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct policy_own own = {.policy = policy_default()};

		assert_int_equal(take(cx, cases[i].asked, &own), ERR_INVALID);
		assert_int_equal(cx->fault_count, 1);
		assert_string_equal(cx->faults->pointer, cases[i].pointer);
	}
}

/* A hundred of the longest ranges, and no more. */
static void
many_ranges_fit(void **state)
{
	struct policy_own own = {.policy = policy_default()};
	struct ctx *cx = *state;
	struct buf b;

	for (int most = 100; most <= 101; most++) {
		buf_init(&b, cx->mem, 65536);
		buf_puts(&b, "{\"network\":{\"allow\":[");
		for (int i = 0; i < most; i++)
			buf_printf(&b,
			    "%s\"2001:0db8:ffff:ffff:ffff:ffff:ffff:%04x/128\"",
			    i > 0 ? "," : "", (unsigned)i);
		buf_puts(&b, "]}}");
		assert_int_equal(
		    take(cx, buf_text(&b), &own), most == 100 ? ERR_OK : ERR_INVALID);
	}
	assert_true(policy_admits(&own.policy, "2001:db8:ffff:ffff:ffff:ffff:ffff:63"));
	assert_false(
	    policy_admits(&own.policy, "2001:db8:ffff:ffff:ffff:ffff:ffff:64"));
}

/* -- the table -- */

static int
bound(const struct json *member, const char *name)
{
	return (int)json_number(json_get(member, name));
}

static void
compare_bounds(
    const struct json *properties, const char *group, const struct policy_rule *rule)
{
	const struct json *of = group[0] != '\0'
	    ? json_get(json_get(properties, group), "properties")
	    : properties;
	const struct json *member = json_get(of, rule->name);

	assert_non_null(member);
	if (rule->type == POLICY_INT) {
		assert_int_equal(bound(member, "minimum"), rule->min);
		assert_int_equal(bound(member, "maximum"), rule->max);
	} else if (rule->type == POLICY_LIST) {
		assert_int_equal(bound(member, "maxItems"), rule->max);
	}
}

static void
the_schemas_of_requests_have_the_bounds_of_the_table(void **state)
{
	static const enum schema_id ids[] = {
	    SCHEMA_security_policy, SCHEMA_security_policy_patch};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		const struct json *properties =
		    json_get(parsed(cx, schema_texts[ids[i]].text), "properties");

		for (size_t k = 0; k < POLICY_RULE_COUNT; k++) {
			const struct policy_rule *rule = &policy_rules[k];

			compare_bounds(properties, rule->group, rule);
			if (rule->other != NULL)
				compare_bounds(properties, rule->other, rule);
		}
	}
}

static void
the_usual_policy_is_within_bounds_and_told_whole(void **state)
{
	const struct policy usual = policy_default();
	struct ctx *cx = *state;
	struct policy_own own = {.policy = policy_default()};
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 4096);
	json_out_init(&o, &b);
	json_open_object(&o);
	policy_put_members(&o, &usual, NULL);
	json_close_object(&o);
	assert_string_equal(buf_text(&b),
	    "{\"session\":{\"maxConcurrentSessions\":3,\"sessionTimeout\":3600,"
	    "\"extendOnActivity\":true,\"requireMFA\":false},"
	    "\"password\":{\"minLength\":12,\"requireUppercase\":true,"
	    "\"requireNumbers\":true,\"requireSpecialChars\":true,"
	    "\"preventPasswordReuse\":3,\"expiryDays\":90},"
	    "\"network\":{\"allow\":[]}}");
	assert_int_equal(take(cx, buf_text(&b), &own), ERR_OK);
}

static void
what_was_stored_and_does_not_read_admits_nobody_else(void **state)
{
	static const char *const stored[] = {
	    "[\"nonsense\"]", "[5]", "[\"\"]", "\"0.0.0.0/0\"", "{}"};
	const struct policy_rule *allow = &policy_rules[POLICY_RULE_COUNT - 1];
	const struct policy_rule *least = &policy_rules[4];
	struct ctx *cx = *state;
	struct policy p = policy_default();

	assert_string_equal(allow->name, "allow");
	assert_string_equal(least->name, "minLength");
	for (size_t i = 0; i < COUNT_OF(stored); i++) {
		policy_rule_read(cx, allow, parsed(cx, stored[i]), &p);
		assert_false(policy_admits(&p, "192.0.2.1"));
	}
	policy_rule_read(cx, allow, parsed(cx, "[]"), &p);
	assert_true(policy_admits(&p, "192.0.2.1"));
	policy_rule_read(cx, least, parsed(cx, "1"), &p);
	assert_int_equal(p.password_least, 12);
	assert_int_equal(cx->fault_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_password_that_meets_every_rule_is_taken),
	    UNIT_CTX_TEST(each_rule_that_is_not_met_is_named),
	    UNIT_CTX_TEST(rules_that_are_off_are_not_asked),
	    UNIT_CTX_TEST(characters_beyond_ascii_count_as_one_and_as_special),
	    UNIT_CTX_TEST(what_is_no_text_is_no_password),
	    UNIT_CTX_TEST(the_longest_that_may_be_demanded_can_be_met),
	    UNIT_CTX_TEST(addresses_are_admitted_by_ranges),
	    UNIT_CTX_TEST(both_notations_say_the_same),
	    UNIT_CTX_TEST(notations_that_disagree_are_both_named),
	    UNIT_CTX_TEST(null_goes_back_to_what_is_usual),
	    UNIT_CTX_TEST(what_is_out_of_bounds_is_refused_at_its_place),
	    UNIT_CTX_TEST(many_ranges_fit),
	    UNIT_CTX_TEST(the_schemas_of_requests_have_the_bounds_of_the_table),
	    UNIT_CTX_TEST(the_usual_policy_is_within_bounds_and_told_whole),
	    UNIT_CTX_TEST(what_was_stored_and_does_not_read_admits_nobody_else),
	};

	return UNIT_RUN(tests);
}

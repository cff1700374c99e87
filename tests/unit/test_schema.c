#include "checked.h"

#include "base/buf.h"
#include "json/uri.h"

static void
each_keyword_says_what_is_wrong(void **state)
{
	static const struct row rows[] = {
	    {"{\"type\":\"string\"}", "1", " type: must be a string"},
	    {"{\"type\":[\"string\",\"null\"]}", "1",
		" type: must be a string or null"},
	    {"{\"type\":\"integer\"}", "1.5", " type: must be an integer"},
	    {"{\"type\":\"boolean\"}", "null", " type: must be a boolean"},
	    {"{\"type\":\"array\"}", "{}", " type: must be an array"},
	    {"{\"type\":\"object\"}", "[]", " type: must be an object"},
	    {"{\"type\":\"number\"}", "\"1\"", " type: must be a number"},
	    {"{\"enum\":[\"free\",\"professional\",\"enterprise\"]}", "\"gold\"",
		" enum: must be one of free, professional, enterprise"},
	    {"{\"enum\":[1,null,[2]]}", "2", " enum: must be one of 1, null, [2]"},
	    {"{\"const\":{\"a\":1}}", "{}", " const: must be {\"a\":1}"},
	    {"{\"const\":null}", "0", " const: must be null"},
	    {"{\"minLength\":3}", "\"ab\"",
		" minLength: must have at least 3 characters"},
	    {"{\"minLength\":1}", "\"\"", " minLength: must have at least 1 character"},
	    {"{\"maxLength\":2}", "\"abc\"",
		" maxLength: must have at most 2 characters"},
	    {"{\"pattern\":\"^[a-z]+$\"}", "\"A\"",
		" pattern: must have the form ^[a-z]+$"},
	    {"{\"format\":\"uuid\"}", "\"1\"", " format: must be a UUID"},
	    {"{\"minimum\":1}", "0.99", " minimum: must be at least 1"},
	    {"{\"maximum\":1.5}", "2", " maximum: must be at most 1.5"},
	    {"{\"exclusiveMinimum\":1}", "1", " exclusiveMinimum: must be more than 1"},
	    {"{\"exclusiveMaximum\":1}", "1.0",
		" exclusiveMaximum: must be less than 1"},
	    {"{\"multipleOf\":0.01}", "0.015",
		" multipleOf: must be a multiple of 0.01"},
	    {"{\"minItems\":2}", "[1]", " minItems: must have at least 2 items"},
	    {"{\"maxItems\":1}", "[1,2]", " maxItems: must have at most 1 item"},
	    {"{\"uniqueItems\":true}", "[1,2,1.0]",
		" uniqueItems: must not have equal items"},
	    {"{\"minProperties\":1}", "{}",
		" minProperties: must have at least 1 member"},
	    {"{\"maxProperties\":0}", "{\"a\":1}",
		" maxProperties: must have at most 0 members"},
	    {"{\"required\":[\"email\"]}", "{}", "/email required: is required"},
	    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}",
		"/b dependentRequired: is required beside \"a\""},
	    {"{\"additionalProperties\":false}", "{\"x\":1}",
		"/x additionalProperties: is not a known member"},
	    {"{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":1,\"c\":2}",
		"/ab propertyNames: has a name that is not allowed"},
	    {"{\"anyOf\":[{\"type\":\"null\"},{\"minimum\":5}]}", "1",
		" anyOf: fits none of the forms that are allowed"},
	    {"{\"oneOf\":[true,true]}", "1",
		" oneOf: must fit exactly one of the forms that are allowed"},
	    {"{\"not\":{\"type\":\"null\"}}", "null",
		" not: has a value that is not allowed"},
	    {"{\"contains\":{\"type\":\"null\"}}", "[1]",
		" contains: must have an item of the kind that is asked for"},
	    {"{\"contains\":{\"type\":\"null\"},\"minContains\":2}", "[1,null]",
		" minContains: must have at least 2 items of the kind that is asked "
		"for"},
	    {"{\"contains\":{\"type\":\"null\"},\"maxContains\":1}", "[null,1,null]",
		" maxContains: must have at most 1 item of the kind that is asked for"},
	    {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":1}",
		"/b required: is required"},
	    {"{\"dependentSchemas\":{\"a\":false}}", "{\"a\":1}",
		" dependentSchemas: is not allowed"},
	    {"{\"unevaluatedItems\":false,\"prefixItems\":[true]}", "[1,2]",
		"/1 unevaluatedItems: is not allowed"},
	    {"{\"unevaluatedProperties\":false,\"properties\":{\"a\":true}}",
		"{\"a\":1,\"b\":2}", "/b unevaluatedProperties: is not a known member"},
	    {"{\"unevaluatedProperties\":{\"type\":\"null\"}}", "{\"a\":1,\"b\":null}",
		"/a type: must be null"},
	    {"false", "1", " false: is not allowed"},
	    {"{\"properties\":{\"a\":false}}", "{\"a\":1}",
		"/a properties: is not allowed"},
	    {"{\"prefixItems\":[true],\"items\":false}", "[1,2]",
		"/1 items: is not allowed"},
	};

	CHECK_ROWS(*state, rows);
}

static void
values_that_fit_have_no_fault(void **state)
{
	static const struct row rows[] = {
	    {"true", "null", ""},
	    {"{}", "[1]", ""},
	    {"{\"type\":\"integer\"}", "1.0", ""},
	    {"{\"type\":\"integer\"}", "1e400", ""},
	    {"{\"type\":\"integer\"}", "123456789012345678901234567890", ""},
	    {"{\"type\":\"number\"}", "1", ""},
	    {"{\"maxLength\":2}", "\"\\ud83d\\ude00\\ud83d\\ude00\"", ""},
	    {"{\"enum\":[[1]]}", "[1.0]", ""},
	    {"{\"const\":null}", "null", ""},
	    {"{\"multipleOf\":0.01}", "4.35", ""},
	    {"{\"maximum\":1e400}", "1e399", ""},
	    {"{\"uniqueItems\":true}", "[[1],[2],1,true,\"1\",0,false]", ""},
	    {"{\"uniqueItems\":false}", "[1,1]", ""},
	    {"{\"minLength\":3,\"minItems\":3,\"minProperties\":3,\"minimum\":3}",
		"null", ""},
	    {"{\"required\":[\"a\"]}", "[]", ""},
	    {"{\"properties\":{\"a\":false}}", "{\"b\":1}", ""},
	    {"{\"patternProperties\":{\"^x-\":true},\"additionalProperties\":false}",
		"{\"x-a\":1}", ""},
	    {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2}}", "1", ""},
	    {"{\"then\":false,\"else\":false}", "1", ""},
	    {"{\"minContains\":9,\"maxContains\":0}", "[]", ""},
	    {"{\"contains\":false,\"minContains\":0}", "[1]", ""},
	    {"{\"contains\":false}", "{}", ""},
	    {"{\"unevaluatedItems\":false,\"unevaluatedProperties\":false}", "1", ""},
	    {"{\"allOf\":[{\"properties\":{\"a\":true}},{\"patternProperties\":{\"^b\":"
	     "true}}],\"unevaluatedProperties\":false}",
		"{\"a\":1,\"b1\":2}", ""},
	};

	CHECK_ROWS(*state, rows);
}

static void
large_numbers_are_not_silently_others(void **state)
{
	static const struct row rows[] = {
	    {"{\"maximum\":9007199254740992}", "9007199254740993",
		" maximum: must be at most 9007199254740992"},
	    {"{\"maximum\":18446744073709551615}", "18446744073709551616",
		" maximum: must be at most 18446744073709551615"},
	    {"{\"const\":1e400}", "1e401", " const: must be 1e400"},
	    {"{\"multipleOf\":7}", "1e400", " multipleOf: must be a multiple of 7"},
	};

	CHECK_ROWS(*state, rows);
}

static void
every_fault_is_reported(void **state)
{
	struct ctx *cx = *state;
	const struct schema *s = compiled(cx,
	    "{\"type\":\"object\",\"required\":[\"name\",\"email\"],"
	    "\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":3,"
	    "\"pattern\":\"^[a-z]\"},\"email\":{\"format\":\"email\"},"
	    "\"tags\":{\"items\":{\"type\":\"string\"},\"maxItems\":2},"
	    "\"address\":{\"required\":[\"city\"],\"additionalProperties\":false}},"
	    "\"additionalProperties\":false}");

	assert_string_equal(
	    faults_of(cx, s,
		"{\"name\":\"A\",\"tags\":[\"x\",1,\"y\",null],\"address\":{\"zip\":1},"
		"\"extra\":true,\"more\":1}"),
	    "/email required: is required\n"
	    "/name minLength: must have at least 3 characters\n"
	    "/name pattern: must have the form ^[a-z]\n"
	    "/tags maxItems: must have at most 2 items\n"
	    "/tags/1 type: must be a string\n"
	    "/tags/3 type: must be a string\n"
	    "/address/city required: is required\n"
	    "/address/zip additionalProperties: is not a known member\n"
	    "/extra additionalProperties: is not a known member\n"
	    "/more additionalProperties: is not a known member");
	assert_string_equal(
	    faults_of(cx, s, "{\"name\":\"abc\",\"email\":\"a@b.cd\"}"), "");
	assert_string_equal(faults_of(cx, s, "[]"), " type: must be an object");
}

static void
pointers_are_escaped(void **state)
{
	static const struct row rows[] = {
	    {"{\"properties\":{\"a/"
	     "b~c\":{\"items\":{\"additionalProperties\":false}}}}",
		"{\"a/b~c\":[{\"\":1}]}",
		"/a~1b~0c/0/ additionalProperties: is not a known member"},
	    {"{\"required\":[\"~\"]}", "{}", "/~0 required: is required"},
	};

	CHECK_ROWS(*state, rows);
}

static void
a_pointer_too_long_names_an_ancestor(void **state)
{
	struct ctx *cx = *state;
	char text[1024] = "{\"a\":{\"";
	size_t n = strlen(text);

	memset(text + n, '~', 600);
	memcpy(text + n + 600, "\":1}}", 6);
	assert_string_equal(
	    faults_of(cx,
		compiled(
		    cx, "{\"properties\":{\"a\":{\"additionalProperties\":false}}}"),
		text),
	    "/a additionalProperties: is not a known member");
}

static void
a_flood_of_faults_is_counted_not_kept(void **state)
{
	struct arena *mem = arena_new(1024 * 1024);
	const struct schema *s;
	const struct json *v;
	struct ctx cx;
	struct buf b;

	(void)state;
	ctx_init(&cx, mem);
	buf_init(&b, NULL, 256 * 1024);
	buf_putc(&b, '[');
	for (int i = 0; i < 50000; i++)
		buf_puts(&b, "1,");
	buf_puts(&b, "1]");
	s = compiled(&cx, "{\"items\":{\"type\":\"string\"}}");
	assert_int_equal(json_parse(&cx, b.p, b.n, 0, &v), ERR_OK);
	assert_int_equal(schema_check(&cx, s, v), ERR_INVALID);
	assert_int_equal(cx.fault_count, 50001);
	assert_string_equal(cx.last_fault->pointer, "/99");
	buf_fini(&b);
	arena_free(mem);
}

static void
the_good_path_takes_nothing_from_the_arena(void **state)
{
	struct ctx *cx = *state;
	const char *value =
	    "{\"id\":\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\",\"n\":[1,2.5],"
	    "\"k\":\"ab\",\"x-y\":null}";
	const struct schema *s = compiled(cx,
	    "{\"properties\":{\"id\":{\"format\":\"uuid\"},\"n\":{\"uniqueItems\":true,"
	    "\"items\":{\"anyOf\":[{\"type\":\"integer\"},{\"multipleOf\":0.5}]}},"
	    "\"k\":{\"pattern\":\"^a\",\"not\":{\"const\":\"b\"}}},"
	    "\"patternProperties\":{\"^x-\":{\"$ref\":\"#/$defs/nothing\"}},"
	    "\"additionalProperties\":false,\"propertyNames\":{\"pattern\":\"^[a-z-]+$"
	    "\"},"
	    "\"$defs\":{\"nothing\":{\"type\":\"null\"}}}");
	const struct json *v;
	size_t before;

	assert_int_equal(json_parse(cx, value, strlen(value), 0, &v), ERR_OK);
	before = arena_used(cx->mem);
	assert_int_equal(schema_check(cx, s, v), ERR_OK);
	assert_int_equal(arena_used(cx->mem), before);
}

static void
error_message_replaces_the_words(void **state)
{
	static const struct row rows[] = {
	    {"{\"minLength\":3,\"pattern\":\"x\",\"errorMessage\":\"No.\"}", "\"a\"",
		" minLength: No.\n pattern: No."},
	    {"{\"minLength\":3,\"pattern\":\"x\",\"errorMessage\":{\"pattern\":\"No "
	     "x.\"}}",
		"\"a\"",
		" minLength: must have at least 3 characters\n pattern: No x."},
	    {"{\"required\":[\"name\"],\"properties\":{\"name\":{\"minLength\":1,"
	     "\"errorMessage\":\"Company name is required\"}}}",
		"{}", "/name required: Company name is required"},
	    {"{\"required\":[\"name\"],\"properties\":{\"name\":{\"minLength\":1,"
	     "\"errorMessage\":\"Company name is required\"}}}",
		"{\"name\":\"\"}", "/name minLength: Company name is required"},
	    {"{\"required\":[\"a\",\"b\"],\"properties\":{\"a\":{\"errorMessage\":"
	     "{\"required\":\"Say a\"}}},\"errorMessage\":{\"required\":\"Say it\"}}",
		"{}", "/a required: Say a\n/b required: Say it"},
	    {"{\"additionalProperties\":false,\"errorMessage\":"
	     "{\"additionalProperties\":\"Unknown\"}}",
		"{\"x\":1}", "/x additionalProperties: Unknown"},
	    {"{\"dependentRequired\":{\"a\":[\"b\"]},\"errorMessage\":\"Both\"}",
		"{\"a\":1}", "/b dependentRequired: Both"},
	    {"{\"properties\":{\"a\":{\"type\":\"null\"}},\"errorMessage\":\"Mine "
	     "only\"}",
		"{\"a\":1}", "/a type: must be null"},
	};

	CHECK_ROWS(*state, rows);
}

static void
a_message_is_no_format_string(void **state)
{
	static const struct row rows[] = {
	    {"{\"type\":\"null\",\"errorMessage\":\"100%s %n\"}", "1",
		" type: 100%s %n"},
	    {"{\"const\":\"%s%n\"}", "1", " const: must be %s%n"},
	    {"{\"pattern\":\"^%d$\"}", "\"a\"", " pattern: must have the form ^%d$"},
	};

	CHECK_ROWS(*state, rows);
}

static void
branches_are_taken_by_what_fits(void **state)
{
	static const struct row rows[] = {
	    {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},"
	     "\"else\":{\"minimum\":5}}",
		"\"a\"", " minLength: must have at least 2 characters"},
	    {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},"
	     "\"else\":{\"minimum\":5}}",
		"1", " minimum: must be at least 5"},
	    {"{\"allOf\":[{\"minimum\":5},{\"multipleOf\":2}]}", "1",
		" minimum: must be at least 5\n multipleOf: must be a multiple of 2"},
	    {"{\"anyOf\":[{\"properties\":{\"a\":{\"type\":\"null\"}}},false]}",
		"{\"a\":1}", " anyOf: fits none of the forms that are allowed"},
	    {"{\"not\":{\"not\":{\"type\":\"null\"}}}", "1",
		" not: has a value that is not allowed"},
	};

	CHECK_ROWS(*state, rows);
}

static void
references_reach_pointers_anchors_and_ids(void **state)
{
	static const struct row rows[] = {
	    {"{\"$ref\":\"#/$defs/a~1b%25\",\"$defs\":{\"a/b%\":{\"type\":\"null\"}}}",
		"1", " type: must be null"},
	    {"{\"$ref\":\"#x\",\"$defs\":{\"a\":{\"$anchor\":\"x\",\"type\":\"null\"}}"
	     "}",
		"1", " type: must be null"},
	    {"{\"$id\":\"https://a.test/s/root.json\",\"$ref\":\"../"
	     "t.json#x\",\"$defs\":"
	     "{\"a\":{\"$id\":\"/t.json\",\"$defs\":{\"b\":{\"$anchor\":\"x\","
	     "\"type\":\"null\"}}}}}",
		"1", " type: must be null"},
	    {"{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"v\"]}",
		"{\"v\":1,\"next\":{\"v\":1,\"next\":{}}}",
		"/next/next/v required: is required"},
	    {"{\"$ref\":\"#/$defs/a\",\"minimum\":3,\"$defs\":{\"a\":false}}", "1",
		" minimum: must be at least 3\n $ref: is not allowed"},
	};

	CHECK_ROWS(*state, rows);
}

static void
formats_are_asserted(void **state)
{
	static const struct {
		const char *format, *text;
		bool fits;
	} rows[] = {
	    {"uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", true},
	    {"uuid", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", true},
	    {"uuid", "6ba7b8109dad11d180b400c04fd430c8", false},
	    {"uuid", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", false},
	    {"email", "o'neil+x@example.co.uk", true},
	    {"email", "a'.b@example.com", true},
	    {"email", "a'@example.com", false},
	    {"email", ".a@example.com", false},
	    {"email", "a.@example.com", false},
	    {"email", "a..b@example.com", false},
	    {"email", "a!b@example.com", false},
	    {"email", "a@b.c", false},
	    {"email", "a@b.c3", false},
	    {"email", "a@b.co", true},
	    {"email", "a@b-.co", true},
	    {"email", "a@.b.co", false},
	    {"email", "a@b..co", false},
	    {"email", "a@b.co.", false},
	    {"email", "a@localhost", false},
	    {"email", "a@b.xn--p1ai", false},
	    {"email", "a@xn--p1ai.com", true},
	    {"email", "a@b_c.com", false},
	    {"email", "a@127.0.0.1", false},
	    {"email", "\\\"a b\\\"@example.com", false},
	    {"email", "a@[IPv6:::1]", false},
	    {"email", "a@b@example.com", false},
	    {"email", "a@exa mple.com", false},
	    {"email", "a@example.com\\n", false},
	    {"email", "a@-example.com", false},
	    {"email", "\\u00e9@example.com", false},
	    {"email", "@", false},
	    {"email", "", false},
	    {"date-time", "2025-02-10T16:30:00Z", true},
	    {"date-time", "2024-02-29t16:30:00.123456+05:30", true},
	    {"date-time", "2025-02-29T16:30:00Z", false},
	    {"date-time", "1900-02-29T16:30:00Z", false},
	    {"date-time", "2000-02-29T16:30:00Z", true},
	    {"date-time", "2016-12-31T23:59:60Z", true},
	    {"date-time", "2016-12-31T15:59:60-08:00", true},
	    {"date-time", "2016-12-31T23:59:60+01:00", false},
	    {"date-time", "2025-02-10T24:00:00Z", false},
	    {"date-time", "2025-02-10 16:30:00Z", false},
	    {"date-time", "2025-02-10T16:30:00", false},
	    {"date-time", "2025-02-10T16:30:00.Z", false},
	    {"date-time", "2025-2-10T16:30:00Z", false},
	    {"date-time", "2025-02-10T16:30:00Zx", false},
	    {"uri", "https://user:pw@example.com:8443/a/b?c=d#e", true},
	    {"uri", "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8", true},
	    {"uri", "http://[2001:db8::1]:80/", true},
	    {"uri", "http://[v1.a:b]/", true},
	    {"uri", "http://[2001:db8::1/", false},
	    {"uri", "http://[::1]x/", false},
	    {"uri", "/relative", false},
	    {"uri", "https://example.com/a b", false},
	    {"uri", "https://example.com/%zz", false},
	    {"uri", "https://example.com/\\u00e9", false},
	    {"uri", "", false},
	    {"uri", ":", false},
	    {"hostname", "a.b-c.example", true},
	    {"hostname", "a..b", false},
	    {"hostname", "a.", false},
	    {"hostname", "", false},
	    {"hostname", "a_b", false},
	    {"hostname", "b-.a", false},
	    {"ipv4", "127.0.0.1", true},
	    {"ipv4", "127.0.0.01", false},
	    {"ipv4", "127.1", false},
	    {"ipv4", "256.0.0.1", false},
	    {"ipv6", "::ffff:127.0.0.1", true},
	    {"ipv6", "fe80::1%eth0", false},
	    {"ipv6", "1:2:3:4:5:6:7", false},
	};
	struct ctx *cx = *state;
	char schema[64], value[128];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		snprintf(schema, sizeof(schema), "{\"format\":\"%s\"}", rows[i].format);
		snprintf(value, sizeof(value), "\"%s\"", rows[i].text);
		if ((*faults_of(cx, compiled(cx, schema), value) == '\0') !=
		    rows[i].fits)
			fail_msg("%s: %s", rows[i].format, value);
	}
}

static void
patterns_are_read_as_ecma_262(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} rows[] = {
	    {"^a$", "a\\n", false},
	    {"^\\\\d$", "\\u0663", false},
	    {"^\\\\w+$", "\\u00e9", false},
	    {"^\\\\s$", "\\u00a0", true},
	    {"^[\\\\s]$", "\\ufeff", true},
	    {"^\\\\S$", "\\u2003", false},
	    {"^\\\\p{Letter}+$", "\\u00e9", true},
	    {"^\\\\P{gc=Letter}$", "1", true},
	    {"^[\\\\p{Lu}\\\\]]+$", "A]", true},
	    {"^.$", "\\ud83d\\ude00", true},
	    {"^\\\\u00e9$", "\\u00e9", true},
	    {"b", "abc", true},
	    {"[^]", "a", true},
	};
	struct ctx *cx = *state;
	char schema[64], value[64];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		snprintf(
		    schema, sizeof(schema), "{\"pattern\":\"%s\"}", rows[i].pattern);
		snprintf(value, sizeof(value), "\"%s\"", rows[i].text);
		if ((*faults_of(cx, compiled(cx, schema), value) == '\0') !=
		    rows[i].fits)
			fail_msg("%s of %s", schema, value);
	}
}

static void
a_pattern_that_costs_too_much_is_no_match(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(faults_of(cx, compiled(cx, "{\"pattern\":\"^(a+)+$\"}"),
				"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				"aaaaaaaaaaaa!\""),
	    " pattern: must have the form ^(a+)+$");
}

static void
a_schema_that_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *schema, *message;
	} rows[] = {
	    {"{", "schema test: unexpected end of text at byte 1"},
	    {"{\"type\":\"null\",\"type\":\"null\"}",
		"schema test: duplicate member \"type\" at byte 15"},
	    {"1", "schema test at \"\": a schema is an object or a boolean"},
	    {"null", "schema test at \"\": a schema is an object or a boolean"},
	    {"{\"propertys\":{}}",
		"schema test at \"\": unknown keyword \"propertys\""},
	    {"{\"properties\":{\"a/b\":{\"minlength\":1}}}",
		"schema test at \"/properties/a~1b\": unknown keyword \"minlength\""},
	    {"{\"$defs\":{\"unused\":{\"x\":1}}}",
		"schema test at \"/$defs/unused\": unknown keyword \"x\""},
	    {"{\"then\":{\"x\":1}}", "schema test at \"/then\": unknown keyword \"x\""},
	    {"{\"minContains\":-1}",
		"schema test at \"/minContains\": must be a whole number, not "
		"negative"},
	    {"{\"dependentSchemas\":[]}",
		"schema test at \"/dependentSchemas\": must be an object of schemas"},
	    {"{\"format\":\"idn-hostname\"}",
		"schema test at \"/format\": format \"idn-hostname\" is not supported"},
	    {"{\"format\":1}", "schema test at \"/format\": must be a string"},
	    {"{\"type\":\"str\"}", "schema test at \"/type\": no such type"},
	    {"{\"type\":[\"null\",1]}", "schema test at \"/type\": no such type"},
	    {"{\"type\":[]}", "schema test at \"/type\": no type is named"},
	    {"{\"enum\":1}", "schema test at \"/enum\": must be an array"},
	    {"{\"minLength\":-1}",
		"schema test at \"/minLength\": must be a whole number, not negative"},
	    {"{\"minLength\":1.5}",
		"schema test at \"/minLength\": must be a whole number, not negative"},
	    {"{\"maxItems\":1e400}",
		"schema test at \"/maxItems\": must be a whole number, not negative"},
	    {"{\"maxItems\":\"1\"}",
		"schema test at \"/maxItems\": must be a whole number, not negative"},
	    {"{\"minimum\":\"1\"}", "schema test at \"/minimum\": must be a number"},
	    {"{\"multipleOf\":0}",
		"schema test at \"/multipleOf\": must be positive, of at most 18 "
		"digits"},
	    {"{\"multipleOf\":-2}",
		"schema test at \"/multipleOf\": must be positive, of at most 18 "
		"digits"},
	    {"{\"multipleOf\":1234567890123456789}",
		"schema test at \"/multipleOf\": must be positive, of at most 18 "
		"digits"},
	    {"{\"pattern\":1}", "schema test at \"/pattern\": must be a string"},
	    {"{\"uniqueItems\":1}",
		"schema test at \"/uniqueItems\": must be a boolean"},
	    {"{\"required\":\"a\"}",
		"schema test at \"/required\": must be an array of names"},
	    {"{\"required\":[1]}",
		"schema test at \"/required\": must be an array of names"},
	    {"{\"dependentRequired\":[]}",
		"schema test at \"/dependentRequired\": must be an object"},
	    {"{\"dependentRequired\":{\"a\":\"b\"}}",
		"schema test at \"/dependentRequired\": must be an array of names"},
	    {"{\"properties\":[]}",
		"schema test at \"/properties\": must be an object of schemas"},
	    {"{\"properties\":{\"a\":null}}",
		"schema test at \"/properties/a\": a schema is an object or a boolean"},
	    {"{\"allOf\":{}}",
		"schema test at \"/allOf\": must be an array of schemas"},
	    {"{\"anyOf\":[]}",
		"schema test at \"/anyOf\": must be an array of schemas"},
	    {"{\"oneOf\":[true,1]}",
		"schema test at \"/oneOf/1\": a schema is an object or a boolean"},
	    {"{\"items\":[]}",
		"schema test at \"/items\": a schema is an object or a boolean"},
	    {"{\"$ref\":1}", "schema test at \"/$ref\": must be a string"},
	    {"{\"$ref\":\"#/$defs/none\"}",
		"schema test at \"/$ref\": there is no \"#/$defs/none\""},
	    {"{\"$ref\":\"#/$defs/%6\\u0011\",\"$defs\":{\"a\":true}}",
		"schema test at \"/$ref\": there is no \"#/$defs/%6\x11\""},
	    {"{\"$ref\":\"#none\"}", "schema test at \"/$ref\": there is no \"#none\""},
	    {"{\"$ref\":\"other.json\"}",
		"schema test at \"/$ref\": there is no document of \"other.json\""},
	    {"{\"$dynamicRef\":\"#none\"}",
		"schema test at \"/$dynamicRef\": there is no \"#none\""},
	    {"{\"$dynamicAnchor\":\"a\",\"$dynamicRef\":\"#a\"}",
		"schema test at \"\": a schema refers to itself without end"},
	    {"{\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}}",
		"schema test at \"\": a schema refers to itself without end"},
	    {"{\"$ref\":\"#\"}",
		"schema test at \"\": a schema refers to itself without end"},
	    {"{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"not\":"
	     "{\"$ref\":\"#\"}}}}",
		"schema test at \"\": a schema refers to itself without end"},
	    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}",
		"schema test at \"\": dialect "
		"\"http://json-schema.org/draft-07/schema#\" "
		"is not supported"},
	    {"{\"errorMessage\":1}",
		"schema test at \"\": errorMessage must be a string or an object of "
		"strings"},
	    {"{\"errorMessage\":{\"typ\":\"x\"}}",
		"schema test at \"\": unknown keyword \"typ\""},
	    {"{\"errorMessage\":{\"type\":1}}",
		"schema test at \"\": errorMessage must be a string or an object of "
		"strings"},
	};
	struct ctx *cx = *state;
	const struct schema *s;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		err_clear(&cx->err);
		if (schema_compile(cx, cx->mem, "test", slice_of(rows[i].schema), &s) !=
		    ERR_CONFIG)
			fail_msg("taken: %s", rows[i].schema);
		assert_null(s);
		if (strcmp(cx->err.message, rows[i].message) != 0)
			fail_msg("%s: %s", rows[i].schema, cx->err.message);
		assert_string_equal(cx->err.detail, ""); /* nothing of it is public */
	}
}

static void
a_pattern_that_is_wrong_is_refused_with_its_reason(void **state)
{
	const char *text = "{\"properties\":{\"a\":{\"pattern\":\"(\"}}}";
	struct ctx *cx = *state;
	const struct schema *s;

	assert_int_equal(
	    schema_compile(cx, cx->mem, "test", slice_of(text), &s), ERR_CONFIG);
	assert_non_null(strstr(cx->err.message,
	    "schema test at \"/properties/a/pattern\": bad pattern: "));
	text = "{\"patternProperties\":{\"[\":true}}";
	assert_int_equal(
	    schema_compile(cx, cx->mem, "test", slice_of(text), &s), ERR_CONFIG);
	assert_non_null(
	    strstr(cx->err.message, "schema test at \"/patternProperties\": bad"));
}

static void
annotations_change_nothing(void **state)
{
	static const struct row rows[] = {
	    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/"
	     "schema\",\"$id\":\"x:y\","
	     "\"$comment\":\"c\",\"title\":\"t\",\"description\":\"d\",\"default\":1,"
	     "\"examples\":[1],\"deprecated\":true,\"readOnly\":true,\"writeOnly\":"
	     "true,"
	     "\"contentEncoding\":\"base64\",\"contentMediaType\":\"a/b\","
	     "\"contentSchema\":false}",
		"\"x\"", ""},
	};

	CHECK_ROWS(*state, rows);
}

static enum err
check_text(struct ctx *cx, const struct schema *s, const char *value)
{
	const struct json *v;

	ctx_clear(cx);
	if (json_parse(cx, value, strlen(value), 0, &v) != ERR_OK)
		fail_msg("%s", cx->err.detail);
	return schema_check(cx, s, v);
}

static void
a_check_ends_even_where_schemas_double(void **state)
{
	struct ctx *cx = *state;
	struct buf b;

	buf_init(&b, cx->mem, 64 * 1024);
	buf_puts(&b, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
	for (int i = 0; i < 40; i++)
		buf_printf(&b,
		    "\"d%d\":{\"allOf\":[{\"$ref\":\"#/$defs/d%d\"},"
		    "{\"$ref\":\"#/$defs/d%d\"}]},",
		    i, i + 1, i + 1);
	buf_puts(&b, "\"d40\":{\"type\":\"null\"}}}");
	assert_int_equal(
	    check_text(cx, compiled(cx, buf_text(&b)), "null"), ERR_TOO_LARGE);
	assert_int_equal(cx->fault_count, 0);
}

/* `count` items made by fmt from their number, and then `last`. */
static const char *
array_of(struct ctx *cx, int count, const char *fmt, const char *last)
{
	struct buf b;

	buf_init(&b, cx->mem, 4 * 1024 * 1024);
	buf_putc(&b, '[');
	for (int i = 0; i < count; i++) {
		const char *at = strchr(fmt, '#');

		buf_put(&b, fmt, (size_t)(at - fmt));
		buf_put_i64(&b, i);
		buf_puts(&b, at + 1);
		buf_putc(&b, ',');
	}
	buf_puts(&b, last);
	buf_putc(&b, ']');
	return buf_text(&b);
}

static void
many_items_are_unique_or_not(void **state)
{
	static const struct {
		const char *fmt, *other, *equal;
	} rows[] = {
	    {"#", "-1", "7.0"},
	    {"#.5", "0.55", "75e-1"},
	    {"#e2", "1", "700"},
	    {"\"#\"", "7", "\"7\""},
	    {"{\"a\":#,\"b\":[null,true]}", "{\"a\":7}",
		"{\"b\":[null,true],\"a\":7.0}"},
	    {"[#,{}]", "[{},7]", "[7,{}]"},
	};
	static const int counts[] = {3, 8, 9, 60, 70, 5000};
	struct ctx *cx = *state;
	const struct schema *s = compiled(cx, "{\"uniqueItems\":true}");

	for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(counts); i++) {
		size_t k = i % COUNT_OF(rows);
		int n = counts[i / COUNT_OF(rows)];

		assert_string_equal(
		    faults_of(cx, s, array_of(cx, n, rows[k].fmt, rows[k].other)), "");
		if (n > 7)
			assert_string_equal(
			    faults_of(
				cx, s, array_of(cx, n, rows[k].fmt, rows[k].equal)),
			    " uniqueItems: must not have equal items");
	}
}

/* What is looked at is paid for. */
static void
unique_items_end_where_the_steps_do(void **state)
{
	struct ctx *cx = *state;
	const char *many = array_of(cx, 100000, "#", "-1");
	const struct schema *s = compiled(
	    cx, "{\"uniqueItems\":true,\"items\":{\"anyOf\":[true,{\"minimum\":0}]}}");

	assert_int_equal(check_text(cx, s, many), ERR_OK);
	s = compiled(cx, "{\"items\":{\"uniqueItems\":true}}");
	assert_int_equal(check_text(cx, s,
			     arena_printf(cx->mem, "[%s,%s,%s,%s,%s]", many, many, many,
				 many, many)),
	    ERR_TOO_LARGE);
}

static void
a_schema_tells_what_members_it_names(void **state)
{
	const struct schema *s = compiled(*state,
	    "{\"properties\":{\"a\":true},\"patternProperties\":{\"^x-\":true},"
	    "\"allOf\":[{\"$ref\":\"#/$defs/more\"},{\"required\":[\"c\"]}],"
	    "\"anyOf\":[{\"properties\":{\"d\":true}}],"
	    "\"$defs\":{\"more\":{\"properties\":{\"b\":{\"properties\":{\"e\":true}}}}"
	    "}}");

	assert_true(schema_has_property(s, "a"));
	assert_true(schema_has_property(s, "b"));
	assert_true(schema_has_property(s, "x-y"));
	assert_false(schema_has_property(s, "c"));
	assert_false(schema_has_property(s, "d"));
	assert_false(schema_has_property(s, "e"));
	assert_false(schema_has_property(compiled(*state, "true"), "a"));
}

/* Each leads to the next twice. */
static void
members_are_found_however_many_ways_lead_there(void **state)
{
	struct ctx *cx = *state;
	const struct schema *s;
	struct buf b;

	buf_init(&b, cx->mem, SIZE_MAX);
	buf_puts(&b, "{\"$ref\":\"#/$defs/0\",\"$defs\":{");
	for (int i = 0; i < 60; i++)
		buf_printf(&b,
		    "\"%d\":{\"allOf\":[{\"$ref\":\"#/$defs/%d\"},"
		    "{\"$ref\":\"#/$defs/%d\"}]},",
		    i, i + 1, i + 1);
	buf_puts(&b, "\"60\":{\"properties\":{\"a\":true}}}}");
	s = compiled(cx, buf_text(&b));
	assert_true(schema_has_property(s, "a"));
	assert_false(schema_has_property(s, "b"));
}

/* Of 64 KiB, as a file may have. */
static void
a_long_list_is_told_by_its_first_values(void **state)
{
	struct ctx *cx = *state;
	const struct schema *s;
	struct buf b;

	buf_init(&b, cx->mem, SIZE_MAX);
	buf_puts(&b, "{\"enum\":[10000");
	for (int i = 10001; i < 20000; i++)
		buf_printf(&b, ",%d", i);
	buf_puts(&b, "]}");
	s = compiled(cx, buf_text(&b));
	assert_int_equal(check_text(cx, s, "19999"), ERR_OK);
	assert_int_equal(check_text(cx, s, "1"), ERR_INVALID);
	assert_non_null(strstr(cx->faults->message, "must be one of 10000, 10001, "));
	assert_non_null(strstr(cx->faults->message, ", and 9871 more"));
}

static void
a_path_never_becomes_an_authority(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(uri_resolve(cx->mem, "", "p:a/..//b"), "p:/.//b");
	assert_string_equal(uri_resolve(cx->mem, "p:/c", "/a/..//b"), "p:/.//b");
	assert_string_equal(
	    uri_resolve(cx->mem, "http://h/c", "/a/..//b"), "http://h//b");
}

static void
a_long_reference_is_resolved_whole(void **state)
{
	struct ctx *cx = *state;
	char a[3001], c[3001];

	memset(a, 'a', sizeof(a) - 1);
	memset(c, 'c', sizeof(c) - 1);
	a[sizeof(a) - 1] = c[sizeof(c) - 1] = '\0';
	assert_string_equal(
	    uri_resolve(cx->mem, arena_printf(cx->mem, "http://h/%s/b", a), c),
	    arena_printf(cx->mem, "http://h/%s/%s", a, c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(each_keyword_says_what_is_wrong),
	    UNIT_CTX_TEST(values_that_fit_have_no_fault),
	    UNIT_CTX_TEST(large_numbers_are_not_silently_others),
	    UNIT_CTX_TEST(every_fault_is_reported),
	    UNIT_CTX_TEST(pointers_are_escaped),
	    UNIT_CTX_TEST(a_pointer_too_long_names_an_ancestor),
	    UNIT_CTX_TEST(a_flood_of_faults_is_counted_not_kept),
	    UNIT_CTX_TEST(the_good_path_takes_nothing_from_the_arena),
	    UNIT_CTX_TEST(error_message_replaces_the_words),
	    UNIT_CTX_TEST(a_message_is_no_format_string),
	    UNIT_CTX_TEST(branches_are_taken_by_what_fits),
	    UNIT_CTX_TEST(references_reach_pointers_anchors_and_ids),
	    UNIT_CTX_TEST(formats_are_asserted),
	    UNIT_CTX_TEST(patterns_are_read_as_ecma_262),
	    UNIT_CTX_TEST(a_pattern_that_costs_too_much_is_no_match),
	    UNIT_CTX_TEST(a_schema_that_is_wrong_is_refused_with_its_place),
	    UNIT_CTX_TEST(a_pattern_that_is_wrong_is_refused_with_its_reason),
	    UNIT_CTX_TEST(annotations_change_nothing),
	    UNIT_CTX_TEST(a_check_ends_even_where_schemas_double),
	    UNIT_CTX_TEST(many_items_are_unique_or_not),
	    UNIT_CTX_TEST(unique_items_end_where_the_steps_do),
	    UNIT_CTX_TEST(a_schema_tells_what_members_it_names),
	    UNIT_CTX_TEST(members_are_found_however_many_ways_lead_there),
	    UNIT_CTX_TEST(a_long_list_is_told_by_its_first_values),
	    UNIT_CTX_TEST(a_path_never_becomes_an_authority),
	    UNIT_CTX_TEST(a_long_reference_is_resolved_whole),
	};

	return UNIT_RUN(tests);
}

#include "checked.h"

struct document {
	const char *name, *text;
};

enum { DOCUMENTS_MAX = 5 };

static struct schema_bundle *
set_of(struct ctx *cx, const struct document *documents)
{
	struct schema_bundle *b = schema_bundle_new(cx->mem);

	for (int i = 0; i < DOCUMENTS_MAX && documents[i].name != NULL; i++)
		if (schema_bundle_add(cx, b, documents[i].name,
			slice_of(documents[i].text)) != ERR_OK)
			fail_msg("%s", cx->err.message);
	return b;
}

static const struct schema *
schema_of(struct ctx *cx, struct schema_bundle *b, const char *name)
{
	const struct schema *s;

	if (schema_bundle_compile(cx, b, name, &s) != ERR_OK)
		fail_msg("%s", cx->err.message);
	return s;
}

/* The first of the documents is the one that is asked. */
static void
documents_refer_to_each_other(void **state)
{
	static const struct {
		struct document documents[DOCUMENTS_MAX];
		const char *value, *faults;
	} rows[] = {
	    {{{"a.json", "{\"$ref\":\"b.json\"}"}, {"b.json", "{\"type\":\"null\"}"}},
		"1", " type: must be null"},
	    {{{"a.json", "{\"items\":{\"$ref\":\"b.json#/properties/x\"}}"},
		 {"b.json", "{\"properties\":{\"x\":{\"minimum\":3}}}"}},
		"[1]", "/0 minimum: must be at least 3"},
	    {{{"a.json", "{\"$ref\":\"b.json#it\"}"},
		 {"b.json",
		     "{\"$defs\":{\"x\":{\"$anchor\":\"it\",\"type\":\"null\"}}}"}},
		"1", " type: must be null"},
	    {{{"a.json", "{\"$ref\":\"https://x.test/b\"}"},
		 {"b.json", "{\"$id\":\"https://x.test/b\",\"type\":\"null\"}"}},
		"1", " type: must be null"},
	    {{{"a.json", "{\"$id\":\"https://x.test/a\",\"$ref\":\"b.json\"}"},
		 {"b.json", "{\"type\":\"null\"}"}},
		"1", " type: must be null"},
	    {{{"a.json", "{\"$id\":\"https://x.test/a\",\"$ref\":\"b#/$defs/y\"}"},
		 {"b.json",
		     "{\"$id\":\"https://x.test/b\",\"$defs\":{\"y\":{\"$ref\":"
		     "\"#/$defs/z\"},\"z\":{\"type\":\"null\"}}}"}},
		"1", " type: must be null"},
	    {{{"a.json", "{\"$ref\":\"c.json\"}"},
		 {"b.json",
		     "{\"$defs\":{\"in\":{\"$id\":\"c.json\",\"type\":\"null\"}}}"}},
		"1", " type: must be null"},
	    {{{"dir/a.json", "{\"$ref\":\"b.json\"}"},
		 {"dir/b.json", "{\"$ref\":\"../c.json\"}"},
		 {"/c.json", "{\"type\":\"null\"}"}, {"c.json", "{\"type\":\"null\"}"}},
		"1", " type: must be null"},
	    {{{"a.json",
		  "{\"required\":[\"next\"],\"properties\":{\"next\":{\"anyOf\":[{"
		  "\"$ref\":\"b.json\"},{\"type\":\"null\"}]}}}"},
		 {"b.json", "{\"$ref\":\"a.json\"}"}},
		"{\"next\":{\"next\":{\"next\":null}}}", ""},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(faults_of(cx,
					schema_of(cx, set_of(cx, rows[i].documents),
					    rows[i].documents[0].name),
					rows[i].value),
		    rows[i].faults);
}

static void
each_document_is_a_schema(void **state)
{
	static const struct document documents[DOCUMENTS_MAX] = {
	    {"a.json", "{\"$ref\":\"b.json\",\"minimum\":1}"},
	    {"b.json", "{\"$id\":\"urn:b\",\"maximum\":2}"}};
	struct ctx *cx = *state;
	struct schema_bundle *b = set_of(cx, documents);

	assert_string_equal(faults_of(cx, schema_of(cx, b, "a.json"), "3"),
	    " maximum: must be at most 2");
	assert_string_equal(faults_of(cx, schema_of(cx, b, "a.json"), "0"),
	    " minimum: must be at least 1");
	assert_string_equal(faults_of(cx, schema_of(cx, b, "b.json"), "0"), "");
	assert_string_equal(faults_of(cx, schema_of(cx, b, "urn:b"), "3"),
	    " maximum: must be at most 2");
}

/* As the operator's document tightens one of ours. */
static void
all_of_two_documents_is_a_third(void **state)
{
	static const struct document documents[DOCUMENTS_MAX] = {
	    {"both",
		"{\"allOf\":[{\"$ref\":\"ours.json\"},{\"$ref\":\"theirs.json\"}]}"},
	    {"ours.json", "{\"required\":[\"a\"],\"properties\":{\"a\":true}}"},
	    {"theirs.json", "{\"properties\":{\"b\":{\"type\":\"null\"}}}"}};
	struct ctx *cx = *state;
	const struct schema *s = schema_of(cx, set_of(cx, documents), "both");

	assert_string_equal(faults_of(cx, s, "{\"b\":1}"),
	    "/a required: is required\n/b type: must be null");
	assert_true(schema_has_property(s, "b"));
	assert_false(schema_has_property(s, "c"));
}

static void
what_is_wrong_is_told_by_document_and_place(void **state)
{
	static const struct {
		struct document documents[DOCUMENTS_MAX];
		const char *message;
	} rows[] = {
	    {{{"a.json", "{\"$ref\":\"c.json\"}"}, {"b.json", "true"}},
		"schema a.json at \"/$ref\": there is no document of \"c.json\""},
	    {{{"a.json", "{\"items\":{\"$ref\":\"b.json#/$defs/x\"}}"},
		 {"b.json", "{\"$defs\":{\"x\":{\"minimum\":\"1\"}}}"}},
		"schema b.json at \"/$defs/x/minimum\": must be a number"},
	    {{{"a.json", "{\"$ref\":\"b.json#/$defs/y\"}"},
		 {"b.json", "{\"$defs\":{\"x\":true}}"}},
		"schema a.json at \"/$ref\": there is no \"b.json#/$defs/y\""},
	    {{{"a.json", "{\"$ref\":\"b.json\"}"}, {"b.json", "{\"$ref\":\"a.json\"}"}},
		"schema a.json at \"\": a schema refers to itself without end"},
	    {{{"a.json", "{\"$schema\":\"m.json\"}"}, {"m.json", "{}"}},
		"schema a.json at \"\": dialect \"m.json\" is not supported"},
	    {{{"a.json", "{\"$schema\":\"m.json\"}"},
		 {"m.json",
		     "{\"$schema\":\"https://json-schema.org/draft/2020-12/"
		     "schema\",\"$vocabulary\":{\"urn:x\":true}}"}},
		"schema a.json at \"\": vocabulary \"urn:x\" is not supported"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct schema_bundle *b = set_of(cx, rows[i].documents);
		const struct schema *s;

		assert_int_equal(
		    schema_bundle_compile(cx, b, "a.json", &s), ERR_CONFIG);
		assert_null(s);
		assert_string_equal(cx->err.message, rows[i].message);
		assert_int_equal(
		    schema_bundle_compile(cx, b, "a.json", &s), ERR_CONFIG);
		assert_string_equal(
		    cx->err.message, "schema a.json: another of the set is wrong");
	}
}

static void
no_two_documents_have_one_name(void **state)
{
	static const struct document documents[DOCUMENTS_MAX] = {
	    {"a.json", "{\"$id\":\"urn:a\",\"$defs\":{\"x\":{\"$id\":\"urn:x\"}}}"}};
	static const struct {
		struct document document;
		const char *message;
	} rows[] = {
	    {{"a.json", "true"}, "schema a.json: there is another \"a.json\""},
	    {{"urn:a", "true"}, "schema urn:a: there is another \"urn:a\""},
	    {{"b.json", "{\"$id\":\"urn:a\"}"},
		"schema b.json: there is another \"urn:a\""},
	    {{"b.json", "{\"not\":{\"$id\":\"urn:x\"}}"},
		"schema b.json: there is another \"urn:x\""},
	    {{"b.json", "{"}, "schema b.json: unexpected end of text at byte 1"},
	};
	struct ctx *cx = *state;
	const struct schema *s;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(
		    schema_bundle_add(cx, set_of(cx, documents), rows[i].document.name,
			slice_of(rows[i].document.text)),
		    ERR_CONFIG);
		assert_string_equal(cx->err.message, rows[i].message);
	}
	assert_int_equal(
	    schema_bundle_compile(cx, set_of(cx, documents), "c.json", &s), ERR_CONFIG);
	assert_string_equal(
	    cx->err.message, "schema c.json: there is no such document");
}

static void
vocabularies_say_which_keywords_hold(void **state)
{
#define VOCABULARY(rest)                                                               \
	"{\"$schema\":\"https://json-schema.org/draft/2020-12/"                        \
	"schema\",\"$vocabulary\":{" rest "\"urn:other\":false}}"
#define IS(name) "\"https://json-schema.org/draft/2020-12/vocab/" name "\":true,"
	static const struct {
		struct document documents[DOCUMENTS_MAX];
		const char *value, *faults;
	} rows[] = {
	    {{{"a", "{\"$schema\":\"m\",\"minimum\":3,\"not\":true}"},
		 {"m", VOCABULARY(IS("validation"))}},
		"1", " minimum: must be at least 3"},
	    {{{"a", "{\"$schema\":\"m\",\"minimum\":3,\"not\":true}"},
		 {"m", VOCABULARY(IS("applicator"))}},
		"1", " not: has a value that is not allowed"},
	    {{{"a", "{\"$schema\":\"m\",\"contains\":false,\"minContains\":0}"},
		 {"m", VOCABULARY(IS("applicator"))}},
		"[1]", " contains: must have an item of the kind that is asked for"},
	    {{{"a", "{\"$schema\":\"m\",\"format\":\"ipv4\"}"},
		 {"m", VOCABULARY(IS("format-annotation"))}},
		"\"x\"", " format: must be an IPv4 address"},
	    {{{"a",
		  "{\"$schema\":\"m\",\"format\":\"ipv4\",\"$defs\":{\"b\":{\"$id\":"
		  "\"b\","
		  "\"minimum\":3},\"c\":{\"$id\":\"c\",\"minimum\":3,\"$schema\":"
		  "\"https:/"
		  "/json-schema.org/draft/2020-12/schema\"}},\"$ref\":\"d\"}"},
		 {"m", VOCABULARY("")},
		 {"d", "{\"allOf\":[{\"$ref\":\"b\"},{\"$ref\":\"c\"}]}"}},
		"1", " minimum: must be at least 3"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(
		    faults_of(cx, schema_of(cx, set_of(cx, rows[i].documents), "a"),
			rows[i].value),
		    rows[i].faults);
}

/* A tree whose nodes whoever extends it may tighten. */
static void
a_dynamic_reference_leads_to_the_outermost(void **state)
{
	static const struct document documents[DOCUMENTS_MAX] = {
	    {"tree.json",
		"{\"$id\":\"tree\",\"$dynamicAnchor\":\"node\",\"properties\":{"
		"\"data\":true,\"children\":{\"items\":{\"$dynamicRef\":\"#node\"}}}}"},
	    {"strict.json",
		"{\"$id\":\"strict\",\"$dynamicAnchor\":\"node\",\"$ref\":\"tree\","
		"\"unevaluatedProperties\":false}"},
	    {"named.json",
		"{\"$id\":\"named\",\"$dynamicAnchor\":\"node\",\"$ref\":\"strict\","
		"\"required\":[\"data\"]}"}};
	static const char value[] = "{\"children\":[{\"dat\":1}]}";
	struct ctx *cx = *state;
	struct schema_bundle *b = set_of(cx, documents);

	assert_string_equal(faults_of(cx, schema_of(cx, b, "tree"), value), "");
	assert_string_equal(faults_of(cx, schema_of(cx, b, "strict"), value),
	    "/children/0/dat unevaluatedProperties: is not a known member");
	assert_string_equal(faults_of(cx, schema_of(cx, b, "named"), value),
	    "/data required: is required\n/children/0/data required: is required\n"
	    "/children/0/dat unevaluatedProperties: is not a known member");
	assert_string_equal(faults_of(cx, schema_of(cx, b, "tree"), value), "");
}

static void
a_dynamic_circle_ends(void **state)
{
	static const struct document documents[DOCUMENTS_MAX] = {
	    {"a", "{\"$dynamicAnchor\":\"x\",\"$ref\":\"b\"}"},
	    {"b",
		"{\"$dynamicRef\":\"#x\",\"$defs\":{\"y\":{\"$dynamicAnchor\":\"x\"}}"
		"}"}};
	struct ctx *cx = *state;
	const struct schema *s = schema_of(cx, set_of(cx, documents), "a");
	const struct json *v;

	assert_int_equal(json_parse(cx, "1", 1, 0, &v), ERR_OK);
	assert_int_equal(schema_check(cx, s, v), ERR_TOO_LARGE);
	assert_string_equal(
	    faults_of(cx, schema_of(cx, set_of(cx, documents), "b"), "1"), "");
}

static void
what_others_see_to_is_evaluated(void **state)
{
	static const struct row rows[] = {
	    {"{\"$ref\":\"#/$defs/a\",\"allOf\":[{\"properties\":{\"c\":true}}],"
	     "\"anyOf\":[{\"properties\":{\"d\":{\"const\":1}},\"required\":[\"d\"]},"
	     "{\"properties\":{\"e\":true}}],\"if\":{\"required\":[\"f\"],"
	     "\"properties\":{"
	     "\"f\":true}},\"then\":{\"patternProperties\":{\"^g\":true}},\"else\":{"
	     "\"properties\":{\"h\":true}},\"dependentSchemas\":{\"a\":{\"properties\":"
	     "{"
	     "\"i\":true}}},\"not\":{\"required\":[\"j\"],\"properties\":{\"j\":true}},"
	     "\"unevaluatedProperties\":false,\"$defs\":{\"a\":{\"properties\":{\"a\":"
	     "true,"
	     "\"b\":true}}}}",
		"{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g1\":1,\"h\":1,"
		"\"i\":1,"
		"\"k\":1}",
		"/h unevaluatedProperties: is not a known member\n"
		"/k unevaluatedProperties: is not a known member"},
	    {"{\"anyOf\":[{\"properties\":{\"d\":{\"const\":1}},\"required\":[\"d\"]},"
	     "{\"properties\":{\"e\":true}}],\"unevaluatedProperties\":false}",
		"{\"d\":2,\"e\":1}", "/d unevaluatedProperties: is not a known member"},
	    /* None of the forms fits: that is told, and no more. */
	    {"{\"anyOf\":[{\"required\":[\"a\"],\"properties\":{\"a\":true,\"b\":true}}"
	     "],"
	     "\"unevaluatedProperties\":false}",
		"{\"b\":1}", " anyOf: fits none of the forms that are allowed"},
	    /* A part that does not fit has its own fault, and its members are known. */
	    {"{\"allOf\":[{\"properties\":{\"a\":{\"type\":\"null\"}}}],"
	     "\"unevaluatedProperties\":false}",
		"{\"a\":1,\"b\":1}",
		"/a type: must be null\n/b unevaluatedProperties: is not a known "
		"member"},
	    {"{\"allOf\":[{\"unevaluatedProperties\":{\"type\":\"number\"}}],"
	     "\"unevaluatedProperties\":false}",
		"{\"a\":1}", ""},
	    {"{\"allOf\":[true,{\"properties\":{\"a\":true}}],\"properties\":{\"x\":{"
	     "\"unevaluatedProperties\":false}},\"unevaluatedProperties\":false}",
		"{\"a\":1,\"x\":{\"a\":1}}",
		"/x/a unevaluatedProperties: is not a known member"},
	    {"{\"prefixItems\":[true],\"contains\":{\"type\":\"string\"},"
	     "\"unevaluatedItems\":{\"type\":\"null\"}}",
		"[1,\"a\",2,null]", "/2 type: must be null"},
	};

	CHECK_ROWS(*state, rows);
}

/* More schemas than there is room for on the stack. */
static void
many_schemas_see_to_many_members(void **state)
{
	struct ctx *cx = *state;
	struct buf schema, value;

	buf_init(&schema, cx->mem, 64 * 1024);
	buf_init(&value, cx->mem, 64 * 1024);
	buf_puts(&schema, "{\"unevaluatedProperties\":false,\"allOf\":[");
	for (int i = 0; i < 100; i++) {
		buf_printf(
		    &schema, "%s{\"properties\":{\"m%d\":true}}", i == 0 ? "" : ",", i);
		buf_printf(&value, "%s\"m%d\":1", i == 0 ? "{" : ",", i);
	}
	buf_puts(&schema, "]}");
	buf_puts(&value, ",\"m100\":1}");
	assert_string_equal(
	    faults_of(cx, compiled(cx, buf_text(&schema)), buf_text(&value)),
	    "/m100 unevaluatedProperties: is not a known member");
}

static void
the_good_path_takes_nothing_from_the_arena(void **state)
{
	struct ctx *cx = *state;
	const char *value = "{\"a\":[1,2,3,4,5,6,7,8,9,10],\"b\":{\"c\":1},\"d\":null}";
	const struct schema *s = compiled(cx,
	    "{\"properties\":{\"a\":{\"uniqueItems\":true,\"contains\":{\"const\":3},"
	    "\"unevaluatedItems\":{\"type\":\"integer\"}}},\"anyOf\":[{\"properties\":{"
	    "\"b\":{"
	    "\"unevaluatedProperties\":{\"minimum\":1}}}},false],\"dependentSchemas\":{"
	    "\"a\":{\"properties\":{\"d\":true}}},\"unevaluatedProperties\":false}");
	const struct json *v;
	size_t before;

	assert_int_equal(json_parse(cx, value, strlen(value), 0, &v), ERR_OK);
	before = arena_used(cx->mem);
	assert_int_equal(schema_check(cx, s, v), ERR_OK);
	assert_int_equal(arena_used(cx->mem), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(documents_refer_to_each_other),
	    UNIT_CTX_TEST(each_document_is_a_schema),
	    UNIT_CTX_TEST(all_of_two_documents_is_a_third),
	    UNIT_CTX_TEST(what_is_wrong_is_told_by_document_and_place),
	    UNIT_CTX_TEST(no_two_documents_have_one_name),
	    UNIT_CTX_TEST(vocabularies_say_which_keywords_hold),
	    UNIT_CTX_TEST(a_dynamic_reference_leads_to_the_outermost),
	    UNIT_CTX_TEST(a_dynamic_circle_ends),
	    UNIT_CTX_TEST(what_others_see_to_is_evaluated),
	    UNIT_CTX_TEST(many_schemas_see_to_many_members),
	    UNIT_CTX_TEST(the_good_path_takes_nothing_from_the_arena),
	};

	return UNIT_RUN(tests);
}

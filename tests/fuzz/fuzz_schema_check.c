/*
 * A JSON text against schemas that have every keyword between them. What a schema says
 * of it, its opposite denies, and other ways to write the schema say as well; only a
 * check that ran out of steps says nothing.
 */
#include "fuzz.h"
#include "json/schema.h"

static const char *const texts[] = {
    "true",
    "false",
    "{\"type\":[\"object\",\"array\",\"integer\"],\"enum\":[1,[],{},[1,2],{\"a\":null}]"
    "}",
    "{\"const\":{\"a\":[1,2.5,\"x\"]}}",
    "{\"minLength\":2,\"maxLength\":5,\"pattern\":\"^(a+)+b?$\"}",
    "{\"minimum\":-1.5,\"exclusiveMinimum\":-2,\"maximum\":1e3,\"exclusiveMaximum\":"
    "1e4,"
    "\"multipleOf\":0.5}",
    "{\"minItems\":1,\"maxItems\":300,\"uniqueItems\":true,\"prefixItems\":[true,{"
    "\"type\":"
    "\"string\"}],\"items\":{\"not\":{\"type\":\"null\"}},\"contains\":{\"type\":"
    "\"number\"},"
    "\"minContains\":1,\"maxContains\":3}",
    "{\"minProperties\":1,\"maxProperties\":9,\"required\":[\"a\"],"
    "\"dependentRequired\":{"
    "\"b\":[\"c\"]},\"dependentSchemas\":{\"c\":{\"minProperties\":3}},\"properties\":{"
    "\"a\":{"
    "\"type\":\"number\"}},\"patternProperties\":{\"^b+(b|bb)*$\":{\"type\":\"string\"}"
    "},"
    "\"additionalProperties\":{\"type\":\"boolean\"},\"propertyNames\":{\"maxLength\":"
    "4}}",
    "{\"if\":{\"required\":[\"a\"]},\"then\":{\"properties\":{\"a\":{\"minimum\":1}}},"
    "\"else\":{"
    "\"anyOf\":[{\"type\":\"array\"},{\"oneOf\":[{\"required\":[\"b\"]},{\"required\":["
    "\"c\"]}]"
    "}]},\"allOf\":[{\"not\":{\"required\":[\"d\"]}}]}",
    "{\"$id\":\"urn:tree\",\"$dynamicAnchor\":\"node\",\"properties\":{\"a\":true,"
    "\"b\":{"
    "\"items\":{\"$dynamicRef\":\"#node\"}}},\"unevaluatedProperties\":{\"$ref\":"
    "\"#/$defs/n\"},\"$defs\":{\"n\":{\"$anchor\":\"n\",\"type\":\"null\"}}}",
    "{\"$id\":\"urn:mixed\",\"anyOf\":[{\"properties\":{\"a\":{\"type\":\"string\"}},"
    "\"prefixItems\":[{\"type\":\"string\"}]},{\"patternProperties\":{\"^[ab]\":true},"
    "\"contains\":{\"type\":\"number\"}},{\"$ref\":\"#/$defs/"
    "c\"}],\"dependentSchemas\":{\"d\":{"
    "\"properties\":{\"d\":true}}},\"unevaluatedItems\":false,"
    "\"unevaluatedProperties\":false,"
    "\"$defs\":{\"c\":{\"required\":[\"c\"],\"properties\":{\"c\":{\"$ref\":\"urn:"
    "mixed\"}}}}}",
    "{\"anyOf\":[{\"format\":\"uuid\"},{\"format\":\"email\"},{\"format\":\"idn-"
    "email\"},"
    "{\"format\":\"date-time\"},{\"format\":\"date\"},{\"format\":\"time\"},{"
    "\"format\":"
    "\"duration\"}]}",
    "{\"oneOf\":[{\"format\":\"uri\"},{\"format\":\"uri-reference\"},{\"format\":"
    "\"iri\"},"
    "{\"format\":\"iri-reference\"},{\"format\":\"uri-template\"},{\"format\":"
    "\"regex\"},"
    "{\"format\":\"json-pointer\"},{\"format\":\"relative-json-pointer\"}]}",
    "{\"anyOf\":[{\"format\":\"hostname\"},{\"format\":\"ipv4\"},{\"format\":\"ipv6\"}]"
    "}",
};

/* # is the schema. */
static const char *const ways[] = {
    "#", "{\"$ref\":\"#/$defs/s\",\"$defs\":{\"s\":#}}", "{\"anyOf\":[#,false]}",
    "{\"allOf\":[#],\"unevaluatedItems\":true,\"unevaluatedProperties\":true}",
    "{\"not\":{\"not\":#}}", "{\"not\":#}", /* the last: its opposite */
};

enum { TEXTS = COUNT_OF(texts), WAYS = COUNT_OF(ways), VALUE_MAX = 16384 };

static const struct schema *
compiled(const char *way, const char *text)
{
	static struct ctx cx;
	const struct schema *s;
	struct buf b;

	if (cx.mem == NULL)
		ctx_init(&cx, arena_new((size_t)FUZZ_MEMORY));
	buf_init(&b, cx.mem, 4096);
	for (; *way != '\0'; way++) {
		if (way[0] == '#' && way[1] != '/')
			buf_puts(&b, text);
		else
			buf_putc(&b, *way);
	}
	if (schema_compile(&cx, cx.mem, "fuzz", slice_of(buf_text(&b)), &s) != ERR_OK)
		fuzz_broken(__FILE__, __LINE__, cx.err.message);
	return s;
}

static enum err
verdict(struct ctx *cx, const struct schema *s, const struct json *value)
{
	enum err e;

	ctx_clear(cx);
	e = schema_check(cx, s, value);
	FUZZ_HOLDS(e == ERR_OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
	FUZZ_HOLDS(e == ERR_TOO_LARGE || (e == ERR_OK) == (cx->fault_count == 0));
	return e;
}

static void
check_ways(
    struct ctx *cx, const struct schema *const schemas[], const struct json *value)
{
	enum err e = verdict(cx, schemas[0], value), other;

	for (int i = 1; i < WAYS && e != ERR_TOO_LARGE; i++) {
		other = verdict(cx, schemas[i], value);
		FUZZ_HOLDS(other == ERR_TOO_LARGE || (other == e) == (i < WAYS - 1));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct schema *schemas[TEXTS][WAYS];
	struct ctx *cx = fuzz_ctx();
	const struct json *value;

	for (int i = 0; schemas[TEXTS - 1][WAYS - 1] == NULL && i < TEXTS * WAYS; i++)
		schemas[i / WAYS][i % WAYS] = compiled(ways[i % WAYS], texts[i / WAYS]);
	if (n > VALUE_MAX || json_parse(cx, (const char *)data, n, 0, &value) != ERR_OK)
		return 0;
	for (int i = 0; i < TEXTS; i++)
		check_ways(cx, schemas[i], value);
	return 0;
}

/*
 * The schema compiler: documents that refer to each other, with record separators (RS)
 * between them. The first is named 0.json, the next 1.json. Each that is compiled is
 * asked about a value that goes into most schemas.
 */
#include "fuzz.h"
#include "json/schema.h"

enum { TEXT_MAX = 8192, DOCUMENTS_MAX = 6 };

static void
check(struct ctx *cx, const struct schema *s)
{
	static const char text[] =
	    "{\"a\":[1,\"a\",null,{\"a\":{}}],\"b\":\"x\",\"foo\":{\"bar\":[[],{}]}}";
	const struct json *value;
	enum err e;

	FUZZ_HOLDS(json_parse(cx, text, sizeof(text) - 1, 0, &value) == ERR_OK);
	e = schema_check(cx, s, value);
	FUZZ_HOLDS(e == ERR_OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
	FUZZ_HOLDS(e == ERR_TOO_LARGE || (e == ERR_OK) == (cx->fault_count == 0));
	(void)schema_has_property(s, "a");
	ctx_clear(cx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *mem;
	struct ctx *cx = fuzz_ctx();
	struct slice rest = fuzz_slice(data, n), text;
	struct schema_bundle *b;
	const struct schema *s;
	int count = 0;
	enum err e = ERR_OK;

	if (mem == NULL)
		mem = arena_new(4 * (size_t)FUZZ_MEMORY);
	arena_reset(mem);
	b = schema_bundle_new(mem);
	for (; e == ERR_OK && count < DOCUMENTS_MAX && slice_cut(&rest, '\x1e', &text);
	     count++) {
		if (text.n > TEXT_MAX)
			return 0;
		e = schema_bundle_add(cx, b, arena_printf(mem, "%d.json", count), text);
		FUZZ_HOLDS(e == ERR_OK || e == ERR_CONFIG);
	}
	for (int i = 0; e == ERR_OK && i < count; i++) {
		e = schema_bundle_compile(cx, b, arena_printf(mem, "%d.json", i), &s);
		FUZZ_HOLDS((e == ERR_OK) == (s != NULL));
		FUZZ_HOLDS(e == ERR_OK || e == ERR_CONFIG);
		if (e == ERR_OK)
			check(cx, s);
	}
	return 0;
}

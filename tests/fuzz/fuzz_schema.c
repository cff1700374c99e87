/* JSON Schema: a schema, and values, with record separators (RS) between them. */
#include "fuzz.h"
#include "json/schema.h"

enum { SCHEMA_MAX = 8192, VALUE_MAX = 4096, VALUES_MAX = 4 };

/* Faults are there when it does not fit, and never when it does. */
static void
check_value(struct ctx *cx, const struct schema *s, const struct json *value)
{
	enum err e = schema_check(cx, s, value);
	unsigned count = cx->fault_count;

	FUZZ_HOLDS(e == ERR_OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
	FUZZ_HOLDS(e != ERR_OK || count == 0);
	FUZZ_HOLDS(e != ERR_INVALID || count > 0);
	for (const struct fault *f = cx->faults; f != NULL; f = f->next)
		FUZZ_HOLDS((f->pointer[0] == '\0' || f->pointer[0] == '/') &&
		    f->keyword[0] != '\0');
	ctx_clear(cx);
	FUZZ_HOLDS(schema_check(cx, s, value) == e && cx->fault_count == count);
	ctx_clear(cx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *mem;
	struct ctx *cx = fuzz_ctx();
	struct slice rest = fuzz_slice(data, n), text;
	const struct schema *s;
	const struct json *value;
	enum err e;

	if (mem == NULL)
		mem = arena_new(4 * (size_t)FUZZ_MEMORY);
	arena_reset(mem);
	if (!slice_cut(&rest, '\x1e', &text) || text.n > SCHEMA_MAX)
		return 0;
	if ((e = schema_compile(cx, mem, "fuzz", text, &s)) != ERR_OK) {
		FUZZ_HOLDS(e == ERR_CONFIG && s == NULL);
		return 0;
	}
	for (int i = 0; i < VALUES_MAX && slice_cut(&rest, '\x1e', &text); i++)
		if (text.n <= VALUE_MAX &&
		    json_parse(cx, text.p, text.n, 0, &value) == ERR_OK)
			check_value(cx, s, value);
	return 0;
}

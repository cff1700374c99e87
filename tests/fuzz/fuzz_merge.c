/*
 * JSON Merge Patch: a value and patches to it, with record separators (RS) between
 * them, one after the other. What comes out is held against the RFC member by member.
 */
#include "fuzz.h"
#include "json/merge.h"

struct told {
	const struct json *result, *target, *patch;
};

static void check(
    const struct json *result, const struct json *target, const struct json *patch);

/* A member of the patch: gone where it is null, else merged. */
static bool
check_patched(const char *name, const struct json *value, void *arg)
{
	const struct told *t = arg;

	FUZZ_HOLDS(json_has(t->result, name) == (value != NULL));
	if (value != NULL)
		check(json_get(t->result, name), json_get(t->target, name), value);
	return true;
}

/* A member of the target that the patch does not name stays. */
static bool
check_kept(const char *name, const struct json *value, void *arg)
{
	const struct told *t = arg;

	if (!json_has(t->patch, name))
		FUZZ_HOLDS(json_has(t->result, name) &&
		    json_equal(json_get(t->result, name), value));
	return true;
}

static bool
check_from(const char *name, const struct json *value, void *arg)
{
	const struct told *t = arg;

	(void)value;
	FUZZ_HOLDS(json_has(t->target, name) || json_has(t->patch, name));
	return true;
}

static void
check(const struct json *result, const struct json *target, const struct json *patch)
{
	struct told t = {result, target, patch};

	if (json_type(patch) != JSON_OBJECT) {
		FUZZ_HOLDS(json_equal(result, patch));
		return;
	}
	FUZZ_HOLDS(json_type(result) == JSON_OBJECT);
	json_each(patch, check_patched, &t);
	json_each(target, check_kept, &t);
	json_each(result, check_from, &t);
}

/* NULL where memory does not reach. */
static const struct json *
merged(struct ctx *cx, const struct json *target, const struct json *patch, bool *made)
{
	const struct json *out;
	enum err e = json_merge(cx, target, patch, &out);

	FUZZ_HOLDS(e == ERR_OK || e == ERR_TOO_LARGE);
	*made = e == ERR_OK;
	if (*made)
		check(out, target, patch);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();
	struct slice rest = fuzz_slice(data, n), text;
	const struct json *value, *patch, *empty, *again;
	bool made = true;

	FUZZ_HOLDS(json_parse(cx, "{}", 2, 0, &empty) == ERR_OK);
	if (!slice_cut(&rest, '\x1e', &text) ||
	    json_parse(cx, text.p, text.n, 0, &value) != ERR_OK)
		return 0;
	while (made && slice_cut(&rest, '\x1e', &text)) {
		if (json_parse(cx, text.p, text.n, 0, &patch) != ERR_OK)
			return 0;
		value = merged(cx, value, patch, &made);
		/* done once more it changes nothing */
		if (made)
			again = merged(cx, value, patch, &made);
		if (made)
			FUZZ_HOLDS(json_equal(again, value));
	}
	if (made)
		again = merged(cx, value, empty, &made);
	if (!made)
		return 0;
	FUZZ_HOLDS(json_equal(again, json_type(value) == JSON_OBJECT ? value : empty));
	(void)merged(cx, value, value, &made);
	return 0;
}

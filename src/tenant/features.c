/* features.c - see features.h. */
#include "tenant/features.h"

#include <string.h>

static const struct {
	const char *name, *usual;
	const char *known[4];
} lists[] = {
    {"auth", "[\"password\"]", {"password", "2fa", "passkey"}},
    {"storage", "[]", {"s3", "local"}},
    {"email", "[\"templates\"]", {"templates"}},
};

enum { FEATURES_MAX = 4096 };

static bool
is_known(const char *const known[static 4], const char *name)
{
	for (int i = 0; i < 4 && known[i] != NULL; i++)
		if (name != NULL && strcmp(known[i], name) == 0)
			return true;
	return false;
}

static void
check_list(struct ctx *cx, size_t i, const struct json *list, const char *pointer)
{
	for (size_t n = 0; n < json_count(list); n++) {
		const char *name = json_text(json_item(list, n));

		if (!is_known(lists[i].known, name))
			ctx_fault(cx,
			    arena_printf(
				cx->mem, "%s/%s/%zu", pointer, lists[i].name, n),
			    "enum", "\"%.40s\" is no feature of %s",
			    name != NULL ? name : "", lists[i].name);
	}
}

enum err
tenant_features_read(struct ctx *cx, const struct json *asked, const char *pointer,
    const struct json **out)
{
	const unsigned before = cx->fault_count;
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, FEATURES_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		const struct json *list = json_get(asked, lists[i].name);

		check_list(cx, i, list, pointer);
		json_member_raw(&o, lists[i].name,
		    list != NULL ? json_print(cx->mem, list) : lists[i].usual);
	}
	json_close_object(&o);
	if (cx->fault_count > before)
		return err_tell(&cx->err, ERR_INVALID, "a feature is not known");
	return json_parse(cx, b.p, b.n, 0, out);
}

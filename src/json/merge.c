/* merge.c - see merge.h. */
#include "json/merge.h"

struct merge {
	struct json_out *o;
	const struct json *target, *patch;
};

static void put(
    struct json_out *o, const struct json *target, const struct json *patch);

static bool
put_target_member(const char *name, const struct json *value, void *arg)
{
	const struct merge *m = arg;

	if (!json_has(m->patch, name)) {
		json_name(m->o, name);
		json_put(m->o, value);
	} else if (json_get(m->patch, name) != NULL) {
		json_name(m->o, name);
		put(m->o, value, json_get(m->patch, name));
	}
	return true;
}

static bool
put_new_member(const char *name, const struct json *value, void *arg)
{
	const struct merge *m = arg;

	if (value != NULL && !json_has(m->target, name)) {
		json_name(m->o, name);
		put(m->o, NULL, value);
	}
	return true;
}

/* MergePatch() of RFC 7396, 2; an object of nothing but nulls is an empty one. */
static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
put(struct json_out *o, const struct json *target, const struct json *patch)
{
	struct merge m = {o, target, patch};

	if (json_type(patch) != JSON_OBJECT) {
		json_put(o, patch);
		return;
	}
	json_open_object(o);
	json_each(target, put_target_member, &m);
	json_each(patch, put_new_member, &m);
	json_close_object(o);
}

enum err
json_merge(struct ctx *cx, const struct json *target, const struct json *patch,
    const struct json **out)
{
	struct json_out o;
	struct buf b;
	enum err rc;

	buf_init(&b, NULL, SIZE_MAX);
	json_out_init(&o, &b);
	put(&o, target, patch);
	rc = b.failed ? err_set(&cx->err, ERR_TOO_LARGE, "no memory to merge in")
		      : json_parse(cx, b.p, b.n, JSON_DEPTH_DEFAULT, out);
	buf_fini(&b);
	return rc;
}

/* features.c - see features.h. */
#include "tenant/features.h"

#include <string.h>

#include "base/attr.h"

enum { TEXT_MAX = 4096, GROUPS = 3 };

static const struct feature {
	const char *group, *name;
	bool usual;
} features[] = {
#define FEATURE(group, name, usual) {group, name, usual},
#include "tenant/features.def"
#undef FEATURE
};

static const char *const groups[GROUPS] = {"auth", "storage", "email"};

enum { FEATURES = COUNT_OF(features) };

/* What one request comes to. */
struct reading {
	struct ctx *cx;
	const char *pointer;
	bool has[FEATURES];
};

/* -- reading -- */

static int
find(const char *group, const char *name)
{
	for (size_t i = 0; i < FEATURES; i++)
		if (strcmp(features[i].group, group) == 0 &&
		    strcmp(features[i].name, name) == 0)
			return (int)i;
	return -1;
}

static const char *
names_of(struct ctx *cx, const char *group)
{
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	for (size_t i = 0; i < FEATURES; i++)
		if (strcmp(features[i].group, group) == 0)
			buf_printf(
			    &b, "%s\"%s\"", b.n > 0 ? ", " : "", features[i].name);
	return buf_text(&b);
}

static void
read_item(struct reading *r, const char *group, const struct json *list, size_t i)
{
	const char *at = arena_printf(r->cx->mem, "%s/%s/%zu", r->pointer, group, i),
		   *name = json_text(json_item(list, i));
	const int which = name != NULL ? find(group, name) : -1;

	if (name == NULL)
		ctx_fault(r->cx, at, "type", "must be a text");
	else if (which < 0)
		ctx_fault(r->cx, at, "enum", "\"%s\" is none of %s", name,
		    names_of(r->cx, group));
	else if (r->has[which])
		ctx_fault(r->cx, at, "uniqueItems", "\"%s\" is there twice", name);
	else
		r->has[which] = true;
}

static void
read_group(struct reading *r, const struct json *asked, const char *group)
{
	const struct json *list = json_get(asked, group);

	if (list == NULL)
		return;
	for (size_t i = 0; i < FEATURES; i++)
		if (strcmp(features[i].group, group) == 0)
			r->has[i] = false;
	if (json_type(list) != JSON_ARRAY)
		ctx_fault(r->cx, arena_printf(r->cx->mem, "%s/%s", r->pointer, group),
		    "type", "must be a list of %s", names_of(r->cx, group));
	for (size_t i = 0; i < json_count(list) && json_type(list) == JSON_ARRAY; i++)
		read_item(r, group, list, i);
}

/* "~" and "/" as RFC 6901 has them. */
static const char *
escaped(struct ctx *cx, const char *name)
{
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	for (; *name != '\0'; name++)
		if (*name == '~')
			buf_puts(&b, "~0");
		else if (*name == '/')
			buf_puts(&b, "~1");
		else
			buf_putc(&b, *name);
	return buf_text(&b);
}

static bool
check_member(const char *name, const struct json *value, void *arg)
{
	struct reading *r = arg;

	(void)value;
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i], name) == 0)
			return true;
	ctx_fault(r->cx,
	    arena_printf(r->cx->mem, "%s/%s", r->pointer, escaped(r->cx, name)),
	    "additionalProperties",
	    "is no group of features: there are \"auth\", \"storage\" and \"email\"");
	return true;
}

/* -- what goes together -- */

static bool
has(const struct reading *r, const char *group, const char *name)
{
	const int i = find(group, name);

	return i >= 0 && r->has[i];
}

static void
check_ways(struct reading *r)
{
	const char *at = arena_printf(r->cx->mem, "%s/auth", r->pointer);

	if (!has(r, "auth", "password") && !has(r, "auth", "passkey") &&
	    !has(r, "auth", "magic_link") && !has(r, "auth", "sso"))
		ctx_fault(r->cx, at, "features",
		    "names no way to sign in: \"password\", \"passkey\", "
		    "\"magic_link\" or \"sso\"");
	else if (has(r, "auth", "2fa") && !has(r, "auth", "password") &&
	    !has(r, "auth", "magic_link"))
		ctx_fault(r->cx, at, "features",
		    "has \"2fa\", which is a second factor to \"password\" or "
		    "\"magic_link\", of which it has none");
}

static const char *
text_of(const struct reading *r)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, r->cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	for (size_t g = 0; g < GROUPS; g++) {
		json_name(&o, groups[g]);
		json_open_array(&o);
		for (size_t i = 0; i < FEATURES; i++)
			if (r->has[i] && strcmp(features[i].group, groups[g]) == 0)
				json_put_text(&o, features[i].name);
		json_close_array(&o);
	}
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
read_all(struct reading *r, const struct json *asked, const struct json **out)
{
	const unsigned before = r->cx->fault_count;
	const char *text;

	*out = NULL;
	if (asked != NULL && json_type(asked) != JSON_OBJECT)
		ctx_fault(r->cx, r->pointer, "type", "must be an object");
	json_each(asked, check_member, r);
	for (size_t g = 0; g < GROUPS; g++)
		read_group(r, asked, groups[g]);
	if (r->cx->fault_count == before)
		check_ways(r);
	if (r->cx->fault_count != before)
		return err_tell(&r->cx->err, ERR_INVALID, "the features are not valid");
	text = text_of(r);
	return json_parse(r->cx, text, strlen(text), JSON_DEPTH_DEFAULT, out);
}

enum err
tenant_features_read(struct ctx *cx, const struct json *asked, const char *pointer,
    const struct json **out)
{
	struct reading r = {.cx = cx, .pointer = pointer};

	for (size_t i = 0; i < FEATURES; i++)
		r.has[i] = features[i].usual;
	return read_all(&r, asked, out);
}

enum err
tenant_features_change(struct ctx *cx, const struct json *now, const struct json *asked,
    const struct json **out)
{
	struct reading r = {.cx = cx, .pointer = "/features"};

	for (size_t i = 0; i < FEATURES; i++)
		r.has[i] = !json_has(now, features[i].group) && features[i].usual;
	for (size_t g = 0; g < GROUPS; g++) {
		const struct json *list = json_get(now, groups[g]);

		for (size_t i = 0; i < json_count(list); i++) {
			const char *name = json_text(json_item(list, i));
			const int which = name != NULL ? find(groups[g], name) : -1;

			if (which >= 0)
				r.has[which] = true;
		}
	}
	return read_all(&r, asked, out);
}

/* -- a policy beside them -- */

enum err
tenant_policy_read(struct ctx *cx, const struct json *asked, const char *pointer,
    const struct json *wanted, const struct json **out)
{
	struct policy_own own = {
	    .policy = policy_default(), .methods = json_get(wanted, "auth")};
	const char *text;
	enum err rc, also;

	*out = NULL;
	if (asked == NULL)
		return ERR_OK;
	rc = policy_own_take(cx, asked, pointer, &own);
	also = policy_own_check(cx, &own);
	if (rc != ERR_OK || also != ERR_OK)
		return rc != ERR_OK ? rc : also;
	text = policy_own_text(cx, &own);
	return json_parse(cx, text, strlen(text), JSON_DEPTH_DEFAULT, out);
}

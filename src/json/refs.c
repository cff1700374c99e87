/* refs.c - see refs.h. */
#include "json/refs.h"

#include <string.h>

#include "base/str.h"
#include "json/uri.h"

static const struct {
	const char *name;
	enum holds holds;
} keywords[] = {
#define RULE(sym, name, holds, compile, check) [KW_##sym] = {name, HOLDS_##holds},
#define NOTE(sym, name, holds)                 [KW_##sym] = {name, HOLDS_##holds},
#define LATER(sym, name, holds)                [KW_##sym] = {name, HOLDS_##holds},
#include "json/keywords.def"
#undef RULE
#undef NOTE
#undef LATER
};

enum holds
keyword_holds(enum keyword kw)
{
	return keywords[kw].holds;
}

const char *
keyword_name(enum keyword kw)
{
	return keywords[kw].name;
}

const char *
refs_base(struct arena *mem, const struct json *schema, const char *base)
{
	const char *id = json_get_text(schema, "$id");

	return id == NULL ? base : uri_resolve(mem, base, id);
}

static void
add(struct refs *refs, struct ref r)
{
	struct ref *copy = arena_alloc(refs->mem, sizeof(*copy));

	r.next = refs->list;
	*copy = r;
	refs->list = copy;
}

struct collect {
	struct refs *refs;
	const char *base;
};

static void collect(struct refs *refs, const struct json *schema, const char *base);

static bool
collect_member(const char *name, const struct json *value, void *arg)
{
	struct collect *c = arg;

	(void)name;
	collect(c->refs, value, c->base);
	return true;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as a schema of ours */
collect(struct refs *refs, const struct json *schema, const char *base)
{
	const char *inner = refs_base(refs->mem, schema, base);
	struct collect c = {refs, inner};

	if (json_type(schema) != JSON_OBJECT)
		return;
	if (json_get_text(schema, "$id") != NULL)
		add(refs, (struct ref){NULL, inner, NULL, schema, base});
	if (json_get_text(schema, "$anchor") != NULL)
		add(refs,
		    (struct ref){
			NULL, inner, json_get_text(schema, "$anchor"), schema, base});
	for (unsigned kw = 0; kw < KW_COUNT; kw++) {
		const struct json *v = json_get(schema, keywords[kw].name);

		switch (keywords[kw].holds) {
		case HOLDS_VALUE:
			break;
		case HOLDS_CHILD:
		case HOLDS_HERE:
			collect(refs, v, inner);
			break;
		case HOLDS_LIST:
		case HOLDS_HERE_LIST:
			for (size_t i = 0; i < json_count(v); i++)
				collect(refs, json_item(v, i), inner);
			break;
		case HOLDS_MAP:
			json_each(v, collect_member, &c);
			break;
		}
	}
}

void
refs_collect(struct refs *refs, const struct json *root)
{
	add(refs, (struct ref){NULL, "", NULL, root, ""});
	collect(refs, root, "");
}

static const char *
percent_decoded(struct arena *mem, const char *s)
{
	char *out = arena_strdup(mem, s), *to = out;

	while (*s != '\0') {
		int high = *s == '%' ? str_hex_digit(s[1]) : -1;
		int low = high < 0 ? -1 : str_hex_digit(s[2]);

		if (low >= 0) {
			*to++ = (char)(high * 16 + low);
			s += 3;
		} else
			*to++ = *s++;
	}
	*to = '\0';
	return out;
}

/* A reference token of a JSON Pointer, unescaped. */
static const char *
token(struct arena *mem, struct slice s)
{
	char *out = slice_dup(mem, s), *to = out;

	for (const char *p = out; *p != '\0'; p++) {
		if (*p != '~')
			*to++ = *p;
		else if (p[1] == '0' || p[1] == '1')
			*to++ = *++p == '0' ? '~' : '/';
	}
	*to = '\0';
	return out;
}

/* Follows a JSON Pointer from *at. */
static bool
follow(struct arena *mem, const char *pointer, struct ref *at)
{
	while (*pointer == '/') {
		size_t n = strcspn(++pointer, "/");
		const char *name = token(mem, (struct slice){pointer, n});
		int64_t index;

		at->base = refs_base(mem, at->schema, at->base);
		if (json_has(at->schema, name))
			at->schema = json_get(at->schema, name);
		else if (str_to_i64(slice_of(name), 0, INT32_MAX, &index) &&
		    (size_t)index < json_count(at->schema))
			at->schema = json_item(at->schema, (size_t)index);
		else
			return false;
		pointer += n;
	}
	return *pointer == '\0';
}

static const struct ref *
look_up(const struct refs *refs, const char *uri, const char *anchor)
{
	for (const struct ref *r = refs->list; r != NULL; r = r->next)
		if (strcmp(r->uri, uri) == 0 &&
		    (anchor == NULL
			    ? r->anchor == NULL
			    : r->anchor != NULL && strcmp(r->anchor, anchor) == 0))
			return r;
	return NULL;
}

enum refs_found
refs_find(const struct refs *refs, const char *base, const char *ref, struct ref *found)
{
	const char *uri = uri_resolve(refs->mem, base, ref),
		   *fragment = strchr(ref, '#');
	const struct ref *r = look_up(refs, uri, NULL);
	bool anchor;

	if (r == NULL)
		return REFS_OTHER_DOCUMENT;
	fragment = fragment == NULL ? "" : percent_decoded(refs->mem, fragment + 1);
	anchor = *fragment != '\0' && *fragment != '/';
	if (anchor && (r = look_up(refs, uri, fragment)) == NULL)
		return REFS_NOTHING;
	*found = *r;
	return anchor || follow(refs->mem, fragment, found) ? REFS_FOUND : REFS_NOTHING;
}

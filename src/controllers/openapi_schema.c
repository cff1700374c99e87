/*
 * openapi_schema.c - our schema files as components/schemas, see openapi_parts.h.
 *
 * A file webhook.json of requests is WebhookRequest, of replies Webhook. Each is as it
 * is in its file, but for what only makes sense there: "$schema", "$id" and "$anchor"
 * are left out, "errorMessage" is ours and so "x-error-message", and what "$ref" names
 * is named as seen from the document.
 */
#include <string.h>

#include "base/str.h"
#include "controllers/openapi_parts.h"

#define SCHEMAS "#/components/schemas/"

static const char request_suffix[] = "Request";

static char *
component_name(struct openapi *w, struct slice file, const char *suffix)
{
	struct buf b;
	bool fresh = true;

	buf_init(&b, w->cx->mem, SIZE_MAX);
	for (size_t i = 0; i < file.n; i++) {
		const char c = file.p[i];

		if (c == '_' || c == '.' || c == '-') {
			fresh = true;
			continue;
		}
		buf_putc(&b, (char)(fresh && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
		fresh = false;
	}
	buf_puts(&b, suffix);
	return arena_strdup(w->cx->mem, buf_text(&b));
}

static void
put_ref(struct openapi *w, const char *file, const char *suffix)
{
	json_open_object(&w->o);
	json_member_text(&w->o, "$ref",
	    arena_printf(
		w->cx->mem, SCHEMAS "%s", component_name(w, slice_of(file), suffix)));
	json_close_object(&w->o);
}

const char *
openapi_request_schema(const struct openapi *w, enum schema_id id)
{
	return w->from->schemas != NULL ? schema_set_text(w->from->schemas, id)
					: schema_texts[id].text;
}

void
openapi_put_request_ref(struct openapi *w, enum schema_id id)
{
	put_ref(w, schema_texts[id].name, request_suffix);
}

void
openapi_put_reply_ref(struct openapi *w, enum reply_schema id)
{
	put_ref(w, reply_schema_texts[id].name, "");
}

const struct json *
openapi_example(struct openapi *w, const char *schema)
{
	const struct json *s;
	struct ctx cx;

	ctx_init(&cx, w->cx->mem);
	if (json_parse(&cx, schema, strlen(schema), 0, &s) != ERR_OK)
		return NULL;
	return json_item(json_get(s, "examples"), 0);
}

/* -- one file -- */

struct rewrite {
	struct openapi *w;
	struct json_out o;
	const char *suffix;        /* of names in its folder */
	const struct json *schema; /* the file's */
	const char *path;          /* of that in the document */
};

/* Where in the document: a schema, and the one that "#" means there. */
struct spot {
	const char *path, *base;
};

/* A reference token (RFC 6901) more. */
static const char *
path_to(struct arena *mem, const char *path, const char *name)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	buf_printf(&b, "%s/", path);
	for (; *name != '\0'; name++)
		if (*name == '~' || *name == '/')
			buf_puts(&b, *name == '~' ? "~0" : "~1");
		else
			buf_putc(&b, *name);
	return buf_text(&b);
}

/* The path of what has an "$anchor" or "$id" of some text. */
struct search {
	struct arena *mem;
	const char *keyword;
	struct slice text;
	const char *at, *found;
};

static void search_in(struct search *s, const struct json *value);

static bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema was parsed */
search_member(const char *name, const struct json *value, void *arg)
{
	struct search *s = arg, inner = *s;

	inner.at = path_to(s->mem, s->at, name);
	search_in(&inner, value);
	s->found = inner.found;
	return s->found == NULL;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema was parsed */
search_in(struct search *s, const struct json *value)
{
	const char *text = json_get_text(value, s->keyword);
	char digits[STR_I64_SIZE];

	if (text != NULL && slice_eq(s->text, text))
		s->found = s->at;
	else if (json_type(value) == JSON_OBJECT)
		json_each(value, search_member, s);
	for (size_t i = 0; json_type(value) == JSON_ARRAY && s->found == NULL &&
	     i < json_count(value);
	     i++)
		search_member(str_from_i64(digits, (int64_t)i), json_item(value, i), s);
}

static const char *
find_by(const struct rewrite *r, const char *keyword, struct slice text)
{
	struct search s = {
	    .mem = r->w->cx->mem, .keyword = keyword, .text = text, .at = r->path};

	search_in(&s, r->schema);
	return s.found;
}

static const char *
moved_ref(const struct rewrite *r, const struct spot *at, const char *ref)
{
	struct arena *mem = r->w->cx->mem;
	static const char extension[] = ".json";
	const char *hash = strchr(ref, '#'), *found = NULL;
	size_t n = hash != NULL ? (size_t)(hash - ref) : strlen(ref);

	if (n == 0 && hash != NULL && hash[1] != '/' && hash[1] != '\0')
		found = find_by(r, "$anchor", slice_of(hash + 1));
	if (found != NULL)
		return found;
	if (n == 0)
		return arena_printf(
		    mem, "%s%s", at->base, hash != NULL ? hash + 1 : "");
	found = find_by(r, "$id", (struct slice){ref, n});
	if (found != NULL)
		return arena_printf(mem, "%s%s", found, hash != NULL ? hash + 1 : "");
	if (n > sizeof(extension) - 1 &&
	    memcmp(ref + n - sizeof(extension) + 1, extension, sizeof(extension) - 1) ==
		0)
		n -= sizeof(extension) - 1;
	return arena_printf(mem, SCHEMAS "%s%s",
	    component_name(r->w, (struct slice){ref, n}, r->suffix),
	    hash != NULL ? hash + 1 : "");
}

/* What a keyword's value holds. */
enum inside { INSIDE_VALUE, INSIDE_SCHEMAS, INSIDE_MAP };

static enum inside
what_is_inside(const char *keyword)
{
	static const char *const values[] = {
	    "const", "enum", "default", "examples", "required", "type"};
	static const char *const maps[] = {
	    "properties", "patternProperties", "$defs", "dependentSchemas"};

	for (size_t i = 0; i < COUNT_OF(values); i++)
		if (strcmp(keyword, values[i]) == 0)
			return INSIDE_VALUE;
	for (size_t i = 0; i < COUNT_OF(maps); i++)
		if (strcmp(keyword, maps[i]) == 0)
			return INSIDE_MAP;
	return INSIDE_SCHEMAS;
}

struct members {
	struct rewrite *r;
	struct spot at;
};

static void put_schema(
    struct rewrite *r, const struct spot *at, const struct json *value);

static bool
put_named_schema(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	const struct spot inner = {
	    path_to(m->r->w->cx->mem, m->at.path, name), m->at.base};

	json_name(&m->r->o, name);
	put_schema(m->r, &inner, value);
	return true;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema was parsed */
put_inside(struct rewrite *r, const struct spot *at, const struct json *value)
{
	if (json_type(value) != JSON_ARRAY) {
		put_schema(r, at, value);
		return;
	}
	json_open_array(&r->o);
	for (size_t i = 0; i < json_count(value); i++) {
		const struct spot inner = {
		    arena_printf(r->w->cx->mem, "%s/%zu", at->path, i), at->base};

		put_schema(r, &inner, json_item(value, i));
	}
	json_close_array(&r->o);
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema was parsed */
put_map(struct rewrite *r, const struct spot *at, const struct json *value)
{
	struct members m = {r, *at};

	json_open_object(&r->o);
	json_each(value, put_named_schema, &m);
	json_close_object(&r->o);
}

static bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema was parsed */
put_keyword(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	struct json_out *o = &m->r->o;
	const struct spot inner = {
	    path_to(m->r->w->cx->mem, m->at.path, name), m->at.base};

	if (strcmp(name, "$schema") == 0 || strcmp(name, "$id") == 0 ||
	    strcmp(name, "$anchor") == 0)
		return true;
	json_name(o, strcmp(name, "errorMessage") == 0 ? "x-error-message" : name);
	if (strcmp(name, "$ref") == 0 && json_text(value) != NULL)
		json_put_text(o, moved_ref(m->r, &m->at, json_text(value)));
	else if (what_is_inside(name) == INSIDE_VALUE ||
	    (json_type(value) != JSON_OBJECT && json_type(value) != JSON_ARRAY) ||
	    strcmp(name, "errorMessage") == 0)
		json_put(o, value);
	else if (what_is_inside(name) == INSIDE_MAP)
		put_map(m->r, &inner, value);
	else
		put_inside(m->r, &inner, value);
	return true;
}

/* An object that nothing is said of: what makes clients takes it for one without
 * members unless it is told. */
static bool
is_any_object(const struct json *schema)
{
	static const char *const says[] = {"properties", "additionalProperties",
	    "patternProperties", "$ref", "allOf", "anyOf", "oneOf"};
	const char *type = json_get_text(schema, "type");

	for (size_t i = 0; i < COUNT_OF(says); i++)
		if (json_has(schema, says[i]))
			return false;
	return type != NULL && strcmp(type, "object") == 0;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema was parsed */
put_schema(struct rewrite *r, const struct spot *at, const struct json *value)
{
	struct members m = {r, *at};

	if (json_type(value) != JSON_OBJECT) {
		json_put(&r->o, value);
		return;
	}
	if (json_has(value, "$id"))
		m.at.base = at->path;
	json_open_object(&r->o);
	json_each(value, put_keyword, &m);
	if (is_any_object(value))
		json_member_bool(&r->o, "additionalProperties", true);
	json_close_object(&r->o);
}

/* Into a buffer of its own: as deep as a schema may be, beside the document's depth. */
static enum err
put_file(struct openapi *w, const char *file, const char *text, const char *suffix)
{
	const char *name = component_name(w, slice_of(file), suffix);
	const char *path = arena_printf(w->cx->mem, SCHEMAS "%s", name);
	struct rewrite r = {.w = w, .suffix = suffix, .path = path};
	const struct json *schema;
	struct buf b;
	enum err rc = json_parse(w->cx, text, strlen(text), 0, &schema);

	if (rc != ERR_OK)
		return err_set(&w->cx->err, ERR_CONFIG, "the schema %s: %s", file,
		    err_public(&w->cx->err));
	r.schema = schema;
	buf_init(&b, w->cx->mem, SIZE_MAX);
	json_out_init(&r.o, &b);
	put_schema(&r, &(struct spot){path, path}, schema);
	json_member_raw(&w->o, name, buf_text(&b));
	return ERR_OK;
}

enum err
openapi_put_schemas(struct openapi *w)
{
	enum err rc = ERR_OK;

	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT && rc == ERR_OK; i++)
		rc = put_file(w, schema_texts[i].name,
		    openapi_request_schema(w, (enum schema_id)i), request_suffix);
	for (int i = REPLY_SCHEMA_NONE + 1; i < REPLY_SCHEMA_COUNT && rc == ERR_OK; i++)
		rc = put_file(
		    w, reply_schema_texts[i].name, reply_schema_texts[i].text, "");
	return rc;
}

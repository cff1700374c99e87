/* extension.c - see extension.h. */
#include "controllers/extension.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "provision/draft.h"

/* What is answered beside what was sent, and so no name for a member that is kept. */
static const char *const *
reserved_of(enum schema_id id)
{
	static const char *const none[] = {NULL};

	return id == SCHEMA_provisioning_tenant ? provision_reserved : none;
}

void
extension_fault(struct ctx *cx, const struct extension *x, const char *pointer,
    const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ctx_fault(
	    cx, "SCHEMA_DIR", "schema", "%s: at \"%s\": %s", x->path, pointer, text);
}

/* -- types -- */

enum { INTEGER = 1 << JSON_INT, NUMBER = 1 << JSON_NUMBER, ANY_TYPE = 0x7f };

static unsigned
type_bit(const char *name)
{
	static const struct {
		const char *name;
		unsigned bits;
	} types[] = {{"null", 1 << JSON_NULL}, {"boolean", 1 << JSON_BOOL},
	    {"integer", INTEGER}, {"number", INTEGER | NUMBER},
	    {"string", 1 << JSON_STRING}, {"array", 1 << JSON_ARRAY},
	    {"object", 1 << JSON_OBJECT}};

	for (size_t i = 0; name != NULL && i < COUNT_OF(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].bits;
	return 0;
}

/* The types a schema lets in, as far as its "type" says. */
static unsigned
types_of(const struct json *schema)
{
	const struct json *type = json_get(schema, "type");
	unsigned bits = type_bit(json_text(type));

	if (json_type(schema) == JSON_BOOL)
		return json_bool(schema) ? ANY_TYPE : 0;
	if (!json_has(schema, "type"))
		return ANY_TYPE;
	for (size_t i = 0; i < json_count(type); i++)
		bits |= type_bit(json_text(json_item(type, i)));
	return bits;
}

/* -- members -- */

/* Whether further members are refused whatever stands beside it. */
static bool
is_closed(const struct json *schema)
{
	const struct json *more = json_get(schema, "additionalProperties");

	return json_type(more) == JSON_BOOL && !json_bool(more);
}

/* The keyword by which a file takes no members that it does not name, or NULL. */
static const char *
closed_by(const struct json *schema)
{
	static const char *const keywords[] = {
	    "additionalProperties", "unevaluatedProperties"};

	for (size_t i = 0; i < COUNT_OF(keywords); i++) {
		const struct json *more = json_get(schema, keywords[i]);

		if (json_type(more) == JSON_BOOL && !json_bool(more))
			return keywords[i];
	}
	return NULL;
}

static bool
is_required(const struct json *schema, const char *name)
{
	const struct json *list = json_get(schema, "required");

	for (size_t i = 0; i < json_count(list); i++)
		if (strcmp(json_text(json_item(list, i)), name) == 0)
			return true;
	return false;
}

struct visit {
	struct ctx *cx;
	const struct extension *x;
};

static bool
check_property(const char *name, const struct json *value, void *arg)
{
	const struct visit *v = arg;
	const struct json *theirs = json_get(v->x->base, "properties");
	const char *at = arena_printf(v->cx->mem, "/properties/%s", name);

	if (!schema_has_property(v->x->base_schema, name)) {
		if (is_closed(v->x->base))
			extension_fault(v->cx, v->x, at,
			    "the built-in schema takes no further members: it can "
			    "only be tightened");
	} else if (json_type(value) == JSON_BOOL && !json_bool(value)) {
		if (is_required(v->x->base, name))
			extension_fault(v->cx, v->x, at,
			    "the built-in schema requires this member: nothing would "
			    "fit both");
	} else if (json_has(theirs, name) &&
	    (types_of(value) & types_of(json_get(theirs, name))) == 0)
		extension_fault(v->cx, v->x, at,
		    "the built-in schema gives this member another type: nothing would "
		    "fit both");
	return true;
}

static void
check_required(struct ctx *cx, const struct extension *x)
{
	const struct json *list = json_get(x->own, "required");

	/* without properties it keeps whatever there is */
	if (!json_has(x->base, "properties"))
		return;
	for (size_t i = 0; i < json_count(list); i++) {
		const char *name = json_text(json_item(list, i));

		if (!schema_has_property(x->base_schema, name) &&
		    !schema_has_property(x->own_schema, name))
			extension_fault(cx, x,
			    arena_printf(cx->mem, "/required/%zu", i),
			    "neither this file nor the built-in schema has a property "
			    "\"%.100s\"",
			    name);
	}
}

/* Neither keyword sees the properties of another schema of the same allOf. */
static void
check_closing(struct ctx *cx, const struct extension *x)
{
	const struct json *list = json_get(x->base, "required");
	const char *by = closed_by(x->own);

	for (size_t i = 0; by != NULL && i < json_count(list); i++) {
		const char *name = json_text(json_item(list, i));

		if (!schema_has_property(x->own_schema, name))
			extension_fault(cx, x, arena_printf(cx->mem, "/%s", by),
			    "would refuse \"%.100s\", which the built-in schema "
			    "requires: name it in properties here, too",
			    name);
	}
}

void
extension_check(struct ctx *cx, const struct extension *x)
{
	const char *const *reserved = reserved_of(x->id);
	struct visit v = {cx, x};

	if ((types_of(x->own) & types_of(x->base)) == 0)
		extension_fault(cx, x, "/type",
		    "the built-in schema asks for another type: nothing would fit "
		    "both");
	for (; *reserved != NULL; reserved++)
		if (schema_has_property(x->own_schema, *reserved))
			extension_fault(cx, x, "/properties",
			    "the member \"%s\" is reserved: it is answered by the "
			    "server",
			    *reserved);
	json_each(json_get(x->own, "properties"), check_property, &v);
	check_required(cx, x);
	check_closing(cx, x);
}

/* -- both as one -- */

static bool
is_among(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Members of the document itself, whichever of the two they come from. */
static const char *const lifted[] = {
    "$schema", "title", "description", "examples", NULL};

/* What the file becomes inside the document of both. */
struct part {
	struct json_out *o;
	const char *at; /* the reference to it there */
	bool top;
	bool names; /* its members' names are no keywords */
};

static void put_part(struct part part, const struct json *v);

static void
put_reference(const struct part *part, const char *ref)
{
	char text[1024];
	bool own = ref[0] == '#' && (ref[1] == '/' || ref[1] == '\0');
	int n = own ? snprintf(text, sizeof(text), "%s%s", part->at, ref + 1) : 0;

	/* one that is cut would name something else */
	json_put_text(part->o, n > 0 && (size_t)n < sizeof(text) ? text : ref);
}

static bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
put_member(const char *name, const struct json *value, void *arg)
{
	static const char *const values[] = {
	    "const", "default", "enum", "examples", NULL};
	static const char *const maps[] = {
	    "$defs", "dependentSchemas", "patternProperties", "properties", NULL};
	static const char *const references[] = {"$dynamicRef", "$ref", NULL};
	const struct part *part = arg;
	struct part inner = {part->o, part->at, false, false};

	if (part->top && is_among(lifted, name))
		return true;
	json_name(part->o, name);
	inner.names = !part->names && is_among(maps, name);
	if (part->names || !(is_among(values, name) || is_among(references, name)))
		put_part(inner, value);
	else if (is_among(references, name) && json_text(value) != NULL)
		put_reference(part, json_text(value));
	else
		json_put(part->o, value);
	return true;
}

/* References from the top of the file lead to where that is now; below an "$id" they
 * lead there still. */
static void
/* NOLINTNEXTLINE(misc-no-recursion): as deep as json_parse() lets in */
put_part(struct part part, const struct json *v)
{
	if (json_type(v) == JSON_OBJECT &&
	    (part.top || part.names || !json_has(v, "$id"))) {
		json_open_object(part.o);
		json_each(v, put_member, &part);
		json_close_object(part.o);
	} else if (json_type(v) == JSON_ARRAY) {
		json_open_array(part.o);
		for (size_t i = 0; i < json_count(v); i++)
			put_part(part, json_item(v, i));
		json_close_array(part.o);
	} else
		json_put(part.o, v);
}

static void
put_text(struct json_out *o, const struct extension *x, const char *name)
{
	const struct json *from = json_has(x->own, name) ? x->own : x->base;

	if (json_get_text(from, name) != NULL)
		json_member_text(o, name, json_get_text(from, name));
}

/* The built-in examples know nothing of the members that the file asks for. */
static bool
fits_own(struct arena *mem, const struct extension *x, const struct json *examples)
{
	struct ctx cx;

	ctx_init(&cx, mem);
	for (size_t i = 0; i < json_count(examples); i++)
		if (schema_check(&cx, x->own_schema, json_item(examples, i)) != ERR_OK)
			return false;
	return json_count(examples) > 0;
}

static void
put_examples(struct arena *mem, struct json_out *o, const struct extension *x)
{
	const struct json *own = json_get(x->own, "examples"),
			  *base = json_get(x->base, "examples");
	const struct json *chosen = own != NULL ? own
	    : fits_own(mem, x, base)            ? base
						: NULL;

	if (chosen == NULL)
		return;
	json_name(o, "examples");
	json_put(o, chosen);
}

static bool
put_base_member(const char *name, const struct json *value, void *arg)
{
	struct json_out *o = arg;

	if (!is_among(lifted, name) && strcmp(name, "allOf") != 0) {
		json_name(o, name);
		json_put(o, value);
	}
	return true;
}

static void
put_all_of(struct arena *mem, struct json_out *o, const struct extension *x)
{
	const struct json *list = json_get(x->base, "allOf");
	const size_t n = json_count(list);
	const char *at =
	    json_has(x->own, "$id") ? "#" : arena_printf(mem, "#/allOf/%zu", n);

	json_name(o, "allOf");
	json_open_array(o);
	for (size_t i = 0; i < n; i++)
		json_put(o, json_item(list, i));
	put_part((struct part){o, at, true, false}, x->own);
	json_close_array(o);
}

enum { TEXT_MAX = 1024 * 1024 };

/* The program's document with one more of allOf: so "#/properties/…" still names what
 * it did, for the program's schemas and for other files. */
const char *
extension_join(struct arena *mem, const struct extension *x)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "$schema", "https://json-schema.org/draft/2020-12/schema");
	put_text(&o, x, "title");
	put_text(&o, x, "description");
	json_each(x->base, put_base_member, &o);
	put_all_of(mem, &o, x);
	put_examples(mem, &o, x);
	json_close_object(&o);
	return buf_text(&b);
}

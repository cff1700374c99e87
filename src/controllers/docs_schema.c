/* docs_schema.c - schemas as rows of a table, see docs_parts.h. */
#include <string.h>

#include "base/str.h"
#include "controllers/docs_parts.h"

/* A schema of an operator may refer to itself, and by many ways to the same. */
enum {
	ROWS_DEPTH = 6,
	REFS_MOST = 8,
	LISTS_MOST = 4,  /* lists in lists that are told of */
	PARTS_MOST = 32, /* schemas in each other that are of the same value */
	VISITS_MOST = 2000,
	ROWS_BYTES = 128 * 1024 /* of a table, and a row more */
};

/* "~1" and "~0" (RFC 6901) undone. */
static const char *
unescape(struct slice s, char out[static 256])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < 255; i++)
		if (s.p[i] == '~' && i + 1 < s.n)
			out[n++] = s.p[++i] == '1' ? '/' : '~';
		else
			out[n++] = s.p[i];
	out[n] = '\0';
	return out;
}

static const struct json *
at_pointer(const struct json *v, const char *pointer)
{
	struct slice rest = slice_of(pointer), piece;
	char name[256];
	int64_t i;

	while (v != NULL && slice_cut(&rest, '/', &piece)) {
		if (json_type(v) == JSON_ARRAY)
			v = str_to_i64(piece, 0, INT64_MAX, &i)
			    ? json_item(v, (size_t)i)
			    : NULL;
		else
			v = json_get(v, unescape(piece, name));
	}
	return v;
}

const struct json *
docs_resolve(const struct docs *d, const struct json *v)
{
	for (int i = 0; i < REFS_MOST; i++) {
		const char *ref = json_get_text(v, "$ref");

		if (ref == NULL || strncmp(ref, "#/", 2) != 0)
			break;
		v = at_pointer(d->doc, ref + 2);
	}
	return v;
}

/* -- in words -- */

static void
put_value(struct buf *b, const struct json *v)
{
	struct json_out o;

	if (json_text(v) != NULL) {
		buf_puts(b, json_text(v));
		return;
	}
	json_out_init(&o, b);
	json_put(&o, v);
}

static void
put_choices(struct buf *b, const struct json *list)
{
	for (size_t i = 0; i < json_count(list); i++) {
		buf_puts(b, i > 0 ? ", " : "");
		put_value(b, json_item(list, i));
	}
}

static void
put_type_names(struct buf *b, const struct json *type)
{
	if (json_text(type) != NULL)
		buf_puts(b, json_text(type));
	for (size_t i = 0; i < json_count(type); i++)
		buf_printf(
		    b, "%s%s", i > 0 ? " or " : "", json_text(json_item(type, i)));
}

/* What the innermost of lists in lists holds. */
static const struct json *
put_lists(const struct docs *d, const struct json *schema, struct buf *b)
{
	const struct json *s = docs_resolve(d, schema);

	for (int i = 0; i < LISTS_MOST; i++) {
		const char *word = json_get_text(s, "type");

		if (word == NULL || strcmp(word, "array") != 0 ||
		    !json_has(s, "items") || json_has(s, "const") ||
		    json_has(s, "enum"))
			break;
		buf_puts(b, "list of: ");
		s = docs_resolve(d, json_get(s, "items"));
	}
	return s;
}

void
docs_put_type(const struct docs *d, const struct json *schema, struct buf *b)
{
	const struct json *s = put_lists(d, schema, b), *type = json_get(s, "type");

	if (json_has(s, "const"))
		put_value(b, json_get(s, "const"));
	else if (json_has(s, "enum"))
		put_choices(b, json_get(s, "enum"));
	else if (type != NULL)
		put_type_names(b, type);
	else if (json_has(s, "properties") || json_has(s, "allOf"))
		buf_puts(b, "object");
	else if (json_has(s, "oneOf") || json_has(s, "anyOf"))
		buf_puts(b, "one of several");
	else
		buf_puts(b, "any");
	if (json_get_text(s, "format") != NULL)
		buf_printf(b, " (%s)", json_get_text(s, "format"));
}

/* "1 to 255 characters". */
static void
put_bounds(
    struct buf *b, const struct json *s, const char *const names[2], const char *unit)
{
	const struct json *min = json_get(s, names[0]), *max = json_get(s, names[1]);

	if (min == NULL && max == NULL)
		return;
	buf_puts(b, b->n > 0 ? "; " : "");
	if (max == NULL)
		buf_puts(b, "at least ");
	else if (min == NULL)
		buf_puts(b, "at most ");
	if (min != NULL)
		put_value(b, min);
	if (min != NULL && max != NULL)
		buf_puts(b, " to ");
	if (max != NULL)
		put_value(b, max);
	buf_puts(b, unit);
}

static void
put_phrase(struct buf *b, const char *text)
{
	buf_printf(b, "%s%s", b->n > 0 ? "; " : "", text);
}

void
docs_put_bounds(struct buf *b, const struct json *s)
{
	static const char *const lengths[] = {"minLength", "maxLength"},
				 *const items[] = {"minItems", "maxItems"},
				 *const values[] = {"minimum", "maximum"};

	put_bounds(b, s, lengths, " characters");
	put_bounds(b, s, items, " items");
	put_bounds(b, s, values, "");
	if (json_bool(json_get(s, "uniqueItems")))
		put_phrase(b, "no two alike");
	if (json_bool(json_get(s, "writeOnly")))
		put_phrase(b, "never shown");
	if (json_get_text(s, "pattern") != NULL) {
		put_phrase(b, "like ");
		buf_puts(b, json_get_text(s, "pattern"));
	}
	if (json_has(s, "default")) {
		put_phrase(b, "else ");
		put_value(b, json_get(s, "default"));
	}
}

/* -- rows -- */

struct rows {
	const struct docs *d;
	struct json_out *o;
	const struct json *required; /* of the schema at hand */
	unsigned depth,
	    parts;        /* parts: how many schemas of the same value are around */
	unsigned *visits; /* how many more there may be, of the whole table */
	size_t end;       /* where in the text the last row has to begin before */
};

static bool
is_required(const struct rows *r, const char *name)
{
	for (size_t i = 0; i < json_count(r->required); i++)
		if (strcmp(json_text(json_item(r->required, i)), name) == 0)
			return true;
	return false;
}

static void put_schema_rows(
    const struct rows *outer, const struct json *schema, unsigned depth);

static bool
/* NOLINTNEXTLINE(misc-no-recursion): to ROWS_DEPTH */
put_row(const char *name, const struct json *value, void *arg)
{
	struct rows *r = arg;
	const struct json *s = docs_resolve(r->d, value);
	struct buf type, note;

	if (r->o->to->n > r->end)
		return false;
	buf_init(&type, NULL, SIZE_MAX);
	buf_init(&note, NULL, SIZE_MAX);
	docs_put_type(r->d, s, &type);
	if (json_get_text(s, "description") != NULL)
		buf_puts(&note, json_get_text(s, "description"));
	docs_put_bounds(&note, s);
	json_open_object(r->o);
	json_member_text(r->o, "name", name);
	json_member_i64(r->o, "depth", r->depth);
	json_member_text(r->o, "type", buf_text(&type));
	json_member_bool(r->o, "required", is_required(r, name));
	json_member_text(r->o, "note", buf_text(&note));
	json_close_object(r->o);
	buf_fini(&type);
	buf_fini(&note);
	put_schema_rows(r, s, r->depth + 1);
	return true;
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): to ROWS_DEPTH */
put_each(const struct rows *outer, const struct json *list, unsigned depth)
{
	for (size_t i = 0; i < json_count(list); i++)
		put_schema_rows(outer, json_item(list, i), depth);
}

/* What its values hold, and those of its parts. */
static void
/* NOLINTNEXTLINE(misc-no-recursion): to ROWS_DEPTH */
put_schema_rows(const struct rows *outer, const struct json *schema, unsigned depth)
{
	const struct json *s = docs_resolve(outer->d, schema);
	struct rows r = *outer;

	r.parts = depth == outer->depth ? outer->parts + 1 : 0;
	if (depth > ROWS_DEPTH || r.parts > PARTS_MOST || *r.visits == 0 ||
	    r.o->to->n > r.end)
		return;
	--*r.visits;
	r.depth = depth;
	r.required = json_get(s, "required");
	json_each(json_get(s, "properties"), put_row, &r);
	if (json_has(s, "items"))
		put_schema_rows(outer, json_get(s, "items"), depth);
	put_each(outer, json_get(s, "allOf"), depth);
	put_each(outer, json_get(s, "oneOf"), depth);
	put_each(outer, json_get(s, "anyOf"), depth);
}

void
docs_put_rows(const struct docs *d, const struct json *schema, struct json_out *o)
{
	unsigned visits = VISITS_MOST;
	const struct rows r = {
	    .d = d, .o = o, .visits = &visits, .end = o->to->n + ROWS_BYTES};

	json_name(o, "rows");
	json_open_array(o);
	put_schema_rows(&r, schema, 0);
	json_close_array(o);
}

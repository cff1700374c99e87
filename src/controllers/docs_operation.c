/* docs_operation.c - what is said of one operation, see docs_parts.h. */
#include <string.h>

#include "base/str.h"
#include "controllers/docs_parts.h"

struct view {
	const struct docs *d;
	const struct docs_operation *op;
	struct arena *mem;
	struct json_out *o;
};

static char *
upper(struct arena *mem, const char *text)
{
	char *out = arena_strdup(mem, text);

	for (char *p = out; *p != '\0'; p++)
		*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A'
			: *p == '-'                ? '_'
						   : *p);
	return out;
}

static void
member_copy(struct view *v, const char *name)
{
	json_member_text(v->o, name, json_get_text(v->op->of, name));
}

static void
member_prose(struct view *v, const char *name, const char *text)
{
	struct buf b;

	buf_init(&b, v->mem, SIZE_MAX);
	docs_put_prose(&b, text != NULL ? text : "");
	json_member_text(v->o, name, buf_text(&b));
}

static void
member_pretty(struct view *v, const char *name, const struct json *value)
{
	struct buf b;

	if (value == NULL)
		return;
	buf_init(&b, v->mem, SIZE_MAX);
	docs_put_pretty(&b, value, 0);
	json_member_text(v->o, name, buf_text(&b));
}

/* -- parameters -- */

static void
put_parameter(struct view *v, const struct json *p)
{
	const struct json *schema = json_get(p, "schema");
	struct buf type, note;

	buf_init(&type, v->mem, SIZE_MAX);
	buf_init(&note, v->mem, SIZE_MAX);
	docs_put_type(v->d, schema, &type);
	buf_puts(&note, json_get_text(p, "description"));
	docs_put_bounds(&note, schema);
	json_open_object(v->o);
	json_member_text(v->o, "name", json_get_text(p, "name"));
	json_member_text(v->o, "in", json_get_text(p, "in"));
	json_member_bool(v->o, "required", json_bool(json_get(p, "required")));
	json_member_text(v->o, "type", buf_text(&type));
	json_member_text(v->o, "note", buf_text(&note));
	json_close_object(v->o);
}

/* X-Request-Id, which every operation takes, is told of once, above. */
static void
put_parameters(struct view *v)
{
	const struct json *list = json_get(v->op->of, "parameters");

	json_name(v->o, "parameters");
	json_open_array(v->o);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *p = docs_resolve(v->d, json_item(list, i));

		if (strcmp(json_get_text(p, "name"), "X-Request-Id") != 0)
			put_parameter(v, p);
	}
	json_close_array(v->o);
}

/* -- the body -- */

struct media {
	struct view *v;
	const char *type;         /* of the first */
	const struct json *value; /* likewise */
	struct buf *types;
};

static bool
take_media(const char *type, const struct json *value, void *arg)
{
	struct media *m = arg;

	if (m->type == NULL) {
		m->type = type;
		m->value = value;
	}
	buf_printf(m->types, "%s%s", m->types->n > 0 ? ", " : "", type);
	return true;
}

static struct media
first_media(struct view *v, const struct json *of, struct buf *types)
{
	struct media m = {.v = v, .types = types};

	buf_init(types, v->mem, SIZE_MAX);
	json_each(json_get(of, "content"), take_media, &m);
	return m;
}

static void
put_body(struct view *v)
{
	const struct json *body = json_get(v->op->of, "requestBody"), *schema;
	struct buf types;
	const struct media m = first_media(v, body, &types);

	if (body == NULL)
		return;
	schema = json_get(m.value, "schema");
	json_name(v->o, "body");
	json_open_object(v->o);
	json_member_bool(v->o, "needed", json_bool(json_get(body, "required")));
	json_member_text(v->o, "media", buf_text(&types));
	json_member_text(
	    v->o, "title", json_get_text(docs_resolve(v->d, schema), "title"));
	docs_put_rows(v->d, schema, v->o);
	json_close_object(v->o);
}

/* -- an example with curl -- */

static bool
put_field(const char *name, const struct json *value, void *arg)
{
	struct view *v = ((struct media *)arg)->v;

	if (json_text(value) != NULL) {
		buf_puts(((struct media *)arg)->types, " \\\n  --data-urlencode ");
		docs_put_quoted(((struct media *)arg)->types,
		    arena_printf(v->mem, "%s=%s", name, json_text(value)));
	}
	return true;
}

static void
put_data(struct view *v, struct buf *b)
{
	struct buf types, text;
	struct media m = first_media(v, json_get(v->op->of, "requestBody"), &types);
	const struct json *example = json_get(m.value, "example");

	if (example == NULL)
		return;
	if (strcmp(m.type, "application/x-www-form-urlencoded") == 0) {
		m.types = b;
		json_each(example, put_field, &m);
		return;
	}
	buf_init(&text, v->mem, SIZE_MAX);
	docs_put_pretty(&text, example, 0);
	buf_printf(b, " \\\n  -H 'Content-Type: %s' \\\n  -d ", m.type);
	docs_put_quoted(b, buf_text(&text));
}

/* "$URL/api/webhooks/$WEBHOOK" */
static void
put_url(struct view *v, struct buf *b)
{
	struct slice rest = slice_of(v->op->path), piece;

	buf_puts(b, " \"$URL");
	(void)slice_cut(&rest, '/', &piece);
	while (slice_cut(&rest, '/', &piece))
		if (piece.n > 2 && piece.p[0] == '{')
			buf_printf(b, "/$%s",
			    upper(v->mem,
				slice_dup(
				    v->mem, (struct slice){piece.p + 1, piece.n - 2})));
		else
			buf_printf(b, "/%.*s", (int)piece.n, piece.p);
	buf_putc(b, '"');
}

static bool
takes_header(const struct view *v, const char *name)
{
	const struct json *list = json_get(v->op->of, "parameters");

	for (size_t i = 0; i < json_count(list); i++)
		if (strcmp(
			json_get_text(docs_resolve(v->d, json_item(list, i)), "name"),
			name) == 0)
			return true;
	return false;
}

static void
put_curl(struct view *v)
{
	const struct json *security = json_get(v->op->of, "security");
	struct buf b;

	buf_init(&b, v->mem, SIZE_MAX);
	buf_puts(&b, "curl");
	if (strcmp(v->op->method, "get") != 0)
		buf_printf(&b, " -X %s", upper(v->mem, v->op->method));
	put_url(v, &b);
	if (json_has(json_item(security, 0), "token"))
		buf_puts(&b, " \\\n  -H \"Authorization: Bearer $TOKEN\"");
	if (takes_header(v, "Idempotency-Key"))
		buf_puts(&b, " \\\n  -H 'Idempotency-Key: a-word-of-your-own'");
	if (takes_header(v, "If-Match"))
		buf_puts(&b, " \\\n  -H \"If-Match: $ETAG\"");
	put_data(v, &b);
	json_member_text(v->o, "curl", buf_text(&b));
}

/* -- answers -- */

struct answering {
	struct view *v;
	const char *status;
	const struct json *of;
};

static bool
put_answer(const char *type, const struct json *value, void *arg)
{
	struct answering *a = arg;
	struct view *v = a->v;
	const struct json *schema = json_get(value, "schema");
	const struct json *line = json_get(value, "x-line-schema");

	json_open_object(v->o);
	json_member_text(v->o, "status", a->status);
	json_member_text(v->o, "media", type);
	json_member_text(v->o, "note", json_get_text(a->of, "description"));
	json_member_bool(v->o, "lines", line != NULL);
	schema = line != NULL ? line : schema;
	json_member_text(
	    v->o, "title", json_get_text(docs_resolve(v->d, schema), "title"));
	docs_put_rows(v->d, schema, v->o);
	member_pretty(v, "example", json_get(value, "example"));
	json_close_object(v->o);
	return true;
}

static bool
put_answers(const char *status, const struct json *value, void *arg)
{
	struct view *v = arg;
	struct answering a = {v, status, docs_resolve(v->d, value)};

	if (status[0] >= '4')
		return true;
	if (json_has(a.of, "content")) {
		json_each(json_get(a.of, "content"), put_answer, &a);
		return true;
	}
	json_open_object(v->o);
	json_member_text(v->o, "status", status);
	json_member_text(v->o, "note", json_get_text(a.of, "description"));
	json_close_object(v->o);
	return true;
}

static const struct json *
find_problem(const struct docs *d, const char *slug)
{
	const struct json *all = json_get(d->doc, "x-problems");

	for (size_t i = 0; i < json_count(all); i++)
		if (strcmp(json_get_text(json_item(all, i), "type"), slug) == 0)
			return json_item(all, i);
	return NULL;
}

static void
put_problems(struct view *v)
{
	const struct json *types = json_get(v->op->of, "x-problem-types");

	json_name(v->o, "problems");
	json_open_array(v->o);
	for (size_t i = 0; i < json_count(types); i++)
		json_put(v->o, find_problem(v->d, json_text(json_item(types, i))));
	json_close_array(v->o);
}

void
docs_put_operation(const struct docs *d, const struct docs_operation *op,
    struct arena *mem, struct json_out *o)
{
	struct view v = {d, op, mem, o};

	json_open_object(o);
	json_member_text(o, "prefix", d->prefix);
	json_member_text(o, "method", upper(mem, op->method));
	json_member_text(o, "kind", op->method);
	json_member_text(o, "path", op->path);
	member_copy(&v, "operationId");
	member_copy(&v, "summary");
	member_prose(&v, "description", json_get_text(op->of, "description"));
	put_parameters(&v);
	put_body(&v);
	put_curl(&v);
	json_name(o, "answers");
	json_open_array(o);
	json_each(json_get(op->of, "responses"), put_answers, &v);
	json_close_array(o);
	put_problems(&v);
	json_close_object(o);
}

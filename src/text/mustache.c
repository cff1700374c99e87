/* mustache.c - see mustache.h: renders what mustache_compile.c made. */
#include "text/mustache.h"

#include <string.h>

#include "text/program.h"
#include "json/decimal.h"

/* The stack of contexts, innermost first; lives on the C stack. */
struct scope {
	const struct scope *up;
	const struct json *value;
};

struct run {
	struct ctx *cx;
	const struct mustache_use *use;
	struct buf *out;
	unsigned steps, depth;
};

/* Where nodes are rendered: over what, and what their lines begin with. */
struct place {
	const struct scope *scope;
	struct slice indent;
};

static enum err render(struct run *r, const struct node *node, const struct place *p);

/* -- values -- */

/* The rest of a name inside what its first part names. */
static const struct json *
find_inside(const struct json *value, const struct node *node)
{
	const char *part = node->name;

	for (unsigned i = 1; i < node->parts; i++) {
		part += strlen(part) + 1;
		value = json_get(value, part);
	}
	return value;
}

static const struct json *
find_value(const struct scope *scope, const struct node *node)
{
	if (node->parts == 0)
		return scope->value;
	for (; scope != NULL; scope = scope->up)
		if (json_has(scope->value, node->name))
			return find_inside(json_get(scope->value, node->name), node);
	return NULL;
}

static bool
is_true(const struct json *value)
{
	char own[JSON_DIGITS_SIZE];

	switch (json_type(value)) {
	case JSON_NULL:
		return false;
	case JSON_BOOL:
		return json_bool(value);
	case JSON_INT:
	case JSON_NUMBER:
		return decimal_read(json_digits(value, own)).n > 0;
	case JSON_STRING:
		return json_text(value)[0] != '\0';
	case JSON_ARRAY:
		return json_count(value) > 0;
	case JSON_OBJECT:
		return true;
	}
	return false;
}

/* Never NULL; made in own. */
static const char *
text_of(const struct json *value, char own[static JSON_DIGITS_SIZE])
{
	switch (json_type(value)) {
	case JSON_BOOL:
		return json_bool(value) ? "true" : "false";
	case JSON_INT:
	case JSON_NUMBER:
		return json_digits(value, own);
	case JSON_STRING:
		return json_text(value);
	default:
		return "";
	}
}

/* -- output -- */

static const char *
reference(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return "&#39;";
	}
}

static void
put_escaped(struct buf *out, const char *text)
{
	for (;;) {
		size_t plain = strcspn(text, "&<>\"'");

		buf_put(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		buf_puts(out, reference(*text++));
	}
}

static void
put_indent(struct run *r, const struct place *p)
{
	if (p->indent.n > 0)
		buf_put(r->out, p->indent.p, p->indent.n);
}

/* Each line in it but the first begins with the indentation. */
static void
put_text(struct run *r, struct slice text, const struct place *p)
{
	const char *end;

	while (p->indent.n > 0 && text.n > 1 &&
	    (end = memchr(text.p, '\n', text.n - 1)) != NULL) {
		size_t n = (size_t)(end - text.p) + 1;

		buf_put(r->out, text.p, n);
		put_indent(r, p);
		text = (struct slice){text.p + n, text.n - n};
	}
	buf_put(r->out, text.p, text.n);
}

static void
put_value(struct run *r, const struct node *node, const struct place *p)
{
	char own[JSON_DIGITS_SIZE];
	const char *text = text_of(find_value(p->scope, node), own);

	if (node->kind == NODE_VALUE && r->use->escape == MUSTACHE_HTML)
		put_escaped(r->out, text);
	else
		buf_puts(r->out, text);
}

/* -- nodes -- */

static enum err
count_step(struct run *r)
{
	if (r->out->failed)
		return err_tell(&r->cx->err, ERR_INVALID,
		    "what the template makes has more than %zu bytes", r->out->limit);
	if (r->steps++ == MUSTACHE_STEPS_MAX)
		return err_tell(&r->cx->err, ERR_INVALID,
		    "the template takes more than %d steps", MUSTACHE_STEPS_MAX);
	return ERR_OK;
}

static enum err
/* NOLINTNEXTLINE(misc-no-recursion): to MUSTACHE_DEPTH_MAX */
render_inside(struct run *r, const struct node *body, const struct place *p)
{
	enum err rc;

	if (r->depth == MUSTACHE_DEPTH_MAX)
		return err_tell(&r->cx->err, ERR_INVALID,
		    "more than %d sections and partials in each other",
		    MUSTACHE_DEPTH_MAX);
	r->depth++;
	rc = render(r, body, p);
	r->depth--;
	return rc;
}

static enum err
/* NOLINTNEXTLINE(misc-no-recursion): to MUSTACHE_DEPTH_MAX */
render_section(struct run *r, const struct node *node, const struct place *p)
{
	const struct json *value = find_value(p->scope, node);
	bool is_list = json_type(value) == JSON_ARRAY;
	size_t n = is_list ? json_count(value) : is_true(value);
	enum err rc = ERR_OK;

	if (node->kind == NODE_INVERTED)
		return is_true(value) ? ERR_OK : render_inside(r, node->body, p);
	for (size_t i = 0; i < n && rc == ERR_OK; i++) {
		struct scope scope = {p->scope, is_list ? json_item(value, i) : value};

		if ((rc = count_step(r)) == ERR_OK)
			rc = render_inside(
			    r, node->body, &(struct place){&scope, p->indent});
	}
	return rc;
}

static enum err
/* NOLINTNEXTLINE(misc-no-recursion): to MUSTACHE_DEPTH_MAX */
render_partial(struct run *r, const struct node *node, const struct place *p)
{
	const struct mustache *m =
	    r->use->find == NULL ? NULL : r->use->find(r->use->arg, node->name);
	struct place inside = {p->scope, node->text};
	char both[MUSTACHE_INDENT_MAX];

	if (m == NULL)
		return ERR_OK;
	if (node->text.p != NULL && p->indent.n > 0) {
		if (p->indent.n + node->text.n > sizeof(both))
			return err_tell(&r->cx->err, ERR_INVALID,
			    "partials are indented by more than %d bytes",
			    MUSTACHE_INDENT_MAX);
		memcpy(both, p->indent.p, p->indent.n);
		memcpy(both + p->indent.n, node->text.p, node->text.n);
		inside.indent = (struct slice){both, p->indent.n + node->text.n};
	}
	return render_inside(r, m->body, &inside);
}

static enum err
/* NOLINTNEXTLINE(misc-no-recursion): to MUSTACHE_DEPTH_MAX */
render(struct run *r, const struct node *node, const struct place *p)
{
	enum err rc;

	for (rc = ERR_OK; node != NULL && rc == ERR_OK; node = node->next) {
		if ((rc = count_step(r)) != ERR_OK)
			return rc;
		if (node->starts_line)
			put_indent(r, p);
		switch (node->kind) {
		case NODE_TEXT:
			put_text(r, node->text, p);
			break;
		case NODE_VALUE:
		case NODE_RAW:
			put_value(r, node, p);
			break;
		case NODE_SECTION:
		case NODE_INVERTED:
			rc = render_section(r, node, p);
			break;
		case NODE_PARTIAL:
			rc = render_partial(r, node, p);
			break;
		}
	}
	return rc;
}

enum err
mustache_render(struct ctx *cx, const struct mustache *m,
    const struct mustache_use *use, struct buf *out)
{
	struct run r = {.cx = cx, .use = use, .out = out};
	struct scope scopes[MUSTACHE_VIEWS];
	enum err rc;

	for (int i = 0; i < MUSTACHE_VIEWS; i++)
		scopes[i] = (struct scope){
		    i + 1 < MUSTACHE_VIEWS ? &scopes[i + 1] : NULL, use->views[i]};
	rc = render(&r, m->body, &(struct place){&scopes[0], {NULL, 0}});
	return rc == ERR_OK ? count_step(&r) : rc;
}

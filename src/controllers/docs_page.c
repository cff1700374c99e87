/* docs_page.c - see docs_page.h. */
#include "controllers/docs_page.h"

#include <string.h>

#include "controllers/docs_parts.h"
#include "controllers/openapi.h"
#include "controllers/texts.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "text/mustache.h"

enum { OPERATION_MEMORY = 32 * 1024 * 1024 };

struct page {
	struct ctx *cx;
	struct docs docs;
	const struct mustache *operation; /* template */
	const struct json *manner;        /* {"open"}: whether all is shown at once */
	const char *words;
	struct arena *mem; /* of the operation at hand */
	struct json_out *o;
	const char *area; /* the one at hand */
	struct buf html;  /* of its operations */
	struct json_out places_o;
	int64_t found;
	enum err rc;
};

/* -- templates -- */

static enum err
compile(struct ctx *cx, const char *name, const struct mustache **out)
{
	return mustache_compile(cx, cx->mem, slice_of(text_get(slice_of(name))), out);
}

static enum err
render(struct ctx *cx, const struct mustache *m, struct buf *view, struct buf *out)
{
	struct mustache_use use = {.escape = MUSTACHE_HTML};
	enum err rc;

	if (view->failed)
		return err_set(&cx->err, ERR_INTERNAL, "a view is too large");
	rc = json_parse(cx, view->p, view->n, 0, &use.views[0]);
	return rc == ERR_OK ? mustache_render(cx, m, &use, out) : rc;
}

const char *
docs_policy(struct arena *mem)
{
	const char *style = text_get(slice_of("style"));
	const struct digest hash = digest_sha256(style, strlen(style));

	char text[BASE64_TEXT_SIZE(DIGEST_SIZE)];

	base64_encode(text, hash.b, sizeof(hash.b));
	return arena_printf(mem,
	    "default-src 'none'; style-src 'sha256-%s'; img-src data:; form-action "
	    "'self'; base-uri 'none'; frame-ancestors 'none'",
	    text);
}

/* -- the words that are looked for -- */

static bool
is_same_letter(char a, char b)
{
	const char x = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
	const char y = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);

	return x == y;
}

static bool
has_word(struct slice text, struct slice word)
{
	for (size_t i = 0; i + word.n <= text.n; i++) {
		size_t k = 0;

		while (k < word.n && is_same_letter(text.p[i + k], word.p[k]))
			k++;
		if (k == word.n)
			return true;
	}
	return false;
}

/* Every text in a value, and the names of parameters and members with them. */
static bool
/* NOLINTNEXTLINE(misc-no-recursion): as deep as a view */
put_texts(const char *name, const struct json *value, void *arg)
{
	struct buf *b = arg;

	if (strcmp(name, "curl") == 0 || strcmp(name, "problems") == 0)
		return true;
	if (json_text(value) != NULL)
		buf_printf(b, "%s\n", json_text(value));
	for (size_t i = 0; json_type(value) == JSON_ARRAY && i < json_count(value); i++)
		put_texts(name, json_item(value, i), arg);
	if (json_type(value) == JSON_OBJECT)
		json_each(value, put_texts, arg);
	return true;
}

static bool
is_wanted(const struct page *p, const struct json *view)
{
	struct slice rest = slice_of(p->words), word;
	struct buf texts;
	bool all = true;

	if (p->words[0] == '\0')
		return true;
	buf_init(&texts, p->mem, SIZE_MAX);
	put_texts("", view, &texts);
	buf_puts(&texts, p->area);
	while (slice_next(&rest, ' ', &word))
		all = all && has_word((struct slice){buf_text(&texts), texts.n}, word);
	return all;
}

/* -- operations -- */

static void
put_place(struct page *p, const struct json *view)
{
	struct json_out *o = &p->places_o;

	json_open_object(o);
	json_member_text(o, "id", json_get_text(view, "operationId"));
	json_member_text(o, "verb", json_get_text(view, "method"));
	json_member_text(o, "kind", json_get_text(view, "kind"));
	json_member_text(o, "path", json_get_text(view, "path"));
	json_member_text(o, "says", json_get_text(view, "summary"));
	json_close_object(o);
}

static enum err
put_operation(struct page *p, const struct docs_operation *op)
{
	struct mustache_use use = {.escape = MUSTACHE_HTML};
	struct json_out o;
	struct ctx cx;
	struct buf b;
	enum err rc;

	ctx_init(&cx, p->mem);
	buf_init(&b, p->mem, SIZE_MAX);
	json_out_init(&o, &b);
	docs_put_operation(&p->docs, op, p->mem, &o);
	rc = json_parse(&cx, buf_text(&b), b.n, 0, &use.views[0]);
	if (rc == ERR_OK && is_wanted(p, use.views[0])) {
		p->found++;
		use.views[1] = p->manner;
		put_place(p, use.views[0]);
		rc = mustache_render(&cx, p->operation, &use, &p->html);
	}
	if (rc != ERR_OK)
		p->cx->err = cx.err;
	arena_reset(p->mem);
	return rc;
}

struct at_path {
	struct page *p;
	const char *path;
};

static bool
visit_method(const char *method, const struct json *value, void *arg)
{
	struct at_path *at = arg;
	struct page *p = at->p;

	if (strcmp(json_text(json_item(json_get(value, "tags"), 0)), p->area) == 0)
		p->rc =
		    put_operation(p, &(struct docs_operation){at->path, method, value});
	return p->rc == ERR_OK;
}

static bool
visit_path(const char *path, const struct json *value, void *arg)
{
	struct at_path at = {arg, path};

	json_each(value, visit_method, &at);
	return at.p->rc == ERR_OK;
}

static void
put_area(struct page *p, const struct json *tag, size_t number)
{
	struct json_out *o = p->o;
	const int64_t before = p->found;
	struct buf places;

	p->area = json_get_text(tag, "name");
	buf_init(&p->html, NULL, SIZE_MAX);
	buf_init(&places, NULL, SIZE_MAX);
	json_out_init(&p->places_o, &places);
	json_open_array(&p->places_o);
	json_each(json_get(p->docs.doc, "paths"), visit_path, p);
	json_close_array(&p->places_o);
	if (p->found > before) {
		json_open_object(o);
		json_member_text(
		    o, "anchor", arena_printf(p->cx->mem, "area-%zu", number));
		json_member_text(o, "title", p->area);
		json_member_text(o, "description", json_get_text(tag, "description"));
		json_member_text(o, "html", buf_text(&p->html));
		json_member_raw(o, "places", buf_text(&places));
		json_close_object(o);
	}
	buf_fini(&p->html);
	buf_fini(&places);
}

static void
put_areas(struct page *p)
{
	const struct json *tags = json_get(p->docs.doc, "tags");

	json_name(p->o, "areas");
	json_open_array(p->o);
	for (size_t i = 0; i < json_count(tags) && p->rc == ERR_OK; i++)
		put_area(p, json_item(tags, i), i + 1);
	json_close_array(p->o);
}

/* -- pages -- */

/* The document, and what every page says. */
static enum err
begin(struct page *p, struct slice description)
{
	const struct json *servers, *info;
	const char *url;
	enum err rc = json_parse(
	    p->cx, description.p, description.n, OPENAPI_DEPTH, &p->docs.doc);

	if (rc != ERR_OK)
		return rc;
	servers = json_get(p->docs.doc, "servers");
	info = json_get(p->docs.doc, "info");
	url = json_get_text(json_item(servers, 0), "url");
	p->docs.prefix = url != NULL && strcmp(url, "/") != 0 ? url : "";
	json_open_object(p->o);
	json_member_text(p->o, "prefix", p->docs.prefix);
	json_member_text(p->o, "name", json_get_text(info, "title"));
	json_member_text(p->o, "version", json_get_text(info, "version"));
	json_member_text(p->o, "style", text_get(slice_of("style")));
	return ERR_OK;
}

static enum err
choose_manner(struct page *p)
{
	const char *text = p->words[0] != '\0' ? "{\"open\":true}" : "{\"open\":false}";

	return json_parse(p->cx, text, strlen(text), 0, &p->manner);
}

static void
put_introduction(struct page *p)
{
	struct buf b;

	buf_init(&b, p->cx->mem, SIZE_MAX);
	docs_put_prose(&b, json_get_text(json_get(p->docs.doc, "info"), "description"));
	json_member_text(p->o, "introduction", buf_text(&b));
}

static enum err
finish(struct page *p, const char *template, struct buf *view, struct buf *out)
{
	const struct mustache *m;
	enum err rc = compile(p->cx, template, &m);

	json_close_object(p->o);
	if (rc == ERR_OK)
		rc = render(p->cx, m, view, out);
	if (rc == ERR_OK && out->failed)
		rc = err_set(&p->cx->err, ERR_INTERNAL, "the page is too large");
	return rc;
}

enum err
docs_page(struct ctx *cx, struct slice description, const char *words, struct buf *out)
{
	struct page p = {.cx = cx, .words = words, .rc = ERR_OK};
	struct json_out o;
	struct buf view;

	buf_init(&view, NULL, SIZE_MAX);
	json_out_init(&o, &view);
	p.o = &o;
	p.mem = arena_new(OPERATION_MEMORY);
	p.rc = begin(&p, description);
	if (p.rc == ERR_OK)
		p.rc = choose_manner(&p);
	if (p.rc == ERR_OK)
		p.rc = compile(cx, "operation.html", &p.operation);
	if (p.rc == ERR_OK)
		put_areas(&p);
	if (p.rc == ERR_OK) {
		json_member_text(&o, "words", words);
		json_member_bool(&o, "searching", words[0] != '\0');
		json_member_i64(&o, "found", p.found);
		put_introduction(&p);
		json_name(&o, "problems");
		json_put(&o, json_get(p.docs.doc, "x-problems"));
		p.rc = finish(&p, "page.html", &view, out);
	}
	arena_free(p.mem);
	buf_fini(&view);
	return p.rc;
}

/* -- the page of a problem -- */

struct search {
	struct page *p;
	const char *slug, *path;
};

static bool
put_if_it_may(const char *method, const struct json *value, void *arg)
{
	struct search *s = arg;
	const struct json *types = json_get(value, "x-problem-types");

	for (size_t i = 0; i < json_count(types); i++) {
		if (strcmp(json_text(json_item(types, i)), s->slug) != 0)
			continue;
		json_open_object(s->p->o);
		json_member_text(s->p->o, "id", json_get_text(value, "operationId"));
		json_member_text(s->p->o, "kind", method);
		json_member_text(s->p->o, "path", s->path);
		json_member_text(s->p->o, "says", json_get_text(value, "summary"));
		json_close_object(s->p->o);
	}
	return true;
}

static bool
search_path(const char *path, const struct json *value, void *arg)
{
	struct search *s = arg;

	s->path = path;
	json_each(value, put_if_it_may, s);
	return true;
}

enum err
docs_problem_page(
    struct ctx *cx, struct slice description, enum err code, struct buf *out)
{
	struct page p = {.cx = cx, .words = "", .rc = ERR_OK};
	struct search s = {.p = &p, .slug = err_slug(code)};
	struct json_out o;
	struct buf view;
	enum err rc;

	buf_init(&view, NULL, SIZE_MAX);
	json_out_init(&o, &view);
	p.o = &o;
	rc = begin(&p, description);
	if (rc == ERR_OK) {
		json_name(&o, "problem");
		json_put(&o,
		    json_item(json_get(p.docs.doc, "x-problems"), (size_t)code - 1));
		json_name(&o, "operations");
		json_open_array(&o);
		json_each(json_get(p.docs.doc, "paths"), search_path, &s);
		json_close_array(&o);
		rc = finish(&p, "problem.html", &view, out);
	}
	buf_fini(&view);
	return rc;
}

/*
 * docs.c - the description of the API, the reference page made of it, and what a
 * problem's "type" names (RFC 9457, 3.1.1): a page a problem.
 *
 * Description and page are made when they are first asked for, and kept. A page of what
 * was looked for is made each time.
 */
#include "controllers/docs.h"

#include <string.h>

#include "controllers/describe.h"
#include "controllers/docs_page.h"
#include "controllers/list.h"
#include "controllers/openapi.h"

enum { PAGE_MEMORY = 128 * 1024 * 1024, WORDS_MAX = 200 };

static const char html[] = "text/html; charset=utf-8";

static void
keep(struct app *app, struct doc_text *out, const struct buf *b)
{
	out->text =
	    (struct slice){slice_dup(app->mem, (struct slice){b->p, b->n}), b->n};
	response_etag(out->etag, b->p, b->n);
}

/* -- made once -- */

static enum err
need_description(struct app *app, struct ctx *cx)
{
	const struct openapi_source from = {
	    app->conf->url_prefix, app->schema_set, !app->conf->provisioning_api};
	struct buf b;
	enum err rc;

	if (app->docs.description.text.p != NULL)
		return ERR_OK;
	buf_init(&b, NULL, RESPONSE_BODY_MAX);
	rc = openapi_write(cx, &from, &b);
	if (rc == ERR_OK)
		keep(app, &app->docs.description, &b);
	buf_fini(&b);
	return rc;
}

static enum err
need_page(struct app *app, struct ctx *cx)
{
	struct buf b;
	enum err rc;

	if (app->docs.page.text.p != NULL)
		return ERR_OK;
	buf_init(&b, NULL, RESPONSE_BODY_MAX);
	rc = docs_page(cx, app->docs.description.text, "", &b);
	if (rc == ERR_OK)
		keep(app, &app->docs.page, &b);
	buf_fini(&b);
	return rc;
}

/* -- answers -- */

static void
answer_kept(struct call *call, const struct doc_text *t)
{
	struct response *rs = call->rs;

	buf_put(&rs->body, t->text.p, t->text.n);
	memcpy(rs->etag, t->etag, sizeof(rs->etag));
}

static void
set_headers(struct call *call, const char *content_type)
{
	call->rs->content_type = content_type;
	response_header(call->rs, "Cache-Control", "public, max-age=300");
	if (content_type == html)
		response_header(
		    call->rs, "Content-Security-Policy", docs_policy(call->cx.mem));
}

static enum err
check_shown(struct app *app, struct call *call)
{
	if (app->conf->docs)
		return ERR_OK;
	return err_tell(
	    &call->cx.err, ERR_NOT_FOUND, "the API is not described here: DOCS is off");
}

/* In memory of its own, more than a request may take. */
static enum err
with_memory(struct app *app, struct call *call,
    enum err (*fn)(struct app *app, struct call *call, struct ctx *cx))
{
	struct ctx cx;
	enum err rc;

	ctx_init(&cx, arena_new(PAGE_MEMORY));
	rc = need_description(app, &cx);
	if (rc == ERR_OK)
		rc = fn(app, call, &cx);
	if (rc != ERR_OK)
		call->cx.err = cx.err;
	arena_free(cx.mem);
	return rc;
}

static enum err
answer_description(struct app *app, struct call *call, struct ctx *cx)
{
	(void)cx;
	answer_kept(call, &app->docs.description);
	set_headers(call, NULL);
	return ERR_OK;
}

enum err
openapi_get(struct app *app, struct call *call)
{
	enum err rc = check_shown(app, call);

	return rc == ERR_OK ? with_memory(app, call, answer_description) : rc;
}

static enum err
answer_page(struct app *app, struct call *call, struct ctx *cx)
{
	const char *words = list_filter(call, "q");
	enum err rc;

	set_headers(call, html);
	if (words != NULL)
		return docs_page(
		    cx, app->docs.description.text, words, &call->rs->body);
	rc = need_page(app, cx);
	if (rc == ERR_OK)
		answer_kept(call, &app->docs.page);
	return rc;
}

enum err
docs_get(struct app *app, struct call *call)
{
	const char *words = list_filter(call, "q");
	enum err rc = check_shown(app, call);

	if (rc != ERR_OK)
		return rc;
	if (words != NULL && strlen(words) > WORDS_MAX)
		return err_tell(
		    &call->cx.err, ERR_INVALID, "q may have %d bytes", WORDS_MAX);
	return with_memory(app, call, answer_page);
}

/* -- problems -- */

static bool
find_problem(struct slice slug, enum err *out)
{
	for (int i = ERR_OK + 1; i < ERR_COUNT; i++) {
		*out = (enum err)i;
		if (slice_eq(slug, err_slug(*out)))
			return true;
	}
	return false;
}

static enum err
answer_problem(struct app *app, struct call *call, struct ctx *cx)
{
	enum err code;

	(void)find_problem(call->params[0], &code);
	set_headers(call, html);
	return docs_problem_page(cx, app->docs.description.text, code, &call->rs->body);
}

/* For programs and for who looks with a terminal. */
static void
put_problem_text(struct buf *b, enum err code)
{
	buf_printf(b, "%s\n\nHTTP status: %d\n%s\n\n%s\n", err_slug(code),
	    err_http(code), err_text(code), problem_remedy(code));
}

enum err
problem_get(struct app *app, struct call *call)
{
	const char *accept = request_header(&call->rq, "accept");
	enum err code;

	if (!find_problem(call->params[0], &code))
		return err_tell(
		    &call->cx.err, ERR_NOT_FOUND, "there is no such problem");
	response_header(call->rs, "Vary", "Accept");
	if (accept != NULL && strstr(accept, "text/html") != NULL)
		return with_memory(app, call, answer_problem);
	set_headers(call, "text/plain; charset=utf-8");
	put_problem_text(&call->rs->body, code);
	return ERR_OK;
}

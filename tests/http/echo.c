/*
 * echo.c - a service for the tests of the doors: tells what it got.
 *
 * usage: echo IO_TIMEOUT_MS      standard input is the listening socket, or
 *        GATEWAY_INTERFACE set   the body of one CGI request
 * Query: limit=N of the body (65536), noread, size=N bytes of answer, sleep=MS,
 * parts=N of such an answer, sent one by one, sleep=MS before each and within=MS in
 * all. /stats tells how often the loop finished a request and ticked.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/cgi.h"
#include "http/fcgi.h"

struct app {
	struct ctx cx;
	unsigned long done, idle, bytes, lost;
};

static void
on_term(int sig)
{
	(void)sig;
	fcgi_stop();
}

static size_t
number(struct arena *mem, const struct request *rq, const char *name, size_t otherwise)
{
	const char *text = request_query(mem, rq, name);
	int64_t n;

	if (text == NULL || !str_to_i64(slice_of(text), 0, INT32_MAX, &n))
		return otherwise;
	return (size_t)n;
}

static void
tell(struct app *a, const struct request *rq, struct response *rs)
{
	size_t size = number(a->cx.mem, rq, "size", 0);
	unsigned long sum = 0;

	rs->content_type = "text/plain";
	if (rq->segment_count == 1 && slice_eq(rq->segments[0], "stats")) {
		buf_printf(&rs->body, "done=%lu idle=%lu bytes=%lu lost=%lu\n", a->done,
		    a->idle, a->bytes, a->lost);
		return;
	}
	for (size_t i = 0; i < rq->body_length; i++)
		sum = sum * 31 + (unsigned char)rq->body[i];
	buf_printf(&rs->body, "method=%s target=%s body=%zu:%lx pid=%d\n",
	    rq->method_text, rq->target, rq->body_length, sum & 0xffffffff,
	    (int)getpid());
	for (size_t i = rs->body.n; i < size; i++)
		buf_putc(&rs->body, "0123456789abcdef"[i % 16]);
}

/* All but the last; what became of them is in the last. */
static void
tell_parts(
    struct app *a, struct exchange *x, const struct request *rq, struct response *rs)
{
	const size_t parts = number(a->cx.mem, rq, "parts", 1);
	const int64_t until =
	    clock_mono_ms() + (int64_t)number(a->cx.mem, rq, "within", 60000);
	bool sent = true;

	for (size_t i = 1; sent && i < parts; i++) {
		tell(a, rq, rs);
		sent = !x->gone(x) && x->send(x, rs, until);
		(void)poll(NULL, 0, (int)number(a->cx.mem, rq, "sleep", 0));
	}
	a->lost += !sent;
}

static enum err
handle(struct app *a, struct exchange *x, const char *const *params, struct request *rq,
    struct response *rs)
{
	enum err e = request_init(&a->cx, rq, params, NULL);
	size_t limit;

	response_begin(rs, &a->cx, rq);
	if (e != ERR_OK)
		return e;
	limit = number(a->cx.mem, rq, "limit", 65536);
	if (request_query(a->cx.mem, rq, "noread") == NULL &&
	    (e = exchange_read_body(&a->cx, x, rq, limit)) != ERR_OK)
		return e;
	(void)poll(NULL, 0, (int)number(a->cx.mem, rq, "sleep", 0));
	tell_parts(a, x, rq, rs);
	tell(a, rq, rs);
	return ERR_OK;
}

static void
answer(void *app, struct exchange *x, const char *const *params, struct response *rs)
{
	struct app *a = app;
	struct request rq;

	if (handle(a, x, params, &rq, rs) != ERR_OK)
		response_problem(rs, &a->cx);
}

static void
done(void *app, const struct response *rs, size_t bytes_sent)
{
	struct app *a = app;

	(void)rs;
	a->done++;
	a->bytes += bytes_sent;
	arena_reset(a->cx.mem);
	ctx_clear(&a->cx);
}

static bool
idle(void *app)
{
	((struct app *)app)->idle++;
	return true;
}

int
main(int argc, char **argv)
{
	struct app app = {.cx.mem = NULL};
	struct fcgi_service service = {answer, done, idle, &app};
	struct sigaction term = {.sa_handler = on_term};
	int timeout_ms = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
	struct ctx cx;
	enum err e;

	ctx_init(&app.cx, arena_new(64 * 1024 * 1024));
	ctx_init(&cx, app.cx.mem);
	sigaction(SIGTERM, &term, NULL);
	if (getenv("GATEWAY_INTERFACE") != NULL)
		e = cgi_serve(&cx,
		    &(struct cgi_door){
			.variables = (const char *const *)(const void *)environ,
			.out = 1,
			.io_timeout_ms = timeout_ms},
		    &service);
	else
		e = fcgi_serve(&cx, 0, timeout_ms, &service);
	if (e != ERR_OK)
		fprintf(stderr, "echo: %s\n", cx.err.message);
	arena_free(app.cx.mem);
	return err_exit(e);
}

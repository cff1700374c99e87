/*
 * fcgi.h - the FastCGI door: accepts, reads, calls, answers.
 *
 * Owner:    the worker process.
 * Lifetime: fcgi_serve() runs until it is told to stop.
 * Threads:  one.
 * Failure:  a broken request costs itself alone; ERR_UNAVAILABLE when the socket is gone.
 */
#ifndef TENANTD_HTTP_FCGI_H
#define TENANTD_HTTP_FCGI_H

#include "http/request.h"
#include "http/response.h"

/*
 * One request. The handler asks for the body itself, with the limit that its row says;
 * what it does not read is drained and dropped.
 */
struct exchange;

/* Reads the whole body into cx->mem and rq; ERR_TOO_LARGE past `limit` bytes,
 * ERR_INVALID when it ends early (fewer bytes than CONTENT_LENGTH said). */
enum err exchange_read_body(
    struct ctx *cx, struct exchange *x, struct request *rq, size_t limit) MUST_CHECK;

struct fcgi_service {
	/* Answers one request: fills rs. `params` are the CGI variables, valid during the
	 * call. */
	void (*answer)(void *app, struct exchange *x, const char *const *params,
	    struct response *rs);
	/* After the answer was sent: logs, counts, resets. */
	void (*done)(void *app, const struct response *rs, size_t bytes_sent);
	/* Between requests, and at least once a second while idle; false: stop. */
	bool (*idle)(void *app);
	void *app;
};

/* fd: the listening socket. io_timeout_ms bounds each read and write. Returns after
 * fcgi_stop() or when idle() says so; the request in flight is answered first. */
enum err fcgi_serve(struct ctx *cx, int fd, int io_timeout_ms,
    const struct fcgi_service *service) MUST_CHECK;
void fcgi_stop(void); /* async-signal-safe */

#endif

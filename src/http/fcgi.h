/*
 * fcgi.h - the FastCGI door: accepts, reads, calls, answers.
 *
 * Owner:    the worker process.
 * Lifetime: fcgi_serve() runs until it is told to stop.
 * Threads:  one.
 * Failure:  a broken request costs itself alone; ERR_UNAVAILABLE when the socket is
 * gone.
 */
#ifndef TENANTD_HTTP_FCGI_H
#define TENANTD_HTTP_FCGI_H

#include "http/exchange.h"

/*
 * fd: the listening socket; it is made non-blocking. io_timeout_ms bounds each read and
 * write, and with one more for each MiB the whole body and the whole answer. Returns
 * after fcgi_stop() or when idle() says so; the request in flight is answered first.
 *
 * SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 and SIGCHLD are blocked while a request is
 * in work, so that none of them can cut its reads, and delivered while waiting for the
 * next. SIGPIPE is ignored from here on.
 *
 * FCGI_WEB_SERVER_ADDRS in the environment is honoured: a TCP peer that is not in it is
 * turned away.
 */
enum err fcgi_serve(struct ctx *cx, int fd, int io_timeout_ms,
    const struct fcgi_service *service) MUST_CHECK;
void fcgi_stop(void); /* async-signal-safe */
/* Whether the process is to end: for whoever waits within a request, while signals
 * are held back. */
bool fcgi_stop_asked(void);

#endif

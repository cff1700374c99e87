/*
 * cgi.h - the CGI door (RFC 3875): one request from the environment and standard input.
 *
 * Owner:    the process, which lives for one request.
 * Lifetime: of the call.
 * Threads:  one.
 * Failure:  ERR_UNAVAILABLE when the answer could not be written.
 */
#ifndef TENANTD_HTTP_CGI_H
#define TENANTD_HTTP_CGI_H

#include "http/exchange.h"

struct cgi_door {
	const char *const *variables; /* environ */
	int in, out;                  /* usually 0 and 1 */
	int io_timeout_ms;
};

/* service->idle is not called. */
enum err cgi_serve(struct ctx *cx, const struct cgi_door *door,
    const struct fcgi_service *service) MUST_CHECK;

#endif

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

/* variables: environ; in, out: usually 0 and 1. service->idle is not called. */
enum err cgi_serve(struct ctx *cx, const char *const *variables, int in, int out,
    int io_timeout_ms, const struct fcgi_service *service) MUST_CHECK;

#endif

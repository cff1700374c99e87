/*
 * dispatch.h - a request's way through the program: parse, gate, handler, answer, log.
 *
 * Owner:    the worker.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  every failure becomes a problem+json answer and, from 500 on, a log line.
 */
#ifndef TENANTD_CONTROLLERS_DISPATCH_H
#define TENANTD_CONTROLLERS_DISPATCH_H

#include "controllers/app.h"
#include "http/fcgi.h"

/* The functions of struct fcgi_service; app is a struct app. */
void dispatch_answer(
    void *arg, struct exchange *x, const char *const *params, struct response *rs);
void dispatch_done(void *arg, const struct response *rs, size_t bytes_sent);

#endif

/*
 * gate.h - what a route's columns ask, before its handler runs.
 *
 * Owner:    nobody.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  the first column that is not met, as an error of the call's ctx.
 */
#ifndef TENANTD_CONTROLLERS_GATE_H
#define TENANTD_CONTROLLERS_GATE_H

#include "controllers/app.h"
#include "idempotency/idempotency.h"

/* Finds the row: ERR_NOT_FOUND, ERR_METHOD (with Allow, for unknown methods too).
 * OPTIONS is answered here: *answered; ERR_ORIGIN where a browser asks for a page of an
 * origin that is not listed. */
enum err gate_find(struct app *app, struct call *call, bool *answered) MUST_CHECK;
/* Permission, rate, body limit, content type, body schema, in this order. */
enum err gate_enter(struct app *app, struct call *call) MUST_CHECK;
/* Runs the handler, in the transaction of its Idempotency-Key where the row asks for
 * one. */
enum err gate_run(struct app *app, struct call *call) MUST_CHECK;

/* What an Idempotency-Key stands for in this call, for handlers that honour it
 * themselves. ERR_INVALID for a malformed key. */
enum err gate_claim(struct app *app, struct call *call, const char *key,
    struct idempotency_claim *out) MUST_CHECK;

#endif

/*
 * ctx.h - what every call below the boundary needs: memory, error, time, name.
 *
 * Owner:    the boundary loop (worker, command, job), one per unit of work.
 * Lifetime: one request, job or command; never stored in a longer-lived struct.
 * Threads:  one.
 * Failure:  see err.h; faults are the details of one ERR_INVALID body.
 */
#ifndef TENANTD_BASE_CTX_H
#define TENANTD_BASE_CTX_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* One thing wrong with a body: where (RFC 6901), by which rule, in words. */
struct fault {
	struct fault *next;
	const char *pointer, *keyword, *message;
	const char *existing; /* the tenant that is in the way; NULL: none is */
};

enum { CTX_FAULTS_MAX = 100 };

struct ctx {
	struct arena *mem;
	struct err_info err;
	struct fault *faults, *last_fault; /* in the order they were found */
	unsigned fault_count;              /* at most CTX_FAULTS_MAX are kept */
	int64_t deadline_ms; /* clock_mono_ms() by which to be done; 0: none */
	char request_id[65]; /* "" outside a request */
	const char *actor; /* who does it: a user id, or the name of a command; NULL */
};

void ctx_init(struct ctx *cx, struct arena *mem);
/* Forgets error and faults, keeps memory, deadline and name. */
void ctx_clear(struct ctx *cx);
/* Adds a fault; the texts are copied into cx->mem. */
void ctx_fault(struct ctx *cx, const char *pointer, const char *keyword,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Of the fault that was just added: the tenant that is in the way. */
void ctx_fault_existing(struct ctx *cx, const char *tenant);
/* Milliseconds left until the deadline, at most `most`; 0 when it has passed. */
int ctx_time_left(const struct ctx *cx, int most);

#endif

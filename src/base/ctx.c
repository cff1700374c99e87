/* ctx.c - see ctx.h. */
#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void
ctx_init(struct ctx *cx, struct arena *mem)
{
	memset(cx, 0, sizeof(*cx));
	cx->mem = mem;
}

void
ctx_clear(struct ctx *cx)
{
	err_clear(&cx->err);
	cx->faults = cx->last_fault = NULL;
	cx->fault_count = 0;
}

void
ctx_fault(
    struct ctx *cx, const char *pointer, const char *keyword, const char *fmt, ...)
{
	struct fault *f;
	char text[1024];
	va_list ap;

	if (cx->fault_count++ >= CTX_FAULTS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f = arena_alloc(cx->mem, sizeof(*f));
	f->pointer = arena_strdup(cx->mem, pointer);
	f->keyword = arena_strdup(cx->mem, keyword);
	f->message = arena_strdup(cx->mem, text);
	if (cx->last_fault != NULL)
		cx->last_fault->next = f;
	else
		cx->faults = f;
	cx->last_fault = f;
}

void
ctx_fault_existing(struct ctx *cx, const char *tenant)
{
	if (cx->last_fault != NULL && cx->fault_count <= CTX_FAULTS_MAX)
		cx->last_fault->existing = arena_strdup(cx->mem, tenant);
}

int
ctx_time_left(const struct ctx *cx, int most)
{
	int64_t left;

	if (cx->deadline_ms == 0)
		return most;
	left = cx->deadline_ms - clock_mono_ms();
	if (left <= 0)
		return 0;
	return left < most ? (int)left : most;
}

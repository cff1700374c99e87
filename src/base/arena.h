/*
 * arena.h - memory that dies together.
 *
 * Owner:    whoever called arena_new(); one per worker, reset per request.
 * Lifetime: everything allocated here is valid until arena_reset() or
 *           arena_free(); callers never free a piece.
 * Threads:  one arena, one thread.
 * Failure:  arena_alloc() does not return on exhaustion (arena_oom);
 *           use arena_try() when the size came from outside.
 */
#ifndef TENANTD_BASE_ARENA_H
#define TENANTD_BASE_ARENA_H

#include <stddef.h>

#include "base/attr.h"

struct arena;

struct arena *arena_new(size_t limit) RETURNS_NONNULL;
void arena_free(struct arena *a);
void arena_reset(struct arena *a);
/* What is in it until then is overwritten by the next reset: it holds secrets. */
void arena_cleanse_at_reset(struct arena *a);
size_t arena_used(const struct arena *a);

void *arena_alloc(struct arena *a, size_t size) RETURNS_NONNULL;
void *arena_try(struct arena *a, size_t size) MUST_CHECK;
char *arena_strdup(struct arena *a, const char *s) RETURNS_NONNULL;
char *arena_printf(struct arena *a, const char *fmt, ...)
    PRINTF_LIKE(2, 3) RETURNS_NONNULL;

/* Calls drop(obj) at reset or free, last registered first. */
void arena_defer(struct arena *a, void (*drop)(void *obj), void *obj);

#endif

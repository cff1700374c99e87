/*
 * token_cache.h - tokens that were verified, so that the next request need not.
 *
 * A fixed table, keyed by all bytes of the token. A token that was refused is never
 * here. Entries die with their token, with the key set that verified them, and when
 * their place is wanted; at the largest they hold 16 KiB each.
 *
 * Owner:    struct auth: a reload starts with none.
 * Lifetime: until token_cache_free().
 * Threads:  one.
 * Failure:  none: without memory nothing is kept.
 */
#ifndef TENANTD_AUTH_TOKEN_CACHE_H
#define TENANTD_AUTH_TOKEN_CACHE_H

#include "auth/claims.h"

enum { TOKEN_CACHE_WAYS = 4, TOKEN_CACHE_SETS = 256 }; /* 1,024 entries */

struct token_cache;

struct token_cache *token_cache_new(void) RETURNS_NONNULL;
void token_cache_free(struct token_cache *c);

/* False: not there. The principal is copied into mem. */
bool token_cache_find(struct token_cache *c, const char *token, struct arena *mem,
    struct principal *out, struct claim_times *times);
void token_cache_drop(struct token_cache *c, const char *token);
/* i: who verified it, remembered with its present generation. */
void token_cache_add(struct token_cache *c, const char *token, const struct issuer *i,
    const struct principal *p, const struct claim_times *times);
size_t token_cache_count(const struct token_cache *c);

#endif

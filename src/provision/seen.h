/*
 * seen.h - what the drafts of one request claim for themselves, an address (in any case
 * of letters) or an external_id, and which of them claimed it first.
 *
 * Owner:    seen_new() to seen_free().
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  seen_new() aborts without memory; more claims than it was made for are a
 *           programming error, asserted.
 */
#ifndef TENANTD_PROVISION_SEEN_H
#define TENANTD_PROVISION_SEEN_H

#include <stddef.h>

#include "base/attr.h"

struct seen;

enum seen_kind { SEEN_EMAIL, SEEN_EXTERNAL_ID, SEEN_KIND_COUNT };
enum { SEEN_KEY_SIZE = 16 };
struct seen_key { /* half of a SHA-256 */
	unsigned char b[SEEN_KEY_SIZE];
};

struct seen *seen_new(size_t most) RETURNS_NONNULL;
void seen_free(struct seen *s);

struct seen_key seen_key_of(enum seen_kind kind, const char *text);
/* Who claimed it: an item, which is this one when nobody had. */
size_t seen_claim(struct seen *s, const struct seen_key *key, size_t item);
/* From now on it is this item's. */
void seen_give(struct seen *s, const struct seen_key *key, size_t item);

#endif

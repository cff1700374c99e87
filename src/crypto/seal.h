/*
 * seal.h - what is stored sealed: AES-256-GCM (NIST SP 800-38D) under SECRET_KEY.
 *
 *   v1.<key id>.<base64url of nonce, ciphertext, tag>
 *
 * The key is HKDF-SHA-256 of the secret, the key id eight hexadecimal digits derived
 * beside it, the nonce 96 random bits: one key seals at most 2^32 values. The
 * associated data (which row, which column) is not stored: a value that was moved
 * elsewhere does not open.
 *
 * Owner:    keys: whoever called seal_keys_new(), until seal_keys_free(), which wipes.
 * Lifetime: texts and values: cx->mem.
 * Threads:  keys may be shared once made.
 * Failure:  ERR_CONFIG for a secret out of bounds; ERR_INTERNAL for whatever does not
 *           open: another key, other associated data, a changed text.
 */
#ifndef TENANTD_CRYPTO_SEAL_H
#define TENANTD_CRYPTO_SEAL_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/str.h"

enum {
	SEAL_SECRET_MIN = 32,         /* bytes of a secret */
	SEAL_VALUE_MAX = 1024 * 1024, /* bytes of a value to be sealed */
	SEAL_KEY_ID_SIZE = 9          /* hexadecimal digits and NUL */
};

struct seal_keys;

/* previous: the secret before a rotation, NULL or "" for none. */
enum err seal_keys_new(struct err_info *e, const char *secret, const char *previous,
    struct seal_keys **out) MUST_CHECK;
void seal_keys_free(struct seal_keys *k);
const char *seal_keys_id(const struct seal_keys *k); /* of the key that seals */

enum err seal_make(struct ctx *cx, const struct seal_keys *k, struct slice value,
    struct slice associated, const char **text) MUST_CHECK;
/* value: NUL-terminated as well; the caller wipes it when done. */
enum err seal_open(struct ctx *cx, const struct seal_keys *k, const char *text,
    struct slice associated, struct slice *value) MUST_CHECK;
/* Whether the key that seals today sealed this text, too. */
bool seal_is_current(const struct seal_keys *k, const char *text);

#endif

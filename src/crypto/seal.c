/* seal.c - see seal.h. */
#include "crypto/seal.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum { KEY_SIZE = 32, NONCE_SIZE = 12, TAG_SIZE = 16, KEYS_MAX = 2 };

struct key {
	unsigned char b[KEY_SIZE];
	char id[SEAL_KEY_ID_SIZE];
};

struct seal_keys {
	struct key keys[KEYS_MAX]; /* the first one seals */
	size_t count;
};

static void
derive(struct key *k, const char *secret)
{
	static const char for_key[] = "tenantd seal v1 key",
			  for_id[] = "tenantd seal v1 id";
	struct digest_hkdf from = {.key = secret, .key_n = strlen(secret)};
	struct digest id = {{0}};
	char hex[DIGEST_HEX_SIZE];

	from.info = for_key;
	from.info_n = sizeof(for_key) - 1;
	digest_hkdf_sha256(&from, k->b, sizeof(k->b));
	from.info = for_id;
	from.info_n = sizeof(for_id) - 1;
	digest_hkdf_sha256(&from, id.b, sizeof(id.b));
	digest_hex(hex, id);
	memcpy(k->id, hex, SEAL_KEY_ID_SIZE - 1);
	k->id[SEAL_KEY_ID_SIZE - 1] = '\0';
}

enum err
seal_keys_new(struct err_info *e, const char *secret, const char *previous,
    struct seal_keys **out)
{
	bool two = str_is_set(previous);
	struct seal_keys *k;

	if (secret == NULL || strlen(secret) < SEAL_SECRET_MIN ||
	    (two && strlen(previous) < SEAL_SECRET_MIN))
		return err_set(e, ERR_CONFIG, "a sealing key has at least %d bytes",
		    SEAL_SECRET_MIN);
	if ((k = calloc(1, sizeof(*k))) == NULL)
		return err_set(
		    e, ERR_INTERNAL, "could not get memory for the sealing keys");
	derive(&k->keys[k->count++], secret);
	if (two)
		derive(&k->keys[k->count++], previous);
	*out = k;
	return ERR_OK;
}

void
seal_keys_free(struct seal_keys *k)
{
	if (k == NULL)
		return;
	secret_cleanse(k, sizeof(*k));
	free(k);
}

const char *
seal_keys_id(const struct seal_keys *k)
{
	return k->keys[0].id;
}

/* Sealed bytes lie as nonce, ciphertext of n bytes, tag. */
static bool
encrypt(EVP_CIPHER_CTX *c, const struct key *k, unsigned char *sealed,
    struct slice value, struct slice associated)
{
	unsigned char *body = sealed + NONCE_SIZE;
	int done = 0, n = (int)value.n;

	return EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, k->b, sealed) == 1 &&
	    EVP_EncryptUpdate(c, NULL, &done, (const unsigned char *)associated.p,
		(int)associated.n) == 1 &&
	    EVP_EncryptUpdate(c, body, &done, (const unsigned char *)value.p, n) == 1 &&
	    done == n && EVP_EncryptFinal_ex(c, body + n, &done) == 1 && done == 0 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, body + n) == 1;
}

/* False also when the tag is wrong; out then holds nothing to be used. */
static bool
decrypt(EVP_CIPHER_CTX *c, const struct key *k, struct slice sealed,
    struct slice associated, unsigned char *out)
{
	const unsigned char *p = (const unsigned char *)sealed.p;
	int done = 0, n = (int)(sealed.n - NONCE_SIZE - TAG_SIZE);
	unsigned char tag[TAG_SIZE];

	memcpy(tag, p + sealed.n - TAG_SIZE, TAG_SIZE);
	return EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, k->b, p) == 1 &&
	    EVP_DecryptUpdate(c, NULL, &done, (const unsigned char *)associated.p,
		(int)associated.n) == 1 &&
	    EVP_DecryptUpdate(c, out, &done, p + NONCE_SIZE, n) == 1 && done == n &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
	    EVP_DecryptFinal_ex(c, out + n, &done) == 1;
}

enum err
seal_make(struct ctx *cx, const struct seal_keys *k, struct slice value,
    struct slice associated, const char **text)
{
	size_t n = NONCE_SIZE + value.n + TAG_SIZE;
	unsigned char *sealed;
	EVP_CIPHER_CTX *c;
	enum err err;
	bool ok;

	assert(associated.n > 0); /* a value that fits anywhere is a mistake */
	if (value.n > SEAL_VALUE_MAX || associated.n > SEAL_VALUE_MAX)
		return err_set(
		    &cx->err, ERR_INTERNAL, "cannot seal %zu bytes", value.n);
	sealed = arena_alloc(cx->mem, n);
	if ((err = random_bytes(&cx->err, sealed, NONCE_SIZE)) != ERR_OK)
		return err;
	c = EVP_CIPHER_CTX_new();
	ok = c != NULL && encrypt(c, &k->keys[0], sealed, value, associated);
	EVP_CIPHER_CTX_free(c);
	if (!ok)
		return err_set(&cx->err, ERR_INTERNAL, "could not seal a value");
	*text = arena_printf(cx->mem, "v1.%s.%s", k->keys[0].id,
	    base64url_encode_dup(cx->mem, sealed, n));
	return ERR_OK;
}

/* Splits "v1.<key id>.<rest>"; NULL is nothing of that form. */
static bool
split(const char *text, struct slice *id, struct slice *rest)
{
	const size_t head = strlen("v1."), id_n = SEAL_KEY_ID_SIZE - 1;

	if (text == NULL || strncmp(text, "v1.", head) != 0 ||
	    strlen(text) < head + id_n + 1 || text[head + id_n] != '.')
		return false;
	*id = (struct slice){text + head, id_n};
	*rest = slice_of(text + head + id_n + 1);
	return true;
}

static const struct key *
find_key(const struct seal_keys *k, struct slice id)
{
	for (size_t i = 0; i < k->count; i++)
		if (slice_eq(id, k->keys[i].id))
			return &k->keys[i];
	return NULL;
}

enum err
seal_open(struct ctx *cx, const struct seal_keys *k, const char *text,
    struct slice associated, struct slice *value)
{
	struct slice id, rest, sealed;
	const struct key *key;
	EVP_CIPHER_CTX *c;
	unsigned char *out;
	bool ok;

	if (!split(text, &id, &rest) ||
	    rest.n > BASE64URL_TEXT_SIZE(SEAL_VALUE_MAX + NONCE_SIZE + TAG_SIZE) ||
	    !base64url_decode_dup(cx->mem, rest, &sealed) ||
	    sealed.n < NONCE_SIZE + TAG_SIZE || associated.n > SEAL_VALUE_MAX)
		return err_set(
		    &cx->err, ERR_INTERNAL, "cannot open a value: not sealed by v1");
	if ((key = find_key(k, id)) == NULL)
		return err_set(&cx->err, ERR_INTERNAL,
		    "cannot open a value: it was sealed under key \"%.8s\", which is "
		    "not here",
		    id.p);
	out = arena_alloc(cx->mem, sealed.n);
	c = EVP_CIPHER_CTX_new();
	ok = c != NULL && decrypt(c, key, sealed, associated, out);
	EVP_CIPHER_CTX_free(c);
	if (!ok) {
		secret_cleanse(out, sealed.n);
		return err_set(&cx->err, ERR_INTERNAL,
		    "cannot open a value: it was changed, or belongs elsewhere");
	}
	value->n = sealed.n - NONCE_SIZE - TAG_SIZE;
	value->p = (const char *)out; /* zero follows: the arena cleared more than n */
	return ERR_OK;
}

bool
seal_is_current(const struct seal_keys *k, const char *text)
{
	struct slice id, rest;

	return split(text, &id, &rest) && slice_eq(id, k->keys[0].id);
}

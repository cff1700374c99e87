/*
 * Keys of other issuers: 'k' and a JWKS, or 'i' and an issuers file; its jwks_file may
 * be /proc/self/fd/100, or 101, which has no key.
 */
#include "fuzz.h"

#include "auth/issuers_file.h"

enum { FILE_FD = 100, EMPTY_FD = 101 };

static const char one_key[] =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e1\","
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}";

static void
check_keys(const struct jwks *keys)
{
	const char *pem;

	FUZZ_HOLDS(keys->count <= JWKS_KEYS_MAX);
	for (size_t i = 0; i < keys->count; i++) {
		const struct jwks_key *k = &keys->keys[i];
		enum jwks_find found = jwks_find(keys, k->alg, k->kid, &pem);

		FUZZ_HOLDS(k->alg == JWS_RS256 || k->alg == JWS_ES256);
		FUZZ_HOLDS(strncmp(k->pem, "-----BEGIN PUBLIC KEY-----", 26) == 0);
		FUZZ_HOLDS(found == JWKS_FOUND ||
		    (found == JWKS_KID_NEEDED && k->kid == NULL));
	}
	FUZZ_HOLDS(jwks_find(keys, JWS_HS256, NULL, &pem) == JWKS_UNKNOWN);
}

static void
read_keys(struct ctx *cx, struct slice text)
{
	struct jwks keys;
	enum err e = jwks_parse(cx, text, &keys);

	FUZZ_HOLDS(e == ERR_OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
	check_keys(&keys);
	jwks_fini(&keys);
}

static void
check_issuer(const struct issuer *i)
{
	FUZZ_HOLDS(i->name[0] != '\0' && strchr(i->name, '|') == NULL && !i->own);
	FUZZ_HOLDS(
	    i->algs != 0 && (i->algs & ~(1u << JWS_RS256 | 1u << JWS_ES256)) == 0);
	FUZZ_HOLDS((i->honour & ~(unsigned)HONOUR_ALL) == 0);
	FUZZ_HOLDS(i->audiences.count + i->client_ids.count > 0);
	FUZZ_HOLDS((i->jwks_url != NULL) == (i->keys.count == 0));
}

static void
read_issuers(struct ctx *cx, struct slice text)
{
	static int file = -1, keys = -1, empty = -1;
	struct issuers all = {.mem = arena_new(FUZZ_MEMORY)};
	unsigned primary = 0;
	enum err e;

	if (keys < 0) {
		fuzz_file(&keys, slice_of(one_key));
		fuzz_file(&empty, slice_of("{\"keys\":[]}"));
		FUZZ_HOLDS(dup2(keys, FILE_FD) == FILE_FD);
		FUZZ_HOLDS(dup2(empty, EMPTY_FD) == EMPTY_FD);
	}
	fuzz_file(&file, text);
	all.list = arena_alloc(all.mem, (ISSUERS_FILE_MAX + 2) * sizeof(*all.list));
	e = issuers_file_read(cx, fuzz_path(cx->mem, file), &all);
	FUZZ_HOLDS(e == ERR_OK || e == ERR_CONFIG);
	for (size_t i = 0; i < all.count; i++) {
		check_issuer(&all.list[i]);
		check_keys(&all.list[i].keys);
		primary += all.list[i].bare_sub;
	}
	FUZZ_HOLDS(primary <= 1);
	issuers_fini(&all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();

	if (n > 0 && data[0] == 'k')
		read_keys(cx, fuzz_slice(data + 1, n - 1));
	else if (n > 0 && data[0] == 'i')
		read_issuers(cx, fuzz_slice(data + 1, n - 1));
	return 0;
}

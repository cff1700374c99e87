/* scram.c - see scram.h. */
#include "crypto/scram.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum err
scram_password(struct ctx *cx, const char **password)
{
	unsigned char raw[SCRAM_PASSWORD_BYTES];
	enum err rc = random_bytes(&cx->err, raw, sizeof(raw));

	if (rc == ERR_OK)
		*password = base64url_encode_dup(cx->mem, raw, sizeof(raw));
	secret_cleanse(raw, sizeof(raw));
	return rc;
}

static bool
is_plain(const char *password, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (password[i] < ' ' || password[i] > '~')
			return false;
	return n > 0 && n <= SCRAM_PASSWORD_MAX;
}

static struct digest
keyed(const struct digest *key, const char *label)
{
	return digest_hmac_sha256(key->b, sizeof(key->b), label, strlen(label));
}

enum err
scram_verifier_salted(
    struct ctx *cx, const char *password, struct slice salt, const char **verifier)
{
	const size_t n = strlen(password);
	char salt_text[BASE64_TEXT_SIZE(SCRAM_SALT_SIZE)];
	char stored_text[BASE64_TEXT_SIZE(DIGEST_SIZE)];
	char server_text[BASE64_TEXT_SIZE(DIGEST_SIZE)];
	struct digest salted, client, server, stored;
	int ok;

	assert(salt.n == SCRAM_SALT_SIZE);
	if (!is_plain(password, n))
		return err_set(&cx->err, ERR_INVALID,
		    "a password of a database role must be printable ASCII");
	ok = PKCS5_PBKDF2_HMAC(password, (int)n, (const unsigned char *)salt.p,
	    (int)salt.n, SCRAM_ITERATIONS, EVP_sha256(), DIGEST_SIZE, salted.b);
	assert(ok == 1);
	(void)ok;
	client = keyed(&salted, "Client Key");
	stored = digest_sha256(client.b, sizeof(client.b));
	server = keyed(&salted, "Server Key");
	base64_encode(salt_text, salt.p, salt.n);
	base64_encode(stored_text, stored.b, sizeof(stored.b));
	base64_encode(server_text, server.b, sizeof(server.b));
	*verifier = arena_printf(cx->mem, "SCRAM-SHA-256$%d:%s$%s:%s", SCRAM_ITERATIONS,
	    salt_text, stored_text, server_text);
	secret_cleanse(&salted, sizeof(salted));
	secret_cleanse(&client, sizeof(client));
	return ERR_OK;
}

enum err
scram_verifier(struct ctx *cx, const char *password, const char **verifier)
{
	char salt[SCRAM_SALT_SIZE];
	enum err rc = random_bytes(&cx->err, salt, sizeof(salt));

	return rc == ERR_OK ? scram_verifier_salted(cx, password,
				  (struct slice){salt, sizeof(salt)}, verifier)
			    : rc;
}

/* password.c - see password.h. */
#include "crypto/password.h"

#include <argon2.h>
#include <string.h>

#include "base/str.h"
#include "crypto/random.h"

static const char prefix[] = "$argon2id$v=19$";

enum err
password_hash(struct ctx *cx, const char *password, size_t n, const char **phc)
{
	size_t size = argon2_encodedlen(PASSWORD_PASSES, PASSWORD_MEMORY_KIB,
	    PASSWORD_LANES, PASSWORD_SALT_SIZE, PASSWORD_HASH_SIZE, Argon2_id);
	unsigned char salt[PASSWORD_SALT_SIZE];
	char *text;
	enum err err;
	int rc;

	if (n < 1 || n > PASSWORD_MAX)
		return err_tell(&cx->err, ERR_INVALID,
		    "a password has 1 to %d bytes, this one has %zu", PASSWORD_MAX, n);
	if ((err = random_bytes(&cx->err, salt, sizeof(salt))) != ERR_OK)
		return err;
	text = arena_alloc(cx->mem, size);
	rc = argon2id_hash_encoded(PASSWORD_PASSES, PASSWORD_MEMORY_KIB, PASSWORD_LANES,
	    password, n, salt, sizeof(salt), PASSWORD_HASH_SIZE, text, size);
	if (rc != ARGON2_OK)
		return err_set(&cx->err, ERR_INTERNAL, "could not hash a password: %s",
		    argon2_error_message(rc));
	*phc = text;
	return ERR_OK;
}

/* A cost in a stored string: "<key>number<end>", without leading zeros. */
struct cost {
	const char *key;
	char end;
	int64_t max;
};

/* Takes it off the front of *rest. */
static bool
take_cost(struct slice *rest, struct cost cost, int64_t *out)
{
	size_t k = strlen(cost.key);
	const char *end;

	if (rest->n < k || memcmp(rest->p, cost.key, k) != 0 ||
	    (end = memchr(rest->p, cost.end, rest->n)) == NULL || rest->p[k] == '0' ||
	    !str_to_i64((struct slice){rest->p + k, (size_t)(end - rest->p) - k}, 1,
		cost.max, out))
		return false;
	rest->n -= (size_t)(end + 1 - rest->p);
	rest->p = end + 1;
	return true;
}

/* The costs of a stored string; false: not Argon2id, or costs beyond reason. */
static bool
read_costs(const char *phc, int64_t *memory, int64_t *passes, int64_t *lanes)
{
	struct slice rest;

	if (strncmp(phc, prefix, sizeof(prefix) - 1) != 0)
		return false;
	rest = slice_of(phc + sizeof(prefix) - 1);
	return take_cost(
		   &rest, (struct cost){"m=", ',', PASSWORD_MEMORY_MAX_KIB}, memory) &&
	    take_cost(&rest, (struct cost){"t=", ',', 100}, passes) &&
	    take_cost(&rest, (struct cost){"p=", '$', 64}, lanes);
}

enum err
password_verify(
    struct ctx *cx, const char *phc, const char *password, size_t n, bool *match)
{
	int64_t memory, passes, lanes;
	int rc;

	*match = false;
	if (!read_costs(phc, &memory, &passes, &lanes))
		return err_set(&cx->err, ERR_INTERNAL,
		    "a stored password is no Argon2id string, or asks for too much");
	if (n < 1 || n > PASSWORD_MAX)
		return ERR_OK;
	rc = argon2id_verify(phc, password, n);
	if (rc != ARGON2_OK && rc != ARGON2_VERIFY_MISMATCH)
		return err_set(&cx->err, ERR_INTERNAL,
		    "could not verify a password: %s", argon2_error_message(rc));
	*match = rc == ARGON2_OK;
	return ERR_OK;
}

bool
password_is_stale(const char *phc)
{
	int64_t memory, passes, lanes;

	return !read_costs(phc, &memory, &passes, &lanes) ||
	    memory != PASSWORD_MEMORY_KIB || passes != PASSWORD_PASSES ||
	    lanes != PASSWORD_LANES;
}

/* password.c - see password.h. */
#include "crypto/password.h"

#include <argon2.h>
#include <string.h>

#include "base/str.h"
#include "crypto/base64.h"
#include "crypto/random.h"

enum {
	VALUE_MOST = 512,  /* bytes of a salt or a hash, as text */
	LANE_LEAST_KIB = 8 /* of memory */
};

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

/* A stored string. */
struct stored {
	int64_t memory, passes, lanes;
	struct slice values; /* salt and hash */
};

/* false: not Argon2id, or costs beyond reason. */
static bool
read_costs(const char *phc, struct stored *out)
{
	struct slice *rest = &out->values;

	if (strncmp(phc, prefix, sizeof(prefix) - 1) != 0)
		return false;
	*rest = slice_of(phc + sizeof(prefix) - 1);
	return take_cost(rest, (struct cost){"m=", ',', PASSWORD_MEMORY_MAX_KIB},
		   &out->memory) &&
	    take_cost(rest, (struct cost){"t=", ',', 100}, &out->passes) &&
	    take_cost(rest, (struct cost){"p=", '$', 64}, &out->lanes);
}

/* Takes a value of so many bytes or more, in base64 without padding, off the front of
 * *rest: to a '$', or the last one to the end. */
static bool
take_value(struct ctx *cx, struct slice *rest, size_t least, bool last)
{
	const char *end = memchr(rest->p, '$', rest->n);
	size_t n = end != NULL ? (size_t)(end - rest->p) : rest->n;
	struct slice value;
	const char *padded;

	if (last != (end == NULL) || n > VALUE_MOST || memchr(rest->p, '=', n) != NULL)
		return false;
	padded = arena_printf(
	    cx->mem, "%.*s%.*s", (int)n, rest->p, (int)((4 - n % 4) % 4), "===");
	rest->p += last ? n : n + 1;
	rest->n -= last ? n : n + 1;
	return base64_decode_dup(cx->mem, slice_of(padded), &value) && value.n >= least;
}

bool
password_is_readable(struct ctx *cx, const char *phc)
{
	struct stored s;

	return read_costs(phc, &s) && s.memory >= LANE_LEAST_KIB * s.lanes &&
	    take_value(cx, &s.values, ARGON2_MIN_SALT_LENGTH, false) &&
	    take_value(cx, &s.values, ARGON2_MIN_OUTLEN, true);
}

enum err
password_verify(
    struct ctx *cx, const char *phc, const char *password, size_t n, bool *match)
{
	int rc;

	*match = false;
	if (!password_is_readable(cx, phc))
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
	struct stored s;

	return !read_costs(phc, &s) || s.memory != PASSWORD_MEMORY_KIB ||
	    s.passes != PASSWORD_PASSES || s.lanes != PASSWORD_LANES;
}

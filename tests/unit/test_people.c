#include "unit.h"

#include "crypto/opaque.h"
#include "people/hash.h"

static void
nobodys_password_takes_as_long_as_anybodys(void **state)
{
	struct ctx *cx = *state;
	const struct password p = {"correct horse", 13};
	const char *phc;
	bool match = true;

	/* It is read, and found to be of today's costs. */
	assert_int_equal(hash_check(cx, NULL, NULL, p, &match), ERR_OK);
	assert_false(match);
	assert_false(password_is_stale(hash_nobodys()));
	assert_int_equal(hash_make(cx, NULL, p, &phc), ERR_OK);
	assert_int_equal(strlen(phc), strlen(hash_nobodys()));
	assert_int_equal(hash_check(cx, NULL, phc, p, &match), ERR_OK);
	assert_true(match);
}

static void
a_hash_that_cannot_be_checked_matches_nothing(void **state)
{
	static const char *const others[] = {"",
	    "$2b$12$abcdefghijklmnopqrstuuNSv1G2bb8gqVvlhGq5YvK1wkH8Gm8m2",
	    "pbkdf2_sha256$600000$c29tZXNhbHQ$"
	    "3mDkOcVjRkzRbOQnHkBzP0m3q6yJtqzVQd0Sj5xg7vQ=",
	    "$argon2id$v=19$m=2097152,t=2,p=1$YWJzZW5jZSBvZiBhIHVzZQ"
	    "$3mDkOcVjRkzRbOQnHkBzP0m3q6yJtqzVQd0Sj5xg7vQ"};
	struct ctx *cx = *state;
	const struct password p = {"correct horse", 13};
	bool match;

	assert_false(hash_is_checkable(cx, NULL));
	assert_true(hash_is_checkable(cx, hash_nobodys()));
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		match = true;
		assert_false(hash_is_checkable(cx, others[i]));
		assert_int_equal(hash_check(cx, NULL, others[i], p, &match), ERR_OK);
		assert_false(match);
	}
}

static void
opaque_secrets_are_found_by_what_is_kept(void **state)
{
	struct ctx *cx = *state;
	char digest[DIGEST_HEX_SIZE];
	struct opaque a, b;

	assert_int_equal(opaque_make(cx, OPAQUE_REFRESH, &a), ERR_OK);
	assert_int_equal(opaque_make(cx, OPAQUE_REFRESH, &b), ERR_OK);
	assert_string_not_equal(a.text, b.text);
	assert_memory_equal(a.text, OPAQUE_REFRESH, 4);
	assert_int_equal(strlen(a.text), 4 + 43);
	assert_true(opaque_digest(a.text, OPAQUE_REFRESH, digest));
	assert_string_equal(digest, a.digest);
}

static void
what_is_no_such_secret_is_not_looked_for(void **state)
{
	struct ctx *cx = *state;
	char digest[DIGEST_HEX_SIZE];
	struct opaque a;

	assert_int_equal(opaque_make(cx, OPAQUE_RESET, &a), ERR_OK);
	assert_false(opaque_digest(a.text, OPAQUE_REFRESH, digest));
	assert_false(opaque_digest(NULL, OPAQUE_RESET, digest));
	assert_false(opaque_digest("", OPAQUE_RESET, digest));
	assert_false(
	    opaque_digest(arena_printf(cx->mem, "%sx", a.text), OPAQUE_RESET, digest));
	a.text[46] = '\0';
	assert_false(opaque_digest(a.text, OPAQUE_RESET, digest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(nobodys_password_takes_as_long_as_anybodys),
	    UNIT_CTX_TEST(a_hash_that_cannot_be_checked_matches_nothing),
	    UNIT_CTX_TEST(opaque_secrets_are_found_by_what_is_kept),
	    UNIT_CTX_TEST(what_is_no_such_secret_is_not_looked_for),
	};

	return UNIT_RUN(tests);
}

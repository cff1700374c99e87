#include "unit.h"

#include <stdio.h>

#include "crypto/base64.h"
#include "crypto/scram.h"

/* What PostgreSQL 15 made of these passwords itself: CREATE ROLE … PASSWORD '…', and
 * then rolpassword of pg_authid. */
static const struct {
	const char *password, *verifier;
} made_by_postgresql[] = {
    {"pencil",
	"SCRAM-SHA-256$4096:EPV/0VbP3RGrifVHkuWDtQ==$"
	"ByXnz1bjojzmLBLCjv0Ex95dYP9tzisu0XQ59imnkbk=:"
	"2l7rnsTf8bXZhgv8LfibzKgTNWfTSGxma2Vhx3JoojI="},
    {"k9_-Zz0 ~!\"'Q",
	"SCRAM-SHA-256$4096:lPmPG0WSFjPIpSj41KRH0g==$"
	"8FTqQxP9huQ4ay9G6hpywerAn4l8R6NpnVR5xj9QnWE=:"
	"+nzCtokuAehx1npIUr+19sarRY2ver0otZ5AWFdhFVA="},
};

static void
verifiers_are_those_that_postgresql_makes(void **state)
{
	struct ctx *cx = *state;

	for (size_t i = 0;
	     i < sizeof(made_by_postgresql) / sizeof(made_by_postgresql[0]); i++) {
		const char *expected = made_by_postgresql[i].verifier;
		const char *text = strchr(expected, ':') + 1, *made = NULL;
		struct slice salt;

		assert_true(base64_decode_dup(cx->mem,
		    (struct slice){text, (size_t)(strchr(text, '$') - text)}, &salt));
		assert_int_equal(scram_verifier_salted(
				     cx, made_by_postgresql[i].password, salt, &made),
		    ERR_OK);
		assert_string_equal(made, expected);
	}
}

static void
each_verifier_has_its_own_salt(void **state)
{
	struct ctx *cx = *state;
	const char *one = NULL, *other = NULL;

	assert_int_equal(scram_verifier(cx, "pencil", &one), ERR_OK);
	assert_int_equal(scram_verifier(cx, "pencil", &other), ERR_OK);
	assert_string_not_equal(one, other);
	assert_null(strstr(one, "pencil"));
	assert_int_equal(strncmp(one, "SCRAM-SHA-256$4096:", 19), 0);
}

static void
passwords_need_no_escape_in_a_uri(void **state)
{
	struct ctx *cx = *state;
	const char *one = NULL, *other = NULL;

	assert_int_equal(scram_password(cx, &one), ERR_OK);
	assert_int_equal(scram_password(cx, &other), ERR_OK);
	assert_string_not_equal(one, other);
	assert_int_equal(strlen(one), 43); /* 256 bits */
	assert_int_equal(strspn(one,
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			     "0123456789-_"),
	    43);
}

/* Each of these would be changed, or forbidden, by SASLprep. */
static void
what_saslprep_would_change_is_refused(void **state)
{
	struct ctx *cx = *state;
	static const char *const odd[] = {"", "caf\xc3\xa9", "a\tb", "a\x7f", "\xff"};
	char *lengthy = arena_alloc(cx->mem, SCRAM_PASSWORD_MAX + 2);
	const char *made;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		ctx_clear(cx);
		assert_int_equal(scram_verifier(cx, odd[i], &made), ERR_INVALID);
	}
	memset(lengthy, 'x', SCRAM_PASSWORD_MAX + 1);
	lengthy[SCRAM_PASSWORD_MAX + 1] = '\0';
	ctx_clear(cx);
	assert_int_equal(scram_verifier(cx, lengthy, &made), ERR_INVALID);
	lengthy[SCRAM_PASSWORD_MAX] = '\0';
	assert_int_equal(scram_verifier(cx, lengthy, &made), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(verifiers_are_those_that_postgresql_makes),
	    UNIT_CTX_TEST(each_verifier_has_its_own_salt),
	    UNIT_CTX_TEST(passwords_need_no_escape_in_a_uri),
	    UNIT_CTX_TEST(what_saslprep_would_change_is_refused),
	};

	return UNIT_RUN(tests);
}

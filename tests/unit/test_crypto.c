#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/jwk.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "crypto/totp.h"

/* Bytes of hexadecimal text; at most 256. */
static struct slice
unhex(struct arena *mem, const char *hex)
{
	size_t n = strlen(hex) / 2;
	char *p = arena_alloc(mem, n + 1);

	for (size_t i = 0; i < n; i++) {
		const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};

		p[i] = (char)strtol(pair, NULL, 16);
	}
	return (struct slice){p, n};
}

static const char *
hex_of(struct arena *mem, const unsigned char *p, size_t n)
{
	char *out = arena_alloc(mem, 2 * n + 1);

	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
	return out;
}

static void
sha256_agrees_with_fips_180(void **state)
{
	char hex[DIGEST_HEX_SIZE];

	(void)state;
	digest_hex(hex, digest_sha256("abc", 3));
	assert_string_equal(
	    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_hex(hex, digest_sha256("", 0));
	assert_string_equal(
	    hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_hex(hex,
	    digest_sha256(
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56));
	assert_string_equal(
	    hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
hmac_agrees_with_rfc_4231(void **state)
{
	static const struct {
		const char *key, *text, *mac256, *mac512;
	} cases[] = {
	    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
		"daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
	    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct slice key = unhex(cx->mem, cases[i].key);
		struct slice text = unhex(cx->mem, cases[i].text);
		struct digest d = digest_hmac_sha256(key.p, key.n, text.p, text.n);
		unsigned char mac[DIGEST_HMAC_MAX];

		assert_string_equal(hex_of(cx->mem, d.b, sizeof(d.b)), cases[i].mac256);
		assert_int_equal(digest_hmac(512, key, text, mac), 64);
		assert_string_equal(hex_of(cx->mem, mac, 64), cases[i].mac512);
	}
}

static void
hkdf_agrees_with_rfc_5869(void **state)
{
	struct ctx *cx = *state;
	struct slice key =
	    unhex(cx->mem, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	struct slice salt = unhex(cx->mem, "000102030405060708090a0b0c");
	struct slice info = unhex(cx->mem, "f0f1f2f3f4f5f6f7f8f9");
	struct digest_hkdf one = {key.p, salt.p, info.p, key.n, salt.n, info.n};
	struct digest_hkdf three = {.key = key.p, .key_n = key.n};
	unsigned char out[42];

	digest_hkdf_sha256(&one, out, sizeof(out));
	assert_string_equal(hex_of(cx->mem, out, sizeof(out)),
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
	    "34007208d5b887185865");
	digest_hkdf_sha256(&three, out, sizeof(out));
	assert_string_equal(hex_of(cx->mem, out, sizeof(out)),
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
	    "9d201395faa4b61a96c8");
}

static void
equality_sees_every_byte(void **state)
{
	struct digest a = digest_sha256("a", 1), b = a;

	(void)state;
	assert_true(digest_equal(a, b));
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		b = a;
		b.b[i] ^= 1;
		assert_false(digest_equal(a, b));
	}
	assert_true(secret_equal(NULL, NULL, 0));
	secret_cleanse(&b, sizeof(b));
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		assert_int_equal(b.b[i], 0);
}

static void
base64url_goes_both_ways(void **state)
{
	/* RFC 4648 section 10 without its padding; RFC 7515 appendix C. */
	static const char *const cases[][2] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"},
	    {"foobar", "Zm9vYmFy"}, {"\x03\xec\xff\xe0\xc1", "A-z_4ME"}};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct slice value = slice_of(cases[i][0]), got;

		assert_string_equal(
		    base64url_encode_dup(cx->mem, value.p, value.n), cases[i][1]);
		assert_int_equal(strlen(cases[i][1]) + 1, BASE64URL_TEXT_SIZE(value.n));
		assert_true(base64url_decode_dup(cx->mem, slice_of(cases[i][1]), &got));
		assert_true(slice_eq(got, cases[i][0]));
	}
}

static void
base64_has_its_padding(void **state)
{
	/* RFC 4648, section 10 */
	static const char *const cases[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
	    {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "+//+"}};
	char text[BASE64_TEXT_SIZE(6)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		base64_encode(text, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(text, cases[i][1]);
		assert_int_equal(
		    strlen(text) + 1, BASE64_TEXT_SIZE(strlen(cases[i][0])));
	}
}

static void
base64_is_read_with_its_padding_and_no_other(void **state)
{
	static const char *const good[][2] = {{"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"},
	    {"Zm9v", "foo"}, {"Zm9vYg==", "foob"}, {"+/+/", "\xfb\xff\xbf"}};
	static const char *const bad[] = {"Zg", "Zg=", "Zg===", "Zg==Zg==", "Zh==", "=",
	    "====", "=Zg=", "Z===", "Zm9v=", "Zm9v====", "-_-_", "Zm 9", "Zm9v\n"};
	struct ctx *cx = *state;
	struct slice got;

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(base64_decode_dup(cx->mem, slice_of(good[i][0]), &got));
		assert_true(slice_eq(got, good[i][1]));
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (base64_decode_dup(cx->mem, slice_of(bad[i]), &got))
			fail_msg("\"%s\" is taken", bad[i]);
}

static void
base64url_has_one_text_for_a_value(void **state)
{
	static const char *const bad[] = {"Z", "Zg==", "Zg=", "Zh", "Zm9",
	    "Zm8=", "Zm9v\n", " Zm9v", "Zm9v ", "Zm+v", "Zm/v", "Zm*v", "Zm9vY",
	    "A-z_4MF", "\xc3\xa9"};
	unsigned char room[2];
	struct ctx *cx = *state;
	struct slice got;
	size_t n;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (base64url_decode_dup(cx->mem, slice_of(bad[i]), &got))
			fail_msg("accepted: %s", bad[i]);
	assert_false(base64url_decode((struct slice){"Zm\0v", 4}, room, 2, &n));
	assert_false(base64url_decode(slice_of("Zm9v"), room, sizeof(room), &n));
	assert_true(
	    base64url_decode(slice_of("Zm8"), room, sizeof(room), &n) && n == 2);
}

static void
random_bytes_differ(void **state)
{
	unsigned char a[32], b[32];
	struct ctx *cx = *state;

	assert_int_equal(random_bytes(&cx->err, a, sizeof(a)), ERR_OK);
	assert_int_equal(random_bytes(&cx->err, b, sizeof(b)), ERR_OK);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
passwords_verify_and_salts_differ(void **state)
{
	struct ctx *cx = *state;
	const char *a, *b;
	bool match;

	assert_int_equal(password_hash(cx, "correct horse", 13, &a), ERR_OK);
	assert_int_equal(password_hash(cx, "correct horse", 13, &b), ERR_OK);
	assert_string_not_equal(a, b);
	assert_int_equal(strncmp(a, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_false(password_is_stale(a));
	assert_int_equal(password_verify(cx, a, "correct horse", 13, &match), ERR_OK);
	assert_true(match);
	assert_int_equal(password_verify(cx, a, "correct horsf", 13, &match), ERR_OK);
	assert_false(match);
	assert_int_equal(password_verify(cx, a, "", 0, &match), ERR_OK);
	assert_false(match);
	assert_int_equal(password_hash(cx, "", 0, &a), ERR_INVALID);
	assert_int_equal(password_hash(cx, "x", PASSWORD_MAX + 1, &a), ERR_INVALID);
}

static void
foreign_password_strings_are_read_or_refused(void **state)
{
	/* From the argon2 reference implementation's own tests: "password", "somesalt".
	 */
	static const char known[] = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
				    "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
	static const char *const bad[] = {"", "plain", "$2b$12$abcdefghijklmnopqrstuv",
	    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text */
	    "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+"
	    "sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
	    "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
	    "$argon2id$v=19$m=256,t=2,p=1", "$argon2id$v=19$m=19456,t=2,p=1,p=1$$vA",
	    "$argon2id$v=19$m=19456,t=2,p=01$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
	    "$argon2id$v=19$m=19456$t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
	    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$*",
	    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65E$OgLrQMR",
	    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgL*rQMR",
	    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg=",
	    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
	    "$argon2id$v=19$m=256,t=2,p=1$$nf65EA",
	    "$argon2id$v=19$m=15,t=2,p=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
	    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"};
	struct ctx *cx = *state;
	bool match;

	assert_int_equal(password_verify(cx, known, "password", 8, &match), ERR_OK);
	assert_true(match);
	assert_true(password_is_stale(known));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(
		    password_verify(cx, bad[i], "password", 8, &match), ERR_INTERNAL);
		assert_non_null(strstr(cx->err.message, "no Argon2id"));
		assert_false(match);
		assert_false(password_is_readable(cx, bad[i]));
		assert_true(password_is_stale(bad[i]));
	}
}

static const char secret_a[] = "a-secret-of-more-than-32-bytes-aaaaaa";
static const char secret_b[] = "b-secret-of-more-than-32-bytes-bbbbbb";

static struct seal_keys *
keys(const char *secret, const char *previous)
{
	struct err_info e = {0};
	struct seal_keys *k;

	assert_int_equal(seal_keys_new(&e, secret, previous, &k), ERR_OK);
	return k;
}

static void
sealed_values_open_where_they_belong(void **state)
{
	struct slice ad = slice_of("tenants/7/pinecone_api_key"), got;
	struct seal_keys *k = keys(secret_a, NULL);
	struct ctx *cx = *state;
	const char *one, *two;

	assert_int_equal(seal_make(cx, k, slice_of("pk-123"), ad, &one), ERR_OK);
	assert_int_equal(seal_make(cx, k, slice_of("pk-123"), ad, &two), ERR_OK);
	assert_string_not_equal(one, two);
	assert_int_equal(strncmp(one, "v1.", 3), 0);
	assert_true(seal_is_current(k, one));
	assert_int_equal(seal_open(cx, k, one, ad, &got), ERR_OK);
	assert_string_equal(got.p, "pk-123");
	assert_int_equal(got.n, 6);
	assert_int_equal(
	    seal_open(cx, k, one, slice_of("tenants/8/pinecone_api_key"), &got),
	    ERR_INTERNAL);
	assert_int_equal(seal_make(cx, k, (struct slice){"", 0}, ad, &one), ERR_OK);
	assert_int_equal(seal_open(cx, k, one, ad, &got), ERR_OK);
	assert_int_equal(got.n, 0);
	seal_keys_free(k);
}

static void
sealed_values_do_not_open_changed(void **state)
{
	struct slice ad = slice_of("x"), got;
	struct seal_keys *k = keys(secret_a, NULL);
	struct ctx *cx = *state;
	const char *text;
	char *changed;

	assert_int_equal(seal_make(cx, k, slice_of("value"), ad, &text), ERR_OK);
	for (size_t i = 0; i < strlen(text); i++) {
		changed = arena_strdup(cx->mem, text);
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		assert_int_equal(seal_open(cx, k, changed, ad, &got), ERR_INTERNAL);
	}
	changed = arena_strdup(cx->mem, text);
	for (size_t i = strlen(text); i-- > 0;) {
		changed[i] = '\0';
		assert_int_equal(seal_open(cx, k, changed, ad, &got), ERR_INTERNAL);
	}
	assert_int_equal(seal_open(cx, k, NULL, ad, &got), ERR_INTERNAL);
	assert_false(seal_is_current(k, NULL));
	seal_keys_free(k);
}

static void
sealed_values_survive_one_rotation(void **state)
{
	struct slice ad = slice_of("x"), got;
	struct seal_keys *old = keys(secret_a, ""), *both = keys(secret_b, secret_a);
	struct seal_keys *late = keys(secret_b, NULL);
	struct ctx *cx = *state;
	const char *text;

	assert_int_equal(seal_make(cx, old, slice_of("value"), ad, &text), ERR_OK);
	assert_int_equal(seal_open(cx, both, text, ad, &got), ERR_OK);
	assert_string_equal(got.p, "value");
	assert_false(seal_is_current(both, text));
	assert_int_equal(seal_open(cx, late, text, ad, &got), ERR_INTERNAL);
	assert_non_null(strstr(cx->err.message, seal_keys_id(old)));
	assert_int_equal(seal_make(cx, both, slice_of("value"), ad, &text), ERR_OK);
	assert_int_equal(seal_open(cx, late, text, ad, &got), ERR_OK);
	seal_keys_free(old);
	seal_keys_free(both);
	seal_keys_free(late);
}

static void
short_sealing_keys_are_refused(void **state)
{
	struct ctx *cx = *state;
	struct seal_keys *k;

	assert_int_equal(seal_keys_new(&cx->err, "short", NULL, &k), ERR_CONFIG);
	assert_int_equal(seal_keys_new(&cx->err, NULL, NULL, &k), ERR_CONFIG);
	assert_int_equal(seal_keys_new(&cx->err, secret_a, "short", &k), ERR_CONFIG);
	assert_null(strstr(cx->err.message, "short"));
}

/* RFC 7515 appendices A.2 and A.3. */
static const char rfc_n[] = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_"
			    "wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz"
			    "P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_"
			    "YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf6"
			    "3kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
			    "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Zw"
			    "Kh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
			    "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW"
			    "yuXpoQ";
static const char rfc_rsa_text[] =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
static const char rfc_rsa_sig[] =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_"
    "lF5YKt"
    "_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
    "nZLgrnbyTyWzO75vRK5h6xBArL"
    "IARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
    "eOkHWEsqtFZESc6BfI7no"
    "OPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
    "IoypGlUPQ"
    "Ge77Rw";
static const char rfc_x[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
static const char rfc_y[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
static const char rfc_ec_text[] =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
static const char rfc_ec_sig[] = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-"
				 "F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU"
				 "1Q";

static struct slice
decoded(struct ctx *cx, const char *text)
{
	struct slice s;

	assert_true(base64url_decode_dup(cx->mem, slice_of(text), &s));
	return s;
}

static void
signatures_agree_with_rfc_7515(void **state)
{
	struct ctx *cx = *state;
	struct slice rs = decoded(cx, rfc_rsa_sig), es = decoded(cx, rfc_ec_sig);
	struct slice rs_text = slice_of(rfc_rsa_text), es_text = slice_of(rfc_ec_text);
	const char *rsa, *ec;

	assert_int_equal(jwk_rsa_pem(cx, rfc_n, "AQAB", &rsa), ERR_OK);
	assert_int_equal(jwk_p256_pem(cx, rfc_x, rfc_y, &ec), ERR_OK);
	assert_int_equal(strncmp(rsa, "-----BEGIN PUBLIC KEY-----\n", 27), 0);
	assert_true(signature_is_rs256(rsa, rs_text, rs));
	assert_true(signature_is_es256(ec, es_text, es));

	assert_false(signature_is_rs256(rsa, es_text, rs));
	assert_false(signature_is_rs256(ec, rs_text, rs));
	assert_false(signature_is_rs256(rsa, rs_text, (struct slice){rs.p, rs.n - 1}));
	assert_false(signature_is_es256(ec, rs_text, es));
	assert_false(signature_is_es256(rsa, es_text, es));
	assert_false(signature_is_es256(ec, es_text, (struct slice){es.p, 63}));
	assert_false(signature_is_es256(ec, es_text, decoded(cx, "AAAA")));
	assert_false(signature_is_es256("no pem", es_text, es));
}

static void
zero_is_no_ecdsa_signature(void **state)
{
	static const char zeros[SIGNATURE_ES256_SIZE];
	struct ctx *cx = *state;
	const char *ec;

	assert_int_equal(jwk_p256_pem(cx, rfc_x, rfc_y, &ec), ERR_OK);
	assert_false(signature_is_es256(
	    ec, slice_of(rfc_ec_text), (struct slice){zeros, sizeof(zeros)}));
}

static void
weak_and_malformed_keys_are_refused(void **state)
{
	struct ctx *cx = *state;
	char *small = arena_strdup(cx->mem, rfc_n),
	     *even = arena_strdup(cx->mem, rfc_n);
	const char *pem, *zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

	small[171 + 0] = '\0'; /* 1026 bits and a bit: not even canonical */
	assert_int_equal(jwk_rsa_pem(cx, small, "AQAB", &pem), ERR_INVALID);
	small[168] = '\0'; /* 1008 bits */
	assert_int_equal(jwk_rsa_pem(cx, small, "AQAB", &pem), ERR_INVALID);
	assert_non_null(strstr(cx->err.message, "2048"));
	even[strlen(even) - 1] = 'A';
	even[strlen(even) - 2] = 'A';
	assert_int_equal(jwk_rsa_pem(cx, even, "AQAB", &pem), ERR_INVALID);
	assert_int_equal(jwk_rsa_pem(cx, rfc_n, "AQ", &pem), ERR_INVALID); /* e = 1 */
	assert_int_equal(jwk_rsa_pem(cx, rfc_n, "Ag", &pem), ERR_INVALID); /* e = 2 */
	assert_int_equal(jwk_rsa_pem(cx, rfc_n, "", &pem), ERR_INVALID);
	assert_int_equal(jwk_rsa_pem(cx, rfc_n, NULL, &pem), ERR_INVALID);
	assert_int_equal(jwk_rsa_pem(cx, "", "AQAB", &pem), ERR_INVALID);
	assert_int_equal(jwk_rsa_pem(cx, rfc_n, "AQAB=", &pem), ERR_INVALID);
	assert_int_equal(jwk_p256_pem(cx, rfc_x, rfc_x, &pem), ERR_INVALID);
	assert_int_equal(jwk_p256_pem(cx, zero, zero, &pem), ERR_INVALID);
	assert_int_equal(jwk_p256_pem(cx, "AAAA", rfc_y, &pem), ERR_INVALID);
	assert_int_equal(jwk_p256_pem(cx, rfc_x, NULL, &pem), ERR_INVALID);
}

/* -- one-time passwords -- */

static const struct slice rfc_secret = {"12345678901234567890", 20};

static void
base32_agrees_with_rfc_4648(void **state)
{
	static const char *const cases[][2] = {{"", ""}, {"f", "MY"}, {"fo", "MZXQ"},
	    {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"},
	    {"foobar", "MZXW6YTBOI"}};
	char text[BASE32_TEXT_SIZE(6)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		base32_encode(text, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(text, cases[i][1]);
		assert_true(strlen(text) < BASE32_TEXT_SIZE(strlen(cases[i][0])));
	}
}

static void
codes_agree_with_rfc_4226(void **state)
{
	static const char *const codes[] = {"755224", "287082", "359152", "969429",
	    "338314", "254676", "287922", "162583", "399871", "520489"};
	char code[TOTP_CODE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		totp_code(rfc_secret, (int64_t)i, code);
		assert_string_equal(code, codes[i]);
	}
}

/* Of its eight digits the last six. */
static void
codes_of_times_agree_with_rfc_6238(void **state)
{
	static const struct {
		int64_t at;
		const char *code;
	} cases[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"},
	    {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
	char code[TOTP_CODE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		totp_code(rfc_secret, totp_step_at(cases[i].at), code);
		assert_string_equal(code, cases[i].code);
	}
	assert_int_equal(totp_step_at(-1), 0);
}

static void
a_code_matches_one_step_to_each_side_and_only_after_the_last(void **state)
{
	char code[TOTP_CODE_SIZE];
	int64_t taken = 0;

	(void)state;
	for (int64_t step = 98; step <= 102; step++) {
		const bool near = step >= 99 && step <= 101;

		totp_code(rfc_secret, step, code);
		assert_int_equal(totp_matches(rfc_secret, (struct totp_window){100, 0},
				     code, &taken),
		    near);
		if (near)
			assert_int_equal(taken, step);
		assert_int_equal(totp_matches(rfc_secret,
				     (struct totp_window){100, 100}, code, &taken),
		    step == 101);
		assert_false(totp_matches(
		    rfc_secret, (struct totp_window){100, 101}, code, &taken));
	}
}

static void
what_is_no_code_matches_nothing(void **state)
{
	char code[TOTP_CODE_SIZE + 1] = "";
	int64_t taken = 0;
	const struct totp_window window = {0, -2};

	(void)state;
	totp_code(rfc_secret, 0, code);
	assert_true(totp_matches(rfc_secret, window, code, &taken));
	code[6] = '0';
	assert_false(totp_matches(rfc_secret, window, code, &taken));
	code[5] = '\0';
	assert_false(totp_matches(rfc_secret, window, code, &taken));
	assert_false(totp_matches(rfc_secret, window, "", &taken));
	assert_false(totp_matches(rfc_secret, window, "abcdef", &taken));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sha256_agrees_with_fips_180),
	    UNIT_CTX_TEST(hmac_agrees_with_rfc_4231),
	    UNIT_CTX_TEST(hkdf_agrees_with_rfc_5869),
	    cmocka_unit_test(equality_sees_every_byte),
	    UNIT_CTX_TEST(base64url_goes_both_ways),
	    UNIT_CTX_TEST(base64url_has_one_text_for_a_value),
	    cmocka_unit_test(base64_has_its_padding),
	    UNIT_CTX_TEST(base64_is_read_with_its_padding_and_no_other),
	    UNIT_CTX_TEST(random_bytes_differ),
	    UNIT_CTX_TEST(passwords_verify_and_salts_differ),
	    UNIT_CTX_TEST(foreign_password_strings_are_read_or_refused),
	    UNIT_CTX_TEST(sealed_values_open_where_they_belong),
	    UNIT_CTX_TEST(sealed_values_do_not_open_changed),
	    UNIT_CTX_TEST(sealed_values_survive_one_rotation),
	    UNIT_CTX_TEST(short_sealing_keys_are_refused),
	    UNIT_CTX_TEST(signatures_agree_with_rfc_7515),
	    UNIT_CTX_TEST(zero_is_no_ecdsa_signature),
	    UNIT_CTX_TEST(weak_and_malformed_keys_are_refused),
	    cmocka_unit_test(base32_agrees_with_rfc_4648),
	    cmocka_unit_test(codes_agree_with_rfc_4226),
	    cmocka_unit_test(codes_of_times_agree_with_rfc_6238),
	    cmocka_unit_test(
		a_code_matches_one_step_to_each_side_and_only_after_the_last),
	    cmocka_unit_test(what_is_no_code_matches_nothing),
	};

	return UNIT_RUN(tests);
}

/*
 * Bearer tokens, at a fixed time and with known keys. The first byte says what follows:
 *
 *   t a token    h an Authorization header
 *   s header and payload, a line each, signed with our key; o with another one
 *   c claims, read on the terms of every issuer
 *   m what a token of ours is to say, a line each: sub, email, tenant, client, scope,
 * and roles
 */
#include "fuzz.h"

#include "auth/claims.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/signature.h"

#define SECRET "our-own-secret-of-at-least-32-bytes-0123456789"
#define OTHER  "another-secret-of-at-least-32-bytes-012345"

enum { NOW = 1700000000, LEEWAY = 60, ROLES_MAX = 80 };

/* Two keys whose other halves are gone. */
static const char rsa_jwks[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r1\",\"n\":\"xyQAyK72j0kabtc6I_d92hVbocOc"
    "TAufZ2_dCU8SGy9O_g1iMf271lgWtFqQx0uu82_eEVkYSC1ioHoB3Xz-UTWIKWG3uv"
    "SkNimd9FXwo28b0pJQgrSKM-MXmGWxCpMLnwLxD-i79oARXgSBZ5io2qKEi4JQt14H"
    "HM-vZ5uHIf8oXU24Fd75MGxMxWhPvSG8QFmvBoe333NzQUI-pZ7KDh_fhlPy0vSb9s"
    "e8bijsqNi1gwPOkwKLzy7TYSiw77Pb9mSFot08fAEAjOpzuh3b7XlFUHcPHxC2xHSU"
    "TcalR7uAZ-MLT5xzZRKGXFUzIEB_YSRjf8-teqjOB5nQWTWU6Q\",\"e\":\"AQAB\"}]}";
static const char ec_jwks[] =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e1\",\"x\":"
    "\"ezxWFKwoTSV7atf"
    "op2DufyvtG2TeLIGJeREZvomfXQo\",\"y\":\"fQNNWpWBpPHoi4EIiFcF4JGBWYcPuGq"
    "i_dy5UOIuoec\"}]}";

static char empty[] = "", secret[] = SECRET, alg[] = "HS256", region[] = "eu-north-1";
static char clients[] = "app1, app2", audience[] = "api";
static char name_space[] = "74738ff5-5367-5958-9aee-98fffdcd1876", pool[] = "eu_P1";
static struct conf conf = {.jwt_secret_key = secret,
    .algorithm = alg,
    .jwt_issuer = empty,
    .jwt_audience = empty,
    .jwt_leeway = LEEWAY,
    .access_token_expire_minutes = 30,
    .cognito_user_pool_id = empty,
    .cognito_client_ids = empty,
    .cognito_endpoint = empty,
    .aws_region = empty,
    .tenant_namespace = name_space};
static struct issuers issuers; /* with a Cognito pool: whose keys are never asked for */
static struct auth *auth;

static void
set_up(struct ctx *cx)
{
	static int rsa = -1, ec = -1, file = -1;
	struct conf more;

	fuzz_file(&rsa, slice_of(rsa_jwks));
	fuzz_file(&ec, slice_of(ec_jwks));
	fuzz_file(&file,
	    slice_of(arena_printf(cx->mem,
		"{\"issuers\":[{\"issuer\":\"https://a.example\",\"jwks_file\":\"%s\","
		"\"algorithms\":[\"RS256\"],\"audiences\":[\"api\"],\"honour\":["
		"\"email\",\"tenant_id\",\"roles\",\"scopes\",\"client_id\"]},"
		"{\"issuer\":\"https://b.example\",\"jwks_file\":\"%s\","
		"\"algorithms\":[\"ES256\"],\"client_ids\":[\"b\"],\"token_use\":["
		"\"access\"]}]}",
		fuzz_path(cx->mem, rsa), fuzz_path(cx->mem, ec))));
	conf.jwt_issuers_file = strdup(fuzz_path(cx->mem, file));
	more = conf;
	more.cognito_user_pool_id = pool;
	more.aws_region = region;
	more.cognito_client_ids = clients;
	more.jwt_audience = audience;
	FUZZ_HOLDS(auth_new(cx, &conf, &auth) == ERR_OK);
	FUZZ_HOLDS(issuers_new(cx, &more, &issuers) == ERR_OK);
}

static const char *
mac_of(struct arena *mem, const char *key, struct slice text)
{
	unsigned char mac[DIGEST_HMAC_MAX];
	size_t n = digest_hmac(256, slice_of(key), text, mac);

	return base64url_encode_dup(mem, mac, n);
}

static const char *
pem_of(const struct principal *p, enum jws_alg a)
{
	struct issuer *i = issuers_find(&issuers, p->issuer);
	const char *pem = NULL;

	FUZZ_HOLDS(i != NULL && jwks_find(&i->keys, a, NULL, &pem) == JWKS_FOUND);
	return pem;
}

/* Whoever it is, a key of theirs signed it. */
static void
check_signed(struct arena *mem, const char *token, const struct principal *p)
{
	const char *dot = strrchr(token, '.');
	struct slice text = {token, (size_t)(dot - token)}, signature;

	if (p->own) {
		FUZZ_HOLDS(strcmp(dot + 1, mac_of(mem, SECRET, text)) == 0);
		return;
	}
	FUZZ_HOLDS(base64url_decode_dup(mem, slice_of(dot + 1), &signature));
	if (strcmp(p->issuer, "https://a.example") == 0) {
		FUZZ_HOLDS(signature_is_rs256(pem_of(p, JWS_RS256), text, signature));
		FUZZ_HOLDS(!signature_is_es256(pem_of(p, JWS_RS256), text, signature));
	} else {
		FUZZ_HOLDS(signature_is_es256(pem_of(p, JWS_ES256), text, signature));
		FUZZ_HOLDS(!signature_is_rs256(pem_of(p, JWS_ES256), text, signature));
	}
}

static void
check_principal(const struct principal *p)
{
	FUZZ_HOLDS(claim_text_is_fit(p->user.text, CLAIM_TEXT_MAX));
	FUZZ_HOLDS(p->email == NULL || claim_text_is_fit(p->email, CLAIM_EMAIL_MAX));
	FUZZ_HOLDS(
	    p->tenant_id == NULL || claim_text_is_fit(p->tenant_id, CLAIM_TEXT_MAX));
	FUZZ_HOLDS(
	    p->roles.count <= CLAIM_NAMES_MAX && p->scopes.count <= CLAIM_NAMES_MAX);
	for (size_t i = 0; i < p->roles.count; i++)
		FUZZ_HOLDS(principal_has_role(p, p->roles.names[i]));
	for (size_t i = 0; i < p->scopes.count; i++)
		FUZZ_HOLDS(principal_has_scope(p, p->scopes.names[i]));
}

/* Whether it is taken; then it is taken again, from the cache, until its end. */
static bool
check_token(struct ctx *cx, const char *token, struct principal *p)
{
	struct principal again;

	if (auth_token(cx, auth, token, NOW, p) != ERR_OK) {
		FUZZ_HOLDS(cx->err.code == ERR_UNAUTHORIZED && p->user.text[0] == '\0');
		return false;
	}
	check_signed(cx->mem, token, p);
	check_principal(p);
	FUZZ_HOLDS(p->expires_s > NOW - LEEWAY);
	FUZZ_HOLDS(auth_token(cx, auth, token, NOW, &again) == ERR_OK);
	FUZZ_HOLDS(strcmp(p->user.text, again.user.text) == 0);
	FUZZ_HOLDS(p->roles.count == again.roles.count &&
	    p->scopes.count == again.scopes.count);
	FUZZ_HOLDS(auth_token(cx, auth, token, p->expires_s + LEEWAY, &again) ==
	    ERR_UNAUTHORIZED);
	return true;
}

static bool
check_made(struct ctx *cx, const char *key, struct slice text)
{
	const char *header = fuzz_text(cx->mem, &text, '\n');
	const char *payload = fuzz_text(cx->mem, &text, '\n');
	const char *both = arena_printf(cx->mem, "%s.%s",
	    base64url_encode_dup(cx->mem, header, strlen(header)),
	    base64url_encode_dup(cx->mem, payload, strlen(payload)));
	struct principal p;

	return check_token(cx,
	    arena_printf(cx->mem, "%s.%s", both, mac_of(cx->mem, key, slice_of(both))),
	    &p);
}

static void
check_header(struct ctx *cx, const char *header)
{
	struct principal p;

	if (auth_bearer(cx, auth, header, &p) == ERR_OK)
		check_signed(cx->mem, header + strlen("Bearer "), &p);
}

static void
check_claims(struct ctx *cx, struct slice text)
{
	const struct json *claims;
	struct claim_times times;
	struct principal p;
	struct uuid ns;

	if (json_parse(cx, text.p, text.n, 16, &claims) != ERR_OK ||
	    !uuid_from_text(slice_of(name_space), &ns))
		return;
	if (claims_read_times(cx, claims, &times) == ERR_OK)
		FUZZ_HOLDS(times.expires_s >= 0 && times.begins_s >= 0);
	for (size_t i = 0; i < issuers.count; i++)
		if (claims_read(cx, &issuers.list[i], claims, ns, &p) == ERR_OK)
			check_principal(&p);
}

static const char *
or_null(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

/* What we issue we take, and it says what it was to say. */
static void
check_issued(struct ctx *cx, struct slice text)
{
	struct token_claims t = {.now_s = NOW};
	const char *roles[ROLES_MAX + 1] = {NULL}, *scopes[2] = {NULL, NULL}, *token;
	struct principal p;

	t.sub = fuzz_text(cx->mem, &text, '\n');
	t.email = or_null(fuzz_text(cx->mem, &text, '\n'));
	t.tenant_id = or_null(fuzz_text(cx->mem, &text, '\n'));
	t.client_id = or_null(fuzz_text(cx->mem, &text, '\n'));
	scopes[0] = or_null(fuzz_text(cx->mem, &text, '\n'));
	for (int i = 0; i < ROLES_MAX && text.n > 0; i++)
		roles[i] = fuzz_text(cx->mem, &text, '\n');
	t.roles = roles;
	t.scopes = scopes;
	if (token_issue(cx, &conf, &t, &token) != ERR_OK)
		return;
	FUZZ_HOLDS(check_token(cx, token, &p));
	FUZZ_HOLDS(p.own && strcmp(p.user.text, t.sub) == 0);
	FUZZ_HOLDS(t.email == NULL || strcmp(p.email, t.email) == 0);
	FUZZ_HOLDS(t.client_id == NULL || strcmp(p.client_id, t.client_id) == 0);
	FUZZ_HOLDS(scopes[0] == NULL || principal_has_scope(&p, scopes[0]));
	for (int i = 0; roles[i] != NULL; i++)
		FUZZ_HOLDS(principal_has_role(&p, roles[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ctx *cx = fuzz_ctx();
	struct principal p;
	struct slice rest;
	bool taken = false;

	if (auth == NULL)
		set_up(cx);
	if (n == 0)
		return 0;
	rest = fuzz_slice(data + 1, n - 1);
	switch (data[0]) {
	case 't':
		taken = check_token(cx, slice_dup(cx->mem, rest), &p);
		break;
	case 's':
		taken = check_made(cx, SECRET, rest);
		break;
	case 'o':
		FUZZ_HOLDS(!check_made(cx, OTHER, rest));
		break;
	case 'h':
		check_header(cx, slice_dup(cx->mem, rest));
		break;
	case 'c':
		check_claims(cx, rest);
		break;
	case 'm':
		check_issued(cx, rest);
		taken = true;
		break;
	}
	if (taken) { /* the next input finds no token that is known already */
		auth_free(auth);
		FUZZ_HOLDS(auth_new(cx, &conf, &auth) == ERR_OK);
	}
	return 0;
}

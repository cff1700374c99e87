/* Issuers from the settings, and their keys over HTTP. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/issuers.h"
#include "base/clock.h"
#include "httpd.h"
#include "tokens.h"

enum { NOW = 1700000000 };

static char empty[] = "", ns[] = "74738ff5-5367-5958-9aee-98fffdcd1876",
	    alg[] = "HS256";
static char dir[] = "/tmp/tiss.XXXXXX";
static struct httpd *server;
static int jwks_timeout_ms = 30000;

static struct conf
settings(struct ctx *cx, const char *issuers)
{
	struct conf c = {.jwt_secret_key = empty,
	    .algorithm = alg,
	    .jwt_issuer = empty,
	    .jwt_audience = empty,
	    .jwt_leeway = 60,
	    .jwt_issuers_file = empty,
	    .jwks_timeout = jwks_timeout_ms,
	    .cognito_user_pool_id = empty,
	    .cognito_client_ids = empty,
	    .cognito_endpoint = empty,
	    .aws_region = empty,
	    .tenant_namespace = ns};

	if (issuers != NULL)
		c.jwt_issuers_file = arena_strdup(
		    cx->mem, tokens_file(cx->mem, dir, "issuers.json", issuers));
	return c;
}

/* -- the file -- */

static void
a_fault_in_the_file_is_named(void **state)
{
#define URL       "\"jwks_url\":\"https://a.example/jwks\""
#define REST      URL ",\"algorithms\":[\"RS256\"],\"audiences\":[\"x\"]"
#define ONE(text) "{\"issuers\":[{\"issuer\":\"https://a.example\"," text "}]}"
	static const struct {
		const char *text, *why;
	} cases[] = {{"", "is not JSON"}, {"[]", "member \"issuers\" alone"},
	    {"{\"issuers\":[],\"x\":1}", "member \"issuers\" alone"},
	    {"{\"issuers\":{}}", "member \"issuers\" alone"},
	    {"{\"issuers\":[1]}", "it is not an object"},
	    {"{\"issuers\":[{" REST "}]}", "issuer is not a string"},
	    {"{\"issuers\":[{\"issuer\":\"\"," REST "}]}", "issuer is not a string"},
	    {"{\"issuers\":[{\"issuer\":\"a|b\"," REST "}]}", "issuer cannot have a"},
	    {ONE(REST ",\"aud\":\"x\""), "member \"aud\" is not known"},
	    {ONE(REST ",\"primary\":1"), "primary is not true or false"},
	    {ONE(REST ",\"honour\":[\"superuser\"]"),
		"honour cannot hold \"superuser\""},
	    {ONE(REST ",\"honour\":\"email\""), "honour is not a list"},
	    {ONE(REST ",\"token_use\":[\"refresh\"]"),
		"token_use cannot hold \"refresh\""},
	    {ONE(REST ",\"jwks_file\":\"/x\""), "one of them only"},
	    {ONE("\"algorithms\":[\"RS256\"],\"audiences\":[\"x\"]"),
		"one of them only"},
	    {ONE(URL ",\"audiences\":[\"x\"]"), "algorithms is missing"},
	    {ONE(URL ",\"algorithms\":[],\"audiences\":[\"x\"]"),
		"algorithms is not a list"},
	    {ONE(URL ",\"algorithms\":[\"HS256\"],\"audiences\":[\"x\"]"),
		"algorithms cannot hold \"HS256\""},
	    {ONE(URL ",\"algorithms\":[\"none\"],\"audiences\":[\"x\"]"),
		"algorithms cannot hold \"none\""},
	    {ONE(URL ",\"algorithms\":[\"RS256\"]"),
		"audiences or client_ids is needed"},
	    {ONE(URL ",\"algorithms\":[\"RS256\"],\"audiences\":[1]"),
		"audiences holds"},
	    {ONE("\"jwks_url\":\"file:///etc/jwks\",\"algorithms\":[\"RS256\"],"
		 "\"audiences\":[\"x\"]"),
		"jwks_url is no http or https address"},
	    {ONE("\"jwks_url\":7,\"algorithms\":[\"RS256\"],\"audiences\":[\"x\"]"),
		"is not a string"},
	    {ONE("\"jwks_file\":\"rel\",\"algorithms\":[\"RS256\"],\"audiences\":["
		 "\"x\"]"),
		"not an absolute path"},
	    {ONE("\"jwks_file\":\"/nonexistent\",\"algorithms\":[\"RS256\"],"
		 "\"audiences\":[\"x\"]"),
		"cannot open"},
	    {ONE("\"jwks_file\":\"/dev/zero\",\"algorithms\":[\"RS256\"],"
		 "\"audiences\":[\"x\"]"),
		"cannot read"},
	    {"{\"issuers\":[{\"issuer\":\"i\"," REST "},{\"issuer\":\"i\"," REST "}]}",
		"issuer \"i\" is configured twice"},
	    {"{\"issuers\":[{\"issuer\":\"i\",\"primary\":true," REST
	     "},{\"issuer\":\"j\",\"primary\":true," REST "}]}",
		"issuers \"i\" and \"j\" cannot both be primary"}};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct conf c = settings(cx, cases[i].text);
		struct auth *a;

		assert_int_equal(auth_new(cx, &c, &a), ERR_CONFIG);
		if (strstr(cx->err.message, cases[i].why) == NULL)
			fail_msg("%s\nnot: %s", cx->err.message, cases[i].why);
	}
}

static void
a_file_that_is_right_is_taken(void **state)
{
	struct ctx *cx = *state;
	struct conf c = settings(cx,
	    "{\"issuers\":[{\"issuer\":\"i\"," REST
	    ",\"primary\":true},{\"issuer\":\"j\"," REST
	    ",\"primary\":false,\"client_ids\":[\"c\"],\"token_use\":[\"id\"],"
	    "\"honour\":[]}]}");
	struct auth *a;

	assert_int_equal(auth_new(cx, &c, &a), ERR_OK);
	auth_free(a);
}

static void
settings_that_do_not_fit_are_refused(void **state)
{
	static char bad[] = "no-uuid", issuer[] = "i", shortish[] = "short";
	struct ctx *cx = *state;
	struct conf c = settings(cx, NULL);
	struct auth *a;

	c.tenant_namespace = bad;
	assert_int_equal(auth_new(cx, &c, &a), ERR_CONFIG);
	c = settings(cx, "{\"issuers\":[{\"issuer\":\"i\"," REST "}]}");
	c.jwt_issuer = issuer;
	c.jwt_secret_key = arena_strdup(cx->mem, TOKENS_SECRET);
	assert_int_equal(auth_new(cx, &c, &a), ERR_CONFIG);
	assert_non_null(strstr(cx->err.message, "configured twice"));
	c = settings(cx, NULL);
	c.cognito_user_pool_id = issuer;
	assert_int_equal(auth_new(cx, &c, &a), ERR_CONFIG);
	assert_non_null(strstr(cx->err.message, "AWS_REGION"));
	c = settings(cx, NULL);
	c.jwt_secret_key = shortish;
	assert_int_equal(auth_new(cx, &c, &a), ERR_CONFIG);
	assert_null(strstr(cx->err.message, "\"short\""));
	c = settings(cx, NULL);
	c.jwt_issuers_file = arena_strdup(cx->mem, "/nonexistent/issuers.json");
	assert_int_equal(auth_new(cx, &c, &a), ERR_CONFIG);
}

/* -- key sets -- */

static void
a_set_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = {"", "[]", "{}", "{\"keys\":{}}",
	    "{\"keys\":null}", "{\"keys\":[]", "{\"keys\":[],\"keys\":[]}"};
	struct ctx *cx = *state;
	struct jwks set;
	struct buf b;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(jwks_parse(cx, slice_of(bad[i]), &set), ERR_INVALID);
		assert_null(set.mem);
	}
	buf_init(&b, cx->mem, 1024 * 1024);
	buf_puts(&b, "{\"keys\":[{}");
	for (int i = 1; i < JWKS_KEYS_MAX; i++)
		buf_puts(&b, ",{}");
	assert_int_equal(
	    jwks_parse(cx, slice_of(arena_printf(cx->mem, "%s]}", buf_text(&b))), &set),
	    ERR_OK);
	jwks_fini(&set);
	buf_puts(&b, ",{}]}");
	assert_int_equal(jwks_parse(cx, slice_of(buf_text(&b)), &set), ERR_INVALID);
	buf_reset(&b);
	buf_puts(&b, "{\"keys\":[],\"x\":\"");
	while (b.n < JWKS_SIZE_MAX)
		buf_putc(&b, 'x');
	buf_puts(&b, "\"}");
	assert_int_equal(jwks_parse(cx, slice_of(buf_text(&b)), &set), ERR_INVALID);
}

static void
keys_that_cannot_serve_are_passed_over(void **state)
{
	struct ctx *cx = *state;
	const char *pem;
	struct jwks set;

	assert_int_equal(
	    jwks_parse(cx,
		slice_of(arena_printf(cx->mem,
		    "{\"keys\":[1,null,{},{\"kty\":\"RSA\"},{\"kty\":1},"
		    "{\"kty\":\"EC\",\"crv\":\"P-384\"},{\"kty\":\"OKP\"},%s,%s,%s,%s]"
		    "}",
		    tokens_jwk(cx->mem, KEY_RSA1, "alg", ",\"alg\":1"),
		    tokens_jwk(cx->mem, KEY_RSA1, "use", ",\"use\":1"),
		    tokens_jwk(cx->mem, KEY_RSA1, "ops", ",\"key_ops\":\"verify\""),
		    tokens_jwk(cx->mem, KEY_RSA1, "good", ",\"d\":\"AQAB\""))),
		&set),
	    ERR_OK);
	assert_int_equal(set.count, 1);
	assert_int_equal(jwks_find(&set, JWS_RS256, "good", &pem), JWKS_FOUND);
	assert_string_equal(pem, token_keys[KEY_RSA1].pem);
	assert_int_equal(jwks_find(&set, JWS_RS256, NULL, &pem), JWKS_FOUND);
	assert_int_equal(jwks_find(&set, JWS_ES256, "good", &pem), JWKS_UNKNOWN);
	assert_int_equal(jwks_find(&set, JWS_RS256, "use", &pem), JWKS_UNKNOWN);
	jwks_fini(&set);
}

/* -- over HTTP -- */

static struct auth *
auth_by_http(struct ctx *cx)
{
	struct conf *c = arena_alloc(cx->mem, sizeof(*c));
	struct auth *a;

	*c = settings(cx,
	    arena_printf(cx->mem,
		"{\"issuers\":[{\"issuer\":\"https://h.example\",\"jwks_url\":"
		"\"http://127.0.0.1:%d/jwks\",\"algorithms\":[\"RS256\"],"
		"\"audiences\":[\"us\"]}]}",
		server->port));
	if (auth_new(cx, c, &a) != ERR_OK)
		fail_msg("%s", cx->err.message);
	server->hits = 0;
	server->silent_ms = 0;
	return a;
}

static void
serve_keys(struct ctx *cx, int one, const char *kid)
{
	httpd_say(server, "HTTP/1.1 200 OK",
	    arena_printf(cx->mem, "{\"keys\":[%s]}",
		tokens_jwk(cx->mem, one, kid, ",\"use\":\"sig\"")));
}

/* A token of this key, shown at that time; salt makes it one that was not seen before.
 */
static enum err
show(struct ctx *cx, struct auth *a, const char *kid, const char *key, int64_t now_s)
{
	static int salt;
	struct principal p;

	return auth_token(cx, a,
	    tokens_make(cx->mem,
		arena_printf(cx->mem, "{\"alg\":\"RS256\",\"kid\":\"%s\"}", kid),
		arena_printf(cx->mem,
		    "{\"iss\":\"https://"
		    "h.example\",\"aud\":\"us\",\"sub\":\"u\",\"exp\":%lld,"
		    "\"salt\":%d}",
		    (long long)now_s + 100000, salt++),
		arena_printf(cx->mem, "key:%s", key)),
	    now_s, &p);
}

static void
keys_are_fetched_once_and_kept(void **state)
{
	struct ctx *cx = *state;
	struct auth *a = auth_by_http(cx);

	serve_keys(cx, KEY_RSA1, "k1");
	assert_int_equal(server->hits, 0); /* nothing before it is needed */
	for (int i = 0; i < 5; i++)
		assert_int_equal(show(cx, a, "k1", "rsa1", NOW + i), ERR_OK);
	assert_int_equal(server->hits, 1);
	auth_free(a);
}

static void
an_unknown_kid_is_asked_for_once_a_minute(void **state)
{
	struct ctx *cx = *state;
	struct auth *a = auth_by_http(cx);

	serve_keys(cx, KEY_RSA1, "k1");
	assert_int_equal(show(cx, a, "k1", "rsa1", NOW), ERR_OK);
	for (int i = 0; i < 59; i += 10)
		assert_int_equal(show(cx, a, "k2", "rsa2", NOW + i), ERR_UNAUTHORIZED);
	assert_int_equal(server->hits, 1);
	assert_int_equal(show(cx, a, "k2", "rsa2", NOW + 60), ERR_UNAUTHORIZED);
	assert_int_equal(server->hits, 2);
	assert_int_equal(show(cx, a, "k2", "rsa2", NOW + 61), ERR_UNAUTHORIZED);
	assert_int_equal(server->hits, 2);
	auth_free(a);
}

static void
a_rotation_takes_the_new_key_and_drops_the_old(void **state)
{
	struct ctx *cx = *state;
	struct auth *a = auth_by_http(cx);
	const char *old = tokens_make(cx->mem, "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
	    "{\"iss\":\"https://"
	    "h.example\",\"aud\":\"us\",\"sub\":\"u\",\"exp\":1700100000}",
	    "key:rsa1");
	struct principal p;

	serve_keys(cx, KEY_RSA1, "k1");
	assert_int_equal(auth_token(cx, a, old, NOW, &p), ERR_OK);
	serve_keys(cx, KEY_RSA2, "k2");
	assert_int_equal(auth_token(cx, a, old, NOW + 60, &p), ERR_OK);
	assert_int_equal(show(cx, a, "k2", "rsa2", NOW + 60), ERR_OK);
	/* It was verified before, and would be good for hours: its key was withdrawn.
	 */
	assert_int_equal(auth_token(cx, a, old, NOW + 61, &p), ERR_UNAUTHORIZED);
	assert_int_equal(server->hits, 2);
	auth_free(a);
}

static void
a_withdrawn_key_is_noticed_within_the_hour(void **state)
{
	struct ctx *cx = *state;
	struct auth *a = auth_by_http(cx);

	serve_keys(cx, KEY_RSA1, "k1");
	assert_int_equal(show(cx, a, "k1", "rsa1", NOW), ERR_OK);
	httpd_say(server, "HTTP/1.1 200 OK", "{\"keys\":[]}");
	assert_int_equal(show(cx, a, "k1", "rsa1", NOW + JWKS_MAX_AGE_S - 1), ERR_OK);
	assert_int_equal(
	    show(cx, a, "k1", "rsa1", NOW + JWKS_MAX_AGE_S), ERR_UNAUTHORIZED);
	auth_free(a);
}

/* A forger who held the key asks for nothing new: the same token, for years. */
static void
a_withdrawn_key_is_noticed_by_a_token_seen_before(void **state)
{
	struct ctx *cx = *state;
	struct auth *a = auth_by_http(cx);
	const char *forged = tokens_make(cx->mem, "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
	    "{\"iss\":\"https://"
	    "h.example\",\"aud\":\"us\",\"sub\":\"u\",\"exp\":9999999999}",
	    "key:rsa1");
	struct principal p;

	serve_keys(cx, KEY_RSA1, "k1");
	assert_int_equal(auth_token(cx, a, forged, NOW, &p), ERR_OK);
	httpd_say(server, "HTTP/1.1 503 Later", "");
	assert_int_equal(auth_token(cx, a, forged, NOW + JWKS_MAX_AGE_S, &p), ERR_OK);
	assert_int_equal(server->hits, 2);
	assert_int_equal(
	    auth_token(cx, a, forged, NOW + JWKS_MAX_AGE_S + 1, &p), ERR_OK);
	assert_int_equal(server->hits, 2); /* away: not asked more than once a minute */
	serve_keys(cx, KEY_RSA2, "k2");
	assert_int_equal(
	    auth_token(cx, a, forged, NOW + JWKS_MAX_AGE_S + JWKS_RETRY_S, &p),
	    ERR_UNAUTHORIZED);
	auth_free(a);
}

static void
an_outage_keeps_the_keys(void **state)
{
	static const char *const answers[][2] = {{"HTTP/1.1 500 Oops", "{\"keys\":[]}"},
	    {"HTTP/1.1 302 Found\r\nLocation: /jwks", "{\"keys\":[]}"},
	    {"HTTP/1.1 200 OK", "<html>"}, {"HTTP/1.1 200 OK", "{}"}, {"rubbish", ""}};
	struct ctx *cx = *state;
	struct auth *a = auth_by_http(cx);
	int64_t now = NOW;

	serve_keys(cx, KEY_RSA1, "k1");
	assert_int_equal(show(cx, a, "k1", "rsa1", now), ERR_OK);
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		httpd_say(server, answers[i][0], answers[i][1]);
		now += JWKS_RETRY_S;
		assert_int_equal(show(cx, a, "k2", "rsa2", now), ERR_UNAUTHORIZED);
		assert_int_equal(show(cx, a, "k1", "rsa1", now), ERR_OK);
		assert_int_equal(
		    show(cx, a, "k1", "rsa1", now + JWKS_MAX_AGE_S), ERR_OK);
		now += JWKS_MAX_AGE_S;
	}
	auth_free(a);
}

static void
a_failed_try_counts_too(void **state)
{
	struct ctx *cx = *state;
	struct auth *a = auth_by_http(cx);

	httpd_say(server, "HTTP/1.1 503 Later", "");
	for (int i = 0; i < 5; i++)
		assert_int_equal(show(cx, a, "k1", "rsa1", NOW + i), ERR_UNAUTHORIZED);
	assert_int_equal(server->hits, 1);
	serve_keys(cx, KEY_RSA1, "k1");
	assert_int_equal(show(cx, a, "k1", "rsa1", NOW + 60), ERR_OK);
	/* A clock that was set back does not lock the set out for as long. */
	assert_int_equal(show(cx, a, "k2", "rsa2", NOW - 100000), ERR_UNAUTHORIZED);
	assert_int_equal(server->hits, 3);
	auth_free(a);
}

static void
a_hung_issuer_costs_one_timeout(void **state)
{
	struct ctx *cx = *state;
	int64_t begun = clock_mono_ms();
	struct auth *a;

	jwks_timeout_ms = 300;
	a = auth_by_http(cx);
	serve_keys(cx, KEY_RSA1, "k1");
	server->silent_ms = 30000;
	for (int i = 0; i < 5; i++)
		assert_int_equal(show(cx, a, "k1", "rsa1", NOW + i), ERR_UNAUTHORIZED);
	assert_true(clock_mono_ms() - begun < 20000);
	server->silent_ms = 0;
	for (int i = 0; i < 6000 && (server->hits == 0 || server->waits); i++)
		usleep(5000);
	usleep(100000); /* for those who would have come after the first */
	assert_int_equal(server->hits, 1);
	jwks_timeout_ms = 30000;
	auth_free(a);
}

static void
nobody_is_asked_on_behalf_of_an_unknown_issuer_or_algorithm(void **state)
{
	struct ctx *cx = *state;
	struct auth *a = auth_by_http(cx);
	struct principal p;

	serve_keys(cx, KEY_EC1, "e1");
	assert_int_equal(
	    auth_token(cx, a,
		tokens_make(cx->mem, "{\"alg\":\"ES256\",\"kid\":\"e1\"}",
		    "{\"iss\":\"https://h.example\",\"aud\":\"us\",\"sub\":\"u\","
		    "\"exp\":1700000300}",
		    "key:ec1"),
		NOW, &p),
	    ERR_UNAUTHORIZED);
	assert_int_equal(
	    auth_token(cx, a,
		tokens_make(cx->mem,
		    arena_printf(cx->mem,
			"{\"alg\":\"RS256\",\"kid\":\"k\",\"jku\":"
			"\"http://127.0.0.1:%d/\"}",
			server->port),
		    "{\"iss\":\"https://x.example\",\"sub\":\"u\",\"exp\":1700000300}",
		    "key:rsa1"),
		NOW, &p),
	    ERR_UNAUTHORIZED);
	assert_int_equal(server->hits, 0);
	auth_free(a);
}

static void
a_cognito_pool_is_an_issuer(void **state)
{
	static char region[] = "eu-west-1", pool[] = "eu-west-1_AbC", ids[] = "c1, c2";
	struct ctx *cx = *state;
	struct conf c = settings(cx, NULL);
	struct principal p;
	struct auth *a;
	char payload[512];

	c.aws_region = region;
	c.cognito_user_pool_id = pool;
	c.cognito_client_ids = ids;
	c.cognito_endpoint = arena_printf(cx->mem, "http://127.0.0.1:%d", server->port);
	assert_int_equal(auth_new(cx, &c, &a), ERR_OK);
	serve_keys(cx, KEY_RSA1, "k1");
	for (int i = 0; i < 4; i++) {
		static const char *const who[] = {
		    "\"client_id\":\"c2\",\"token_use\":\"access\"",
		    "\"aud\":\"c1\",\"token_use\":\"id\"",
		    "\"client_id\":\"c3\",\"token_use\":\"access\"", "\"aud\":\"c1\""};

		snprintf(payload, sizeof(payload),
		    "{\"iss\":\"https://cognito-idp.eu-west-1.amazonaws.com/"
		    "eu-west-1_AbC\","
		    "\"sub\":\"u1\",\"exp\":1700000300,\"email\":\"a@b.example\",%s,"
		    "\"cognito:groups\":[\"admin\"],\"scope\":\"admin\",\"tenant_id\":"
		    "\"t\"}",
		    who[i]);
		assert_int_equal(
		    auth_token(cx, a,
			tokens_make(cx->mem, "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
			    payload, "key:rsa1"),
			NOW, &p),
		    i < 2 ? ERR_OK : ERR_UNAUTHORIZED);
		if (i >= 2)
			continue;
		assert_string_equal(p.user.text, "u1");
		assert_string_equal(p.email, "a@b.example");
		assert_int_equal(p.roles.count + p.scopes.count, 0);
		assert_null(p.tenant_id);
		assert_false(p.own);
	}
	assert_int_equal(
	    strncmp(server->asked, "GET /eu-west-1_AbC/.well-known/jwks.json ", 41), 0);
	auth_free(a);
}

static void
cognito_and_a_primary_issuer_exclude_each_other(void **state)
{
	static char region[] = "eu-west-1", pool[] = "eu-west-1_AbC";
	struct ctx *cx = *state;
	struct conf c = settings(
	    cx, "{\"issuers\":[{\"issuer\":\"i\"," REST ",\"primary\":true}]}");
	struct auth *a;

	c.aws_region = region;
	c.cognito_user_pool_id = pool;
	assert_int_equal(auth_new(cx, &c, &a), ERR_CONFIG);
	assert_non_null(strstr(cx->err.message, "cannot both be primary"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_fault_in_the_file_is_named),
	    UNIT_CTX_TEST(a_file_that_is_right_is_taken),
	    UNIT_CTX_TEST(settings_that_do_not_fit_are_refused),
	    UNIT_CTX_TEST(a_set_that_is_none_is_refused),
	    UNIT_CTX_TEST(keys_that_cannot_serve_are_passed_over),
	    UNIT_CTX_TEST(keys_are_fetched_once_and_kept),
	    UNIT_CTX_TEST(an_unknown_kid_is_asked_for_once_a_minute),
	    UNIT_CTX_TEST(a_rotation_takes_the_new_key_and_drops_the_old),
	    UNIT_CTX_TEST(a_withdrawn_key_is_noticed_within_the_hour),
	    UNIT_CTX_TEST(a_withdrawn_key_is_noticed_by_a_token_seen_before),
	    UNIT_CTX_TEST(an_outage_keeps_the_keys),
	    UNIT_CTX_TEST(a_failed_try_counts_too),
	    UNIT_CTX_TEST(nobody_is_asked_on_behalf_of_an_unknown_issuer_or_algorithm),
	    UNIT_CTX_TEST(a_cognito_pool_is_an_issuer),
	    UNIT_CTX_TEST(cognito_and_a_primary_issuer_exclude_each_other),
	    UNIT_CTX_TEST(a_hung_issuer_costs_one_timeout),
	};
	char file[64];
	int failed;

	if (mkdtemp(dir) == NULL)
		return 1;
	server = httpd_start();
	tokens_setup();
	failed = UNIT_RUN(tests);
	tokens_teardown();
	httpd_stop(server);
	snprintf(file, sizeof(file), "%s/issuers.json", dir);
	unlink(file);
	rmdir(dir);
	return failed;
}

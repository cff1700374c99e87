/* The two tables of tokens, and what happens around them. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/auth.h"
#include "auth/token_cache.h"
#include "base/clock.h"
#include "tokens.h"

enum { NOW = 1700000000, CASES_MAX = 400, LETS_MAX = 20, COLUMNS = 7, SETTINGS = 3 };

struct row {
	char *text[COLUMNS]; /* name, settings, header, payload, signature, change,
				outcome */
	bool forged;
};

static struct row rows[CASES_MAX];
static size_t row_count;
static struct {
	char *name, *text;
} lets[LETS_MAX];
static size_t let_count;
static struct arena *table_mem;
static struct conf confs[SETTINGS];
static const char *const conf_names[SETTINGS] = {"plain", "named", "strict"};
static struct auth *auths[SETTINGS];
static char dir[] = "/tmp/tauth.XXXXXX";

/* -- reading the tables -- */

static void
add_row(char *line, bool forged)
{
	struct row *r = &rows[row_count++];
	char *sep;
	int i;

	assert_true(row_count < CASES_MAX);
	r->forged = forged;
	for (i = 0; i < COLUMNS; i++) {
		r->text[i] = line;
		sep = strstr(line, " | ");
		if (sep == NULL)
			break;
		*sep = '\0';
		line = sep + 3;
	}
	if (i != COLUMNS - 1) {
		fprintf(stderr, "wrong number of columns: %s\n", r->text[0]);
		abort();
	}
}

static void
read_table(const char *name, bool forged)
{
	const char *src = getenv("srcdir");
	char line[2048];
	FILE *f;

	let_count = 0;
	f = fopen(
	    arena_printf(table_mem, "%s/tests/unit/%s", src == NULL ? "." : src, name),
	    "r");
	if (f == NULL)
		abort();
	while (fgets(line, sizeof(line), f) != NULL) {
		char *copy, *eq;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		copy = arena_strdup(table_mem, line);
		if (strncmp(copy, "let ", 4) != 0) {
			add_row(copy, forged);
			for (int c = 2; c < 4; c++)
				for (size_t i = 0; i < let_count; i++)
					if (slice_eq(
						slice_of(rows[row_count - 1].text[c]),
						lets[i].name))
						rows[row_count - 1].text[c] =
						    lets[i].text;
			continue;
		}
		eq = strstr(copy, " = ");
		assert_non_null(eq);
		*eq = '\0';
		lets[let_count].name = copy + 4;
		lets[let_count++].text = eq + 3;
	}
	(void)fclose(f);
}

/* Replaces "@N" by N letters; escapes too, where asked. */
static const char *
expand(struct arena *mem, const char *s, bool escapes)
{
	struct buf b;

	buf_init(&b, mem, 100000);
	for (; *s != '\0'; s++) {
		char *end = NULL;
		long n = *s == '@' ? strtol(s + 1, &end, 10) : 0;

		if (n > 100) {
			while (n-- > 0)
				buf_putc(&b, 'a');
			s = end - 1;
		} else if (escapes && s[0] == '\\' && (s[1] == 's' || s[1] == 'n')) {
			buf_putc(&b, *++s == 's' ? ' ' : '\n');
		} else {
			buf_putc(&b, *s);
		}
	}
	return buf_text(&b);
}

/* -- what a change does -- */

static const char *
changed(struct arena *mem, const char *token, const char *change)
{
	char *copy = arena_strdup(mem, token), *sig = strrchr(copy, '.');
	const char *arg = strchr(change, ' ');
	size_t n = strlen(copy);

	arg = arg == NULL ? "" : expand(mem, arg + 1, true);
	if (strcmp(change, "-") == 0)
		return token;
	if (strcmp(change, "flip") == 0) {
		sig[1] = sig[1] == 'A' ? 'B' : 'A';
		return copy;
	}
	if (strcmp(change, "last-bits") == 0) {
		static const char abc[] =
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

		copy[n - 1] = abc[strchr(abc, copy[n - 1]) - abc + 1];
		return copy;
	}
	if (strncmp(change, "cut ", 4) == 0) {
		copy[n - (size_t)strtol(arg, NULL, 10)] = '\0';
		return copy;
	}
	if (strncmp(change, "append ", 7) == 0)
		return arena_printf(mem, "%s%s", token, arg);
	if (strncmp(change, "prepend ", 8) == 0)
		return arena_printf(mem, "%s%s", arg, token);
	if (strncmp(change, "insert ", 7) == 0)
		return arena_printf(
		    mem, "%.*s%s%s", (int)(sig + 12 - copy), copy, arg, sig + 12);
	if (strncmp(change, "payload ", 8) == 0)
		return arena_printf(mem, "%.*s.%s%s", (int)strcspn(copy, "."), copy,
		    base64url_encode_dup(mem, arg, strlen(arg)), sig);
	if (strncmp(change, "header ", 7) == 0)
		return arena_printf(mem, "%s%s",
		    base64url_encode_dup(mem, arg, strlen(arg)), strchr(copy, '.'));
	fail_msg("unknown change: %s", change);
	abort();
}

static const char *
token_of(struct arena *mem, const struct row *r)
{
	const char *header = expand(mem, r->text[2], strcmp(r->text[4], "raw") == 0);

	if (strcmp(r->text[4], "raw") == 0)
		return header;
	return changed(mem,
	    tokens_make(mem, header, expand(mem, r->text[3], false), r->text[4]),
	    r->text[5]);
}

static struct auth *
auth_of(const struct row *r)
{
	for (int i = 0; i < SETTINGS; i++)
		if (strcmp(conf_names[i], r->text[1]) == 0)
			return auths[i];
	fail_msg("unknown settings: %s", r->text[1]);
	return NULL;
}

static const char *
or_dash(const char *s)
{
	return s == NULL ? "-" : s;
}

static const char *
joined(struct arena *mem, const struct name_list *l)
{
	struct buf b;

	if (l->count == 0)
		return "-";
	buf_init(&b, mem, 10000);
	for (size_t i = 0; i < l->count; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : ",", l->names[i]);
	return buf_text(&b);
}

static const char *
described(struct arena *mem, const struct principal *p)
{
	return arena_printf(mem, "%s %s %s %s %s %s %s", p->user.text,
	    p->own ? "own" : "other", or_dash(p->email), or_dash(p->tenant_id),
	    or_dash(p->client_id), joined(mem, &p->roles), joined(mem, &p->scopes));
}

static void
check_row(void **state)
{
	const struct row *r = *state;
	struct principal p;
	struct ctx cx;
	enum err err;

	ctx_init(&cx, arena_new(4 * 1024 * 1024));
	for (int again = 0; again < 2; again++) { /* from the cache, the second time */
		const char *token = token_of(cx.mem, r);

		ctx_clear(&cx);
		err = auth_token(&cx, auth_of(r), token, NOW, &p);
		if (r->forged) {
			assert_int_equal(err, ERR_UNAUTHORIZED);
			if (strstr(cx.err.message, r->text[6]) == NULL)
				fail_msg(
				    "refused for another reason: %s", cx.err.message);
			assert_string_equal(err_public(&cx.err),
			    "Unauthorized: No authenticated user found");
			assert_string_equal(p.user.text, "");
			if (strlen(token) > 20)
				assert_null(strstr(cx.err.message, token));
			continue;
		}
		if (err != ERR_OK)
			fail_msg("refused: %s", cx.err.message);
		assert_string_equal(
		    described(cx.mem, &p), expand(cx.mem, r->text[6], false));
	}
	arena_free(cx.mem);
}

/* -- around the tables -- */

static const char *
own_token(struct arena *mem)
{
	return tokens_make(mem, "{\"alg\":\"HS256\"}",
	    arena_printf(
		mem, "{\"sub\":\"u1\",\"exp\":%lld}", (long long)clock_wall_s() + 300),
	    "SHA256:own");
}

static void
only_one_form_of_header_is_a_bearer_token(void **state)
{
	static const char *const good[] = {"Bearer %s", "bearer %s", "BEARER %s"};
	static const char *const bad[] = {"", "%s", "Bearer", "Bearer ", "Bearer  %s",
	    " Bearer %s", "Bearer\t%s", "Bearer %s ", "Bearer %s,", "Bearer:%s",
	    "Basic %s", "Bearer \"%s\"", "Bearer %s Bearer %s", "Bearer tdk_%s",
	    "Token %s", "JWT %s", "Bearer=%s", "Bearer %s\n"};
	struct ctx *cx = *state;
	struct principal p;
	char header[2048];

	for (size_t i = 0; i < COUNT_OF(good) + COUNT_OF(bad); i++) {
		bool fine = i < COUNT_OF(good);
		const char *form = fine ? good[i] : bad[i - COUNT_OF(good)], *at;
		struct buf b = {.mem = cx->mem, .limit = sizeof(header)};

		for (; (at = strstr(form, "%s")) != NULL; form = at + 2) {
			buf_put(&b, form, (size_t)(at - form));
			buf_puts(&b, own_token(cx->mem));
		}
		buf_puts(&b, form);
		assert_int_equal(auth_bearer(cx, auths[0], buf_text(&b), &p),
		    fine ? ERR_OK : ERR_UNAUTHORIZED);
		assert_string_equal(p.user.text, fine ? "u1" : "");
	}
	assert_int_equal(auth_bearer(cx, auths[0], NULL, &p), ERR_UNAUTHORIZED);
}

static void
an_api_key_is_told_from_a_token_by_its_beginning(void **state)
{
	static const char *const none[] = {NULL, "", "Bearer", "Bearer ", "tdk_abc",
	    "Bearer tdkabc", "Bearer  tdk_abc", "Basic tdk_abc", "Bearer TDK_abc",
	    "Bearer\ttdk_abc", "Bearer tdr_abc"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_null(auth_api_key(none[i]));
	assert_string_equal(auth_api_key("Bearer tdk_abc"), "tdk_abc");
	assert_string_equal(auth_api_key("bearer tdk_"), "tdk_");
}

static void
nobody_has_no_roles_and_somebody_only_theirs(void **state)
{
	struct principal p = {0};
	const char *names[] = {"admin", "reader"};

	(void)state;
	assert_false(principal_has_role(&p, "admin"));
	assert_false(principal_has_scope(&p, ""));
	p.roles = (struct name_list){names, 2};
	assert_true(principal_has_role(&p, "reader"));
	assert_false(principal_has_role(&p, "read"));
	assert_false(principal_has_scope(&p, "reader"));
}

static void
a_token_is_as_good_as_its_time_also_from_the_cache(void **state)
{
	struct ctx *cx = *state;
	const char *token = tokens_make(cx->mem, "{\"alg\":\"HS256\"}",
	    "{\"sub\":\"u1\",\"exp\":1700000300,\"nbf\":1699999900}", "SHA256:own");
	struct principal p;

	assert_int_equal(auth_token(cx, auths[0], token, NOW, &p), ERR_OK);
	assert_int_equal(p.expires_s, 1700000300);
	assert_int_equal(auth_token(cx, auths[0], token, NOW + 359, &p), ERR_OK);
	assert_int_equal(
	    auth_token(cx, auths[0], token, NOW + 360, &p), ERR_UNAUTHORIZED);
	assert_int_equal(auth_token(cx, auths[0], token, NOW, &p), ERR_OK);
	assert_int_equal(
	    auth_token(cx, auths[0], token, NOW - 161, &p), ERR_UNAUTHORIZED);
	assert_non_null(strstr(cx->err.message, "not valid for another"));
}

static void
a_cached_principal_outlives_its_entry(void **state)
{
	struct token_cache *c = token_cache_new();
	struct claim_times times = {.expires_s = 7}, got_times;
	const char *roles[] = {"a", "b"};
	struct principal p = {.issuer = "i", .email = "e", .roles = {roles, 2}}, got;
	struct issuer issuer = {.name = "i"};
	struct ctx *cx = *state;

	assert_false(token_cache_find(c, "t", cx->mem, &got, &got_times));
	token_cache_add(c, "t", &issuer, &p, &times);
	assert_true(token_cache_find(c, "t", cx->mem, &got, &got_times));
	token_cache_drop(c, "t");
	assert_false(token_cache_find(c, "t", cx->mem, &p, &got_times));
	assert_string_equal(got.email, "e");
	assert_string_equal(got.roles.names[1], "b");
	assert_null(got.tenant_id);
	assert_int_equal(got_times.expires_s, 7);
	token_cache_free(c);
}

static void
the_cache_is_bounded_and_compares_whole_tokens(void **state)
{
	struct token_cache *c = token_cache_new();
	struct claim_times times = {0};
	struct principal p = {.issuer = ""}, got;
	struct issuer issuer = {.name = ""};
	struct ctx *cx = *state;
	size_t found = 0;
	char token[32];

	for (int i = 0; i < 5000; i++) {
		snprintf(token, sizeof(token), "token-%d", i);
		snprintf(p.user.text, sizeof(p.user.text), "user-%d", i);
		token_cache_add(c, token, &issuer, &p, &times);
	}
	assert_int_equal(token_cache_count(c), TOKEN_CACHE_SETS * TOKEN_CACHE_WAYS);
	for (int i = 0; i < 5000; i++) {
		snprintf(token, sizeof(token), "token-%d", i);
		if (!token_cache_find(c, token, cx->mem, &got, &times))
			continue;
		found++;
		assert_string_equal(got.user.text + 5, token + 6);
	}
	assert_int_equal(found, TOKEN_CACHE_SETS * TOKEN_CACHE_WAYS);
	issuer.generation++; /* another key set */
	assert_false(token_cache_find(c, "token-4999", cx->mem, &got, &times));
	token_cache_free(c);
}

static void
what_we_issue_we_take(void **state)
{
	static const char *const algs[] = {"HS256", "HS384", "HS512"};
	static const char *const roles[] = {"admin", "Tenant \"Admin\"", NULL};
	static const char *const scopes[] = {"tenant:create", "tenant:read", NULL};
	const struct token_claims claims = {.sub = "u\"1\\",
	    .email = "a@b.example",
	    .tenant_id = "t1",
	    .client_id = "c1",
	    .roles = roles,
	    .scopes = scopes,
	    .now_s = NOW};
	struct ctx *cx = *state;
	struct principal p;
	const char *token;

	for (size_t i = 0; i < COUNT_OF(algs); i++) {
		struct conf c = confs[1];
		struct auth *a;

		c.algorithm = arena_strdup(cx->mem, algs[i]);
		assert_int_equal(auth_new(cx, &c, &a), ERR_OK);
		assert_int_equal(token_issue(cx, &c, &claims, &token), ERR_OK);
		if (auth_token(cx, a, token, NOW, &p) != ERR_OK)
			fail_msg("%s", cx->err.message);
		assert_string_equal(described(cx->mem, &p),
		    "u\"1\\ own a@b.example t1 c1 admin,Tenant \"Admin\" "
		    "tenant:create,tenant:read");
		assert_int_equal(p.expires_s, NOW + 30 * 60);
		assert_string_equal(p.issuer, "https://us.example");
		auth_free(a);
	}
}

static void
what_cannot_be_a_claim_is_not_issued(void **state)
{
	static const char *const blank[] = {"a b", NULL};
	const struct token_claims bad[] = {{.sub = NULL}, {.sub = ""}, {.sub = "a\nb"},
	    {.sub = "u", .email = ""}, {.sub = "u", .tenant_id = ""},
	    {.sub = "u", .client_id = "\xff"}, {.sub = "u", .scopes = blank}};
	struct token_claims past = {.sub = "u1", .now_s = NOW, .lifetime_s = -3600};
	struct ctx *cx = *state;
	struct conf none = confs[0];
	struct principal p;
	const char *token;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(
		    token_issue(cx, &confs[0], &bad[i], &token), ERR_INVALID);
	assert_int_equal(token_issue(cx, &confs[0], &past, &token), ERR_OK);
	assert_int_equal(auth_token(cx, auths[0], token, NOW, &p), ERR_UNAUTHORIZED);
	none.jwt_secret_key = arena_strdup(cx->mem, "");
	assert_int_equal(token_issue(cx, &none, &past, &token), ERR_CONFIG);
}

static void
without_a_secret_our_own_tokens_are_nobodys(void **state)
{
	struct ctx *cx = *state;
	struct conf none = confs[0];
	struct principal p;
	struct auth *a;

	none.jwt_secret_key = arena_strdup(cx->mem, "");
	assert_int_equal(auth_new(cx, &none, &a), ERR_OK);
	assert_int_equal(auth_token(cx, a,
			     tokens_make(cx->mem, "{\"alg\":\"HS256\"}",
				 "{\"sub\":\"u1\",\"exp\":1700000300}", "SHA256:own"),
			     NOW, &p),
	    ERR_UNAUTHORIZED);
	assert_non_null(strstr(cx->err.message, "iss is missing"));
	auth_free(a);
}

static void
a_tenant_claim_is_noticed_even_where_it_is_not_honoured(void **state)
{
	struct ctx *cx = *state;
	struct principal p;

	assert_int_equal(
	    auth_token(cx, auths[0],
		tokens_make(cx->mem, "{\"alg\":\"ES256\"}",
		    "{\"iss\":\"https://"
		    "b.example\",\"aud\":\"b\",\"token_use\":\"access\","
		    "\"sub\":\"u1\",\"exp\":1700000300,\"tenant_id\":\"t1\"}",
		    "key:ec1"),
		NOW, &p),
	    ERR_OK);
	assert_true(p.tenant_claim);
	assert_null(p.tenant_id);
}

/* -- settings -- */

static const char *
issuers_text(struct arena *mem)
{
	const char *a = arena_printf(mem, "{\"keys\":[%s,%s,%s,%s,%s,%s,%s]}",
	    tokens_jwk(mem, KEY_RSA1, "r1", ",\"use\":\"sig\",\"alg\":\"RS256\""),
	    tokens_jwk(mem, KEY_RSA2, "r2", ",\"key_ops\":[\"verify\"]"),
	    tokens_jwk(mem, KEY_RSA1, "enc", ",\"use\":\"enc\""),
	    tokens_jwk(mem, KEY_RSA_WEAK, "weak", ""),
	    tokens_jwk(mem, KEY_RSA1, "r512", ",\"alg\":\"RS512\""),
	    tokens_jwk(mem, KEY_RSA1, "ops", ",\"key_ops\":[\"sign\"]"),
	    "{\"kty\":\"oct\",\"kid\":\"oct\",\"alg\":\"HS256\",\"k\":\"AAAA\"}");
	const char *b =
	    arena_printf(mem, "{\"keys\":[%s]}", tokens_jwk(mem, KEY_EC1, "e1", ""));
	const char *p =
	    arena_printf(mem, "{\"keys\":[%s]}", tokens_jwk(mem, KEY_RSA2, "p1", ""));

	return arena_printf(mem,
	    "{\"issuers\":[{\"issuer\":\"https://a.example\",\"jwks_file\":\"%s\","
	    "\"algorithms\":[\"RS256\"],\"audiences\":[\"api\"],\"honour\":[\"email\","
	    "\"tenant_id\",\"roles\",\"scopes\",\"client_id\"]},"
	    "{\"issuer\":\"https://b.example\",\"jwks_file\":\"%s\","
	    "\"algorithms\":[\"ES256\"],\"audiences\":[\"b\"],\"token_use\":["
	    "\"access\"]},"
	    "{\"issuer\":\"https://p.example\",\"jwks_file\":\"%s\","
	    "\"algorithms\":[\"RS256\"],\"client_ids\":[\"app1\"],\"primary\":true,"
	    "\"token_use\":[\"access\",\"id\"]}]}",
	    tokens_file(mem, dir, "a.json", a), tokens_file(mem, dir, "b.json", b),
	    tokens_file(mem, dir, "p.json", p));
}

static void
settings_setup(struct arena *mem)
{
	static char empty[] = "", secret[] = TOKENS_SECRET, alg[] = "HS256";
	static char ns[] = "74738ff5-5367-5958-9aee-98fffdcd1876";
	const char *file = tokens_file(mem, dir, "issuers.json", issuers_text(mem));
	struct ctx cx;

	ctx_init(&cx, mem);
	for (int i = 0; i < SETTINGS; i++) {
		confs[i] = (struct conf){.jwt_secret_key = secret,
		    .algorithm = alg,
		    .jwt_issuer =
			i == 1 ? arena_strdup(mem, "https://us.example") : empty,
		    .jwt_audience = i == 1 ? arena_strdup(mem, "us") : empty,
		    .jwt_leeway = i == 2 ? 0 : 60,
		    .access_token_expire_minutes = 30,
		    .jwt_issuers_file = arena_strdup(mem, file),
		    .jwks_timeout = 1000,
		    .cognito_user_pool_id = empty,
		    .cognito_client_ids = empty,
		    .cognito_endpoint = empty,
		    .aws_region = empty,
		    .tenant_namespace = ns};
		if (auth_new(&cx, &confs[i], &auths[i]) != ERR_OK) {
			fprintf(stderr, "%s\n", cx.err.message);
			abort();
		}
	}
}

static void
settings_teardown(void)
{
	static const char *const files[] = {
	    "a.json", "b.json", "p.json", "issuers.json"};

	for (int i = 0; i < SETTINGS; i++)
		auth_free(auths[i]);
	for (size_t i = 0; i < COUNT_OF(files); i++)
		unlink(arena_printf(table_mem, "%s/%s", dir, files[i]));
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest fixed[] = {
	    UNIT_CTX_TEST(only_one_form_of_header_is_a_bearer_token),
	    cmocka_unit_test(an_api_key_is_told_from_a_token_by_its_beginning),
	    cmocka_unit_test(nobody_has_no_roles_and_somebody_only_theirs),
	    UNIT_CTX_TEST(a_token_is_as_good_as_its_time_also_from_the_cache),
	    UNIT_CTX_TEST(a_cached_principal_outlives_its_entry),
	    UNIT_CTX_TEST(the_cache_is_bounded_and_compares_whole_tokens),
	    UNIT_CTX_TEST(what_we_issue_we_take),
	    UNIT_CTX_TEST(what_cannot_be_a_claim_is_not_issued),
	    UNIT_CTX_TEST(without_a_secret_our_own_tokens_are_nobodys),
	    UNIT_CTX_TEST(a_tenant_claim_is_noticed_even_where_it_is_not_honoured),
	};
	static struct CMUnitTest tests[COUNT_OF(fixed) + CASES_MAX];
	size_t n = COUNT_OF(fixed);
	int failed;

	if (mkdtemp(dir) == NULL)
		return 1;
	table_mem = arena_new(16 * 1024 * 1024);
	tokens_setup();
	settings_setup(table_mem);
	read_table("forged_tokens.txt", true);
	read_table("accepted_tokens.txt", false);
	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < row_count; i++)
		tests[n++] = (struct CMUnitTest){.name = rows[i].text[0],
		    .test_func = check_row,
		    .initial_state = &rows[i]};
	failed = _cmocka_run_group_tests("auth", tests, n, NULL, NULL);
	settings_teardown();
	tokens_teardown();
	arena_free(table_mem);
	return failed;
}

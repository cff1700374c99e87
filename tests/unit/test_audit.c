#include "unit.h"

#include "audit/audit.h"
#include "audit/keys.h"
#include "audit/proof.h"
#include "audit/redact.h"
#include "audit/verify.h"
#include "base/buf.h"

static const struct audit_content example = {{
    [AUDIT_ENTRY] = "00000000-0000-4000-8000-000000000001",
    [AUDIT_EVENT] = "TENANT_CREATED",
    [AUDIT_SEVERITY] = "high",
    [AUDIT_ACTOR] = "ann",
    [AUDIT_TENANT] = "acme",
    [AUDIT_ADDRESS] = "",
    [AUDIT_EPOCH] = "1739204400.123000",
    [AUDIT_DETAILS] = "{\"a\":\"\xc3\xbc\"}",
}};

static struct audit_keys
example_keys(void)
{
	unsigned char secret[AUDIT_SECRET_SIZE];
	struct audit_keys keys;

	for (int i = 0; i < AUDIT_SECRET_SIZE; i++)
		secret[i] = (unsigned char)i;
	audit_keys_derive(&keys, secret);
	return keys;
}

/* Made from the description in proof.h by another implementation. What is in databases
 * was made like this: it must never change. */
static void
macs_are_the_ones_that_are_in_databases(void **state)
{
	const struct audit_keys keys = example_keys();
	char mac[AUDIT_MAC_SIZE], seal[AUDIT_MAC_SIZE], other[AUDIT_MAC_SIZE];

	(void)state;
	audit_row_mac(mac, &keys, &example);
	assert_string_equal(mac, "-bPw_GGv90m9aZjK-ingIQzFKmuoA_jk0cjzoKZq6ow");
	audit_link_seal(seal, &keys,
	    &(struct audit_link){
		.seq = 7, .before = "before", .id = "12", .mac = mac, .row = &example});
	assert_string_equal(seal, "bUyCn25hYjjnYmUkI1T5KdyIYQ4euiBnlYbC-R9IwbE");
	audit_head_mac(other, &keys,
	    &(struct audit_head){.seq = 7,
		.seal = seal,
		.began = "1739204400.000000",
		.epoch = "1739204401.000000"});
	assert_string_equal(other, "HQIu_MZoyRUQL6coi6uX3VLqWFx7vg9q8ZqBROa8LRM");
	audit_head_mac(other, &keys,
	    &(struct audit_head){.seal = "", .began = "1739204400.000000"});
	assert_string_equal(other, "kUFqAddd_mtX8rHhooXPtyuhNLI-xs3Yqj8bn1WQo2A");
	audit_checkpoint_mac(other, &keys,
	    &(struct audit_checkpoint){.seq = 7,
		.seal = seal,
		.latest = "1739204401.000000",
		.epoch = "1739204402.000000"});
	assert_string_equal(other, "1Pb4PmSSPmAsu8y4owEvDrYfa7R3fAD13xQczcbr2o4");
}

static void
no_two_rows_have_one_mac(void **state)
{
	const struct audit_keys keys = example_keys();
	char mac[AUDIT_MAC_SIZE], other[AUDIT_MAC_SIZE];
	struct audit_content row;

	(void)state;
	audit_row_mac(mac, &keys, &example);
	for (int i = 0; i < AUDIT_FIELD_COUNT; i++) {
		static const char *const values[] = {
		    NULL, "", "x", "TENANT_CREATEDhigh"};

		for (size_t v = 0; v < COUNT_OF(values); v++) {
			const char *was = example.field[i];

			if (was == values[v] ||
			    (was != NULL && values[v] != NULL &&
				strcmp(was, values[v]) == 0))
				continue;
			row = example;
			row.field[i] = values[v];
			audit_row_mac(other, &keys, &row);
			assert_string_not_equal(mac, other);
		}
	}
	/* the same bytes, cut elsewhere */
	row = example;
	row.field[AUDIT_EVENT] = "TENANT_CREATEDh";
	row.field[AUDIT_SEVERITY] = "igh";
	audit_row_mac(other, &keys, &row);
	assert_string_not_equal(mac, other);
	/* the same values, in each other's places */
	row = example;
	row.field[AUDIT_ACTOR] = example.field[AUDIT_TENANT];
	row.field[AUDIT_TENANT] = example.field[AUDIT_ACTOR];
	audit_row_mac(other, &keys, &row);
	assert_string_not_equal(mac, other);
}

static void
a_seal_is_of_the_place_too(void **state)
{
	const struct audit_keys keys = example_keys();
	const struct audit_link links[] = {
	    {1, "", "1", "m", &example},
	    {2, "", "1", "m", &example},
	    {1, "x", "1", "m", &example},
	    {1, "", "2", "m", &example},
	    {1, "", "1", "n", &example},
	    {1, "", "1", NULL, &example},
	};
	char seals[COUNT_OF(links)][AUDIT_MAC_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		audit_link_seal(seals[i], &keys, &links[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(seals[i], seals[j]);
	}
}

static void
what_is_signed_for_one_purpose_is_nothing_for_another(void **state)
{
	const struct audit_keys keys = example_keys();
	char head[AUDIT_MAC_SIZE], checkpoint[AUDIT_MAC_SIZE];
	struct audit_head h = {.seq = 7, .seal = "s", .began = "1.000000"};
	struct audit_checkpoint c = {
	    .seq = 7, .seal = "s", .latest = "1.000000", .epoch = NULL};

	(void)state;
	audit_head_mac(head, &keys, &h);
	audit_checkpoint_mac(checkpoint, &keys, &c);
	h.mac = head;
	c.mac = checkpoint;
	assert_true(audit_head_genuine(&keys, &h));
	assert_true(audit_checkpoint_genuine(&keys, &c));
	h.mac = checkpoint;
	c.mac = head;
	assert_false(audit_head_genuine(&keys, &h));
	assert_false(audit_checkpoint_genuine(&keys, &c));
	h.mac = c.mac = NULL;
	assert_false(audit_head_genuine(&keys, &h));
	assert_false(audit_checkpoint_genuine(&keys, &c));
}

static void
a_moment_is_written_as_the_database_writes_it(void **state)
{
	const struct audit_time t = audit_time_of(INT64_C(1739204400005));

	(void)state;
	assert_string_equal(t.text, "2025-02-10T16:20:00.005Z");
	assert_string_equal(t.epoch, "1739204400.005000");
}

static void
severities_have_names(void **state)
{
	(void)state;
	for (int i = AUDIT_UNSET + 1; i < AUDIT_COUNT; i++)
		assert_int_equal(audit_severity_of(audit_severity_name(i)), i);
	assert_int_equal(audit_severity_of("unset"), AUDIT_UNSET);
	assert_int_equal(audit_severity_of(""), AUDIT_UNSET);
}

/* -- redaction -- */

static void
secrets_are_told_by_their_names(void **state)
{
	static const char *const secrets[] = {"password", "Password", "new_password",
	    "passwordHash", "client-secret", "clientSecret", "access_token", "tokens",
	    "refreshToken", "api_key", "apiKey", "API-KEY", "pinecone_api_key", "key",
	    "signing key", "privatePem", "Authorization", "proxy-authorization",
	    "Cookie", "set-cookie", "credentials", "pin", "otp", "pwd", "X-Signature"};
	static const char *const others[] = {"", "name", "planId", "email", "keyboard",
	    "monkeys", "pinned", "spin", "author", "opinion", "tenantId",
	    "company_name"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(secrets); i++)
		if (!audit_is_secret(secrets[i]))
			fail_msg("\"%s\" is taken for no secret", secrets[i]);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (audit_is_secret(others[i]))
			fail_msg("\"%s\" is taken for a secret", others[i]);
}

static const char *
redacted(struct ctx *cx, const char *text)
{
	const struct json *value;
	struct json_out o;
	struct buf b;

	assert_int_equal(json_parse(cx, text, strlen(text), 64, &value), ERR_OK);
	buf_init(&b, cx->mem, 65536);
	json_out_init(&o, &b);
	audit_put_redacted(&o, value);
	return buf_text(&b);
}

static void
secrets_are_removed_at_every_depth(void **state)
{
	struct ctx *cx = *state;

	assert_string_equal(
	    redacted(cx,
		"{\"name\":\"a\",\"password\":\"p\",\"list\":[{\"api_key\":[1,2]},"
		"{\"n\":1.50}],\"token\":{\"sub\":\"x\"},\"secret\":null,\"ok\":true}"),
	    "{\"name\":\"a\",\"password\":\"(removed)\","
	    "\"list\":[{\"api_key\":\"(removed)\"},{\"n\":1.50}],"
	    "\"token\":\"(removed)\",\"secret\":null,\"ok\":true}");
	assert_string_equal(redacted(cx, "\"password\""), "\"password\"");
}

static void
what_is_nested_too_deep_is_removed(void **state)
{
	struct ctx *cx = *state;
	char text[2 * 50 + 1];

	memset(text, '[', 50);
	memset(text + 50, ']', 50);
	text[100] = '\0';
	assert_non_null(strstr(redacted(cx, text), "[\"(removed)\"]"));
}

/* parameters of audit_append.sql, counted from 0 */
enum { APPEND_TIME = 7, APPEND_DETAILS, APPEND_MAC, APPEND_COUNT };
static const char *appended[APPEND_COUNT];

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
enum err __wrap_db_queue(
    struct ctx *cx, struct db *db, enum stmt_id id, const char *const *args);

enum err
/* cppcheck-suppress unusedFunction ; audit_append() gets it for db_queue() */
__wrap_db_queue(struct ctx *cx, struct db *db, enum stmt_id id, const char *const *args)
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
{
	(void)db;
	assert_int_equal(id, STMT_audit_append);
	for (size_t i = 0; i < COUNT_OF(appended); i++)
		appended[i] = args[i] != NULL ? arena_strdup(cx->mem, args[i]) : NULL;
	return ERR_OK;
}

static void
a_secret_in_a_row_never_reaches_the_table(void **state)
{
	struct audit log = {.known = true, .keys = example_keys()};
	struct audit_content row = {{0}};
	const struct audit_entry entry = {.event = "TENANT_CREATED",
	    .severity = AUDIT_HIGH,
	    .actor = "ann",
	    .address = "",
	    .details =
		"{\"configuration\": {\"apiKey\": \"hush\", \"planId\": \"p\"}}"};
	static const char expected[] =
	    "{\"configuration\":{\"apiKey\":\"(removed)\",\"planId\":\"p\"}}";
	char mac[AUDIT_MAC_SIZE];
	struct ctx *cx = *state;
	struct audit_time at;
	int64_t ms;

	assert_int_equal(audit_append(cx, &log, NULL, &entry), ERR_OK);
	assert_string_equal(appended[APPEND_DETAILS], expected);
	for (size_t i = 0; i < COUNT_OF(appended); i++)
		assert_true(appended[i] == NULL || strstr(appended[i], "hush") == NULL);
	/* and what is proved is what is written */
	memcpy(row.field, appended, sizeof(row.field));
	row.field[AUDIT_DETAILS] = expected;
	assert_true(clock_from_text(appended[APPEND_TIME], &ms));
	at = audit_time_of(ms);
	row.field[AUDIT_EPOCH] = at.epoch;
	audit_row_mac(mac, &log.keys, &row);
	assert_string_equal(mac, appended[APPEND_MAC]);
}

static void
details_are_written_without_secrets(void **state)
{
	struct ctx *cx = *state;
	const char *out;
	char *long_one = arena_alloc(cx->mem, AUDIT_DETAILS_MAX + 3);

	assert_int_equal(
	    audit_redact(cx,
		"{\"tenantId\":\"t\", \"configuration\": "
		"{\"planId\":\"p\",\"apiKey\":\"k\","
		"\"pass\\u0077ord\":\"w\",\"smtp\":{\"secret\":[\"s\"],\"token\":1}}}",
		&out),
	    ERR_OK);
	assert_string_equal(out,
	    "{\"tenantId\":\"t\",\"configuration\":{\"planId\":\"p\","
	    "\"apiKey\":\"(removed)\",\"password\":\"(removed)\","
	    "\"smtp\":{\"secret\":\"(removed)\",\"token\":\"(removed)\"}}}");
	assert_int_equal(audit_redact(cx, "{\"a\":", &out), ERR_INTERNAL);
	memset(long_one, 'x', AUDIT_DETAILS_MAX + 2);
	long_one[0] = long_one[AUDIT_DETAILS_MAX + 1] = '"';
	long_one[AUDIT_DETAILS_MAX + 2] = '\0';
	assert_int_equal(audit_redact(cx, long_one, &out), ERR_INTERNAL);
	long_one[AUDIT_DETAILS_MAX - 1] = '"';
	long_one[AUDIT_DETAILS_MAX] = '\0';
	assert_int_equal(audit_redact(cx, long_one, &out), ERR_OK);
}

static void
a_kept_head_is_read_strictly(void **state)
{
	static const char *const bad[] = {"", ":", "1", "1:", "0:a", "-1:a", "x:a",
	    "1:-bPw_GGv90m9aZjK-ingIQzFKmuoA_jk0cjzoKZq6o",
	    "1:-bPw_GGv90m9aZjK-ingIQzFKmuoA_jk0cjzoKZq6owx",
	    "99999999999999999999:-bPw_GGv90m9aZjK-ingIQzFKmuoA_jk0cjzoKZq6ow"};
	struct audit_expectation x;
	struct ctx *cx = *state;

	assert_int_equal(audit_expectation_read(
			     cx, "12:-bPw_GGv90m9aZjK-ingIQzFKmuoA_jk0cjzoKZq6ow", &x),
	    ERR_OK);
	assert_int_equal(x.seq, 12);
	assert_string_equal(x.seal, "-bPw_GGv90m9aZjK-ingIQzFKmuoA_jk0cjzoKZq6ow");
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(audit_expectation_read(cx, bad[i], &x), ERR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(macs_are_the_ones_that_are_in_databases),
	    cmocka_unit_test(no_two_rows_have_one_mac),
	    cmocka_unit_test(a_seal_is_of_the_place_too),
	    cmocka_unit_test(what_is_signed_for_one_purpose_is_nothing_for_another),
	    cmocka_unit_test(a_moment_is_written_as_the_database_writes_it),
	    cmocka_unit_test(severities_have_names),
	    cmocka_unit_test(secrets_are_told_by_their_names),
	    UNIT_CTX_TEST(secrets_are_removed_at_every_depth),
	    UNIT_CTX_TEST(what_is_nested_too_deep_is_removed),
	    UNIT_CTX_TEST(details_are_written_without_secrets),
	    UNIT_CTX_TEST(a_secret_in_a_row_never_reaches_the_table),
	    UNIT_CTX_TEST(a_kept_head_is_read_strictly),
	};

	return UNIT_RUN(tests);
}

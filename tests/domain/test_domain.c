/*
 * The domain without a door: every statement as the least role, idempotency,
 * onboarding. Runs as the server's role of a database that another role owns.
 */
#include "../db/dbtest.h"

#include <poll.h>

#include "audit/seal.h"
#include "audit/verify.h"
#include "base/clock.h"
#include "client/client.h"
#include "controllers/standing.h"
#include "crypto/opaque.h"
#include "crypto/totp.h"
#include "db/migrate.h"
#include "db/stmt.h"
#include "flows/onboarding.h"
#include "idempotency/idempotency.h"
#include "people/totp.h"
#include "people/user.h"
#include "tenant/secret.h"

static const struct onboarding_settings settings = {
    /* 74738ff5-5367-5958-9aee-98fffdcd1876 */
    .tenant_namespace = {{0x74, 0x73, 0x8f, 0xf5, 0x53, 0x67, 0x59, 0x58, 0x9a, 0xee,
	0x98, 0xff, 0xfd, 0xcd, 0x18, 0x76}},
    .create_schemas = true,
    .self_service_plans = "free, professional",
};

static char server_url[512];
static struct seal_keys *seal_keys;
static struct audit *audit_log;

/* Once for the program: an owner, a server role, the schema. */
static int
migrate_cluster(void **state)
{
	struct fixture *f;
	struct err_info e;

	if (log_open(&e, "/dev/null", LOG_ERROR) != ERR_OK || dbtest_setup(state) != 0)
		return -1;
	f = *state;
	dbtest_sql(f, "CREATE ROLE least LOGIN NOSUPERUSER NOBYPASSRLS");
	snprintf(server_url, sizeof(server_url), "%s user=least", dbtest_url());
	assert_int_equal(migrate_run(&f->cx, f->db,
			     &(struct migrate_roles){"least", "", ""}, NULL, NULL),
	    ERR_OK);
	return dbtest_teardown(state);
}

/* The tested connection is the server role's, f->admin the superuser's. */
static int
setup(void **state)
{
	struct fixture *f;
	struct db_settings set = dbtest_settings(server_url);

	if (dbtest_setup(state) != 0)
		return -1;
	f = *state;
	db_free(f->db);
	f->db = db_new(&set);
	if (seal_keys_new(&f->cx.err, "0123456789abcdef0123456789abcdef", "",
		&seal_keys) != ERR_OK)
		return -1;
	audit_log = audit_new(seal_keys);
	return 0;
}

static int
teardown(void **state)
{
	audit_free(audit_log);
	seal_keys_free(seal_keys);
	return dbtest_teardown(state);
}

#define DOMAIN_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
every_statement_prepares_as_the_least_role(void **state)
{
	struct fixture *f = *state;
	PGconn *conn = PQconnectdb(server_url);
	int prepared = 0;

	(void)f;
	assert_int_equal(PQstatus(conn), CONNECTION_OK);
	for (int i = 0; i < STMT_COUNT; i++) {
		PGresult *res;

		if (stmts[i].idents[0] != '\0' ||
		    strncmp(stmts[i].name, "migration_", 10) == 0)
			continue; /* DDL, and the owner's own */
		res = PQprepare(conn, stmts[i].name, stmts[i].text, 0, NULL);
		if (PQresultStatus(res) != PGRES_COMMAND_OK)
			fail_msg("%s: %s", stmts[i].name, PQresultErrorMessage(res));
		PQclear(res);
		res = PQdescribePrepared(conn, stmts[i].name);
		if (PQnparams(res) != stmts[i].params)
			fail_msg("%s: says %d parameters, has %d", stmts[i].name,
			    stmts[i].params, PQnparams(res));
		PQclear(res);
		prepared++;
	}
	assert_true(prepared > 15);
	PQfinish(conn);
}

/* -- onboarding -- */

/* With a token that speaks of a tenant. */
static enum err
get_or_create_as(struct fixture *f, const char *user, const char *claim,
    const struct onboarding_wish *wish, struct tenant *tenant,
    enum onboarding_outcome *outcome)
{
	const struct onboarding ob = {.db = f->db,
	    .audit = audit_log,
	    .settings = &settings,
	    .who = {.user_id = user, .tenant_id = claim, .address = "127.0.0.1"}};

	ctx_clear(&f->cx);
	f->cx.actor = user;
	return onboarding_get_or_create(&f->cx, &ob, wish, tenant, outcome);
}

static enum err
get_or_create(struct fixture *f, const char *user, const struct onboarding_wish *wish,
    struct tenant *tenant, enum onboarding_outcome *outcome)
{
	return get_or_create_as(f, user, NULL, wish, tenant, outcome);
}

static void
a_user_is_created_once_and_then_found_in_one_round_trip(void **state)
{
	struct fixture *f = *state;
	struct onboarding_wish wish = {
	    .plan = "professional", .billing_cycle = "annual"};
	enum onboarding_outcome outcome;
	struct tenant t;
	uint64_t trips;

	assert_int_equal(get_or_create(f, "ann", &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_CREATED);
	assert_string_equal(t.plan, "professional");
	assert_int_equal(get_or_create(f, "ann", &wish, &t, &outcome), ERR_OK);
	trips = db_get_stats(f->db).round_trips;
	assert_int_equal(get_or_create(f, "ann", &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_FOUND);
	assert_int_equal(db_get_stats(f->db).round_trips - trips, 1);
	assert_string_equal(t.role, "owner");
	assert_string_equal(t.billing_cycle, "annual");
	assert_string_equal(
	    dbtest_sql(
		f, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tenant\\_%'"),
	    "1");
	assert_string_equal(
	    dbtest_sql(f, "SELECT kind FROM tenantd.events"), "tenant.created");
	assert_string_equal(
	    dbtest_sql(f, "SELECT event FROM tenantd.audit"), "TENANT_CREATED");
}

static void
a_creation_takes_three_round_trips(void **state)
{
	struct fixture *f = *state;
	struct onboarding_wish wish = {0};
	enum onboarding_outcome outcome;
	struct tenant t;
	uint64_t trips;

	assert_int_equal(get_or_create(f, "warm", &wish, &t, &outcome), ERR_OK);
	trips = db_get_stats(f->db).round_trips;
	assert_int_equal(get_or_create(f, "cold", &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_CREATED);
	assert_int_equal(db_get_stats(f->db).round_trips - trips, 3);
}

static void
a_foreign_row_with_the_own_id_moves_the_user_to_the_next(void **state)
{
	struct fixture *f = *state;
	struct onboarding_wish wish = {0};
	enum onboarding_outcome outcome;
	struct uuid first = uuid_named(settings.tenant_namespace, "bob", 3);
	struct uuid second = uuid_named(settings.tenant_namespace, "bob#2", 5);
	char text[UUID_TEXT_SIZE];
	struct tenant t;

	uuid_text(text, first);
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"INSERT INTO custom_auth_tenant (id, name, owner_id, schema_name) "
		"VALUES ('%s', 'x', 'somebody', 'x')",
		text));
	assert_int_equal(get_or_create(f, "bob", &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_CREATED);
	uuid_text(text, second);
	assert_string_equal(t.id, text);
}

/* Another writer gives the tenant away between our look and our write, and commits
 * last. */
static void
a_tenant_that_changes_hands_meanwhile_is_not_taken(void **state)
{
	struct fixture *f = *state;
	struct onboarding_wish wish = {0};
	enum onboarding_outcome outcome;
	struct tenant t;
	PGresult *res;

	dbtest_sql(f,
	    "INSERT INTO custom_auth_tenant (id, name, owner_id, schema_name) VALUES "
	    "('5e0c7a7e-0000-4000-8000-000000000001', 'x', 'hal', 'x')");
	dbtest_sql(f, "BEGIN");
	dbtest_sql(
	    f, "UPDATE custom_auth_tenant SET owner_id = 'ivy' WHERE owner_id = 'hal'");
	/* as soon as somebody waits for it */
	assert_int_equal(
	    PQsendQuery(f->admin,
		"DO $$BEGIN FOR i IN 1..3000 LOOP EXIT WHEN EXISTS"
		" (SELECT FROM pg_locks WHERE NOT granted); PERFORM pg_sleep(0.01);"
		" END LOOP; END$$; COMMIT"),
	    1);
	assert_int_equal(get_or_create(f, "hal", &wish, &t, &outcome), ERR_CONFLICT);
	while ((res = PQgetResult(f->admin)) != NULL)
		PQclear(res);
	assert_string_equal(
	    dbtest_sql(f, "SELECT count(*) FROM tenant_users WHERE user_id = 'hal'"),
	    "0");
	assert_int_equal(get_or_create(f, "ivy", &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_ASSOCIATED);
	assert_int_equal(get_or_create(f, "hal", &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_CREATED);
}

static void
a_plan_outside_self_service_is_not_given(void **state)
{
	struct fixture *f = *state;
	struct onboarding_wish wish = {.plan = "enterprise"};
	enum onboarding_outcome outcome;
	struct tenant t;

	assert_int_equal(get_or_create(f, "cas", &wish, &t, &outcome), ERR_OK);
	assert_string_equal(t.plan, "free");
	assert_int_equal(get_or_create(f, "cas", &wish, &t, &outcome), ERR_OK);
	assert_string_equal(t.plan, "free");
}

static void
a_plan_changes_while_onboarding_and_not_after(void **state)
{
	struct fixture *f = *state;
	struct onboarding_wish free_plan = {.plan = "free"};
	struct onboarding_wish professional = {.plan = "professional"};
	enum onboarding_outcome outcome;
	struct tenant t;

	assert_int_equal(get_or_create(f, "dee", &free_plan, &t, &outcome), ERR_OK);
	assert_int_equal(get_or_create(f, "dee", &professional, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_FOUND);
	assert_string_equal(t.plan, "professional");
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"UPDATE tenants SET onboarding_status = 'complete' WHERE id = '%s'",
		t.id));
	assert_int_equal(get_or_create(f, "dee", &free_plan, &t, &outcome), ERR_OK);
	assert_string_equal(t.plan, "professional");
}

static void
a_suspended_tenant_is_refused_and_no_second_one_made(void **state)
{
	struct fixture *f = *state;
	struct onboarding_wish wish = {0};
	enum onboarding_outcome outcome;
	struct tenant t;

	assert_int_equal(get_or_create(f, "eve", &wish, &t, &outcome), ERR_OK);
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"UPDATE tenants SET status = 'suspended' WHERE id = '%s'", t.id));
	assert_int_equal(
	    get_or_create(f, "eve", &wish, &t, &outcome), ERR_TENANT_SUSPENDED);
	dbtest_sql(
	    f, "UPDATE tenants SET status = 'deactivated' WHERE status = 'suspended'");
	assert_int_equal(
	    get_or_create(f, "eve", &wish, &t, &outcome), ERR_TENANT_INACTIVE);
	assert_string_equal(
	    dbtest_sql(f, "SELECT count(*) FROM tenant_users WHERE user_id = 'eve'"),
	    "1");
}

/* A row that another program wrote, with a twin and no membership. */
static void
write_foreign_tenant(struct fixture *f, const char *number, const char *owner)
{
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"INSERT INTO custom_auth_tenant (id, name, owner_id, schema_name) "
		"VALUES ('%s', 'foreign', '%s', 'foreign')",
		number, owner));
}

static void
an_active_tenant_that_is_owned_takes_the_place_of_unusable_ones(void **state)
{
	static const char number[] = "11111111-1111-4111-8111-111111111111";
	struct fixture *f = *state;
	struct onboarding_wish wish = {0}, first = {0};
	enum onboarding_outcome outcome;
	struct tenant t;

	assert_int_equal(get_or_create(f, "fay", &wish, &t, &outcome), ERR_OK);
	first.tenant_id = t.id;
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"UPDATE tenants SET status = 'suspended' WHERE id = '%s'", t.id));
	write_foreign_tenant(f, number, "fay");
	assert_int_equal(
	    get_or_create_as(f, "fay", first.tenant_id, &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_ASSOCIATED);
	assert_string_equal(t.id, number);
	assert_string_equal(t.role, "owner");
	assert_int_equal(get_or_create(f, "fay", &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_FOUND);
	assert_string_equal(t.id, number);
	/* a token from before still speaks of the first */
	assert_int_equal(
	    get_or_create_as(f, "fay", first.tenant_id, &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_FOUND);
	assert_string_equal(t.id, number);
	assert_string_equal(dbtest_sql(f,
				"SELECT count(*) FROM tenantd.audit "
				"WHERE event = 'MEMBERSHIP_CREATED' AND actor = 'fay'"),
	    "1");
	/* but who asks for the suspended one is told so */
	assert_int_equal(
	    get_or_create(f, "fay", &first, &t, &outcome), ERR_TENANT_SUSPENDED);
}

static void
a_token_may_speak_of_the_tenant_an_operator_assigned(void **state)
{
	struct fixture *f = *state;
	struct onboarding_wish wish = {0};
	enum onboarding_outcome outcome;
	struct tenant t;
	const char *assigned;

	assert_int_equal(get_or_create(f, "hal", &wish, &t, &outcome), ERR_OK);
	assigned = t.id;
	assert_int_equal(get_or_create(f, "ida", &wish, &t, &outcome), ERR_OK);
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"INSERT INTO users (id, email, tenant_id) "
		"VALUES ('ida', 'ida@example.com', '%s')",
		assigned));
	assert_int_equal(get_or_create(f, "ida", &wish, &t, &outcome), ERR_OK);
	assert_string_equal(t.role, "owner");
	assert_int_equal(
	    get_or_create_as(f, "ida", assigned, &wish, &t, &outcome), ERR_OK);
	assert_int_equal(outcome, ONBOARDING_FOUND);
	assert_string_equal(t.id, assigned);
	assert_string_equal(t.role, "member");
}

static void
nothing_owned_that_is_active_leaves_the_refusal(void **state)
{
	static const char number[] = "22222222-2222-4222-8222-222222222222";
	struct fixture *f = *state;
	struct onboarding_wish wish = {0};
	enum onboarding_outcome outcome;
	struct tenant t;

	assert_int_equal(get_or_create(f, "gus", &wish, &t, &outcome), ERR_OK);
	write_foreign_tenant(f, number, "gus");
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"UPDATE tenants SET status = 'suspended' WHERE id IN ('%s', '%s')",
		t.id, number));
	assert_int_equal(
	    get_or_create(f, "gus", &wish, &t, &outcome), ERR_TENANT_SUSPENDED);
	assert_string_equal(dbtest_sql(f,
				"SELECT count(*) FROM custom_auth_tenant "
				"WHERE owner_id = 'gus'"),
	    "2");
	assert_string_equal(
	    dbtest_sql(f, "SELECT count(*) FROM tenant_users WHERE user_id = 'gus'"),
	    "1");
}

static void
superuser_is_read_each_time(void **state)
{
	struct fixture *f = *state;
	bool superuser;

	dbtest_sql(f,
	    "INSERT INTO users (id, email, is_superuser) VALUES ('root', 'r@x.test', "
	    "true)");
	assert_int_equal(user_is_superuser(&f->cx, f->db, "root", &superuser), ERR_OK);
	assert_true(superuser);
	dbtest_sql(f, "UPDATE users SET is_superuser = false WHERE email = 'r@x.test'");
	assert_int_equal(user_is_superuser(&f->cx, f->db, "root", &superuser), ERR_OK);
	assert_false(superuser);
	assert_int_equal(
	    user_is_superuser(&f->cx, f->db, "nobody", &superuser), ERR_OK);
	assert_false(superuser);
}

/* -- the audit log -- */

static enum err
append(struct ctx *cx, struct db *db, void *arg)
{
	return audit_append(cx, audit_log, db, arg);
}

static void
a_row_costs_no_round_trip_once_the_key_is_known(void **state)
{
	struct audit_entry entry = {.event = "TEST",
	    .severity = AUDIT_LOW,
	    .actor = "ann",
	    .address = "::1",
	    .details = "{ \"b\" : \"kept\", \"a\" : 1 }"};
	struct fixture *f = *state;
	uint64_t trips[3];

	for (size_t i = 0; i < COUNT_OF(trips); i++) {
		const uint64_t before = db_get_stats(f->db).round_trips;

		assert_int_equal(
		    db_transaction(&f->cx, f->db, DB_MANAGEMENT, append, &entry),
		    ERR_OK);
		trips[i] = db_get_stats(f->db).round_trips - before;
	}
	assert_int_equal(trips[2], 1);
	assert_string_equal(dbtest_sql(f,
				"SELECT details::text FROM tenantd.audit "
				"WHERE event = 'TEST' LIMIT 1"),
	    "{\"b\":\"kept\",\"a\":1}");
}

static void
what_the_flows_wrote_is_sealed_and_holds(void **state)
{
	struct fixture *f = *state;
	struct audit_report report;
	int count, again;

	assert_int_equal(audit_seal(&f->cx, audit_log, f->db, &count), ERR_OK);
	assert_true(count > 3);
	assert_int_equal(audit_seal(&f->cx, audit_log, f->db, &again), ERR_OK);
	assert_int_equal(again, 0);
	assert_int_equal(audit_verify(&f->cx, audit_log, f->db, NULL, &report), ERR_OK);
	assert_null(report.first);
	assert_int_equal(report.rows, count);
	assert_int_equal(report.unsealed, 0);
}

static void
details_that_are_too_long_are_refused(void **state)
{
	struct fixture *f = *state;
	char *details = arena_alloc(f->cx.mem, AUDIT_DETAILS_MAX + 2);
	struct audit_entry entry = {
	    .event = "TEST", .severity = AUDIT_LOW, .details = details};

	memset(details, ' ', AUDIT_DETAILS_MAX + 1);
	assert_int_equal(
	    db_transaction(&f->cx, f->db, DB_MANAGEMENT, append, &entry), ERR_INTERNAL);
}

/* -- idempotency -- */

struct once {
	struct idempotency_claim claim;
	const struct seal_keys *keys;
	struct idempotency_answer answer;
	int effects;
};

static enum err
run_once(struct ctx *cx, struct db *db, void *arg)
{
	struct once *o = arg;
	struct idempotency_answer first = {.status = 201,
	    .content_type = "application/json",
	    .headers = "Location: /x\r\n",
	    .body = {"{\"secret\":1}", 12}};
	enum err rc = idempotency_begin(cx, db, &o->claim, o->keys, &o->answer);

	if (rc != ERR_OK || o->answer.status != 0)
		return rc;
	o->effects++;
	return idempotency_store(cx, db, &o->claim, o->keys, &first);
}

static enum err
request(struct fixture *f, struct once *o, const char *key, const char *body)
{
	const struct idempotency_request rq = {.key = key,
	    .user_id = "ann",
	    .method = "POST",
	    .path = "/things",
	    .body = {body, strlen(body)},
	    .hours = 24};
	enum err rc;

	ctx_clear(&f->cx);
	rc = idempotency_init(&f->cx, &o->claim, &rq);
	return rc != ERR_OK ? rc
			    : db_transaction(&f->cx, f->db, DB_MANAGEMENT, run_once, o);
}

static void
the_same_key_and_body_replays(void **state)
{
	struct fixture *f = *state;
	struct once o = {0};

	assert_int_equal(request(f, &o, "k-replay", "{}"), ERR_OK);
	assert_int_equal(request(f, &o, "k-replay", "{}"), ERR_OK);
	assert_int_equal(o.effects, 1);
	assert_int_not_equal(o.answer.status, 0);
	assert_int_equal(o.answer.status, 201);
	assert_string_equal(o.answer.headers, "Location: /x\r\n");
	assert_memory_equal(o.answer.body.p, "{\"secret\":1}", 12);
}

static void
the_same_key_with_another_body_is_refused(void **state)
{
	struct fixture *f = *state;
	struct once o = {0};

	assert_int_equal(request(f, &o, "k-other", "{}"), ERR_OK);
	assert_int_equal(request(f, &o, "k-other", "[]"), ERR_KEY_REUSED);
	assert_int_equal(o.effects, 1);
}

static void
a_key_in_flight_is_refused_for_the_moment(void **state)
{
	struct fixture *f = *state;
	struct once o = {0};

	assert_int_equal(request(f, &o, "k-flight", "{}"), ERR_OK);
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('%s', 11))",
		o.claim.scope));
	assert_int_equal(request(f, &o, "k-flight", "{}"), ERR_KEY_IN_FLIGHT);
	assert_true(f->cx.err.retry_after > 0);
	dbtest_sql(f, "ROLLBACK");
	assert_int_equal(request(f, &o, "k-flight", "{}"), ERR_OK);
	assert_int_not_equal(o.answer.status, 0);
}

static void
a_key_is_free_again_after_its_hours(void **state)
{
	struct fixture *f = *state;
	struct once o = {0};

	assert_int_equal(request(f, &o, "k-old", "{}"), ERR_OK);
	dbtest_sql(f,
	    "UPDATE tenantd.idempotency SET expires_at = now() - interval '1 second'");
	assert_int_equal(request(f, &o, "k-old", "[]"), ERR_OK);
	assert_int_equal(o.effects, 2);
}

static void
an_answer_with_a_secret_is_stored_sealed(void **state)
{
	struct fixture *f = *state;
	struct once o = {.keys = seal_keys};

	assert_int_equal(request(f, &o, "k-sealed", "{}"), ERR_OK);
	assert_string_equal(dbtest_sql(f,
				arena_printf(f->cx.mem,
				    "SELECT sealed::text || (position('secret' in "
				    "body) > 0)::text FROM "
				    "tenantd.idempotency WHERE scope = '%s'",
				    o.claim.scope)),
	    "truefalse");
	assert_int_equal(request(f, &o, "k-sealed", "{}"), ERR_OK);
	assert_memory_equal(o.answer.body.p, "{\"secret\":1}", 12);
}

static void
malformed_keys_are_refused(void **state)
{
	struct fixture *f = *state;
	struct once o = {0};
	char *longest = arena_alloc(f->cx.mem, IDEMPOTENCY_KEY_MAX + 2);

	memset(longest, 'k', IDEMPOTENCY_KEY_MAX + 1);
	assert_int_equal(request(f, &o, longest, "{}"), ERR_INVALID);
	assert_int_equal(request(f, &o, "", "{}"), ERR_INVALID);
	assert_int_equal(request(f, &o, "a b", "{}"), ERR_INVALID);
	assert_int_equal(request(f, &o, "k\xc3\xa9", "{}"), ERR_INVALID);
	longest[IDEMPOTENCY_KEY_MAX] = '\0';
	assert_int_equal(request(f, &o, longest, "{}"), ERR_OK);
}

/* -- what tenants keep sealed -- */

static const struct tenant_secret_name firsts = {"first", TENANT_SECRET_PINECONE};

struct keeping {
	const struct tenant_secret_name *of;
	const char *value;
};

static enum err
put_secret(struct ctx *cx, struct db *db, void *arg)
{
	const struct keeping *k = arg;

	return k->value == NULL
	    ? tenant_secret_remove(cx, db, k->of)
	    : tenant_secret_put(cx, db, seal_keys, k->of, slice_of(k->value));
}

static void
keep(struct fixture *f, const struct tenant_secret_name *of, const char *value)
{
	struct keeping k = {of, value};

	assert_int_equal(
	    db_transaction(&f->cx, f->db, of->tenant_id, put_secret, &k), ERR_OK);
}

/* What it opens to; NULL: there is none. */
static const char *
opened(struct fixture *f, const struct seal_keys *keys,
    const struct tenant_secret_name *of, enum err expected)
{
	struct slice value;

	ctx_clear(&f->cx);
	assert_int_equal(tenant_secret_open(&f->cx, f->db, keys, of, &value), expected);
	return value.p != NULL ? slice_dup(f->cx.mem, value) : NULL;
}

static void
forget_secrets(struct fixture *f)
{
	dbtest_sql(f, "DELETE FROM tenantd.tenant_secrets");
	dbtest_sql(f, "DELETE FROM tenantd.tenant_keys");
}

static void
a_tenants_secret_opens_and_shows_its_end_alone(void **state)
{
	struct fixture *f = *state;

	assert_null(opened(f, seal_keys, &firsts, ERR_OK));
	keep(f, &firsts, "pc-0123456789-wxyz");
	assert_string_equal(
	    opened(f, seal_keys, &firsts, ERR_OK), "pc-0123456789-wxyz");
	assert_string_equal(
	    dbtest_sql(f, "SELECT hint FROM tenantd.tenant_secrets"), "wxyz");
	assert_string_equal(
	    dbtest_sql(f,
		"SELECT count(*) FROM tenantd.tenant_secrets s, tenantd.tenant_keys k "
		"WHERE s.sealed LIKE '%0123456789%' OR k.sealed !~ '^v1\\.'"),
	    "0");
	keep(f, &firsts, "short-wxyz");
	assert_string_equal(opened(f, seal_keys, &firsts, ERR_OK), "short-wxyz");
	assert_string_equal(
	    dbtest_sql(f, "SELECT hint FROM tenantd.tenant_secrets"), "");
	keep(f, &firsts, NULL);
	assert_null(opened(f, seal_keys, &firsts, ERR_OK));
	assert_string_equal(
	    dbtest_sql(f, "SELECT count(*) FROM tenantd.tenant_keys"), "1");
	forget_secrets(f);
}

static void
a_row_that_was_copied_to_another_tenant_does_not_open(void **state)
{
	static const struct tenant_secret_name seconds = {"second",
						   TENANT_SECRET_PINECONE},
					       other = {"first", "other"};
	struct fixture *f = *state;

	keep(f, &firsts, "pc-0123456789-wxyz");
	keep(f, &seconds, "pc-9876543210-abcd");
	dbtest_sql(f,
	    "INSERT INTO tenantd.tenant_secrets SELECT tenant_id, 'other', "
	    "sealed, hint FROM tenantd.tenant_secrets WHERE tenant_id = "
	    "'first'");
	assert_null(opened(f, seal_keys, &other, ERR_INTERNAL));
	dbtest_sql(f,
	    "UPDATE tenantd.tenant_secrets SET sealed = (SELECT sealed FROM "
	    "tenantd.tenant_secrets WHERE tenant_id = 'first' AND name <> "
	    "'other') WHERE tenant_id = 'second'");
	assert_null(opened(f, seal_keys, &seconds, ERR_INTERNAL));
	/* with its key beside it neither */
	dbtest_sql(f,
	    "UPDATE tenantd.tenant_keys SET sealed = (SELECT sealed FROM "
	    "tenantd.tenant_keys WHERE tenant_id = 'first') WHERE tenant_id "
	    "= 'second'");
	assert_null(opened(f, seal_keys, &seconds, ERR_INTERNAL));
	assert_non_null(strstr(f->cx.err.note, "\"second\""));
	dbtest_sql(f, "DELETE FROM tenantd.tenant_keys WHERE tenant_id = 'second'");
	assert_null(opened(f, seal_keys, &seconds, ERR_INTERNAL));
	assert_string_equal(
	    opened(f, seal_keys, &firsts, ERR_OK), "pc-0123456789-wxyz");
	forget_secrets(f);
}

static void
a_rotation_seals_keys_alone_and_names_those_that_do_not_open(void **state)
{
	static const struct tenant_secret_name seconds = {
	    "second", TENANT_SECRET_PINECONE};
	struct fixture *f = *state;
	struct seal_keys *next;
	const char *before;
	int count;

	keep(f, &firsts, "pc-0123456789-wxyz");
	keep(f, &seconds, "pc-9876543210-abcd");
	dbtest_sql(f,
	    "INSERT INTO tenantd.tenant_keys SELECT 'bad', sealed FROM "
	    "tenantd.tenant_keys WHERE tenant_id = 'first'");
	before = dbtest_sql(f,
	    "SELECT string_agg(sealed, ' ' ORDER BY tenant_id) FROM "
	    "tenantd.tenant_secrets");
	assert_int_equal(seal_keys_new(&f->cx.err, "fedcba9876543210fedcba9876543210",
			     "0123456789abcdef0123456789abcdef", &next),
	    ERR_OK);
	assert_int_equal(tenant_keys_reseal(&f->cx, f->db, next, &count), ERR_INTERNAL);
	assert_int_equal(count, 2);
	assert_int_equal(f->cx.fault_count, 1);
	assert_non_null(strstr(f->cx.faults->message, "\"bad\""));
	dbtest_sql(f, "DELETE FROM tenantd.tenant_keys WHERE tenant_id = 'bad'");
	ctx_clear(&f->cx);
	assert_int_equal(tenant_keys_reseal(&f->cx, f->db, next, &count), ERR_OK);
	assert_int_equal(count, 0);
	assert_string_equal(dbtest_sql(f,
				"SELECT string_agg(sealed, ' ' ORDER BY tenant_id) "
				"FROM tenantd.tenant_secrets"),
	    before);
	assert_string_equal(opened(f, next, &firsts, ERR_OK), "pc-0123456789-wxyz");
	assert_null(opened(f, seal_keys, &firsts, ERR_INTERNAL));
	seal_keys_free(next);
	forget_secrets(f);
}

/* -- one-time passwords, as whoever signs in shows them -- */

static struct totp_site
totp_site_of(const char *user_id)
{
	return (struct totp_site){.user_id = user_id,
	    .address = "192.0.2.1",
	    .keys = seal_keys,
	    .audit = audit_log};
}

struct enrolment {
	const char *user_id, *secret;
	struct totp_shown shown;
};

static enum err
begin_totp(struct ctx *cx, struct db *db, void *arg)
{
	struct enrolment *e = arg;
	const struct totp_site site = totp_site_of(e->user_id);

	return totp_begin(cx, db, &site, &e->secret);
}

static enum err
confirm_totp(struct ctx *cx, struct db *db, void *arg)
{
	struct enrolment *e = arg;
	const struct totp_site site = totp_site_of(e->user_id);

	return totp_confirm(cx, db, &site, &e->shown);
}

struct showing {
	const char *user_id, *code;
	bool taken;
};

static enum err
show_totp(struct ctx *cx, struct db *db, void *arg)
{
	struct showing *s = arg;

	return totp_take(cx, db, seal_keys, s->user_id, s->code, &s->taken);
}

static bool
is_taken(struct fixture *f, const char *user_id, const char *code)
{
	struct showing s = {.user_id = user_id, .code = code};

	assert_int_equal(
	    db_transaction(&f->cx, f->db, DB_MANAGEMENT, show_totp, &s), ERR_OK);
	return s.taken;
}

/* The code of now for the secret that lies sealed in the user's row. */
static const char *
code_of_now(struct fixture *f, const char *user_id)
{
	const char *sealed = dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"SELECT sealed FROM tenantd.totp WHERE user_id = '%s'", user_id));
	char *code = arena_alloc(f->cx.mem, TOTP_CODE_SIZE);
	struct slice secret;

	assert_int_equal(
	    seal_open(&f->cx, seal_keys, sealed,
		slice_of(arena_printf(f->cx.mem, "totp|%s", user_id)), &secret),
	    ERR_OK);
	totp_code(secret, totp_step_at(clock_wall_s()), code);
	return code;
}

static void
check_is_on(struct fixture *f, const char *user_id, bool wanted)
{
	bool on = !wanted;

	assert_int_equal(totp_is_on(&f->cx, f->db, user_id, &on), ERR_OK);
	assert_int_equal(on, wanted);
}

static void
a_second_factor_is_taken_once_and_only_when_in_force(void **state)
{
	struct fixture *f = *state;
	struct enrolment e = {.user_id = "tess"};

	dbtest_sql(
	    f, "INSERT INTO users (id, email) VALUES ('tess', 'tess@example.com')");
	check_is_on(f, "tess", false);
	assert_false(is_taken(f, "tess", "123456"));
	assert_int_equal(
	    db_transaction(&f->cx, f->db, DB_MANAGEMENT, begin_totp, &e), ERR_OK);
	check_is_on(f, "tess", false);
	e.shown.code = code_of_now(f, "tess");
	assert_false(is_taken(f, "tess", e.shown.code));
	assert_int_equal(
	    db_transaction(&f->cx, f->db, DB_MANAGEMENT, confirm_totp, &e), ERR_OK);
	assert_true(e.shown.right);
	check_is_on(f, "tess", true);
	assert_false(is_taken(f, "tess", e.shown.code));
	dbtest_sql(f, "UPDATE tenantd.totp SET last_step = 0 WHERE user_id = 'tess'");
	e.shown.code = code_of_now(f, "tess");
	assert_true(is_taken(f, "tess", e.shown.code));
	assert_false(is_taken(f, "tess", e.shown.code));
	assert_true(is_taken(f, "tess", e.shown.recovery.codes[7]));
	assert_false(is_taken(f, "tess", e.shown.recovery.codes[7]));
	assert_string_equal(
	    dbtest_sql(f,
		"SELECT actor || ' ' || severity || ' ' || "
		"(details->>'recovery_codes_left') "
		"FROM tenantd.audit WHERE event = 'RECOVERY_CODE_USED'"),
	    "tess high 9");
}

/* -- machines -- */

static const char machine[] = "tdc_0123456789abcdef0123456789abcdef";

/* A client with a secret and one that it had until `until`; their texts. */
static void
make_machine(struct fixture *f, const char *until, struct opaque secrets[static 2])
{
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    opaque_make(&f->cx, OPAQUE_CLIENT, &secrets[i]), ERR_OK);
	dbtest_sql(f,
	    "INSERT INTO public.tenants (id, tenant, slug) VALUES ('mt', "
	    "gen_random_uuid(), 'mt') ON CONFLICT DO NOTHING");
	dbtest_sql(f, "DELETE FROM tenantd.oauth_clients");
	dbtest_sql(f,
	    arena_printf(f->cx.mem,
		"INSERT INTO tenantd.oauth_clients (id, tenant_id, name, scopes, "
		"digest, previous, previous_until) VALUES ('%s', 'mt', 'm', '{read}', "
		"'%s', '%s', %s)",
		machine, secrets[0].digest, secrets[1].digest, until));
}

static bool
is_let_in(struct fixture *f, const char *id, const char *secret, struct client *c)
{
	const struct client_credentials shown = {id, secret};
	bool ok = true;

	assert_int_equal(client_authenticate(&f->cx, f->db, &shown, c, &ok), ERR_OK);
	return ok;
}

static void
a_machine_is_let_in_with_its_secret_and_no_other(void **state)
{
	struct fixture *f = *state;
	struct opaque secrets[2], other;
	struct client c;

	make_machine(f, "now() + interval '1 h'", secrets);
	assert_int_equal(opaque_make(&f->cx, OPAQUE_CLIENT, &other), ERR_OK);
	assert_true(is_let_in(f, machine, secrets[0].text, &c));
	assert_string_equal(c.id, machine);
	assert_string_equal(c.tenant_id, "mt");
	assert_string_equal(c.scopes, "[\"read\"]");
	assert_non_null(c.tenant_status);
	assert_true(is_let_in(f, machine, secrets[1].text, &c));
	assert_false(is_let_in(f, machine, other.text, &c));
	assert_string_equal(c.id, machine);
	assert_false(is_let_in(f, machine, secrets[0].digest, &c));
	assert_false(is_let_in(f, machine, "", &c));
	assert_false(
	    is_let_in(f, "tdc_00000000000000000000000000000000", secrets[0].text, &c));
	assert_null(c.id);
	assert_false(is_let_in(f, "", secrets[0].text, &c));
	assert_false(is_let_in(f, "tdc_\xff", secrets[0].text, &c));
}

static void
an_expired_secret_and_a_revoked_machine_are_refused(void **state)
{
	struct fixture *f = *state;
	struct opaque secrets[2];
	struct client c;

	make_machine(f, "now() - interval '1 s'", secrets);
	assert_true(is_let_in(f, machine, secrets[0].text, &c));
	assert_false(is_let_in(f, machine, secrets[1].text, &c));
	dbtest_sql(f, "UPDATE tenantd.oauth_clients SET revoked_at = now()");
	assert_false(is_let_in(f, machine, secrets[0].text, &c));
	assert_non_null(c.revoked_at);
}

static enum err
note(struct ctx *cx, struct db *db, void *arg)
{
	return client_note_use(cx, db, arg);
}

static void
use(struct fixture *f, const char *secret)
{
	struct client c;

	assert_true(is_let_in(f, machine, secret, &c));
	assert_int_equal(
	    db_transaction(&f->cx, f->db, DB_MANAGEMENT, note, &c), ERR_OK);
}

/* The last use in the hour to come: the minute does not end while this runs. */
static void
a_machines_use_is_noted_once_a_minute(void **state)
{
	struct fixture *f = *state;
	static const char row[] = "SELECT xmin FROM tenantd.oauth_clients";
	struct opaque secrets[2];
	const char *before;
	struct client c;

	make_machine(f, "now() + interval '1 h'", secrets);
	assert_false(is_let_in(f, machine, "tds_", &c));
	assert_string_equal(
	    dbtest_sql(f, "SELECT last_used_at IS NULL FROM tenantd.oauth_clients"),
	    "t");
	use(f, secrets[0].text);
	assert_string_equal(
	    dbtest_sql(f,
		"SELECT last_used_at BETWEEN now() - interval '10 min' AND now() AND "
		"extract(second FROM last_used_at) = 0 FROM tenantd.oauth_clients"),
	    "t");
	dbtest_sql(f,
	    "UPDATE tenantd.oauth_clients SET last_used_at = now() + interval '1 h'");
	before = dbtest_sql(f, row);
	use(f, secrets[0].text);
	assert_string_equal(dbtest_sql(f, row), before);
	dbtest_sql(f,
	    "UPDATE tenantd.oauth_clients SET last_used_at = now() - interval '2 min'");
	use(f, secrets[0].text);
	assert_string_equal(dbtest_sql(f,
				"SELECT last_used_at > now() - interval '90 s' FROM "
				"tenantd.oauth_clients"),
	    "t");
}

/* -- whether a token's tenant may be used -- */

static void
a_tenants_standing_is_remembered_until_it_changes(void **state)
{
	struct fixture *f = *state;
	struct standings *s;
	struct wakeup *w;
	uint64_t trips;

	assert_int_equal(wakeup_new(&f->cx, &w), ERR_OK);
	s = standing_new(f->cx.mem, 64, w);
	dbtest_sql(f,
	    "INSERT INTO public.tenants (id, tenant, slug, plan) VALUES "
	    "('standing', '5ca1ab1e-1111-4111-8111-111111111111', "
	    "'standing', 'enterprise')");
	assert_int_equal(standing_check(&f->cx, s, f->db, "standing"), ERR_OK);
	trips = db_get_stats(f->db).round_trips;
	dbtest_sql(f,
	    "UPDATE public.tenants SET status = 'suspended' WHERE id = "
	    "'standing'");
	assert_int_equal(standing_check(&f->cx, s, f->db, "standing"), ERR_OK);
	assert_int_equal(db_get_stats(f->db).round_trips, trips);
	wakeup_change(w);
	assert_int_equal(
	    standing_check(&f->cx, s, f->db, "standing"), ERR_TENANT_SUSPENDED);
	assert_int_equal(db_get_stats(f->db).round_trips, trips + 1);
	/* a token may have the registry's number, too */
	assert_int_equal(
	    standing_check(&f->cx, s, f->db, "5ca1ab1e-1111-4111-8111-111111111111"),
	    ERR_TENANT_SUSPENDED);
	/* somebody listens: it is not asked for by its age */
	wakeup_listen(w, clock_mono_ms() + 60000);
	(void)poll(NULL, 0, STANDING_MS + 100);
	trips = db_get_stats(f->db).round_trips;
	assert_int_equal(
	    standing_check(&f->cx, s, f->db, "standing"), ERR_TENANT_SUSPENDED);
	assert_int_equal(db_get_stats(f->db).round_trips, trips);
	dbtest_sql(f,
	    "UPDATE public.tenants SET status = 'deactivated' WHERE id = "
	    "'standing'");
	wakeup_publish(w, 5);
	assert_int_equal(
	    standing_check(&f->cx, s, f->db, "standing"), ERR_TENANT_INACTIVE);
	/* nobody listens */
	wakeup_listen(w, 0);
	(void)poll(NULL, 0, STANDING_MS + 100);
	trips = db_get_stats(f->db).round_trips;
	assert_int_equal(
	    standing_check(&f->cx, s, f->db, "standing"), ERR_TENANT_INACTIVE);
	assert_int_equal(db_get_stats(f->db).round_trips, trips + 1);
	ctx_clear(&f->cx);
	assert_int_equal(standing_check(&f->cx, s, f->db, "nobody's"), ERR_OK);
	assert_int_equal(standing_check(&f->cx, s, f->db, ""), ERR_OK);
	wakeup_free(w);
}

static void
many_tenants_and_long_names_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct standings *s = standing_new(f->cx.mem, 256, NULL);
	char *longest = arena_alloc(f->cx.mem, 5001);

	memset(longest, 'x', 5000);
	assert_int_equal(standing_check(&f->cx, s, f->db, longest), ERR_OK);
	longest[255] = '\0'; /* no more than an id may have */
	assert_int_equal(standing_check(&f->cx, s, f->db, longest), ERR_OK);
	dbtest_sql(f,
	    "INSERT INTO public.tenants (id, tenant, slug, status) SELECT "
	    "'many-' || n, gen_random_uuid(), 'many-' || n, CASE n % 2 WHEN 0 "
	    "THEN 'active' ELSE 'suspended' END FROM generate_series(1, 600) "
	    "n");
	for (int i = 1; i <= 1200; i++) {
		const int n = (i - 1) % 600 + 1;

		assert_int_equal(standing_check(&f->cx, s, f->db,
				     arena_printf(f->cx.mem, "many-%d", n)),
		    n % 2 == 0 ? ERR_OK : ERR_TENANT_SUSPENDED);
		ctx_clear(&f->cx);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    DOMAIN_TEST(every_statement_prepares_as_the_least_role),
	    DOMAIN_TEST(a_user_is_created_once_and_then_found_in_one_round_trip),
	    DOMAIN_TEST(a_creation_takes_three_round_trips),
	    DOMAIN_TEST(a_foreign_row_with_the_own_id_moves_the_user_to_the_next),
	    DOMAIN_TEST(a_tenant_that_changes_hands_meanwhile_is_not_taken),
	    DOMAIN_TEST(a_plan_outside_self_service_is_not_given),
	    DOMAIN_TEST(a_plan_changes_while_onboarding_and_not_after),
	    DOMAIN_TEST(a_suspended_tenant_is_refused_and_no_second_one_made),
	    DOMAIN_TEST(
		an_active_tenant_that_is_owned_takes_the_place_of_unusable_ones),
	    DOMAIN_TEST(a_token_may_speak_of_the_tenant_an_operator_assigned),
	    DOMAIN_TEST(nothing_owned_that_is_active_leaves_the_refusal),
	    DOMAIN_TEST(superuser_is_read_each_time),
	    DOMAIN_TEST(a_second_factor_is_taken_once_and_only_when_in_force),
	    DOMAIN_TEST(the_same_key_and_body_replays),
	    DOMAIN_TEST(the_same_key_with_another_body_is_refused),
	    DOMAIN_TEST(a_key_in_flight_is_refused_for_the_moment),
	    DOMAIN_TEST(a_key_is_free_again_after_its_hours),
	    DOMAIN_TEST(an_answer_with_a_secret_is_stored_sealed),
	    DOMAIN_TEST(malformed_keys_are_refused),
	    DOMAIN_TEST(a_row_costs_no_round_trip_once_the_key_is_known),
	    DOMAIN_TEST(what_the_flows_wrote_is_sealed_and_holds),
	    DOMAIN_TEST(details_that_are_too_long_are_refused),
	    DOMAIN_TEST(a_tenants_standing_is_remembered_until_it_changes),
	    DOMAIN_TEST(many_tenants_and_long_names_are_told_apart),
	    DOMAIN_TEST(a_tenants_secret_opens_and_shows_its_end_alone),
	    DOMAIN_TEST(a_row_that_was_copied_to_another_tenant_does_not_open),
	    DOMAIN_TEST(a_rotation_seals_keys_alone_and_names_those_that_do_not_open),
	    DOMAIN_TEST(a_machine_is_let_in_with_its_secret_and_no_other),
	    DOMAIN_TEST(an_expired_secret_and_a_revoked_machine_are_refused),
	    DOMAIN_TEST(a_machines_use_is_noted_once_a_minute),
	};

	return cmocka_run_group_tests(tests, migrate_cluster, NULL);
}

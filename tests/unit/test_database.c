/* test_database.c - what databases are called, and connection strings for others. */
#include "unit.h"

#include "database/names.h"
#include "db/conninfo.h"

static void
test_a_name_has_prefix_slug_and_digits(void **state)
{
	char name[DATABASE_NAME_SIZE];

	(void)state;
	database_name(name, "tenant_", "acme-corp", "6f1b");
	assert_memory_equal(name, "tenant_acme_corp_", 17);
	assert_int_equal(strlen(name), 17 + 8);
	assert_int_equal(strspn(name + 17, "0123456789abcdef"), 8);
}

static void
test_two_tenants_of_one_slug_have_two_names(void **state)
{
	char one[DATABASE_NAME_SIZE], other[DATABASE_NAME_SIZE];

	(void)state;
	database_name(one, "tenant_", "acme", "a");
	database_name(other, "tenant_", "acme", "b");
	assert_string_not_equal(one, other);
}

/* Whatever a slug or a prefix holds: 63 bytes at most, of letters, digits and "_". */
static void
test_nothing_else_gets_into_a_name(void **state)
{
	static const char slug[] =
	    "A\"; DROP DATABASE x; -- \xC3\xA9 and much more than fits into one name";
	char name[DATABASE_NAME_SIZE];
	size_t n;

	(void)state;
	database_name(name, "Pre\"fix-that-is-long", slug, "id");
	n = strlen(name);
	assert_int_equal(n, DATABASE_NAME_SIZE - 1);
	assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), n);
	assert_memory_equal(name, "pre_fix_that_ia___drop", 22);
}

static void
test_private_names_differ(void **state)
{
	char one[DATABASE_NAME_SIZE], other[DATABASE_NAME_SIZE];
	struct err_info e = {0};

	(void)state;
	assert_int_equal(database_private_name(&e, one, "pool"), ERR_OK);
	assert_int_equal(database_private_name(&e, other, "pool"), ERR_OK);
	assert_memory_equal(one, "tenantd_pool_", 13);
	assert_int_equal(strlen(one), 13 + 24);
	assert_string_not_equal(one, other);
}

/* -- connection strings -- */

static struct ctx
begin(void)
{
	struct ctx cx;

	ctx_init(&cx, arena_new(1024 * 1024));
	return cx;
}

static void
test_what_may_be_seen_has_no_password(void **state)
{
	struct ctx cx = begin();
	struct conninfo_view v;

	(void)state;
	assert_int_equal(
	    conninfo_look(&cx, "postgresql://ann:s%40cret@db1,db2:6000/main", &v),
	    ERR_OK);
	assert_string_equal(v.address, "db1:5432,db2:6000");
	assert_string_equal(v.user, "ann");
	assert_string_equal(v.database, "main");
	arena_free(cx.mem);
}

static void
test_a_password_that_breaks_a_uri_is_not_repeated(void **state)
{
	struct ctx cx = begin();
	struct conninfo_view v;

	(void)state;
	assert_int_equal(conninfo_look(&cx, "postgresql://ann:hun@ter2:x@db1/main", &v),
	    ERR_INVALID);
	assert_null(strstr(cx.err.message, "hun"));
	assert_null(strstr(cx.err.message, "ter2"));
	arena_free(cx.mem);
}

static void
test_keywords_of_another_database_keep_the_rest(void **state)
{
	const struct conninfo_change change = {.database = "it's"};
	struct ctx cx = begin();
	const char *text;

	(void)state;
	assert_int_equal(
	    conninfo_keywords(&cx,
		"postgresql://ann:a%27b@db1:6000/main?sslmode=require", &change, &text),
	    ERR_OK);
	assert_string_equal(text,
	    "host='db1' port='6000' dbname='it\\'s' user='ann' password='a\\'b' "
	    "sslmode='require'");
	arena_free(cx.mem);
}

static void
test_a_uri_for_others_is_encoded_and_has_nothing_of_ours(void **state)
{
	const struct conninfo_change change = {
	    .database = "own", .user = "bob", .password = "p@ss/word"};
	struct ctx cx = begin();
	const char *text;

	(void)state;
	assert_int_equal(conninfo_uri(&cx,
			     "host=db1 port=6000 dbname=main user=ann password=secret "
			     "sslmode=require application_name=ours",
			     &change, &text),
	    ERR_OK);
	assert_string_equal(
	    text, "postgresql://bob:p%40ss%2Fword@db1:6000/own?sslmode=require");
	arena_free(cx.mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_name_has_prefix_slug_and_digits),
	    cmocka_unit_test(test_two_tenants_of_one_slug_have_two_names),
	    cmocka_unit_test(test_nothing_else_gets_into_a_name),
	    cmocka_unit_test(test_private_names_differ),
	    cmocka_unit_test(test_what_may_be_seen_has_no_password),
	    cmocka_unit_test(test_a_password_that_breaks_a_uri_is_not_repeated),
	    cmocka_unit_test(test_keywords_of_another_database_keep_the_rest),
	    cmocka_unit_test(test_a_uri_for_others_is_encoded_and_has_nothing_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

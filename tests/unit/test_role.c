#include "unit.h"

#include "role/scopes.h"

static void
what_grants_is_added_up(void **state)
{
	static const struct {
		const char *grants;
		unsigned scopes;
	} rows[] = {
	    {NULL, 0},
	    {"", 0},
	    {"@owner", ROLE_ALL},
	    {"@admin", ROLE_ALL},
	    {"@member", ROLE_READ | ROLE_WRITE},
	    {"@viewer", ROLE_READ},
	    {"@gardener", ROLE_READ},
	    {"@", ROLE_READ},
	    {"read", ROLE_READ},
	    {"delete read", ROLE_READ | ROLE_DELETE},
	    {"@viewer\ndelete", ROLE_READ | ROLE_DELETE},
	    {"write\n@viewer\nadmin", ROLE_READ | ROLE_WRITE | ROLE_ADMIN},
	    {"\n\nwrite", ROLE_WRITE},
	    /* nothing that is no scope by its whole name */
	    {"root Admin admins admin,read adm", 0},
	    {"owner", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(role_scopes_granted(rows[i].grants), rows[i].scopes);
}

static void
words_and_bits_say_the_same(void **state)
{
	struct ctx *cx = *state;

	for (unsigned scopes = 0; scopes <= ROLE_ALL; scopes++)
		assert_int_equal(
		    role_scopes_of_words(role_scopes_words(cx->mem, scopes)), scopes);
	assert_string_equal(
	    role_scopes_words(cx->mem, ROLE_ALL), "read write delete admin");
	assert_string_equal(role_scopes_words(cx->mem, 0), "");
	assert_int_equal(role_scopes_of_words(NULL), 0);
}

static void
the_roles_that_come_with_tenants_are_these(void **state)
{
	static const struct role_default expected[] = {
	    {"admin", "Admin", ROLE_ALL, "Full access to all features"},
	    {"member", "Member", ROLE_READ | ROLE_WRITE, "Standard user access"},
	    {"viewer", "Viewer", ROLE_READ, "Read-only access"},
	};

	(void)state;
	assert_int_equal(role_default_count, COUNT_OF(expected));
	for (int i = 0; i < role_default_count; i++) {
		assert_string_equal(role_defaults[i].id, expected[i].id);
		assert_string_equal(role_defaults[i].name, expected[i].name);
		assert_int_equal(role_defaults[i].scopes, expected[i].scopes);
		assert_string_equal(
		    role_defaults[i].description, expected[i].description);
	}
	assert_null(role_default_of(slice_of(ROLE_OWNER_ID)));
	assert_null(role_default_of(slice_of("Admin")));
	for (int i = 0; i < group_default_count; i++)
		assert_non_null(role_default_of(slice_of(group_defaults[i].role)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(what_grants_is_added_up),
	    UNIT_CTX_TEST(words_and_bits_say_the_same),
	    UNIT_CTX_TEST(the_roles_that_come_with_tenants_are_these),
	};

	return UNIT_RUN(tests);
}

/* Which of a process's connections to tenants' databases are kept. None is opened: they
 * connect when they are first used. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "database/connections.h"

static const char *const server_names[] = {"east", "west"};

struct fixture {
	struct ctx *cx;
	struct seal_keys *keys;
	struct conf *conf;
	struct databases *d;
	struct connections *c;
	struct database_server servers[2];
};

static void
setup(struct fixture *f, struct ctx *cx, const char *connections)
{
	static char url[] = "DATABASE_URL=postgresql://a@localhost/a";
	char *environ_[] = {url, (char *)(uintptr_t)connections, NULL};
	const char *sealed;

	*f = (struct fixture){.cx = cx};
	assert_int_equal(
	    conf_load_for(cx, CONF_FOR_DATABASE, "/dev/null", environ_, &f->conf),
	    ERR_OK);
	assert_int_equal(
	    seal_keys_new(&cx->err, "0123456789abcdef0123456789abcdef", NULL, &f->keys),
	    ERR_OK);
	for (int i = 0; i < 2; i++) {
		const char *place =
		    arena_printf(cx->mem, "database_server|%s", server_names[i]);

		assert_int_equal(seal_make(cx, f->keys,
				     slice_of("postgresql://a@127.0.0.1:1/postgres"),
				     slice_of(place), &sealed),
		    ERR_OK);
		f->servers[i] = (struct database_server){.id = server_names[i],
		    .sealed = sealed,
		    .connections_most = SERVER_NONE};
	}
	f->d = databases_new(f->conf, f->keys);
	f->c = databases_connections(f->d);
}

static void
teardown(struct fixture *f)
{
	databases_free(f->d);
	seal_keys_free(f->keys);
	conf_free(f->conf);
}

static struct db *
find(struct fixture *f, int server, const char *tenant)
{
	const struct connection_place place = {&f->servers[server], tenant, tenant};
	struct db *db = NULL;

	assert_int_equal(connections_find(f->cx, f->c, &place, &db), ERR_OK);
	return db;
}

static void
a_tenant_has_one_and_the_last_used_are_kept(void **state)
{
	struct fixture f;
	struct db *a, *b;

	setup(&f, *state, "TENANT_CONNECTIONS=2");
	a = find(&f, 0, "a");
	b = find(&f, 0, "b");
	assert_ptr_not_equal(a, b);
	assert_ptr_equal(find(&f, 0, "a"), a);
	assert_int_equal(connections_count(f.c), 2);
	(void)find(&f, 1, "c"); /* in place of b, which was used longest ago */
	assert_int_equal(connections_count(f.c), 2);
	assert_ptr_equal(find(&f, 0, "a"), a);
	connections_close(f.c, "a");
	assert_int_equal(connections_count(f.c), 1);
	connections_close(f.c, "nobody");
	assert_int_equal(connections_count(f.c), 1);
	connections_close(f.c, NULL);
	assert_int_equal(connections_count(f.c), 0);
	teardown(&f);
}

static void
a_tenant_that_moved_has_another(void **state)
{
	struct fixture f;

	setup(&f, *state, "TENANT_CONNECTIONS=3");
	(void)find(&f, 0, "a");
	(void)find(&f, 1, "a");
	assert_int_equal(connections_count(f.c), 1);
	teardown(&f);
}

static void
a_servers_most_connections_are_shared_out(void **state)
{
	struct fixture f;
	struct connection_place place = {.tenant_id = "z", .database = "z"};
	struct db *db;

	setup(&f, *state, "TENANT_CONNECTIONS=3");
	/* four workers, one for jobs, and a command */
	assert_int_equal(connections_share(f.conf, SERVER_NONE), 3);
	assert_int_equal(connections_share(f.conf, 1000), 3);
	assert_int_equal(connections_share(f.conf, 17), 2);
	assert_int_equal(connections_share(f.conf, 6), 1);
	assert_int_equal(connections_share(f.conf, 5), 0);
	f.conf->tenant_hosts = 2;
	assert_int_equal(connections_share(f.conf, 35), 2);
	f.servers[0].connections_most = 12; /* one for each process */
	(void)find(&f, 0, "a");
	(void)find(&f, 1, "b");
	(void)find(&f, 0, "c"); /* in place of a, though b is older by now */
	assert_int_equal(connections_count(f.c), 2);
	(void)find(&f, 1, "d");
	assert_int_equal(connections_count(f.c), 3);
	f.servers[0].connections_most = 11;
	place.server = &f.servers[0];
	assert_int_equal(connections_find(f.cx, f.c, &place, &db), ERR_UNAVAILABLE);
	assert_non_null(strstr(f.cx->err.detail, "\"east\""));
	teardown(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_tenant_has_one_and_the_last_used_are_kept),
	    UNIT_CTX_TEST(a_tenant_that_moved_has_another),
	    UNIT_CTX_TEST(a_servers_most_connections_are_shared_out),
	};

	return UNIT_RUN(tests);
}

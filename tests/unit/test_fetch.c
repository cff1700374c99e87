#include "unit.h"

#include <stdlib.h>

#include "base/clock.h"
#include "httpd.h"
#include "net/fetch.h"
#include "tls.h"

static struct httpd *server;

static const char *
address(struct ctx *cx, const char *path)
{
	return arena_printf(cx->mem, "http://127.0.0.1:%d%s", server->port, path);
}

static void
a_body_arrives_with_its_status(void **state)
{
	struct ctx *cx = *state;
	struct fetch_reply r;

	httpd_say(server, "HTTP/1.1 200 OK", "{\"keys\":[]}");
	assert_int_equal(fetch_get(cx, address(cx, "/k?a=1"), 2000, 1000, &r), ERR_OK);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.body.n, 11);
	assert_string_equal(r.body.p, "{\"keys\":[]}");
	assert_int_equal(strncmp(server->asked, "GET /k?a=1 HTTP/1.1\r\n", 21), 0);
	httpd_say(server, "HTTP/1.1 503 Later", "");
	assert_int_equal(fetch_get(cx, address(cx, "/"), 2000, 1000, &r), ERR_OK);
	assert_int_equal(r.status, 503);
	assert_string_equal(r.body.p, "");
}

static void
redirects_are_not_followed(void **state)
{
	struct ctx *cx = *state;
	struct fetch_reply r;
	int before = server->hits;

	httpd_say(server,
	    arena_printf(
		cx->mem, "HTTP/1.1 302 Found\r\nLocation: %s", address(cx, "/other")),
	    "");
	assert_int_equal(fetch_get(cx, address(cx, "/"), 2000, 1000, &r), ERR_OK);
	assert_int_equal(r.status, 302);
	assert_int_equal(server->hits, before + 1);
}

static void
proxies_of_the_environment_are_ignored(void **state)
{
	struct ctx *cx = *state;
	struct fetch_reply r;

	httpd_say(server, "HTTP/1.1 200 OK", "direct");
	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
	assert_int_equal(fetch_get(cx, address(cx, "/"), 2000, 1000, &r), ERR_OK);
	assert_string_equal(r.body.p, "direct");
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

static void
too_long_a_body_is_refused_announced_or_not(void **state)
{
	struct ctx *cx = *state;
	struct fetch_reply r;

	httpd_say(server, "HTTP/1.1 200 OK", "0123456789");
	assert_int_equal(fetch_get(cx, address(cx, "/"), 2000, 10, &r), ERR_OK);
	assert_int_equal(fetch_get(cx, address(cx, "/"), 2000, 9, &r), ERR_UNAVAILABLE);
	server->endless = true;
	assert_int_equal(
	    fetch_get(cx, address(cx, "/"), 2000, 999, &r), ERR_UNAVAILABLE);
	assert_non_null(strstr(cx->err.message, "too long"));
	server->endless = false;
}

static void
a_silent_server_costs_no_more_than_the_deadline(void **state)
{
	struct ctx *cx = *state;
	struct fetch_reply r;
	int64_t begun = clock_mono_ms();

	server->silent_ms = 30000;
	assert_int_equal(
	    fetch_get(cx, address(cx, "/"), 100, 1000, &r), ERR_UNAVAILABLE);
	cx->deadline_ms = clock_mono_ms() + 100;
	assert_int_equal(
	    fetch_get(cx, address(cx, "/"), 60000, 1000, &r), ERR_UNAVAILABLE);
	assert_true(clock_mono_ms() - begun < 20000);
	cx->deadline_ms = clock_mono_ms() - 1;
	assert_int_equal(
	    fetch_get(cx, address(cx, "/"), 60000, 1000, &r), ERR_UNAVAILABLE);
	assert_non_null(strstr(cx->err.message, "no time left"));
	server->silent_ms = 0;
}

static void
a_closed_port_is_unavailable(void **state)
{
	struct ctx *cx = *state;
	struct fetch_reply r;

	assert_int_equal(
	    fetch_get(cx, "http://127.0.0.1:1/", 2000, 1000, &r), ERR_UNAVAILABLE);
}

static void
other_schemes_users_and_junk_are_not_tried(void **state)
{
	static const char *const bad[] = {"", "file:///etc/hostname",
	    "ftp://127.0.0.1/", "HTTP://127.0.0.1/", "127.0.0.1/", "http://",
	    "http:///x", "http://u:p@127.0.0.1/", "http://127.0.0.1/a b",
	    "http://127.0.0.1/\n", "http://127.0.0.1\\@x/", "gopher://127.0.0.1/",
	    "https://:443/"};
	struct ctx *cx = *state;
	struct fetch_reply r;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(fetch_get(cx, bad[i], 2000, 1000, &r), ERR_INVALID);
	assert_true(fetch_allows("https://issuer.example/.well-known/jwks.json?u=a@b"));
}

static void
plain_text_where_tls_was_asked_is_no_answer(void **state)
{
	struct ctx *cx = *state;
	struct fetch_reply r;

	assert_int_equal(
	    fetch_get(cx, arena_printf(cx->mem, "https://127.0.0.1:%d/", server->port),
		2000, 1000, &r),
	    ERR_UNAVAILABLE);
}

static void
a_certificate_that_nobody_vouches_for_is_refused(void **state)
{
	struct ctx *cx = *state;
	struct fetch_reply r;
	const char *url;
	struct tls tls;

	tls_start(&tls);
	url = arena_printf(cx->mem, "https://127.0.0.1:%d/", tls.port);
	for (int i = 0; i < 600; i++) { /* until it listens */
		assert_int_equal(fetch_get(cx, url, 5000, 100000, &r), ERR_UNAVAILABLE);
		if (strstr(cx->err.message, "certificate") != NULL)
			break;
		usleep(50000);
	}
	tls_stop(&tls);
	assert_non_null(strstr(cx->err.message, "certificate"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_body_arrives_with_its_status),
	    UNIT_CTX_TEST(redirects_are_not_followed),
	    UNIT_CTX_TEST(proxies_of_the_environment_are_ignored),
	    UNIT_CTX_TEST(too_long_a_body_is_refused_announced_or_not),
	    UNIT_CTX_TEST(a_closed_port_is_unavailable),
	    UNIT_CTX_TEST(other_schemes_users_and_junk_are_not_tried),
	    UNIT_CTX_TEST(plain_text_where_tls_was_asked_is_no_answer),
	    UNIT_CTX_TEST(a_certificate_that_nobody_vouches_for_is_refused),
	    UNIT_CTX_TEST(a_silent_server_costs_no_more_than_the_deadline),
	};
	int failed;

	server = httpd_start();
	failed = UNIT_RUN(tests);
	httpd_stop(server);
	return failed;
}

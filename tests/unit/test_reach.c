#include "unit.h"

#include <netdb.h>
#include <stdlib.h>

#include "asking.h"
#include "base/buf.h"
#include "net/reach.h"
#include "net/url.h"
#include "peer.h"

static struct peer *server;

static const char *
range_of(const char *text)
{
	struct address a;

	assert_true(address_parse(slice_of(text), &a));
	return reach_range(&a);
}

/* Each range by its first and last address; what is beside it is public, or another. */
static void
ranges_begin_and_end_where_they_do(void **state)
{
	static const struct {
		const char *before, *first, *last, *after, *name;
	} rows[] = {
	    {NULL, "0.0.0.0", "0.255.255.255", "1.0.0.0", "this network"},
	    {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "private"},
	    {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0",
		"shared by carriers"},
	    {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0",
		"loopback"},
	    {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0",
		"link-local"},
	    {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "private"},
	    {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0",
		"protocol assignments"},
	    {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0", "documentation"},
	    {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0",
		"6to4 relay"},
	    {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0",
		"private"},
	    {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0",
		"benchmarking"},
	    {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0",
		"documentation"},
	    {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0",
		"documentation"},
	    {"223.255.255.255", "224.0.0.0", "239.255.255.255", NULL, "multicast"},
	    {NULL, "240.0.0.0", "255.255.255.254", NULL, "reserved"},
	    {NULL, "255.255.255.255", "255.255.255.255", NULL, "broadcast"},
	    {NULL, "::", "::", NULL, "unspecified"},
	    {NULL, "::1", "::1", NULL, "loopback"},
	    {NULL, "::2", "::ffff:ffff", NULL, "IPv4-compatible"},
	    {NULL, "::1:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
		"not given out"},
	    {"64:ff9b::808:808", "64:ff9b::7f00:0", "64:ff9b::7fff:ffff",
		"64:ff9b::8000:0", "loopback"},
	    {NULL, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", NULL,
		"local translation"},
	    {NULL, "100::", "100::ffff:ffff:ffff:ffff", NULL, "discard"},
	    {NULL, "101::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2000::", "not given out"},
	    {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "Teredo"},
	    {NULL, "2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001:200::", "protocol assignments"},
	    {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001:db9::", "documentation"},
	    {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::", "6to4"},
	    {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
		"3fff:1000::", "documentation"},
	    {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::",
		"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "not given out"},
	    {NULL, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
		"private"},
	    {NULL, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
		"link-local"},
	    {NULL, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
		"site-local"},
	    {NULL, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
		"multicast"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_string_equal(range_of(rows[i].first), rows[i].name);
		assert_string_equal(range_of(rows[i].last), rows[i].name);
		if (rows[i].before != NULL)
			assert_null(range_of(rows[i].before));
		if (rows[i].after != NULL)
			assert_null(range_of(rows[i].after));
	}
	assert_string_equal(reach_range(&(struct address){0}), "of no known family");
}

static const char *
judge(const char *text, const char *allow, bool plain)
{
	struct address a;

	assert_true(address_parse(slice_of(text), &a));
	return reach_judge(&a, allow, plain);
}

static void
what_is_allowed_is_not_refused_and_needs_no_tls(void **state)
{
	(void)state;
	assert_null(judge("8.8.8.8", NULL, false));
	assert_string_equal(judge("8.8.8.8", NULL, true), "without TLS");
	assert_string_equal(judge("8.8.8.8", "9.0.0.0/8", true), "without TLS");
	assert_null(judge("8.8.8.8", "9.0.0.0/8, 8.0.0.0/8", true));
	assert_string_equal(judge("10.0.0.1", "", false), "private");
	assert_string_equal(judge("10.0.0.1", "10.0.0.2", false), "private");
	assert_string_equal(judge("10.0.0.1", "::/0", false), "private");
	assert_null(judge("10.0.0.1", "10.0.0.0/31", true));
	assert_null(judge("::ffff:10.0.0.1", "10.0.0.0/31", true));
	assert_null(judge("64:ff9b::a00:1", "10.0.0.0/31", true));
	assert_null(judge("64:ff9b::a00:1", "64:ff9b::/96", true));
	assert_null(judge("2606:4700::1111", NULL, false));
}

static void
urls_that_may_be_called_are_not_refused(void **state)
{
	static const char *const good[] = {"https://hooks.example",
	    "https://hooks.example/", "https://Hooks.Example.:8443/a/b?c=d@e#f",
	    "https://8.8.8.8/", "https://[2606:4700::1111]:443/x",
	    "https://xn--bcher-kva.example/", "https://a_b.example?x",
	    "https://mylocalhost/", "https://localhost.example/", "https://1.example/",
	    "https://0x.example/", "https://0xg/"};
	static const char *const inside[] = {"http://127.0.0.1/", "http://localhost/",
	    "https://sub.localhost:1/", "http://127.9.9.9:65535/",
	    "http://hooks.example/"};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_int_equal(reach_check_url(cx, good[i], NULL), ERR_OK);
	for (size_t i = 0; i < COUNT_OF(inside); i++) {
		assert_int_equal(reach_check_url(cx, inside[i], "127.0.0.0/8"), ERR_OK);
		assert_int_equal(reach_check_url(cx, inside[i], ""), ERR_INVALID);
	}
	assert_int_equal(
	    reach_check_url(cx, "https://[::1]/", "127.0.0.0/8"), ERR_INVALID);
	assert_int_equal(reach_check_url(cx, "http://localhost/", "::1"), ERR_OK);
	assert_int_equal(
	    reach_check_url(cx, "http://localhost/", "10.0.0.0/8"), ERR_INVALID);
}

/* -- the table of hostile URLs -- */

/* {port}, {long} and \xNN. */
static const char *
written_out(struct ctx *cx, struct slice text)
{
	struct buf b;

	buf_init(&b, cx->mem, 16384);
	for (size_t i = 0; i < text.n; i++)
		if (text.n - i >= 6 && memcmp(text.p + i, "{port}", 6) == 0) {
			buf_printf(&b, "%d", server->port);
			i += 5;
		} else if (text.n - i >= 6 && memcmp(text.p + i, "{long}", 6) == 0) {
			for (int k = 0; k < URL_MAX; k++)
				buf_putc(&b, 'a');
			i += 5;
		} else if (text.p[i] == '\\') {
			buf_putc(&b,
			    (char)(str_hex_digit(text.p[i + 2]) * 16 +
				str_hex_digit(text.p[i + 3])));
			i += 3;
		} else
			buf_putc(&b, text.p[i]);
	return buf_text(&b);
}

/* Whatever a resolver makes of the host, it is no address that would be connected to.
 */
static void
check_as_resolved(const char *url, bool plain)
{
	const struct addrinfo want = {
	    .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	const char *host = strstr(url, "://");
	struct addrinfo *found;
	struct address a;
	char name[256];

	assert_non_null(host);
	host += 3 + (host[3] == '[');
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(host, "]/?#"), host);
	if (host[-1] != '[')
		name[strcspn(name, ":")] = '\0';
	if (getaddrinfo(name, NULL, &want, &found) != 0)
		return;
	assert_true(address_of_socket(found->ai_addr, &a));
	assert_non_null(reach_judge(&a, NULL, plain));
	freeaddrinfo(found);
}

static void
check_row(struct ctx *cx, const char *url, const char *why)
{
	struct transfer_request rq = {.method = "POST",
	    .url = url,
	    .timeout_ms = LONG_MS,
	    .reply_max = 100,
	    .reach = TRANSFER_TO_PUBLIC};
	int before = server->connections;

	if (reach_check_url(cx, url, NULL) != ERR_INVALID)
		fail_msg("\"%s\" is not refused", url);
	if (strcmp(cx->err.detail, why) != 0)
		fail_msg("\"%s\": %s", url, cx->err.detail);
	is_refused(ask(cx, &rq), why);
	if (server->connections != before)
		fail_msg("\"%s\" was called", url);
	if (strncmp(why, "address", 7) == 0)
		check_as_resolved(url, strncmp(url, "http:", 5) == 0);
}

static bool
cut_column(struct slice *rest, struct slice *column)
{
	const char *end = rest->n > 0 ? memmem(rest->p, rest->n, "  ", 2) : NULL;

	*column = *rest;
	if (end == NULL) {
		*rest = (struct slice){NULL, 0};
		return column->n > 0;
	}
	column->n = (size_t)(end - rest->p);
	*rest = (struct slice){end + 2, rest->n - column->n - 2};
	return true;
}

/* The rows with names are for tests/net. */
static void
hostile_urls_are_refused_for_their_reason(void **state)
{
	struct ctx *cx = *state;
	const char *top = getenv("srcdir");
	FILE *f = fopen(arena_printf(cx->mem, "%s/tests/unit/hostile_urls.txt",
			    top != NULL ? top : "."),
	    "re");
	struct slice rest, url, why;
	int rows = 0, names = 0;
	char line[1024];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		rest = slice_of(line);
		if (line[0] == '#' || line[0] == '\0')
			continue;
		assert_true(cut_column(&rest, &url) && cut_column(&rest, &why));
		if (rest.p != NULL) {
			names++;
			assert_int_equal(
			    reach_check_url(cx, written_out(cx, url), NULL), ERR_OK);
			continue;
		}
		rows++;
		check_row(cx, written_out(cx, url), slice_dup(cx->mem, why));
		arena_reset(cx->mem);
	}
	(void)fclose(f);
	assert_true(rows >= 100 && names >= 10);
}

static void
serve(struct peer *p, int fd)
{
	(void)p;
	peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ranges_begin_and_end_where_they_do),
	    cmocka_unit_test(what_is_allowed_is_not_refused_and_needs_no_tls),
	    UNIT_CTX_TEST(urls_that_may_be_called_are_not_refused),
	    UNIT_CTX_TEST(hostile_urls_are_refused_for_their_reason),
	};
	int failed;

	server = peer_start(serve);
	failed = UNIT_RUN(tests);
	peer_stop(server);
	return failed;
}

#include "unit.h"

#include <stdlib.h>
#include <sys/eventfd.h>

#include "asking.h"
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "peer.h"
#include "tls.h"

enum { MANY = 60 };

static struct peer *web;

/* -- a web server that does what the path says -- */

static void
say_slowly(int fd, const char *text)
{
	char one[2] = "";

	for (; *text != '\0'; text++) {
		one[0] = *text;
		if (!peer_say(fd, one))
			return;
		usleep(20000);
	}
}

static void
say_for_ever(int fd, const char *head, const char *again)
{
	peer_say(fd, head);
	while (peer_say(fd, again))
		;
}

/* Until as many are here as many_run_at_once(). */
static void
wait_for_all(struct peer *p)
{
	__atomic_add_fetch(&p->waiting, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < LONG_MS && p->waiting < MANY; i++)
		usleep(1000);
}

static void
answer(struct peer *p, const struct peer_text *asked, int fd)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\n";
	const char *path = strchr(asked->p, ' ') + 1;

	if (strncmp(path, "/all ", 5) == 0)
		wait_for_all(p);
	if (strncmp(path, "/silent ", 8) == 0)
		sleep(LONG_MS / 1000);
	else if (strncmp(path, "/dribble ", 9) == 0)
		say_slowly(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	else if (strncmp(path, "/endless ", 9) == 0)
		say_for_ever(fd, "HTTP/1.1 200 OK\r\n\r\n", "0123456789");
	else if (strncmp(path, "/fields ", 8) == 0)
		say_for_ever(fd, ok, "X-Field: 0123456789\r\n");
	else if (strncmp(path, "/interim ", 9) == 0)
		say_for_ever(fd, "", "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
	else if (strncmp(path, "/short ", 7) == 0)
		peer_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n012345");
	else if (strncmp(path, "/junk ", 6) == 0)
		peer_say(fd, "SSH-2.0-OpenSSH_9.2\r\n");
	else if (strncmp(path, "/closed ", 8) != 0) {
		peer_say(fd, "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n");
		peer_say(fd,
		    strncmp(path, "/moved ", 7) == 0 ? "HTTP/1.1 302 Found\r\n" : ok);
		peer_say(fd, "Location: http://169.254.169.254/latest/\r\n");
		peer_say(fd, "Retry-After:  120 \r\nContent-Length: 10\r\n\r\n");
		if (strncmp(asked->p, "HEAD", 4) != 0)
			peer_say(fd, "0123456789");
		return;
	}
	close(fd);
	_exit(0);
}

static void
serve_web(struct peer *p, int fd)
{
	static struct peer_text t;
	const char *length, *end;

	for (;;) {
		t.n = 0;
		t.p[0] = '\0';
		if (!peer_hear(&t, fd, 0, "\r\n\r\n"))
			return;
		end = strstr(t.p, "\r\n\r\n") + 4;
		length = strstr(t.p, "\r\nContent-Length: ");
		while (
		    length != NULL && t.p + t.n < end + strtol(length + 18, NULL, 10)) {
			ssize_t k = read(fd, t.p + t.n, sizeof(t.p) - 1 - t.n);

			if (k <= 0)
				return;
			t.n += (size_t)k;
			t.p[t.n] = '\0';
		}
		peer_publish(p, &t);
		answer(p, &t, fd);
	}
}

/* -- asking -- */

static const char *
to(struct ctx *cx, const char *path)
{
	return arena_printf(cx->mem, "http://127.0.0.1:%d%s", web->port, path);
}

static struct transfer_request
get(const char *url)
{
	return (struct transfer_request){.method = "GET",
	    .url = url,
	    .timeout_ms = LONG_MS,
	    .reply_max = 1000,
	    .reach = TRANSFER_TO_OPERATORS};
}

static const struct transfer_reply *
ask_path(struct ctx *cx, const char *path)
{
	const struct transfer_request rq = get(to(cx, path));

	return ask(cx, &rq);
}

/* -- replies -- */

static void
a_reply_tells_all_there_is_to_know(void **state)
{
	const struct transfer_reply *r = ask_path(*state, "/a?b=c");

	assert_true(r->answered);
	assert_false(r->refused || r->body_cut);
	assert_null(r->reason);
	assert_int_equal(r->status, 200);
	assert_string_equal(r->body.p, "0123456789");
	assert_int_equal(r->body.n, 10);
	assert_string_equal(r->address, "127.0.0.1");
	assert_true(strncmp(r->headers.p, "HTTP/1.1 200 OK\r\n", 17) == 0);
	assert_true(slice_eq(transfer_header(r, "RETRY-after"), "120"));
	assert_null(transfer_header(r, "X-Early").p);
	assert_true(r->connect_us > 0 && r->tls_us == 0);
	assert_true(r->first_byte_us >= r->connect_us);
	assert_true(r->total_us >= r->first_byte_us);
	assert_int_equal(strncmp(web->heard, "GET /a?b=c HTTP/1.1\r\n", 21), 0);
}

static void
methods_fields_and_bodies_arrive(void **state)
{
	static const char *const fields[] = {
	    "X-One: a: b;c", "X-Empty:", "Content-Type: text/plain", NULL};
	static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/"));

	rq.headers = fields;
	rq.body = (struct slice){"a\0b", 3};
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		rq.method = methods[i];
		assert_int_equal(ask(cx, &rq)->status, 200);
		assert_memory_equal(web->heard, methods[i], strlen(methods[i]));
		assert_non_null(strstr(web->heard, "\r\nX-One: a: b;c\r\n"));
		assert_non_null(strstr(web->heard, "\r\nX-Empty:\r\n"));
		assert_non_null(strstr(web->heard, "\r\nContent-Type: text/plain\r\n"));
		assert_non_null(strstr(web->heard, "\r\nContent-Length: 3\r\n"));
		assert_null(strstr(web->heard, "x-www-form-urlencoded"));
		assert_memory_equal(web->heard + web->heard_n - 3, "a\0b", 3);
	}
	rq = get(to(cx, "/"));
	rq.method = "POST";
	assert_int_equal(ask(cx, &rq)->status, 200);
	assert_non_null(strstr(web->heard, "\r\nContent-Length: 0\r\n"));
	rq.method = "HEAD";
	assert_int_equal(ask(cx, &rq)->body.n, 0);
	assert_memory_equal(web->heard, "HEAD /", 6);
}

static void
many_run_at_once(void **state)
{
	struct ctx *cx = *state;
	const struct transfer_reply *r;
	const struct transfer_request rq = get(to(cx, "/all"));
	bool seen[MANY] = {false};
	struct transfers *set;
	void *cookie;
	int n = 0;

	assert_int_equal(transfers_new(cx, &set), ERR_OK);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(transfer_start(cx, set, &rq, &seen[i]), ERR_OK);
	assert_int_equal(transfers_running(set), MANY);
	while (transfers_running(set) > 0) {
		transfers_wait(set, NULL, 0, LONG_MS);
		for (; transfers_next(set, &cookie, &r); n++) {
			assert_true(r->answered);
			assert_false(*(bool *)cookie);
			*(bool *)cookie = true;
		}
	}
	assert_int_equal(n, MANY);
	transfers_free(set);
}

static void
a_redirect_is_a_status_like_another(void **state)
{
	int before = web->connections;
	const struct transfer_reply *r = ask_path(*state, "/moved");

	assert_true(r->answered);
	assert_int_equal(r->status, 302);
	assert_string_equal(r->address, "127.0.0.1");
	assert_int_equal(web->connections, before + 1);
}

static void
too_long_a_body_is_cut_and_not_read_on(void **state)
{
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/"));
	const struct transfer_reply *r;

	rq.reply_max = 10;
	r = ask(cx, &rq);
	assert_true(r->answered && !r->body_cut);
	rq.reply_max = 9;
	r = ask(cx, &rq);
	assert_true(r->answered && r->body_cut);
	assert_string_equal(r->body.p, "012345678");
	rq.reply_max = 0;
	r = ask(cx, &rq);
	assert_true(r->answered && r->body_cut);
	assert_string_equal(r->body.p, "");
	r = ask_path(cx, "/endless");
	assert_true(r->answered && r->body_cut);
	assert_int_equal(r->body.n, 1000);
}

struct catch
{
	char text[64];
	size_t n, pieces, most;
};

static bool
take_piece(void *arg, struct slice piece)
{
	struct catch *c = arg;

	for (size_t i = 0; i < piece.n && c->n + 1 < sizeof(c->text); i++)
		c->text[c->n++] = piece.p[i];
	c->pieces++;
	return c->most == 0 || c->pieces < c->most;
}

static void
a_sink_gets_the_body_of_a_success_and_may_end_it(void **state)
{
	struct ctx *cx = *state;
	struct catch c = {.n = 0};
	struct transfer_request rq = get(to(cx, "/"));
	const struct transfer_reply *r;

	rq.sink = take_piece;
	rq.sink_arg = &c;
	r = ask(cx, &rq);
	assert_true(r->answered && !r->body_cut);
	assert_int_equal(r->body.n, 0);
	assert_string_equal(c.text, "0123456789");
	c = (struct catch){.n = 0};
	rq.reply_max = 9;
	r = ask(cx, &rq);
	assert_true(r->answered && r->body_cut);
	assert_string_equal(c.text, "012345678");
	c = (struct catch){.most = 1};
	rq = get(to(cx, "/endless"));
	rq.reply_max = 1000000000;
	rq.sink = take_piece;
	rq.sink_arg = &c;
	r = ask(cx, &rq);
	assert_true(r->answered && r->body_cut);
	assert_int_equal(c.pieces, 1);
	c = (struct catch){.n = 0};
	rq = get(to(cx, "/moved"));
	rq.sink = take_piece;
	rq.sink_arg = &c;
	r = ask(cx, &rq);
	assert_int_equal(r->status, 302);
	assert_int_equal(c.pieces, 0);
}

static void
heads_without_end_are_given_up(void **state)
{
	fails(ask_path(*state, "/fields"), "the reply's headers are too long");
	fails(ask_path(*state, "/interim"), "the reply's headers are too long");
}

static void
what_is_no_whole_reply_is_no_answer(void **state)
{
	struct ctx *cx = *state;
	struct transfer_request rq = get("http://127.0.0.1:1/");
	const struct transfer_reply *r = ask_path(cx, "/short");

	fails(r, "the reply ended early");
	assert_int_equal(r->status, 200);
	fails(ask_path(cx, "/closed"), "the connection was closed without a reply");
	fails(ask_path(cx, "/junk"), "the reply cannot be read");
	fails(ask(cx, &rq), "could not connect: Connection refused");
}

/* A port whose queue of connections is full: who comes now waits. */
static int
full_port(void)
{
	struct sockaddr_in here = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t n = sizeof(here);

	assert_int_equal(bind(fd, (struct sockaddr *)&here, n), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &n), 0);
	for (int i = 0; i < 4; i++) /* they stay until the program ends */
		(void)connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
		    (struct sockaddr *)&here, n);
	return ntohs(here.sin_port);
}

/* Within `ms`, by the request's own limit or by the caller's. A busy machine may not
 * get as far as that in time: of some tries one does. */
static void
times_out(
    struct ctx *cx, struct transfer_request *rq, int ms, bool own, const char *why)
{
	const struct transfer_reply *r = NULL;

	for (int i = 0;
	     i < 10 && (i == 0 || r->reason == NULL || strstr(r->reason, why) == NULL);
	     i++) {
		rq->timeout_ms = own ? ms : LONG_MS;
		cx->deadline_ms = own ? 0 : clock_mono_ms() + ms;
		r = ask(cx, rq);
	}
	fails(r, why);
}

static void
silence_and_dribbling_cost_no_more_than_the_timeout(void **state)
{
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/silent"));

	times_out(cx, &rq, 150, true, "no reply within 150 ms");
	rq.url = to(cx, "/dribble");
	times_out(cx, &rq, 150, true, "no end of the reply within 150 ms");
	rq.url = arena_printf(cx->mem, "https://127.0.0.1:%d/", web->port);
	times_out(cx, &rq, 150, true, "no TLS within 150 ms");
	rq.url = arena_printf(cx->mem, "http://127.0.0.1:%d/", full_port());
	times_out(cx, &rq, 150, true, "no connection within 150 ms");
	rq.url = to(cx, "/dribble");
	times_out(cx, &rq, 150, false, "no end of the reply within 1");
	cx->deadline_ms = clock_mono_ms() - 1;
	fails(ask(cx, &rq), "no time left");
	cx->deadline_ms = 0;
	rq.timeout_ms = 0;
	fails(ask(cx, &rq), "no time left");
}

static void
a_reply_that_finds_no_memory_is_no_answer(void **state)
{
	struct ctx *cx = *state, small;
	struct transfer_request rq = get(to(cx, "/endless"));

	ctx_init(&small, arena_new(64 * 1024));
	rq.reply_max = 1024 * 1024;
	fails(ask(&small, &rq), "the reply is too large for the memory that is left");
	arena_free(small.mem);
}

/* -- what is not sent -- */

static void
fields_cannot_become_others(void **state)
{
	static const struct {
		const char *field, *why;
	} bad[] = {
	    {"X-A: b\r\nX-Injected: c", "a header holds a control character"},
	    {"X-A: b\nX-Injected: c", "a header holds a control character"},
	    {"X-A: b\rX-Injected: c", "a header holds a control character"},
	    {"X-A\r\n: b", "a header holds a control character"},
	    {"X-A: b\x7f", "a header holds a control character"},
	    {"X-A", "a header is not of the form \"Name: value\""},
	    {"X A: b", "a header is not of the form \"Name: value\""},
	    {": b", "a header is not of the form \"Name: value\""},
	    {"", "a header is not of the form \"Name: value\""},
	    {"@/etc/hostname", "a header is not of the form \"Name: value\""},
	    {"content-length: 1", "a header is not the sender's to choose"},
	    {"Transfer-Encoding: chunked", "a header is not the sender's to choose"},
	    {"HOST: other.example", "a header is not the sender's to choose"},
	};
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/"));
	int before = web->connections;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const char *fields[] = {bad[i].field, NULL};

		rq.headers = fields;
		is_refused(ask(cx, &rq), bad[i].why);
	}
	assert_int_equal(web->connections, before);
}

static void
what_nobody_said_is_refused(void **state)
{
	static const struct transfer_aws nowhere = {"eu:1", "s3", "k", "s"};
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/"));

	rq.reach = TRANSFER_REACH_UNSET;
	is_refused(ask(cx, &rq), "nobody said what may be reached");
	rq = get("smtp://127.0.0.1/");
	is_refused(ask(cx, &rq), "the URL has another scheme than is allowed");
	rq = get(to(cx, "/"));
	rq.method = "TRACE";
	is_refused(ask(cx, &rq), "the method is not known");
	rq.method = NULL;
	is_refused(ask(cx, &rq), "the method is not known");
	rq.method = "GET / HTTP/1.1\r\nX:";
	is_refused(ask(cx, &rq), "the method is not known");
	rq.method = "GET";
	rq.aws = &nowhere;
	is_refused(ask(cx, &rq), "the region or service is no name");
}

static void
the_public_is_reached_only_where_it_may_be(void **state)
{
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/"));
	int before = web->connections;

	rq.reach = TRANSFER_TO_PUBLIC;
	is_refused(ask(cx, &rq), "address 127.0.0.1 is refused (loopback)");
	rq.allow = "10.0.0.0/8, 127.0.0.2/32";
	is_refused(ask(cx, &rq), "address 127.0.0.1 is refused (loopback)");
	assert_int_equal(web->connections, before);
	/* Nothing is wrong with this name, but with one of its addresses. */
	rq.url = arena_printf(cx->mem, "http://localhost:%d/", web->port);
	rq.allow = "::1/128";
	assert_string_not_equal(ask(cx, &rq)->address, "127.0.0.1");
	rq.allow = "127.0.0.1";
	rq.url = to(cx, "/");
	assert_int_equal(ask(cx, &rq)->status, 200);
}

/* -- the set -- */

static void
run_one(struct ctx *cx, struct transfers *set, const struct transfer_request *rq)
{
	const struct transfer_reply *r = NULL;
	void *cookie;

	assert_int_equal(transfer_start(cx, set, rq, NULL), ERR_OK);
	while (!transfers_next(set, &cookie, &r))
		transfers_wait(set, NULL, 0, LONG_MS);
	assert_int_equal(r->status, 200);
}

static void
only_connections_to_operators_are_used_again(void **state)
{
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/"));
	int before = web->connections;
	struct transfers *set;

	assert_int_equal(transfers_new(cx, &set), ERR_OK);
	run_one(cx, set, &rq);
	run_one(cx, set, &rq);
	assert_int_equal(web->connections, before + 1);
	rq.reach = TRANSFER_TO_PUBLIC;
	rq.allow = "127.0.0.1";
	run_one(cx, set, &rq);
	run_one(cx, set, &rq);
	assert_int_equal(web->connections, before + 3);
	rq.reach = TRANSFER_TO_OPERATORS;
	run_one(cx, set, &rq);
	assert_int_equal(web->connections, before + 3);
	transfers_free(set);
}

/* A second transfer on the connection of a first. */
static void
silence_on_a_kept_connection_is_told_as_such(void **state)
{
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/"));
	const struct transfer_reply *r = NULL;
	struct transfers *set;
	void *cookie;
	int before = web->connections;

	assert_int_equal(transfers_new(cx, &set), ERR_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(transfer_start(cx, set, &rq, NULL), ERR_OK);
		while (!transfers_next(set, &cookie, &r))
			transfers_wait(set, NULL, 0, LONG_MS);
		rq = get(to(cx, "/silent"));
		rq.timeout_ms = 150;
	}
	fails(r, "no reply within 150 ms");
	assert_int_equal(web->connections, before + 1);
	transfers_free(set);
}

static void
transfers_end_with_their_memory_or_when_cancelled(void **state)
{
	struct ctx *cx = *state, other;
	const struct transfer_request rq = get(to(cx, "/silent"));
	const struct transfer_request bad = get("ftp://127.0.0.1/");
	const struct transfer_reply *r;
	struct transfers *set;
	void *cookie;
	int a, b, c;

	ctx_init(&other, arena_new(1024 * 1024));
	assert_int_equal(transfers_new(cx, &set), ERR_OK);
	assert_int_equal(transfer_start(cx, set, &rq, &a), ERR_OK);
	assert_int_equal(transfer_start(&other, set, &rq, &b), ERR_OK);
	assert_int_equal(transfer_start(cx, set, &bad, &c), ERR_OK);
	transfers_wait(set, NULL, 0, 50);
	assert_int_equal(transfers_running(set), 3);
	arena_free(other.mem);
	assert_int_equal(transfers_running(set), 2);
	transfer_cancel(set, &c);
	transfer_cancel(set, &c);
	assert_int_equal(transfers_running(set), 1);
	transfer_cancel(set, &a);
	assert_int_equal(transfers_running(set), 0);
	transfers_wait(set, NULL, 0, 10);
	assert_false(transfers_next(set, &cookie, &r));
	assert_int_equal(transfer_start(cx, set, &rq, &a), ERR_OK);
	transfers_free(set);
	transfers_free(NULL);
}

static void
waiting_ends_when_another_descriptor_is_ready(void **state)
{
	struct ctx *cx = *state;
	const struct transfer_request rq = get(to(cx, "/silent"));
	int64_t begun = clock_mono_ms();
	struct pollfd also[2] = {
	    {.fd = eventfd(0, 0), .events = POLLIN}, {.fd = -1, .events = POLLIN}};
	struct transfers *set;
	int ends[2];

	assert_int_equal(transfers_new(cx, &set), ERR_OK);
	transfers_wait(set, also, 2, 20);
	assert_true(clock_mono_ms() - begun >= 15);
	assert_int_equal(transfer_start(cx, set, &rq, NULL), ERR_OK);
	assert_int_equal(eventfd_write(also[0].fd, 1), 0);
	while ((also[0].revents & POLLIN) == 0)
		transfers_wait(set, also, 2, LONG_MS);
	assert_int_equal(also[1].revents, 0);
	close(also[0].fd);
	/* A reader that is gone is an error, not something to write. */
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	also[0] = (struct pollfd){.fd = ends[1], .events = POLLIN};
	while ((also[0].revents & POLLERR) == 0)
		transfers_wait(set, also, 2, LONG_MS);
	close(ends[1]);
	assert_true(clock_mono_ms() - begun < LONG_MS / 2);
	transfers_free(set);
}

/* -- TLS and signatures -- */

static void
a_certificate_is_trusted_once_its_issuer_is(void **state)
{
	struct ctx *cx = *state;
	struct transfer_request rq = get(NULL);
	const struct transfer_reply *r = NULL;
	struct tls tls;

	tls_start(&tls);
	rq.url = arena_printf(cx->mem, "https://127.0.0.1:%d/", tls.port);
	rq.ca_file = tls.cert;
	rq.reach = TRANSFER_TO_PUBLIC;
	rq.allow = "127.0.0.1";
	for (int i = 0; i < 600 && (r == NULL || !r->answered); i++) {
		r = ask(cx, &rq);
		usleep(50000);
	}
	assert_int_equal(r->status, 200);
	assert_true(r->tls_us > r->connect_us && r->tls_us <= r->first_byte_us);
	rq.url = arena_printf(cx->mem, "https://localhost:%d/", tls.port);
	fails(ask(cx, &rq), "SSL");
	rq.ca_file = NULL;
	rq.url = arena_printf(cx->mem, "https://127.0.0.1:%d/", tls.port);
	fails(ask(cx, &rq), "certificate");
	tls_stop(&tls);
}

/* The value of a field of the last request. */
static const char *
heard_field(struct ctx *cx, const char *name)
{
	struct slice rest = slice_of(web->heard), line, key;

	while (slice_cut(&rest, '\n', &line)) {
		if (line.n > 0)
			line.n--;
		if (slice_cut(&line, ':', &key) && slice_eq_ci(key, name))
			return slice_dup(cx->mem, slice_trim(line));
	}
	return NULL;
}

static const char *
sha256_hex(struct ctx *cx, const char *text)
{
	char *hex = arena_alloc(cx->mem, DIGEST_HEX_SIZE);

	digest_hex(hex, digest_sha256(text, strlen(text)));
	return hex;
}

static struct digest
mac(const void *key, size_t n, struct slice text)
{
	return digest_hmac_sha256(key, n, text.p, text.n);
}

/* AWS Signature Version 4 of the last request, worked out from its own words. */
static const char *
signature(struct ctx *cx, struct slice scope, struct slice names, const char *body)
{
	struct slice all = names, name, part, left = scope;
	const char *key = "AWS4secret", *to_sign;
	char *hex = arena_alloc(cx->mem, DIGEST_HEX_SIZE);
	struct buf b;
	struct digest d;

	buf_init(&b, cx->mem, sizeof(web->heard));
	buf_puts(&b, "POST\n/\n\n");
	while (slice_cut(&all, ';', &name)) {
		const char *field = slice_dup(cx->mem, name);

		buf_printf(&b, "%s:%s\n", field, heard_field(cx, field));
	}
	buf_printf(&b, "\n%.*s\n%s", (int)names.n, names.p, sha256_hex(cx, body));
	to_sign = arena_printf(cx->mem, "AWS4-HMAC-SHA256\n%s\n%.*s\n%s",
	    heard_field(cx, "X-Amz-Date"), (int)scope.n, scope.p,
	    sha256_hex(cx, buf_text(&b)));
	assert_true(slice_cut(&left, '/', &part));
	d = mac(key, strlen(key), part);
	while (slice_cut(&left, '/', &part))
		d = mac(&d, sizeof(d), part);
	digest_hex(hex, mac(&d, sizeof(d), slice_of(to_sign)));
	return hex;
}

static void
requests_are_signed_for_aws(void **state)
{
	static const struct transfer_aws aws = {
	    "eu-west-1", "cognito-idp", "AKID", "secret"};
	static const char *const fields[] = {
	    "Content-Type: application/x-amz-json-1.1", "X-Amz-Target: A.B", NULL};
	struct ctx *cx = *state;
	struct transfer_request rq = get(to(cx, "/"));
	struct slice rest, begun, scope, names;
	const char *auth;

	rq.method = "POST";
	rq.headers = fields;
	rq.body = slice_of("{\"a\":1}");
	rq.aws = &aws;
	assert_int_equal(ask(cx, &rq)->status, 200);
	auth = heard_field(cx, "Authorization");
	assert_non_null(auth);
	assert_null(strstr(web->heard, "secret"));
	rest = slice_of(auth);
	assert_true(slice_cut(&rest, '/', &begun));
	assert_true(slice_eq(begun, "AWS4-HMAC-SHA256 Credential=AKID"));
	assert_true(slice_cut(&rest, ',', &scope));
	assert_non_null(
	    memmem(scope.p, scope.n, "/eu-west-1/cognito-idp/aws4_request", 35));
	assert_true(slice_cut(&rest, '=', &begun) && slice_cut(&rest, ',', &names));
	assert_non_null(memmem(names.p, names.n, "x-amz-target", 12));
	assert_true(slice_cut(&rest, '=', &begun));
	assert_true(slice_eq(rest, signature(cx, scope, names, "{\"a\":1}")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_reply_tells_all_there_is_to_know),
	    UNIT_CTX_TEST(methods_fields_and_bodies_arrive),
	    UNIT_CTX_TEST(many_run_at_once),
	    UNIT_CTX_TEST(a_redirect_is_a_status_like_another),
	    UNIT_CTX_TEST(too_long_a_body_is_cut_and_not_read_on),
	    UNIT_CTX_TEST(a_sink_gets_the_body_of_a_success_and_may_end_it),
	    UNIT_CTX_TEST(heads_without_end_are_given_up),
	    UNIT_CTX_TEST(what_is_no_whole_reply_is_no_answer),
	    UNIT_CTX_TEST(silence_and_dribbling_cost_no_more_than_the_timeout),
	    UNIT_CTX_TEST(a_reply_that_finds_no_memory_is_no_answer),
	    UNIT_CTX_TEST(fields_cannot_become_others),
	    UNIT_CTX_TEST(what_nobody_said_is_refused),
	    UNIT_CTX_TEST(the_public_is_reached_only_where_it_may_be),
	    UNIT_CTX_TEST(only_connections_to_operators_are_used_again),
	    UNIT_CTX_TEST(silence_on_a_kept_connection_is_told_as_such),
	    UNIT_CTX_TEST(transfers_end_with_their_memory_or_when_cancelled),
	    UNIT_CTX_TEST(waiting_ends_when_another_descriptor_is_ready),
	    UNIT_CTX_TEST(a_certificate_is_trusted_once_its_issuer_is),
	    UNIT_CTX_TEST(requests_are_signed_for_aws),
	};
	int failed;

	web = peer_start(serve_web);
	failed = UNIT_RUN(tests);
	peer_stop(web);
	return failed;
}

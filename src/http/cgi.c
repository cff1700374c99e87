/* cgi.c - see cgi.h. */
#include "http/cgi.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { STAY_MS = 100 }; /* between two looks at whether a write goes on */

struct source {
	const struct cgi_door *door;
	struct buf head;
	/* Bytes of body: a CGI server need not close its end. Of a chunked one it tells
	 * no length, and closes. */
	uint64_t left;
};

static bool
ready(int fd, short what, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = what};
	int n;

	while ((n = poll(&p, 1, timeout_ms)) < 0 && errno == EINTR)
		;
	return n > 0;
}

static long
read_input(struct exchange *x, char *out, size_t size)
{
	struct source *s = x->source;
	ssize_t n;

	if (s->left == 0)
		return 0;
	if (size > s->left)
		size = (size_t)s->left;
	if (!ready(s->door->in, POLLIN, x->timeout_ms) ||
	    (n = read(s->door->in, out, size)) < 0)
		return -1;
	s->left -= (uint64_t)n;
	return n;
}

/* until_ms 0: each piece within the door's time. */
static int
time_to_write(const struct cgi_door *door, int64_t until_ms)
{
	const int64_t left = until_ms - clock_mono_ms();

	if (until_ms == 0)
		return door->io_timeout_ms;
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static bool
wait_room(const struct exchange *x, int64_t until_ms)
{
	const struct cgi_door *door = ((const struct source *)x->source)->door;
	int left = time_to_write(door, until_ms);

	if (x->stay == NULL)
		return ready(door->out, POLLOUT, left);
	for (bool more = true; more && x->stay(x->stay_arg);) {
		if (ready(door->out, POLLOUT, left < STAY_MS ? left : STAY_MS))
			return true;
		more = left > STAY_MS;
		left = more ? left - STAY_MS : 0;
	}
	return false;
}

static bool
write_all(struct exchange *x, struct slice text, int64_t until_ms)
{
	const struct cgi_door *door = ((const struct source *)x->source)->door;
	const char *p = text.p;
	size_t n = text.n;

	while (n > 0) {
		ssize_t some;

		if (!wait_room(x, until_ms))
			return false;
		some = write(door->out, p, n < 4096 ? n : 4096);
		if (some < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (some > 0) {
			p += some;
			n -= (size_t)some;
			x->sent += (size_t)some;
		}
	}
	return true;
}

/* The head, unless it is out, and the body, which is then empty. */
static bool
write_answer(struct exchange *x, struct response *rs, int64_t until_ms, bool begins)
{
	struct source *s = x->source;
	const bool first = !rs->begun;

	rs->begun = rs->begun || begins;
	buf_reset(&s->head);
	if (first)
		exchange_finish_head(rs, &s->head);
	x->lost = x->lost || s->head.failed || rs->body.failed ||
	    !write_all(x, (struct slice){s->head.p, s->head.n}, until_ms) ||
	    (response_sends_body(rs) &&
		!write_all(x, (struct slice){rs->body.p, rs->body.n}, until_ms));
	buf_reset(&rs->body);
	return !x->lost;
}

static bool
send_part(struct exchange *x, struct response *rs, int64_t until_ms)
{
	return write_answer(x, rs, until_ms, true);
}

/* Of a pipe or a socket: whether nobody reads it any more. */
static bool
reader_gone(const struct exchange *x)
{
	const struct source *s = x->source;
	struct pollfd p = {.fd = s->door->out};

	return poll(&p, 1, 0) > 0;
}

static uint64_t
body_length(const char *const *variables)
{
	struct request rq = {.params = variables};
	const char *text = request_param(&rq, "CONTENT_LENGTH");
	int64_t n = 0;

	if (text == NULL && request_param(&rq, "HTTP_TRANSFER_ENCODING") != NULL)
		return INT64_MAX;
	if (text == NULL || !str_to_i64(slice_of(text), 0, INT64_MAX, &n))
		return 0;
	return (uint64_t)n;
}

enum err
cgi_serve(
    struct ctx *cx, const struct cgi_door *door, const struct fcgi_service *service)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct source source = {.door = door, .left = body_length(door->variables)};
	struct exchange x = {.read = read_input,
	    .gone = reader_gone,
	    .send = send_part,
	    .source = &source,
	    .timeout_ms = door->io_timeout_ms};
	struct response rs;
	bool whole;

	sigaction(SIGPIPE, &ignore, NULL); /* done() is called whoever went away */
	x.began_ms = clock_mono_ms();
	response_init(&rs);
	buf_init(&source.head, NULL, 64ul * 1024);
	service->answer(service->app, &x, door->variables, &rs);
	x.began_ms = clock_mono_ms();
	(void)exchange_drain(&x);
	whole = write_answer(&x, &rs, 0, false);
	service->done(service->app, &rs, x.sent);
	buf_fini(&source.head);
	response_fini(&rs);
	return whole ? ERR_OK
		     : err_set(&cx->err, ERR_UNAVAILABLE, "could not write the answer");
}

/* cgi.c - see cgi.h. */
#include "http/cgi.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

struct source {
	int fd;
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
	if (!ready(s->fd, POLLIN, x->timeout_ms) || (n = read(s->fd, out, size)) < 0)
		return -1;
	s->left -= (uint64_t)n;
	return n;
}

static bool
write_all(const struct cgi_door *door, const char *p, size_t n, size_t *sent)
{
	while (n > 0) {
		ssize_t some;

		if (!ready(door->out, POLLOUT, door->io_timeout_ms))
			return false;
		some = write(door->out, p, n < 4096 ? n : 4096);
		if (some < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (some > 0) {
			p += some;
			n -= (size_t)some;
			*sent += (size_t)some;
		}
	}
	return true;
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
	struct source source = {.fd = door->in, .left = body_length(door->variables)};
	struct exchange x = {
	    .read = read_input, .source = &source, .timeout_ms = door->io_timeout_ms};
	struct response rs;
	struct buf head;
	size_t sent = 0;
	bool whole;

	sigaction(SIGPIPE, &ignore, NULL); /* done() is called whoever went away */
	x.began_ms = clock_mono_ms();
	response_init(&rs);
	buf_init(&head, NULL, 64ul * 1024);
	service->answer(service->app, &x, door->variables, &rs);
	x.began_ms = clock_mono_ms();
	(void)exchange_drain(&x);
	exchange_finish_head(&rs, &head);
	whole = !head.failed && write_all(door, head.p, head.n, &sent);
	if (whole && response_sends_body(&rs))
		whole = write_all(door, rs.body.p, rs.body.n, &sent);
	service->done(service->app, &rs, sent);
	buf_fini(&head);
	response_fini(&rs);
	return whole ? ERR_OK
		     : err_set(&cx->err, ERR_UNAVAILABLE, "could not write the answer");
}

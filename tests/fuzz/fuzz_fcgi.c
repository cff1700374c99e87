/*
 * The FastCGI door: the bytes that a web server sends on one connection, to requests
 * and their bodies, and the answers back.
 */
#include "fuzz.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "http/fcgi.h"

enum {
	INPUT_MAX = 64 * 1024,
	REQUESTS_MAX = 8,
	LONG_ANSWER = 70000,
	TIMEOUT_MS = 1000
};

struct connection {
	int fd; /* the web server's end */
	unsigned requests, done;
};

/* A socket that listens under a name of the kernel's choice. */
static int
listen_somewhere(struct sockaddr_un *name, socklen_t *n)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*name = (struct sockaddr_un){.sun_family = AF_UNIX};
	*n = sizeof(*name);
	FUZZ_HOLDS(fd >= 0);
	FUZZ_HOLDS(bind(fd, (struct sockaddr *)name, sizeof(name->sun_family)) == 0);
	FUZZ_HOLDS(listen(fd, 1) == 0);
	FUZZ_HOLDS(getsockname(fd, (struct sockaddr *)name, n) == 0);
	return fd;
}

/* Sends all of it, and the end: nothing is ever waited for. */
static int
connect_and_send(const struct sockaddr_un *name, socklen_t n, struct slice bytes)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	FUZZ_HOLDS(fd >= 0);
	FUZZ_HOLDS(connect(fd, (const struct sockaddr *)name, n) == 0);
	FUZZ_HOLDS(send(fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)bytes.n);
	FUZZ_HOLDS(shutdown(fd, SHUT_WR) == 0);
	return fd;
}

static void
answer(void *app, struct exchange *x, const char *const *params, struct response *rs)
{
	struct connection *c = app;
	struct ctx *cx = fuzz_ctx();
	struct request rq;
	enum err e = request_init(cx, &rq, params, NULL);
	const size_t limit = rq.method == HTTP_PUT ? 64 : 8192;

	c->requests++;
	response_begin(rs, cx, &rq);
	if (e == ERR_OK && rq.method != HTTP_DELETE) /* whose body is for the door */
		e = exchange_read_body(cx, x, &rq, limit);
	if (e != ERR_OK) {
		response_problem(rs, cx);
		return;
	}
	FUZZ_HOLDS(rq.body == NULL || rq.body_length <= limit);
	rs->content_type = "text/plain";
	buf_printf(&rs->body, "%s %s\n", rq.method_text, rq.target);
	/* One answer of several records: more would fill the socket. */
	while (
	    c->requests == 1 && rq.method == HTTP_OPTIONS && rs->body.n < LONG_ANSWER)
		buf_puts(&rs->body, "as long as that");
}

static void
done(void *app, const struct response *rs, size_t sent)
{
	struct connection *c = app;

	(void)rs;
	(void)sent;
	c->done++;
}

/* Until the server has hung up. */
static bool
idle(void *app)
{
	const struct connection *c = app;
	struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};

	return c->requests < REQUESTS_MAX && poll(&p, 1, 0) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct sockaddr_un name;
	static socklen_t name_n;
	static int listener = -1;
	struct connection c = {0};
	const struct fcgi_service service = {answer, done, idle, &c};
	struct ctx outer;

	if (n > INPUT_MAX)
		return 0;
	if (listener < 0)
		listener = listen_somewhere(&name, &name_n);
	ctx_init(&outer, NULL);
	c.fd = connect_and_send(&name, name_n, fuzz_slice(data, n));
	FUZZ_HOLDS(fcgi_serve(&outer, listener, TIMEOUT_MS, &service) == ERR_OK);
	FUZZ_HOLDS(c.done == c.requests);
	close(c.fd);
	return 0;
}

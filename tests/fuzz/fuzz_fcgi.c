/*
 * The FastCGI door: the bytes that a web server sends on one connection, through
 * intake.c, libfcgi and fcgi.c to a request and its body, and the answers back.
 */
#include "fuzz.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "http/fcgi.h"

enum { INPUT_MAX = 64 * 1024, REQUESTS_MAX = 8, TIMEOUT_MS = 1000 };
enum { BEGIN_REQUEST = 1, STDIN = 5, HEADER_SIZE = 8 };

/* libfcgi never frees what it notes of a management record that it does not know. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfcgi.so\n";
}

struct connection {
	int fd;            /* the web server's end */
	struct slice rest; /* to be sent yet */
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

/* Bytes to the end of a request's body: a web server waits for the answer then. */
static size_t
one_request(struct slice bytes)
{
	const unsigned char *h = (const unsigned char *)bytes.p;
	unsigned id = 0; /* no request has it */
	size_t left = bytes.n;

	while (left >= HEADER_SIZE) {
		unsigned request = (unsigned)h[2] << 8 | h[3];
		size_t content = (size_t)h[4] << 8 | h[5];
		size_t whole = HEADER_SIZE + content + h[6];

		if (h[0] != 1 || whole > left)
			break;
		left -= whole;
		if (h[1] == BEGIN_REQUEST && id == 0)
			id = request;
		if (h[1] == STDIN && content == 0 && request == id && id != 0)
			return bytes.n - left;
		h += whole;
	}
	return bytes.n;
}

/* Sends the next request, and after the last the end: nothing is ever waited for. */
static void
send_next(struct connection *c)
{
	size_t n = one_request(c->rest);

	(void)send(c->fd, c->rest.p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	c->rest = (struct slice){c->rest.p + n, c->rest.n - n};
	if (c->rest.n == 0)
		shutdown(c->fd, SHUT_WR);
}

static int
connect_to(const struct sockaddr_un *name, socklen_t n)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	FUZZ_HOLDS(fd >= 0);
	FUZZ_HOLDS(connect(fd, (const struct sockaddr *)name, n) == 0);
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
}

static void
done(void *app, const struct response *rs, size_t sent)
{
	struct connection *c = app;

	(void)rs;
	(void)sent;
	c->done++;
	send_next(c);
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
	c.fd = connect_to(&name, name_n);
	c.rest = fuzz_slice(data, n);
	send_next(&c);
	FUZZ_HOLDS(fcgi_serve(&outer, listener, TIMEOUT_MS, &service) == ERR_OK);
	FUZZ_HOLDS(c.done == c.requests);
	close(c.fd);
	return 0;
}

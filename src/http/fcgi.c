/*
 * fcgi.c - see fcgi.h.  The only file that knows libfcgi.
 *
 * libfcgi speaks the protocol; the connections are ours. FCGX_Accept_r() on its own
 * would wait 2 s for a silent Unix peer, linger up to 2 s for every one that does not
 * close, stay with a kept connection until the peer closes it, whoever else waits, and
 * give no chance to tick. So a connection is accepted here and handed over in ipcFd,
 * marked as kept (FCGX_Accept_r then reads from it as it does from a kept one), and
 * closed here.
 */
#include "http/fcgi.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/intake.h"

enum {
	TICK_MS = 1000,
	KEPT_MAX = 64,   /* idle connections of one worker */
	FEW = 8,         /* below that, time is no matter */
	WRITES_MS = 10,  /* from connecting to writing */
	LAST_MS = 500,   /* the same at the end */
	FULL_MS = 100,   /* until accepting is tried again, */
	TELL_MS = 10000, /* and until it is told again that it fails */
	LINGER_MS = 2000,
	WRITE_CHUNK = 256 * 1024,
	RESPONDER = 1 /* FCGI_RESPONDER, which no installed header names */
};

/* A connection between requests. */
struct kept {
	int fd;
	bool fresh; /* it had none yet: its peer may be about to write */
};

struct door {
	int fd, epoll, timeout_ms;
	const struct fcgi_service *service;
	const char *peers; /* FCGI_WEB_SERVER_ADDRS, or NULL */
	sigset_t waiting;  /* the signal mask while waiting */
	FCGX_Request request;
	struct intake intake;
	struct response rs;
	struct buf head;
	struct kept kept[KEPT_MAX]; /* the longest idle first */
	unsigned kept_count;
	bool fresh;      /* the current connection had no request yet */
	bool watched;    /* d->epoll has it */
	bool closing;    /* no connection is kept any more */
	int64_t tell_ms; /* not before */
};

static volatile sig_atomic_t stopping;

void
fcgi_stop(void)
{
	stopping = 1;
}

static bool
must_stop(const struct door *d)
{
	return stopping || !d->service->idle(d->service->app);
}

/* -- connections -- */

static void
hang_up(struct door *d)
{
	if (d->request.ipcFd >= 0)
		close(d->request.ipcFd); /* leaves d->epoll by itself */
	d->request.ipcFd = -1;
}

/* Closes after more was sent than we read: the rest is read away for a while, since a
 * close with unread bytes would destroy the answer on its way. */
static void
hang_up_late(struct door *d)
{
	int fd = d->request.ipcFd;
	int64_t until = clock_mono_ms() + LINGER_MS;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char dropped[4096];

	if (fd < 0)
		return;
	if (shutdown(fd, SHUT_WR) == 0)
		while (clock_mono_ms() < until && poll(&p, 1, LINGER_MS / 4) > 0 &&
		    recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT) > 0)
			;
	hang_up(d);
}

/* Makes the kept connection the current one. */
static void
unkeep(struct door *d, unsigned i)
{
	d->request.ipcFd = d->kept[i].fd;
	d->fresh = false;
	d->watched = true;
	d->kept_count--;
	memmove(&d->kept[i], &d->kept[i + 1], (d->kept_count - i) * sizeof(d->kept[0]));
}

/* Keeps the current connection; the one that was idle longest makes room. */
static void
keep(struct door *d)
{
	int fd = d->request.ipcFd;
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (!d->watched && epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		hang_up(d);
		return;
	}
	if (d->kept_count == KEPT_MAX) {
		unkeep(d, 0);
		hang_up(d);
	}
	d->kept[d->kept_count++] = (struct kept){fd, d->fresh};
	d->request.ipcFd = -1;
}

/* Out of descriptors or memory: those of idle connections are there to be had. */
static void
make_room(const struct ctx *cx, struct door *d, int why)
{
	int64_t now = clock_mono_ms();

	if (now >= d->tell_ms) {
		log_event(LOG_ERROR, cx, "accept-failed", "idle=%u error=\"%s\"",
		    d->kept_count, strerror(why));
		d->tell_ms = now + TELL_MS;
	}
	if (d->kept_count == 0)
		(void)poll(NULL, 0, FULL_MS);
	while (d->kept_count > 0) {
		unkeep(d, 0);
		hang_up(d);
	}
}

static void
set_deadlines(int fd, int timeout_ms)
{
	struct timeval t = {
	    .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};

	/* Failing here leaves a connection that waits longer, no broken one. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
}

static bool
peer_is_welcome(const struct door *d, const struct sockaddr_storage *peer)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	char text[INET_ADDRSTRLEN];

	if (d->peers == NULL || peer->ss_family != AF_INET)
		return true;
	return inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)) != NULL &&
	    address_in_list(text, d->peers);
}

/* Takes a connection if one still waits; ERR_OK too when a sibling was faster. */
static enum err
take_connection(struct ctx *cx, struct door *d)
{
	struct sockaddr_storage peer = {0};
	socklen_t n = sizeof(peer);
	int fd = accept4(d->fd, (struct sockaddr *)&peer, &n, SOCK_CLOEXEC), on = 1;

	if (fd < 0) {
		if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK)
			return err_set(&cx->err, ERR_UNAVAILABLE,
			    "the listening socket is gone: %s", strerror(errno));
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			make_room(cx, d, errno);
		return ERR_OK;
	}
	if (!peer_is_welcome(d, &peer)) {
		close(fd);
		return ERR_OK;
	}
	if (peer.ss_family != AF_UNIX)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	set_deadlines(fd, d->timeout_ms);
	d->request.ipcFd = fd;
	d->fresh = true;
	d->watched = false;
	return ERR_OK;
}

/* A wait that finds work at once lets no signal in: under load they would be held for
 * ever. */
static void
let_signals_in(const struct door *d)
{
	sigset_t pending, held;

	if (sigpending(&pending) != 0 || sigisemptyset(&pending))
		return;
	sigprocmask(SIG_SETMASK, &d->waiting, &held);
	sigprocmask(SIG_SETMASK, &held, NULL);
}

/*
 * Waits for a connection or for a request on a kept one, which becomes the current.
 * EPOLLEXCLUSIVE: a connection wakes one of the workers that wait, and no other is told
 * of it. So whoever was woken takes it, even when told to stop; and a tick looks by
 * itself, since the one that was woken may have been killed.
 */
static enum err
wait_for_work(struct ctx *cx, struct door *d)
{
	struct epoll_event event;
	int n = epoll_pwait(d->epoll, &event, 1, TICK_MS, &d->waiting);

	if (n < 0 && errno != EINTR)
		return err_set(
		    &cx->err, ERR_UNAVAILABLE, "cannot wait: %s", strerror(errno));
	if (n < 0 || (n == 0 && stopping))
		return ERR_OK;
	if (n == 0)
		return take_connection(cx, d);
	let_signals_in(d);
	if (event.data.fd == d->fd)
		return take_connection(cx, d);
	for (unsigned i = 0; i < d->kept_count; i++)
		if (d->kept[i].fd == event.data.fd) {
			unkeep(d, i);
			break;
		}
	return ERR_OK;
}

/* -- one request -- */

/* Takes what one record brings: FCGX_GetStr alone would wait until `size` is full. */
static long
read_stdin(struct exchange *x, char *out, size_t size)
{
	FCGX_Stream *in = ((FCGX_Request *)x->source)->in;
	int c = FCGX_GetChar(in), more;

	if (c == EOF)
		return FCGX_GetError(in) == 0 ? 0 : -1;
	out[0] = (char)c;
	more = (int)(in->stop - in->rdNext);
	if ((size_t)more > size - 1)
		more = (int)(size - 1);
	return 1 + FCGX_GetStr(out + 1, more, in);
}

static bool
put(struct exchange *x, const char *p, size_t n, size_t *sent)
{
	FCGX_Stream *out = ((FCGX_Request *)x->source)->out;
	int64_t since = clock_mono_ms();

	for (size_t done = 0; done < n;) {
		size_t chunk = n - done < WRITE_CHUNK ? n - done : WRITE_CHUNK;

		if (FCGX_PutStr(p + done, (int)chunk, out) < 0 ||
		    exchange_late(x, since, done))
			return false;
		done += chunk;
		*sent += chunk;
	}
	return true;
}

/* Head, body and end of a small answer leave in one write, when the stream is closed.
 */
static bool
send_answer(struct door *d, struct exchange *x, size_t *sent)
{
	const struct response *rs = &d->rs;

	exchange_finish_head(&d->rs, &d->head);
	if (d->head.failed || !put(x, d->head.p, d->head.n, sent))
		return false;
	if (response_sends_body(rs) && !put(x, rs->body.p, rs->body.n, sent))
		return false;
	/* The error stream first: the last one closed ends the request. */
	return FCGX_FClose(d->request.err) == 0 && FCGX_FClose(d->request.out) == 0;
}

static void
answer(struct door *d)
{
	FCGX_Request *rq = &d->request;
	bool kept = rq->keepConnection != 0, drained, whole;
	struct exchange x = {
	    .read = read_stdin, .source = rq, .timeout_ms = d->timeout_ms};
	size_t sent = 0;

	x.began_ms = clock_mono_ms();
	response_reset(&d->rs);
	d->service->answer(
	    d->service->app, &x, (const char *const *)(const void *)rq->envp, &d->rs);
	/* Not the time of the answer, but that of the rest of the body. */
	x.began_ms = clock_mono_ms();
	drained = exchange_drain(&x);
	whole = send_answer(d, &x, &sent);
	d->service->done(d->service->app, &d->rs, sent);

	FCGX_Free(rq, 0);
	if (!drained)
		hang_up_late(d);
	else if (whole && kept && !stopping && !d->closing)
		keep(d);
	else
		hang_up(d);
}

/* Lets libfcgi read the head that was taken from the connection, which it then goes on
 * with; false: it could not, and has closed the file. */
static bool
accept_head(struct door *d, int connection)
{
	bool ok;

	/* Says that the connection is open already, see above; the record sets it. A
	 * detached one is closed without lingering when it turns out to be broken. */
	d->request.keepConnection = 1;
	d->request.detached = 1;
	d->request.ipcFd = d->intake.file;
	ok = FCGX_Accept_r(&d->request) >= 0;
	if (!ok)
		d->intake.file = -1;
	d->request.ipcFd = connection;
	return ok;
}

static bool
is_silent(int connection, int wait_ms)
{
	struct pollfd p = {.fd = connection, .events = POLLIN};

	return poll(&p, 1, wait_ms) == 0;
}

/*
 * A new connection whose peer does not write at once is left for later. Not too early:
 * once kept it waits for this worker alone, and a peer may be between connecting and
 * writing.
 */
static bool
leave_for_later(struct door *d)
{
	if (!d->fresh ||
	    !is_silent(d->request.ipcFd, d->kept_count < FEW ? WRITES_MS : 0))
		return false;
	keep(d);
	return true;
}

/* One request on the connection that is there. What is no request, or none for a
 * responder, costs the connection. */
static void
serve_one(struct door *d)
{
	int connection = d->request.ipcFd;

	if (intake_take(&d->intake, connection, d->timeout_ms) &&
	    accept_head(d, connection)) {
		if (d->request.role == RESPONDER && FCGX_GetError(d->request.in) == 0) {
			answer(d);
			return;
		}
		FCGX_Free(&d->request, 0);
	}
	hang_up(d);
}

/* The kept connections at the end: a request that is here already is still answered,
 * and so is one that was on its way when its connection was accepted. */
static void
serve_last(struct door *d)
{
	int64_t until = clock_mono_ms() + LAST_MS;

	while (d->kept_count > 0) {
		int64_t left = until - clock_mono_ms();
		int wait_ms = d->kept[0].fresh && left > 0 ? (int)left : 0;

		unkeep(d, 0);
		if (!is_silent(d->request.ipcFd, wait_ms))
			serve_one(d);
		hang_up(d);
	}
}

static enum err
serve(struct ctx *cx, struct door *d)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && !must_stop(d)) {
		e = wait_for_work(cx, d);
		if (d->request.ipcFd >= 0 && !leave_for_later(d))
			serve_one(d);
	}
	d->closing = true;
	serve_last(d);
	return e;
}

/* -- the door -- */

/* FCGX_Init() installs handlers of its own for these. */
static int
init_library(void)
{
	static const int theirs[] = {SIGUSR1, SIGTERM};
	struct sigaction ours[COUNT_OF(theirs)], ignore = {.sa_handler = SIG_IGN};
	int rc;

	for (size_t i = 0; i < COUNT_OF(theirs); i++)
		sigaction(theirs[i], NULL, &ours[i]);
	rc = FCGX_Init();
	for (size_t i = 0; i < COUNT_OF(theirs); i++)
		sigaction(theirs[i], &ours[i], NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	return rc;
}

static enum err
open_door(struct ctx *cx, struct door *d)
{
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = d->fd};
	int flags = fcntl(d->fd, F_GETFL);

	if (flags < 0 || fcntl(d->fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_set(&cx->err, ERR_UNAVAILABLE,
		    "the listening socket is gone: %s", strerror(errno));
	if (init_library() != 0 || FCGX_InitRequest(&d->request, -1, 0) != 0)
		return err_set(&cx->err, ERR_UNAVAILABLE, "libfcgi could not start");
	if ((d->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
	    epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->fd, &event) != 0)
		return err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not watch the listening socket: %s", strerror(errno));
	return ERR_OK;
}

enum err
fcgi_serve(
    struct ctx *cx, int fd, int io_timeout_ms, const struct fcgi_service *service)
{
	static const int held[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};
	struct door d = {
	    .fd = fd, .epoll = -1, .timeout_ms = io_timeout_ms, .service = service};
	sigset_t block;
	enum err e;

	d.peers = getenv("FCGI_WEB_SERVER_ADDRS");
	response_init(&d.rs);
	intake_init(&d.intake);
	buf_init(&d.head, NULL, 64 * 1024);
	sigemptyset(&block);
	for (size_t i = 0; i < COUNT_OF(held); i++)
		sigaddset(&block, held[i]);
	sigprocmask(SIG_BLOCK, &block, &d.waiting);

	e = open_door(cx, &d);
	if (e == ERR_OK)
		e = serve(cx, &d);

	if (d.epoll >= 0)
		close(d.epoll);
	buf_fini(&d.head);
	intake_fini(&d.intake);
	response_fini(&d.rs);
	sigprocmask(SIG_SETMASK, &d.waiting, NULL);
	return e;
}

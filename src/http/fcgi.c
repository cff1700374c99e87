/*
 * fcgi.c - see fcgi.h.  Which connection is served next; wire.c knows what it carries.
 */
#include "http/fcgi.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/wire.h"

enum {
	TICK_MS = 1000,
	KEPT_MAX = 64,   /* idle connections of one worker */
	HEAD_MS = 3000,  /* for all of a head: web servers write it at once */
	FEW = 8,         /* below that, time is no matter */
	WRITES_MS = 10,  /* from connecting to writing */
	LAST_MS = 500,   /* the same at the end */
	FULL_MS = 100,   /* until accepting is tried again, */
	TELL_MS = 10000, /* and until it is told again that it fails */
	LINGER_MS = 2000,
	SIGNALS_MS = 20 /* how long a busy worker may leave a signal pending */
};

/* A connection between requests. */
struct kept {
	int fd;
	bool fresh; /* it had none yet: its peer may be about to write */
};

struct door {
	int listener, epoll;
	const struct fcgi_service *service;
	const char *peers;  /* FCGI_WEB_SERVER_ADDRS, or NULL */
	sigset_t waiting;   /* the signal mask while waiting */
	int64_t signals_ms; /* when they were let in */
	struct response rs;
	struct kept kept[KEPT_MAX]; /* the longest idle first */
	unsigned kept_count;
	bool fresh;       /* the current connection had no request yet */
	bool watched;     /* d->epoll has it */
	bool closing;     /* no connection is kept any more */
	int64_t tell_ms;  /* not before */
	struct wire wire; /* the current connection */
};

static volatile sig_atomic_t stopping;

void
fcgi_stop(void)
{
	stopping = 1;
}

bool
fcgi_stop_asked(void)
{
	sigset_t pending;

	return stopping ||
	    (sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) > 0);
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
	if (d->wire.fd >= 0)
		close(d->wire.fd); /* leaves d->epoll by itself */
	d->wire.fd = -1;
}

/* Closes after more was sent than we read: the rest is read away for a while, since a
 * close with unread bytes would destroy the answer on its way. */
static void
hang_up_late(struct door *d)
{
	int fd = d->wire.fd;
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

static bool
is_silent(int fd, int wait_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, wait_ms) == 0;
}

static void
forget_kept(struct door *d, unsigned i)
{
	d->kept_count--;
	memmove(&d->kept[i], &d->kept[i + 1], (d->kept_count - i) * sizeof(d->kept[0]));
}

/* Makes the kept connection the current one. */
static void
unkeep(struct door *d, unsigned i)
{
	wire_open(&d->wire, d->kept[i].fd);
	d->fresh = false;
	d->watched = true;
	forget_kept(d, i);
}

/* Closes kept connections without a request, the longest idle first; whether it was
 * `most` of them. */
static bool
make_room(struct door *d, unsigned most)
{
	for (unsigned i = 0; i < d->kept_count && most > 0;) {
		if (!is_silent(d->kept[i].fd, 0)) {
			i++;
			continue;
		}
		close(d->kept[i].fd);
		forget_kept(d, i);
		most--;
	}
	return most == 0;
}

/* Keeps the current connection, if there is room. */
static void
keep(struct door *d)
{
	int fd = d->wire.fd;
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if ((d->kept_count == KEPT_MAX && !make_room(d, 1)) ||
	    (!d->watched && epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event) != 0)) {
		hang_up(d);
		return;
	}
	d->kept[d->kept_count++] = (struct kept){fd, d->fresh};
	d->wire.fd = -1;
}

/* Out of descriptors or memory: those of idle connections are there to be had. */
static void
fail_to_accept(const struct ctx *cx, struct door *d, int why)
{
	int64_t now = clock_mono_ms();

	if (now >= d->tell_ms) {
		log_event(LOG_ERROR, cx, "accept-failed", "idle=%u error=\"%s\"",
		    d->kept_count, strerror(why));
		d->tell_ms = now + TELL_MS;
	}
	if (d->kept_count == 0)
		(void)poll(NULL, 0, FULL_MS);
	(void)make_room(d, KEPT_MAX);
}

static bool
peer_is_welcome(const struct door *d, const struct sockaddr_storage *peer)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)peer;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)peer;
	const void *address = peer->ss_family == AF_INET ? (const void *)&v4->sin_addr
							 : (const void *)&v6->sin6_addr;
	char text[INET6_ADDRSTRLEN];

	if (d->peers == NULL || peer->ss_family == AF_UNIX)
		return true;
	return inet_ntop(peer->ss_family, address, text, sizeof(text)) != NULL &&
	    address_text_in_list(text, d->peers);
}

/* Takes a connection if one still waits; ERR_OK too when a sibling was faster. */
static enum err
take_connection(struct ctx *cx, struct door *d)
{
	struct sockaddr_storage peer = {0};
	socklen_t n = sizeof(peer);
	int fd = accept4(d->listener, (struct sockaddr *)&peer, &n, SOCK_CLOEXEC),
	    on = 1;

	if (fd < 0) {
		if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK)
			return err_set(&cx->err, ERR_UNAVAILABLE,
			    "the listening socket is gone: %s", strerror(errno));
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			fail_to_accept(cx, d, errno);
		return ERR_OK;
	}
	if (!peer_is_welcome(d, &peer)) {
		close(fd);
		return ERR_OK;
	}
	if (peer.ss_family != AF_UNIX)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	wire_open(&d->wire, fd);
	d->fresh = true;
	d->watched = false;
	return ERR_OK;
}

/* A wait that finds work at once lets no signal in, and none is needed at all while
 * connections come fast: under load signals would be held for ever. */
static void
let_signals_in(struct door *d)
{
	int64_t now = clock_mono_ms();
	sigset_t pending, held;

	if (now - d->signals_ms < SIGNALS_MS)
		return;
	d->signals_ms = now;
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
	if (n == 0 || event.data.fd == d->listener)
		return take_connection(cx, d);
	for (unsigned i = 0; i < d->kept_count; i++)
		if (d->kept[i].fd == event.data.fd) {
			unkeep(d, i);
			break;
		}
	return ERR_OK;
}

/* Makes a request the current one. While none is kept, a connection can be taken
 * without asking whether there is one. */
static enum err
find_work(struct ctx *cx, struct door *d)
{
	enum err e = d->kept_count == 0 ? take_connection(cx, d) : ERR_OK;

	if (e == ERR_OK && d->wire.fd < 0)
		e = wait_for_work(cx, d);
	let_signals_in(d);
	return e;
}

/* -- one request -- */

static void
answer(struct door *d)
{
	struct wire *w = &d->wire;
	struct exchange x = {.read = wire_read_body,
	    .gone = wire_peer_gone,
	    .send = wire_send_part,
	    .source = w,
	    .timeout_ms = w->timeout_ms};
	bool drained, keeps, ahead;
	size_t sent;

	x.began_ms = clock_mono_ms();
	response_reset(&d->rs);
	d->service->answer(d->service->app, &x, records_params(&w->records), &d->rs);
	/* Not the time of the answer, but that of the rest of the body. */
	if (!x.ended)
		x.began_ms = clock_mono_ms();
	drained = exchange_drain(&x);
	sent = x.sent;
	keeps = wire_send_answer(w, &x, &d->rs, &sent) && w->records.keep &&
	    !stopping && !d->closing;
	d->service->done(d->service->app, &d->rs, sent);
	ahead = records_done(&w->records);

	if (!drained)
		hang_up_late(d);
	else if (!keeps)
		hang_up(d);
	else if (!ahead) /* else the next request is the current one already */
		keep(d);
}

/*
 * A new connection whose peer does not write at once is left for later. Not too early:
 * once kept it waits for this worker alone, and a peer may be between connecting and
 * writing.
 */
static bool
leave_for_later(struct door *d)
{
	if (!d->fresh || wire_has_come(&d->wire) ||
	    !is_silent(d->wire.fd, d->kept_count < FEW ? WRITES_MS : 0))
		return false;
	keep(d);
	return true;
}

/* One request on the connection that is there. What is no request, or none for a
 * responder, costs the connection. */
static void
serve_one(struct door *d, int head_ms)
{
	enum records_event event = wire_next_head(&d->wire, head_ms);

	d->fresh = false;
	if (event == RECORDS_HEAD)
		answer(d);
	else if (event == RECORDS_REFUSED)
		hang_up_late(d);
	else
		hang_up(d);
}

/* The kept connections at the end: a request that is here already is still answered,
 * and so is one that was on its way when its connection was accepted. None may hold up
 * the others: what comes in pieces has to come soon. */
static void
serve_last(struct door *d)
{
	int64_t until = clock_mono_ms() + LAST_MS;

	if (d->wire.timeout_ms > LAST_MS)
		d->wire.timeout_ms = LAST_MS;
	while (d->kept_count > 0) {
		int64_t left = until - clock_mono_ms();
		int wait_ms = left > 0 ? (int)left : 0;
		bool fresh = d->kept[0].fresh;

		unkeep(d, 0);
		if (!is_silent(d->wire.fd, fresh ? wait_ms : 0))
			serve_one(d, wait_ms);
		hang_up(d);
	}
}

static enum err
serve(struct ctx *cx, struct door *d)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && !must_stop(d)) {
		if (d->wire.fd < 0)
			e = find_work(cx, d);
		if (d->wire.fd >= 0 && !leave_for_later(d))
			serve_one(d, HEAD_MS);
	}
	d->closing = true;
	if (d->wire.fd >= 0)
		serve_one(d, HEAD_MS);
	serve_last(d);
	return e;
}

/* -- the door -- */

static enum err
open_door(struct ctx *cx, struct door *d)
{
	struct epoll_event event = {
	    .events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = d->listener};
	int flags = fcntl(d->listener, F_GETFL);

	if (flags < 0 || fcntl(d->listener, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_set(&cx->err, ERR_UNAVAILABLE,
		    "the listening socket is gone: %s", strerror(errno));
	if ((d->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
	    epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->listener, &event) != 0)
		return err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not watch the listening socket: %s", strerror(errno));
	return ERR_OK;
}

enum err
fcgi_serve(
    struct ctx *cx, int fd, int io_timeout_ms, const struct fcgi_service *service)
{
	static const int held[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct door d = {.listener = fd, .epoll = -1, .service = service};
	sigset_t block;
	enum err e;

	d.peers = getenv("FCGI_WEB_SERVER_ADDRS");
	response_init(&d.rs);
	wire_init(&d.wire, io_timeout_ms);
	sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(&block);
	for (size_t i = 0; i < COUNT_OF(held); i++)
		sigaddset(&block, held[i]);
	sigprocmask(SIG_BLOCK, &block, &d.waiting);

	e = open_door(cx, &d);
	if (e == ERR_OK)
		e = serve(cx, &d);

	if (d.epoll >= 0)
		close(d.epoll);
	wire_fini(&d.wire);
	response_fini(&d.rs);
	sigprocmask(SIG_SETMASK, &d.waiting, NULL);
	return e;
}

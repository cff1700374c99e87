/*
 * peer.h - somebody to connect to: a free port of the loopback, IPv4 and, where there
 * is any, IPv6, and a process for each connection. What it saw lies in shared memory.
 */
#ifndef TENANTD_TESTS_PEER_H
#define TENANTD_TESTS_PEER_H

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct peer {
	pid_t pid;
	int port;
	volatile int connections;
	volatile int waiting; /* at the same time */
	char heard[16384];    /* the last request, or what a client said so far */
	size_t heard_n;
};

typedef void peer_fn(struct peer *p, int fd);

static inline bool
peer_say(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		ssize_t k = send(fd, text, n, MSG_NOSIGNAL);

		if (k <= 0)
			return false;
		text += k;
		n -= (size_t)k;
	}
	return true;
}

/* What a connection says, as text of its own; `heard` has it once it is published. */
struct peer_text {
	char p[16384];
	size_t n;
};

/* Adds what comes until there is `end` from `from` on. */
static inline bool
peer_hear(struct peer_text *t, int fd, size_t from, const char *end)
{
	while (strstr(t->p + from, end) == NULL) {
		ssize_t k = read(fd, t->p + t->n, sizeof(t->p) - 1 - t->n);

		if (k <= 0)
			return false;
		t->n += (size_t)k;
		t->p[t->n] = '\0';
	}
	return true;
}

static inline void
peer_publish(struct peer *p, const struct peer_text *t)
{
	memcpy(p->heard, t->p, t->n + 1);
	p->heard_n = t->n;
}

static inline void
peer_accept(struct peer *p, const int listeners[2], peer_fn *serve)
{
	struct pollfd at[2] = {{.fd = listeners[0], .events = POLLIN},
	    {.fd = listeners[1], .events = POLLIN}};

	for (;;) {
		(void)poll(at, 2, -1);
		for (int i = 0; i < 2; i++) {
			int fd = at[i].revents != 0 ? accept(at[i].fd, NULL, NULL) : -1;

			if (fd < 0)
				continue;
			p->connections++;
			if (fork() == 0) {
				serve(p, fd);
				_exit(0);
			}
			close(fd);
		}
	}
}

static inline struct peer *
peer_start(peer_fn *serve)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 at6 = {
	    .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct peer *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fds[2] = {
	    socket(AF_INET, SOCK_STREAM, 0), socket(AF_INET6, SOCK_STREAM, 0)};
	socklen_t n = sizeof(at);
	pid_t pid;

	assert(p != MAP_FAILED && fds[0] >= 0);
	assert(bind(fds[0], (struct sockaddr *)&at, n) == 0 && listen(fds[0], 64) == 0);
	assert(getsockname(fds[0], (struct sockaddr *)&at, &n) == 0);
	p->port = ntohs(at.sin_port);
	at6.sin6_port = at.sin_port;
	if (fds[1] >= 0 &&
	    (bind(fds[1], (struct sockaddr *)&at6, sizeof(at6)) != 0 ||
		listen(fds[1], 64) != 0)) {
		close(fds[1]);
		fds[1] = -1;
	}
	if ((pid = fork()) == 0) {
		(void)setpgid(0, 0);
		(void)signal(SIGCHLD, SIG_IGN);
		peer_accept(p, fds, serve);
	}
	assert(pid > 0);
	(void)setpgid(pid, pid);
	p->pid = pid; /* by the parent alone: this memory is the child's too */
	close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
	return p;
}

static inline void
peer_stop(struct peer *p)
{
	kill(-p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	munmap(p, sizeof(*p));
}

#endif

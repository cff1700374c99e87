/*
 * httpd.h - a web server for a test: one forked process on a free port of the loopback
 * that says what the test writes into shared memory, and counts who asked.
 */
#ifndef TENANTD_TESTS_HTTPD_H
#define TENANTD_TESTS_HTTPD_H

#include <arpa/inet.h>
#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct httpd {
	pid_t pid;
	int port;
	volatile int hits;
	volatile bool waits;
	volatile int silent_ms; /* before the answer */
	volatile bool endless;  /* a body without length that does not end */
	char head[512]; /* status line and further headers, without the last blank line
			 */
	char body[400000];
	char asked[2048]; /* the last request */
};

static inline void
httpd_say(struct httpd *h, const char *head, const char *body)
{
	snprintf(h->head, sizeof(h->head), "%s", head);
	snprintf(h->body, sizeof(h->body), "%s", body);
}

static inline void
httpd_send(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return;
		p += k;
		n -= (size_t)k;
	}
}

static inline void
httpd_answer(struct httpd *h, int fd)
{
	char head[700];
	size_t used = 0;
	ssize_t k;

	h->asked[0] = '\0';
	while (strstr(h->asked, "\r\n\r\n") == NULL && used + 1 < sizeof(h->asked) &&
	    (k = read(fd, h->asked + used, sizeof(h->asked) - 1 - used)) > 0) {
		used += (size_t)k;
		h->asked[used] = '\0';
	}
	h->hits++;
	h->waits = true;
	for (int ms = 0; ms < h->silent_ms; ms += 5) /* or until it is told otherwise */
		usleep(5000);
	h->waits = false;
	if (h->endless)
		snprintf(
		    head, sizeof(head), "%s\r\nConnection: close\r\n\r\n", h->head);
	else
		snprintf(head, sizeof(head),
		    "%s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", h->head,
		    strlen(h->body));
	httpd_send(fd, head, strlen(head));
	for (int i = 0; i < (h->endless ? 100 : 1); i++)
		httpd_send(fd, h->body, strlen(h->body));
}

static inline struct httpd *
httpd_start(void)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct httpd *h = mmap(NULL, sizeof(*h), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	socklen_t n = sizeof(at);
	pid_t pid;
	int fd = socket(AF_INET, SOCK_STREAM, 0), c;

	assert(h != MAP_FAILED && fd >= 0);
	assert(
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 16) == 0);
	assert(getsockname(fd, (struct sockaddr *)&at, &n) == 0);
	h->port = ntohs(at.sin_port);
	httpd_say(h, "HTTP/1.1 200 OK", "");
	if ((pid = fork()) == 0) {
		while ((c = accept(fd, NULL, NULL)) >= 0) {
			httpd_answer(h, c);
			close(c);
		}
		_exit(0);
	}
	assert(pid > 0);
	h->pid = pid; /* by the parent alone: this memory is the child's too */
	close(fd);
	return h;
}

static inline void
httpd_stop(struct httpd *h)
{
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	munmap(h, sizeof(*h));
}

#endif

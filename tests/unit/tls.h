/* tls.h - a web server with a certificate that nobody vouches for. */
#ifndef TENANTD_TESTS_TLS_H
#define TENANTD_TESTS_TLS_H

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "httpd.h"

struct tls {
	pid_t pid;
	int port;
	char dir[32], cert[48], key[48];
};

static inline pid_t
tls_run(const struct tls *t, const char *mode)
{
	char at[32];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	snprintf(at, sizeof(at), "127.0.0.1:%d", t->port);
	if (freopen("/dev/null", "w", stderr) == NULL ||
	    freopen("/dev/null", "w", stdout) == NULL)
		_exit(126);
	if (strcmp(mode, "req") == 0)
		execlp("openssl", "openssl", "req", "-x509", "-newkey", "rsa:2048",
		    "-nodes", "-keyout", t->key, "-out", t->cert, "-subj",
		    "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days",
		    "1", (char *)NULL);
	else
		execlp("openssl", "openssl", "s_server", "-accept", at, "-key", t->key,
		    "-cert", t->cert, "-www", (char *)NULL);
	_exit(127);
}

/* It listens a little later. */
static inline void
tls_start(struct tls *t)
{
	struct httpd *h = httpd_start();
	pid_t pid;
	int rc;

	t->port = h->port; /* a free one */
	httpd_stop(h);
	snprintf(t->dir, sizeof(t->dir), "/tmp/ttls.XXXXXX");
	assert(mkdtemp(t->dir) != NULL);
	snprintf(t->key, sizeof(t->key), "%s/key.pem", t->dir);
	snprintf(t->cert, sizeof(t->cert), "%s/cert.pem", t->dir);
	pid = tls_run(t, "req");
	assert(waitpid(pid, &rc, 0) == pid && rc == 0);
	t->pid = tls_run(t, "s_server");
}

static inline void
tls_stop(struct tls *t)
{
	kill(t->pid, SIGTERM);
	waitpid(t->pid, NULL, 0);
	unlink(t->key);
	unlink(t->cert);
	rmdir(t->dir);
}

#endif

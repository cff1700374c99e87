/*
 * listen.h - the listening socket: passed as fd 0 by a web server, by systemd
 * (sd_listen_fds(3)), or made here.
 *
 * Owner:    the master.
 * Lifetime: until listen_close().
 * Threads:  one.
 * Failure:  ERR_CONFIG for an address that cannot be, ERR_UNAVAILABLE when it is taken.
 */
#ifndef TENANTD_PROC_LISTEN_H
#define TENANTD_PROC_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/ctx.h"

struct listener {
	int fd;
	bool passed;    /* by whoever started us; not ours to remove */
	char path[108]; /* of the Unix socket we made, or "" */
	dev_t dev;      /* which file that was, */
	ino_t ino;
	pid_t maker; /* and who made it */
};

/* Whether fd is a listening stream socket. */
bool listen_is_passed(int fd);
/*
 * In this order: fd 0 when it listens; the socket that systemd passed (LISTEN_PID and
 * LISTEN_FDS, which are removed from the environment); else one of our own at address:
 * a path, or HOST:PORT ([v6]:PORT). mode: of a Unix socket, whatever the umask. A
 * stale socket file, which nobody answers, is replaced.
 */
enum err listen_open(struct ctx *cx, const char *address, unsigned mode, int backlog,
    struct listener *out) MUST_CHECK;
/* The same without looking for one that was passed. */
enum err listen_make(struct ctx *cx, const char *address, unsigned mode, int backlog,
    struct listener *out) MUST_CHECK;
/* Removes the socket file if this process made it and it is still the same file. */
void listen_close(struct listener *l);

#endif

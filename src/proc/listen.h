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

#include "base/ctx.h"

struct listener {
	int fd;
	bool passed;    /* by whoever started us; not ours to remove */
	char path[108]; /* of the Unix socket we made, or "" */
};

/* Whether fd 0 is a listening socket. */
bool listen_is_passed(int fd);
/* address: a path, or HOST:PORT ([v6]:PORT). mode: of a Unix socket. A stale socket
 * file, which nobody answers, is replaced. */
enum err listen_open(struct ctx *cx, const char *address, unsigned mode, int backlog,
    struct listener *out) MUST_CHECK;
void listen_close(struct listener *l);

#endif

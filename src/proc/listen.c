/* listen.c - see listen.h. */
#include "proc/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

enum { SYSTEMD_FIRST_FD = 3, LOCK_TRIES = 40, LOCK_WAIT_MS = 50 };

bool
listen_is_passed(int fd)
{
	int listens = 0, type = 0;
	socklen_t n = sizeof(listens), m = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) == 0 &&
	    listens != 0 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &m) == 0 &&
	    type == SOCK_STREAM;
}

/* -- passed -- */

static enum err
use_passed(struct ctx *cx, int fd, struct listener *out)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return err_set(&cx->err, ERR_INTERNAL, "could not keep socket %d: %s",
		    fd, strerror(errno));
	out->fd = fd;
	out->passed = true;
	return ERR_OK;
}

/* How many sockets systemd passed to this process; -1 when it says nonsense. */
static int
systemd_count(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int64_t whose, n = -1;

	if (pid == NULL || fds == NULL ||
	    !str_to_i64(slice_of(pid), 1, INT32_MAX, &whose) || whose != getpid())
		return 0;
	str_to_i64(slice_of(fds), 0, 1024, &n);
	return (int)n;
}

static enum err
find_systemd(struct ctx *cx, struct listener *out)
{
	int n = systemd_count();

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (n == 0)
		return ERR_OK;
	if (n < 0)
		return err_set(&cx->err, ERR_CONFIG,
		    "systemd must pass one socket, and LISTEN_FDS is no number");
	if (n != 1)
		return err_set(
		    &cx->err, ERR_CONFIG, "systemd must pass one socket, not %d", n);
	if (!listen_is_passed(SYSTEMD_FIRST_FD))
		return err_set(&cx->err, ERR_CONFIG,
		    "what systemd passed is not a listening stream socket");
	return use_passed(cx, SYSTEMD_FIRST_FD, out);
}

/* -- a Unix socket -- */

/* Whether somebody answers, or might: only a refusal says that nobody does. */
static bool
is_answered(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool refused;

	if (fd < 0)
		return true;
	refused = connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) != 0 &&
	    (errno == ECONNREFUSED || errno == ENOENT);
	close(fd);
	return !refused;
}

static enum err
remove_stale(struct ctx *cx, const struct sockaddr_un *sun)
{
	struct stat st;

	if (lstat(sun->sun_path, &st) != 0)
		return ERR_OK; /* bind says what is wrong */
	if (!S_ISSOCK(st.st_mode))
		return err_set(&cx->err, ERR_CONFIG,
		    "cannot listen on \"%s\": it exists and is not a socket",
		    sun->sun_path);
	if (is_answered(sun))
		return err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not listen on \"%s\": another process does", sun->sun_path);
	if (unlink(sun->sun_path) != 0 && errno != ENOENT)
		return err_set(&cx->err, ERR_CONFIG, "cannot replace \"%s\": %s",
		    sun->sun_path, strerror(errno));
	return ERR_OK;
}

/*
 * Two that start at once must not each take the other's new socket for a stale one: the
 * directory is locked meanwhile. Whoever may not read it, or waits too long, goes on.
 */
static int
lock_directory(const char *path)
{
	char dir[108];
	const char *slash = strrchr(path, '/');
	const struct timespec wait = {.tv_nsec = LOCK_WAIT_MS * 1000000L};
	int fd;

	memcpy(dir, ".", 2);
	if (slash != NULL) {
		size_t n = slash == path ? 1 : (size_t)(slash - path);

		memcpy(dir, path, n);
		dir[n] = '\0';
	}
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -1;
	for (int i = 0; i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) != 0; i++)
		nanosleep(&wait, NULL);
	return fd;
}

/* Nobody can connect before listen(), so that the mode holds from the first moment. */
static enum err
bind_unix(
    struct ctx *cx, const struct sockaddr_un *sun, unsigned mode, struct listener *out)
{
	mode_t umask_was = umask(0177);
	int failed = bind(out->fd, (const struct sockaddr *)sun, sizeof(*sun));
	int why = errno;
	struct stat st;

	umask(umask_was);
	if (failed != 0 && why == ENOENT)
		return err_set(&cx->err, ERR_CONFIG,
		    "cannot listen on \"%s\": its directory does not exist",
		    sun->sun_path);
	if (failed != 0)
		return err_set(&cx->err,
		    why == EADDRINUSE ? ERR_UNAVAILABLE : ERR_CONFIG,
		    "could not listen on \"%s\": %s", sun->sun_path, strerror(why));
	if (lstat(sun->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode) ||
	    chmod(sun->sun_path, (mode_t)mode & 07777) != 0)
		return err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not set the mode of \"%s\"", sun->sun_path);
	memcpy(out->path, sun->sun_path, sizeof(out->path));
	out->dev = st.st_dev;
	out->ino = st.st_ino;
	out->maker = getpid();
	return ERR_OK;
}

static enum err
open_unix(struct ctx *cx, const char *path, unsigned mode, struct listener *out)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	enum err rc;
	int lock;

	_Static_assert(sizeof(sun.sun_path) == sizeof(out->path), "one limit");
	if (strlen(path) >= sizeof(sun.sun_path))
		return err_set(&cx->err, ERR_CONFIG,
		    "cannot listen on \"%s\": the path is longer than %zu bytes", path,
		    sizeof(sun.sun_path) - 1);
	memcpy(sun.sun_path, path, strlen(path));
	if ((out->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return err_set(&cx->err, ERR_INTERNAL, "could not make a socket: %s",
		    strerror(errno));
	lock = lock_directory(path);
	if ((rc = remove_stale(cx, &sun)) == ERR_OK)
		rc = bind_unix(cx, &sun, mode, out);
	/* Listening before the lock goes: a second one then sees us answer. */
	if (rc == ERR_OK && listen(out->fd, 1) != 0)
		rc = err_set(&cx->err, ERR_UNAVAILABLE,
		    "could not listen on \"%s\": %s", path, strerror(errno));
	if (lock >= 0)
		close(lock);
	return rc;
}

/* -- TCP -- */

static enum err
split_address(
    struct ctx *cx, const char *address, char host[static 256], char port[static 8])
{
	const char *colon = strrchr(address, ':');
	const char *from = address, *to = colon;
	int64_t n;

	if (*from == '[') {
		from++;
		to = strchr(from, ']');
		if (to == NULL || to + 1 != colon)
			return err_set(&cx->err, ERR_CONFIG,
			    "\"%s\" is not an address: want [v6]:PORT", address);
	} else if (memchr(from, ':', (size_t)(colon - from)) != NULL)
		return err_set(&cx->err, ERR_CONFIG,
		    "\"%s\" is not an address: an IPv6 address goes in brackets",
		    address);
	if (to == from || to - from > 255)
		return err_set(&cx->err, ERR_CONFIG,
		    "\"%s\" is not an address: want a path, HOST:PORT or [v6]:PORT",
		    address);
	if (!str_to_i64(slice_of(colon + 1), 1, 65535, &n) || strlen(colon + 1) > 5)
		return err_set(&cx->err, ERR_CONFIG,
		    "\"%s\" is not an address: its port is not 1 to 65535", address);
	memcpy(host, from, (size_t)(to - from));
	host[to - from] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return ERR_OK;
}

static int
bind_tcp(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC, ai->ai_protocol);
	int on = 1, why;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}

static enum err
open_tcp(struct ctx *cx, const char *address, struct listener *out)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
			    .ai_socktype = SOCK_STREAM,
			    .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
			*list;
	char host[256], port[8];
	enum err rc = split_address(cx, address, host, port);
	int failed, why = 0;

	if (rc != ERR_OK)
		return rc;
	if ((failed = getaddrinfo(host, port, &hints, &list)) != 0)
		return err_set(&cx->err,
		    failed == EAI_AGAIN ? ERR_UNAVAILABLE : ERR_CONFIG,
		    "could not find \"%s\": %s", host, gai_strerror(failed));
	for (struct addrinfo *ai = list; ai != NULL && out->fd < 0; ai = ai->ai_next) {
		out->fd = bind_tcp(ai);
		why = errno;
	}
	freeaddrinfo(list);
	if (out->fd < 0)
		return err_set(&cx->err,
		    why == EADDRINUSE ? ERR_UNAVAILABLE : ERR_CONFIG,
		    "could not listen on \"%s\": %s", address, strerror(why));
	return ERR_OK;
}

enum err
listen_make(struct ctx *cx, const char *address, unsigned mode, int backlog,
    struct listener *out)
{
	bool tcp = strchr(address, '/') == NULL && strchr(address, ':') != NULL;
	enum err rc;

	*out = (struct listener){.fd = -1};
	if (address[0] == '\0')
		return err_set(
		    &cx->err, ERR_CONFIG, "there is no address to listen on");
	rc = tcp ? open_tcp(cx, address, out) : open_unix(cx, address, mode, out);
	if (rc == ERR_OK && listen(out->fd, backlog) != 0)
		rc = err_set(&cx->err,
		    errno == EADDRINUSE ? ERR_UNAVAILABLE : ERR_INTERNAL,
		    "could not listen on \"%s\": %s", address, strerror(errno));
	if (rc != ERR_OK)
		listen_close(out);
	return rc;
}

enum err
listen_open(struct ctx *cx, const char *address, unsigned mode, int backlog,
    struct listener *out)
{
	enum err rc;

	*out = (struct listener){.fd = -1};
	if (listen_is_passed(STDIN_FILENO))
		return use_passed(cx, STDIN_FILENO, out);
	rc = find_systemd(cx, out);
	if (rc != ERR_OK || out->fd >= 0)
		return rc;
	return listen_make(cx, address, mode, backlog, out);
}

void
listen_close(struct listener *l)
{
	struct stat st;

	if (l->path[0] != '\0' && l->maker == getpid() && lstat(l->path, &st) == 0 &&
	    S_ISSOCK(st.st_mode) && st.st_dev == l->dev && st.st_ino == l->ino)
		unlink(l->path);
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct listener){.fd = -1};
}

/* log.c - see log.h. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_MAX_BYTES = 2048 };

/* Of all processes that were forked since log_open(): they write one log. */
struct account {
	_Atomic uint64_t dropped;
	atomic_bool torn; /* its last line was cut short */
};

static struct account alone;

static struct {
	int fd;
	mode_t waits; /* the kind of file that has a reader to wait for, or 0 */
	char path[512];
	enum log_level least;
	struct account *account;
} out = {.fd = STDERR_FILENO, .least = LOG_INFO, .account = &alone};

static const char *const level_names[LOG_LEVEL_COUNT] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};

static int
open_path(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
}

static void
use(int fd)
{
	struct stat st;

	if (out.fd != STDERR_FILENO)
		close(out.fd);
	out.fd = fd;
	out.waits =
	    fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) ? st.st_mode & S_IFMT : 0;
}

static void
share_account(void)
{
	void *p;

	if (out.account != &alone)
		return;
	p = mmap(NULL, sizeof(*out.account), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED)
		out.account = p;
}

enum err
log_open(struct err_info *e, const char *path, enum log_level least)
{
	int fd = STDERR_FILENO;

	if (path != NULL && path[0] != '\0') {
		if (strlen(path) >= sizeof(out.path))
			return err_set(e, ERR_CONFIG, "log path is too long");
		if ((fd = open_path(path)) < 0)
			return err_set(e, ERR_CONFIG, "could not open log \"%s\": %s",
			    path, strerror(errno));
		memcpy(out.path, path, strlen(path) + 1);
	} else
		out.path[0] = '\0';
	use(fd);
	share_account();
	out.least = least;
	return ERR_OK;
}

void
log_reopen(void)
{
	int fd;

	if (out.path[0] == '\0' || (fd = open_path(out.path)) < 0)
		return;
	use(fd);
}

void
log_set_level(enum log_level least)
{
	out.least = least;
}

uint64_t
log_dropped(void)
{
	return atomic_load(&out.account->dropped);
}

static size_t
append(char *line, size_t n, const char *fmt, ...)
{
	va_list ap;
	int more;

	va_start(ap, fmt);
	more = vsnprintf(line + n, LINE_MAX_BYTES - n, fmt, ap);
	va_end(ap);
	if (more < 0)
		return n;
	n += (size_t)more;
	return n < LINE_MAX_BYTES - 1 ? n : LINE_MAX_BYTES - 2;
}

/*
 * Whether a line can be written without waiting for a reader. O_NONBLOCK on standard
 * error would be set for all that share it; so half of a pipe stays free for the others
 * that write at the same moment.
 */
static bool
has_room(void)
{
	struct pollfd p = {.fd = out.fd, .events = POLLOUT};
	int used = 0, size;

	if (poll(&p, 1, 0) != 1)
		return false;
	if (!S_ISFIFO(out.waits))
		return true;
	size = fcntl(out.fd, F_GETPIPE_SZ);
	return size < 0 || ioctl(out.fd, FIONREAD, &used) != 0 || used <= size / 2;
}

static ssize_t
put(struct iovec *parts, int n)
{
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)n};

	if (S_ISSOCK(out.waits))
		return sendmsg(out.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (out.waits != 0 && !has_room())
		return -1;
	return writev(out.fd, parts, n);
}

/* After a line that found no room for its end, the next one begins one of its own. */
static void
finish(char *line, size_t n)
{
	char end = '\n';
	bool torn = atomic_exchange(&out.account->torn, false);
	struct iovec parts[] = {{&end, 1}, {line, n + 1}};
	ssize_t done;

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n] = '\n';
	done = torn ? put(parts, 2) : put(parts + 1, 1);
	if (done == (ssize_t)n + 1 + torn)
		return;
	atomic_fetch_add(&out.account->dropped, 1);
	if (torn || done > 0)
		atomic_store(&out.account->torn, true);
}

static size_t
start(char *line, enum log_level level, const struct ctx *cx, const char *event)
{
	char now[CLOCK_TEXT_SIZE];
	size_t n;

	clock_text(now, clock_wall_ms());
	n = append(line, 0, "%s %s pid=%ld", now, level_names[level], (long)getpid());
	if (cx != NULL && cx->request_id[0] != '\0')
		n = append(line, n, " req=%s", cx->request_id);
	return append(line, n, " event=%s", event);
}

void
log_event(
    enum log_level level, const struct ctx *cx, const char *event, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES + 1];
	va_list ap;
	size_t n;
	int more;

	if (level < out.least)
		return;
	n = append(line, start(line, level, cx, event), " ");
	va_start(ap, fmt);
	more = vsnprintf(line + n, LINE_MAX_BYTES - n, fmt, ap);
	va_end(ap);
	n += more < 0 ? 0 : (size_t)more;
	finish(line, n < LINE_MAX_BYTES - 1 ? n : LINE_MAX_BYTES - 2);
}

const char *
log_quote(char *q, size_t size, const char *s)
{
	size_t n = 0;

	if (size < 8)
		return "";
	q[n++] = '"';
	for (; s != NULL && *s != '\0' && n + 6 < size; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			q[n++] = '\\';
			q[n++] = (char)c;
		} else if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(q + n, size - n, "\\x%02x", c);
		else
			q[n++] = (char)c;
	}
	q[n++] = '"';
	q[n] = '\0';
	return q;
}

void
log_error(enum log_level level, const struct ctx *cx, const char *event)
{
	const struct err_info *e = &cx->err;
	char message[640], note[320];

	log_event(level, cx, event, "error=%s at=%s:%d%s%s message=%s%s%s",
	    err_slug(e->code), e->file != NULL ? e->file : "?", e->line,
	    e->sqlstate[0] != '\0' ? " sqlstate=" : "", e->sqlstate,
	    log_quote(message, sizeof(message), e->message),
	    e->note[0] != '\0' ? " note=" : "",
	    e->note[0] != '\0' ? log_quote(note, sizeof(note), e->note) : "");
}

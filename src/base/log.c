/* log.c - see log.h. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
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
#include "base/str.h"

enum { QUOTED_MAX = 320 };

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
	long pid; /* 0: not known yet */
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

/* -- a line -- */

static void
forget_pid(void)
{
	out.pid = 0;
}

/* The system is asked once in each process. */
static long
own_pid(void)
{
	static bool watched;

	if (!watched)
		watched = pthread_atfork(NULL, NULL, forget_pid) == 0;
	if (out.pid == 0 || !watched)
		out.pid = (long)getpid();
	return out.pid;
}

/* As much of it as fits. */
static void
append(struct log_line *l, const char *s, size_t n)
{
	size_t room = LOG_LINE_MAX - l->n;

	if (n > room)
		n = room;
	memcpy(l->text + l->n, s, n);
	l->n += n;
}

/* Control characters would end the line, or command a terminal. */
static void
disarm(struct log_line *l, size_t from)
{
	for (size_t i = from; i < l->n; i++)
		if ((unsigned char)l->text[i] < 0x20 || l->text[i] == 0x7f)
			l->text[i] = '?';
}

bool
log_start(
    struct log_line *l, enum log_level level, const struct ctx *cx, const char *event)
{
	char now[CLOCK_TEXT_SIZE];

	if (level < out.least)
		return false;
	clock_text(now, clock_wall_ms());
	l->n = 0;
	append(l, now, strlen(now));
	append(l, " ", 1);
	append(l, level_names[level], strlen(level_names[level]));
	log_number(l, "pid", own_pid());
	if (cx != NULL && cx->request_id[0] != '\0')
		log_text(l, "req", cx->request_id);
	log_text(l, "event", event);
	return true;
}

static void
put_key(struct log_line *l, const char *key)
{
	append(l, " ", 1);
	append(l, key, strlen(key));
	append(l, "=", 1);
}

void
log_text(struct log_line *l, const char *key, const char *value)
{
	size_t from;

	put_key(l, key);
	from = l->n;
	append(l, value, strlen(value));
	disarm(l, from);
}

void
log_number(struct log_line *l, const char *key, int64_t value)
{
	char digits[STR_I64_SIZE];
	const char *text = str_from_i64(digits, value);

	put_key(l, key);
	append(l, text, strlen(text));
}

void
log_quoted(struct log_line *l, const char *key, const char *value)
{
	char q[QUOTED_MAX];
	const char *text = log_quote(q, sizeof(q), value);

	put_key(l, key);
	append(l, text, strlen(text));
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
void
log_finish(struct log_line *l)
{
	struct account *account = out.account;
	bool torn =
	    atomic_load(&account->torn) && atomic_exchange(&account->torn, false);
	char end = '\n';
	struct iovec parts[] = {{&end, 1}, {l->text, l->n + 1}};
	ssize_t done;

	l->text[l->n++] = '\n';
	done = torn ? put(parts, 2) : put(parts + 1, 1);
	if (done == (ssize_t)l->n + torn)
		return;
	atomic_fetch_add(&account->dropped, 1);
	if (torn || done > 0)
		atomic_store(&account->torn, true);
}

void
log_event(
    enum log_level level, const struct ctx *cx, const char *event, const char *fmt, ...)
{
	struct log_line l;
	va_list ap;
	size_t room, from;
	int more;

	if (!log_start(&l, level, cx, event))
		return;
	append(&l, " ", 1);
	from = l.n;
	room = LOG_LINE_MAX - from;
	va_start(ap, fmt);
	more = vsnprintf(l.text + from, room + 1, fmt, ap);
	va_end(ap);
	if (more > 0)
		l.n += (size_t)more < room ? (size_t)more : room;
	disarm(&l, from);
	log_finish(&l);
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

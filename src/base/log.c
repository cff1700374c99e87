/* log.c - see log.h. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

enum { QUOTED_MAX = 320 };

static struct {
	int fd;
	char path[512];
	enum log_level least;
	uint64_t dropped;
	long pid; /* 0: not known yet */
} out = {.fd = STDERR_FILENO, .least = LOG_INFO};

static const char *const level_names[LOG_LEVEL_COUNT] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};

static int
open_path(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
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
	if (out.fd != STDERR_FILENO)
		close(out.fd);
	out.fd = fd;
	out.least = least;
	return ERR_OK;
}

void
log_reopen(void)
{
	int fd;

	if (out.path[0] == '\0' || (fd = open_path(out.path)) < 0)
		return;
	if (out.fd != STDERR_FILENO)
		close(out.fd);
	out.fd = fd;
}

void
log_set_level(enum log_level least)
{
	out.least = least;
}

uint64_t
log_dropped(void)
{
	return out.dropped;
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

void
log_finish(struct log_line *l)
{
	l->text[l->n++] = '\n';
	if (write(out.fd, l->text, l->n) != (ssize_t)l->n)
		out.dropped++;
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

/* log.c - see log.h. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_MAX_BYTES = 2048 };

static struct {
	int fd;
	char path[512];
	enum log_level least;
	uint64_t dropped;
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

static void
finish(char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	if (write(out.fd, line, n) != (ssize_t)n)
		out.dropped++;
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

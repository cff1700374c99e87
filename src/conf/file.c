/* file.c - see file.h. */
#include "conf/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

enum { KEY_MAX = 64 };

struct reader {
	struct ctx *cx;
	const char *path;
	conf_file_fn *visit;
	void *arg;
	int line;
};

static void
line_fault(struct reader *r, const char *key, const char *message)
{
	ctx_fault(r->cx, key, "syntax", "%s:%d: %s%s%s", r->path, r->line, key,
	    key[0] != '\0' ? ": " : "", message);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Undoes the quotes of n bytes in place; NULL, or what is wrong with them. */
static const char *
unquote(char *value, size_t n)
{
	char quote = value[0];
	size_t to = 0, i = 1;

	while (i < n && value[i] != quote) {
		if (quote == '"' && value[i] == '\\' && i + 1 < n &&
		    (value[i + 1] == '"' || value[i + 1] == '\\'))
			i++;
		value[to++] = value[i++];
	}
	if (i >= n)
		return "the quote is not closed";
	for (i++; i < n && is_blank(value[i]);)
		i++;
	value[to] = '\0';
	if (i < n && value[i] != '#')
		return "there is something after the closing quote";
	return NULL;
}

static bool
read_key(char key[static KEY_MAX + 1], struct slice text)
{
	if (text.n == 0 || text.n > KEY_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
			(i > 0 && c >= '0' && c <= '9')))
			return false;
	}
	memcpy(key, text.p, text.n);
	key[text.n] = '\0';
	return true;
}

/* text[n] is writable: the end of the line or of the buffer. */
static void
read_line(struct reader *r, char *text, size_t n)
{
	struct slice all = slice_trim((struct slice){text, n}), value;
	char key[KEY_MAX + 1], *start;
	const char *wrong = NULL, *equals;

	if (all.n == 0 || all.p[0] == '#')
		return;
	equals = memchr(all.p, '=', all.n);
	if (equals == NULL ||
	    !read_key(
		key, slice_trim((struct slice){all.p, (size_t)(equals - all.p)}))) {
		line_fault(r, "", "this is not KEY=value");
		return;
	}
	value.p = equals + 1;
	value.n = (size_t)(all.p + all.n - value.p);
	value = slice_trim(value);
	start = text + (value.p - text);
	start[value.n] = '\0';
	if (!utf8_valid(start, value.n, true))
		wrong = "this is not UTF-8 text";
	else if (start[0] == '\'' || start[0] == '"')
		wrong = unquote(start, value.n);
	if (wrong != NULL)
		line_fault(r, key, wrong);
	else
		r->visit(r->cx, r->line, key, start, r->arg);
}

static void
read_lines(struct reader *r, char *text, size_t n)
{
	size_t at = 0;

	while (at < n) {
		char *end = memchr(text + at, '\n', n - at);
		size_t next = end != NULL ? (size_t)(end - text) + 1 : n + 1;
		size_t length = next - 1 - at;

		if (length > 0 && text[at + length - 1] == '\r')
			length--;
		r->line++;
		read_line(r, text + at, length);
		at = next;
	}
}

/* Fills text, of CONF_FILE_MAX + 1 bytes; -1 with errno set, EFBIG when it is full. */
static ssize_t
read_all(int fd, char *text)
{
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, text + n, (size_t)CONF_FILE_MAX + 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -1 : (ssize_t)n;
		n += (size_t)got;
		if (n > CONF_FILE_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
}

static void
read_open_file(struct reader *r, struct conf_file *file, int fd)
{
	char *text = malloc((size_t)CONF_FILE_MAX + 1);
	struct stat st;
	ssize_t n;

	if (text == NULL || fstat(fd, &st) != 0 || (n = read_all(fd, text)) < 0) {
		ctx_fault(r->cx, "", "file", "%s: could not read settings: %s", r->path,
		    strerror(errno));
		free(text);
		return;
	}
	file->found = true;
	file->readable_by_all = (st.st_mode & S_IROTH) != 0;
	read_lines(r, text, (size_t)n);
	explicit_bzero(text, (size_t)n);
	free(text);
}

void
conf_file_read(struct ctx *cx, struct conf_file *file, conf_file_fn *visit, void *arg)
{
	struct reader r = {.cx = cx, .path = file->path, .visit = visit, .arg = arg};
	int fd = open(file->path, O_RDONLY | O_CLOEXEC);

	file->found = file->readable_by_all = false;
	if (fd < 0) {
		if (!file->optional || (errno != ENOENT && errno != ENOTDIR))
			ctx_fault(cx, "", "file", "%s: could not open settings: %s",
			    file->path, strerror(errno));
		return;
	}
	read_open_file(&r, file, fd);
	close(fd);
}

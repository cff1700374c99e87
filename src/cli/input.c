/* input.c - see input.h. */
#include "cli/input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum err
read_input(struct ctx *cx, const char *what, char *line, size_t size, size_t *n)
{
	*n = 0;
	for (;;) {
		ssize_t got = read(STDIN_FILENO, line + *n, size - *n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_tell(&cx->err, ERR_INVALID,
			    "could not read the %s: %s", what, strerror(errno));
		if (got == 0)
			return ERR_OK;
		*n += (size_t)got;
		if (*n == size)
			return err_tell(&cx->err, ERR_INVALID,
			    "the %s is longer than %zu bytes", what, size - 2);
	}
}

enum err
input_line(struct ctx *cx, const char *what, char *line, size_t size, size_t *n)
{
	enum err rc = read_input(cx, what, line, size, n);

	if (rc != ERR_OK)
		return rc;
	if (*n > 0 && line[*n - 1] == '\n')
		--*n;
	line[*n] = '\0';
	if (*n == 0)
		return err_tell(
		    &cx->err, ERR_INVALID, "the %s is missing on standard input", what);
	if (memchr(line, '\n', *n) != NULL || memchr(line, '\0', *n) != NULL)
		return err_tell(
		    &cx->err, ERR_INVALID, "the %s is not one line of text", what);
	return ERR_OK;
}

enum err
input_file(
    struct ctx *cx, const char *what, const char *path, size_t most, const char **text)
{
	char *bytes = arena_alloc(cx->mem, most + 3); /* a newline, one more, and NUL */
	FILE *f = fopen(path, "re");
	bool bad;
	size_t n;

	if (f == NULL)
		return err_tell(&cx->err, ERR_INVALID,
		    "could not open the %s \"%s\": %s", what, path, strerror(errno));
	n = fread(bytes, 1, most + 2, f);
	bad = ferror(f) != 0;
	(void)fclose(f);
	if (bad)
		return err_tell(
		    &cx->err, ERR_INVALID, "could not read the %s \"%s\"", what, path);
	if (n > 0 && bytes[n - 1] == '\n')
		bytes[--n] = '\0';
	if (n > most)
		return err_tell(&cx->err, ERR_INVALID,
		    "the %s is longer than %zu bytes", what, most);
	if (memchr(bytes, '\0', n) != NULL)
		return err_tell(&cx->err, ERR_INVALID, "the %s is not text", what);
	*text = bytes;
	return ERR_OK;
}

enum err
input_name_faults(struct ctx *cx, enum err rc)
{
	for (struct fault *f = cx->faults; f != NULL; f = f->next)
		f->message = arena_printf(cx->mem, "%s %s",
		    f->pointer[0] == '/' ? f->pointer + 1 : f->pointer, f->message);
	return rc;
}

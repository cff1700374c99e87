/* point.c - where tests stop a run; see creation.h. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "creation/creation.h"

enum { WAIT_MS = 10, RULES_MAX = 64 * 1024 };

/* One rule of the environment, in pieces. */
struct rule {
	struct slice whose, step, point; /* whose: empty for everybody */
	struct slice word, file;
};

static bool
read_rule(struct slice text, struct rule *out)
{
	struct slice left, one;

	*out = (struct rule){0};
	if (!slice_cut(&text, '=', &left) || !slice_cut(&text, ':', &out->word))
		return false;
	out->file = text;
	if (!slice_cut(&left, ':', &one))
		return false;
	out->point = left;
	(void)slice_cut(&one, '/', &out->step);
	if (one.p != NULL) {
		out->whose = out->step;
		out->step = one;
	}
	return true;
}

static bool
names_it(struct slice pattern, const char *what)
{
	return what != NULL && (slice_eq(pattern, "*") || slice_eq(pattern, what));
}

static bool
is_about(const struct rule *r, const struct making *m, const char *point)
{
	return names_it(r->step, m->step) && names_it(r->point, point) &&
	    (r->whose.n == 0 || names_it(r->whose, m->plan.slug) ||
		names_it(r->whose, m->tenant_id));
}

/* Of the environment, or of the file that it names by "@": read each time, so that a
 * test adds to it. */
static const char *
read_rules(void)
{
	static char text[RULES_MAX + 1];
	const char *rules = getenv("TENANTD_TEST_STOP");
	ssize_t n;
	int fd;

	if (rules == NULL || *rules != '@')
		return rules;
	fd = open(rules + 1, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	n = read(fd, text, RULES_MAX);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
wait_for(const char *file)
{
	while (access(file, F_OK) != 0)
		(void)poll(NULL, 0, WAIT_MS);
}

/* Whether this is the first time, of which the file is the mark; without one it always
 * is. */
static bool
is_first(const char *file)
{
	int fd;

	if (*file == '\0')
		return true;
	fd = open(file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* That it was passed. */
static void
note_down(const char *file, const struct making *m, const char *point)
{
	const int fd = open(file, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0666);

	if (fd < 0)
		return;
	(void)dprintf(fd, "%s:%s\n", m->step, point);
	(void)close(fd);
}

static enum err
follow(struct ctx *cx, const struct rule *r, const struct making *m, const char *point)
{
	const char *file = r->file.p != NULL ? slice_dup(cx->mem, r->file) : "";

	if (slice_eq(r->word, "wait"))
		wait_for(file);
	else if (slice_eq(r->word, "note"))
		note_down(file, m, point);
	else if (slice_eq(r->word, "kill") && is_first(file))
		(void)kill(getpid(), SIGKILL);
	else if (slice_eq(r->word, "fail") && is_first(file))
		return err_tell(&cx->err, ERR_UNAVAILABLE, "stopped at %s:%s by a test",
		    m->step, point);
	return ERR_OK;
}

enum err
creation_point(struct ctx *cx, const struct making *m, const char *point)
{
	const char *rules = read_rules();
	struct slice rest = slice_of(rules != NULL ? rules : ""), text;
	struct rule rule;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && slice_cut(&rest, ';', &text))
		if (read_rule(text, &rule) && is_about(&rule, m, point))
			rc = follow(cx, &rule, m, point);
	return rc;
}

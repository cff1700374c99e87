/* point.c - where tests stop a run; see creation.h. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "creation/creation.h"

enum { WAIT_MS = 10 };

/* The action that the environment has for this point, or nothing. */
static struct slice
action_at(const char *rules, const char *step, const char *point)
{
	struct slice rest = slice_of(rules), rule, name, at;

	while (slice_cut(&rest, ';', &rule)) {
		if (!slice_cut(&rule, ':', &name) || !slice_eq(name, step))
			continue;
		if (slice_cut(&rule, '=', &at) && slice_eq(at, point))
			return rule;
	}
	return (struct slice){0};
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

enum err
creation_point(struct ctx *cx, const struct making *m, const char *point)
{
	const char *rules = getenv("TENANTD_TEST_STOP"), *file;
	struct slice action, word = {0};

	if (rules == NULL)
		return ERR_OK;
	action = action_at(rules, m->step, point);
	if (!slice_cut(&action, ':', &word))
		return ERR_OK;
	file = action.p != NULL ? slice_dup(cx->mem, action) : "";
	if (slice_eq(word, "wait"))
		wait_for(file);
	else if (slice_eq(word, "kill") && is_first(file))
		(void)kill(getpid(), SIGKILL);
	else if (slice_eq(word, "fail") && is_first(file))
		return err_tell(&cx->err, ERR_UNAVAILABLE, "stopped at %s:%s by a test",
		    m->step, point);
	return ERR_OK;
}

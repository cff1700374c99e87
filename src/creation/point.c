/* point.c - where tests stop a run; see creation.h. */
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

enum err
creation_point(struct ctx *cx, const struct making *m, const char *point)
{
	const char *rules = getenv("TENANTD_TEST_STOP");
	struct slice action, word;

	if (rules == NULL)
		return ERR_OK;
	action = action_at(rules, m->step, point);
	if (slice_eq(action, "kill"))
		(void)kill(getpid(), SIGKILL);
	if (slice_eq(action, "fail"))
		return err_tell(&cx->err, ERR_UNAVAILABLE, "stopped at %s:%s by a test",
		    m->step, point);
	if (action.n > 0 && slice_cut(&action, ':', &word) && slice_eq(word, "wait"))
		wait_for(slice_dup(cx->mem, action));
	return ERR_OK;
}

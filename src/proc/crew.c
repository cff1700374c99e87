/* crew.c - see crew.h. */
#include "proc/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { YOUNG_MS = 2000, BACKOFF_FIRST_MS = 50, BACKOFF_MOST_MS = 5000 };

enum err
crew_init(struct crew *c)
{
	c->master = getpid();
	c->slots = scoreboard_slots(c->board);
	c->at = calloc((size_t)c->slots, sizeof(*c->at));
	if (c->at == NULL)
		return err_set(&c->cx->err, ERR_INTERNAL, "out of memory");
	return ERR_OK;
}

void
crew_fini(struct crew *c)
{
	free(c->at);
	c->at = NULL;
}

/* Nobody shall wait in a socket that those who accept have left. The number stays
 * taken: it may be that of standard input. */
static void
leave_socket(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, fd) < 0)
		close(fd);
	if (null >= 0)
		close(null);
}

/*
 * In the child. exit() and not _exit(), so that what watches the process (coverage,
 * leak checkers) has its say; the master has flushed what stdio held.
 */
_Noreturn static void
become_worker(struct crew *c, int slot)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != c->master)
		_exit(0); /* it died before it could tell us */
	scoreboard_set_pid(c->board, slot, (int)getpid());
	master_signals_leave(&c->signals, c->master, c->settings.drain_timeout_ms);
	if (c->at[slot].role == WORKER_FOR_REQUESTS)
		exit(c->hooks->work(c->hooks->app, slot, c->fd));
	leave_socket(c->fd);
	exit(c->hooks->work_jobs(c->hooks->app, slot));
}

/* Under the name that ps(1) is to show, from its first moment on. */
static pid_t
fork_named(enum worker_role role)
{
	char own[16] = "", name[16];
	pid_t pid;

	if (role == WORKER_FOR_REQUESTS)
		return fork();
	prctl(PR_GET_NAME, own);
	snprintf(name, sizeof(name), "%.10s-%s", own, scoreboard_role_name(role));
	prctl(PR_SET_NAME, name);
	if ((pid = fork()) != 0)
		prctl(PR_SET_NAME, own);
	return pid;
}

static int
double_backoff(const struct crew_member *m)
{
	if (m->backoff_ms == 0)
		return BACKOFF_FIRST_MS;
	return m->backoff_ms * 2 < BACKOFF_MOST_MS ? m->backoff_ms * 2
						   : BACKOFF_MOST_MS;
}

void
crew_start(struct crew *c, int slot, enum worker_role role, int64_t now)
{
	struct crew_member *m = &c->at[slot];
	struct worker_view view;
	pid_t pid;

	scoreboard_view(c->board, slot, &view);
	scoreboard_enter(c->board, slot, role);
	m->role = role;
	(void)fflush(NULL);
	if ((pid = fork_named(role)) == 0)
		become_worker(c, slot);
	m->generation = c->generation;
	m->told = m->killed = false;
	if (pid < 0) {
		log_event(LOG_ERROR, c->cx, "worker-fork-failed",
		    "role=%s slot=%d error=\"%s\"", scoreboard_role_name(role), slot,
		    strerror(errno));
		scoreboard_leave(c->board, slot, false);
		m->phase = CREW_WAITING;
		m->backoff_ms = double_backoff(m);
		m->due_ms = now + m->backoff_ms;
		return;
	}
	m->phase = CREW_RUNNING;
	m->pid = pid;
	m->done = view.done;
	m->started_ms = now;
	scoreboard_set_pid(c->board, slot, (int)pid);
	log_event(LOG_INFO, c->cx, "worker-started",
	    "worker=%ld role=%s slot=%d generation=%u", (long)pid,
	    scoreboard_role_name(role), slot, m->generation);
}

void
crew_tell(struct crew *c, int slot, int64_t now)
{
	struct crew_member *m = &c->at[slot];

	if (m->phase != CREW_RUNNING || m->told)
		return;
	m->told = true;
	m->due_ms = now + c->settings.drain_timeout_ms;
	kill(m->pid, SIGTERM);
}

/* What the worker was doing, as fields of a log line. */
static const char *
describe(const struct crew *c, int slot, char out[static 96])
{
	struct worker_view v;

	scoreboard_view(c->board, slot, &v);
	snprintf(out, 96, "state=%s state_ms=%lld %s=%llu",
	    scoreboard_state_name(v.state), (long long)(clock_mono_ms() - v.since_ms),
	    scoreboard_role_name(c->at[slot].role),
	    (unsigned long long)(v.done - c->at[slot].done));
	return out;
}

void
crew_kill(struct crew *c, int slot, const char *why)
{
	struct crew_member *m = &c->at[slot];
	char doing[96];

	if (m->phase != CREW_RUNNING || m->killed)
		return;
	m->killed = true;
	log_event(LOG_WARNING, c->cx, "worker-killed",
	    "worker=%ld role=%s slot=%d reason=%s %s", (long)m->pid,
	    scoreboard_role_name(m->role), slot, why, describe(c, slot, doing));
	kill(m->pid, SIGKILL);
}

void
crew_forward(const struct crew *c, int signo)
{
	for (int i = 0; i < c->slots; i++)
		if (c->at[i].phase == CREW_RUNNING)
			kill(c->at[i].pid, signo);
}

/* One that did something is replaced at once, however it ended: whoever kills many
 * leaves some to go on. One that did nothing must not be replaced at once for ever. */
void
crew_await(struct crew *c, int slot, int64_t now)
{
	struct crew_member *m = &c->at[slot];
	struct worker_view v;
	bool young;

	scoreboard_view(c->board, slot, &v);
	young = now - m->started_ms < YOUNG_MS && v.done == m->done;
	m->backoff_ms = young ? double_backoff(m) : 0;
	m->phase = CREW_WAITING;
	m->due_ms = now + m->backoff_ms;
}

static enum crew_end
end_of(const struct crew_member *m, int status)
{
	if (m->told)
		return CREW_END_LEFT;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG)
		return CREW_END_CONFIG;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return CREW_END_RETIRED;
	return CREW_END_DIED;
}

/* One that was told may also have been killed by us, or before it could listen. */
static bool
is_expected(const struct crew_member *m, int status, enum crew_end end)
{
	if (end == CREW_END_LEFT)
		return m->killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
		    (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	return end == CREW_END_RETIRED;
}

static void
log_end(struct crew *c, int slot, int status, enum crew_end end)
{
	bool signaled = WIFSIGNALED(status),
	     expected = is_expected(&c->at[slot], status, end);
	char doing[96];

	log_event(expected ? LOG_INFO : LOG_ERROR, c->cx,
	    expected ? "worker-ended" : "worker-died",
	    "worker=%ld role=%s slot=%d %s=%d told=%s %s", (long)c->at[slot].pid,
	    scoreboard_role_name(c->at[slot].role), slot,
	    signaled ? "signal" : "status",
	    signaled ? WTERMSIG(status) : WEXITSTATUS(status),
	    end == CREW_END_LEFT ? "yes" : "no", describe(c, slot, doing));
}

enum crew_end
crew_reap(struct crew *c, int *slot)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR))
		for (int i = 0; pid > 0 && i < c->slots; i++) {
			struct crew_member *m = &c->at[i];
			enum crew_end end;

			if (m->phase != CREW_RUNNING || m->pid != pid)
				continue;
			end = end_of(m, status);
			log_end(c, i, status, end);
			scoreboard_leave(c->board, i, end == CREW_END_DIED);
			wakeup_forget(c->hooks->wakeup, pid);
			m->phase = CREW_FREE;
			m->pid = 0;
			*slot = i;
			return end;
		}
	return CREW_END_NONE;
}

bool
crew_accepts(const struct crew *c, int slot)
{
	const struct crew_member *m = &c->at[slot];
	struct worker_view v;

	if (m->phase != CREW_RUNNING || m->told || m->killed)
		return false;
	scoreboard_view(c->board, slot, &v);
	return v.state == WORKER_IDLE || v.state == WORKER_BUSY;
}

int
crew_running(const struct crew *c)
{
	int n = 0;

	for (int i = 0; i < c->slots; i++)
		n += c->at[i].phase == CREW_RUNNING;
	return n;
}

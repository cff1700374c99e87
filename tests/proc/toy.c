/*
 * toy.c - a worker of a few commands under the real master, for drive.py.
 *
 * usage: toy ADDRESS SETTINGS LOG TIMEOUT_MS DRAIN_MS
 *
 * SETTINGS is a file of words: a number is the count of workers; `crash`, `config`,
 * `end` and `slow` say how new workers start, `linger` and `stay` how they end; those
 * after `jobs` are about job workers; anything else is a fault. A connection sends one
 * line and gets one back that starts with the worker's pid; the log tells when a worker
 * begins, and when it begins to rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "proc/listen.h"
#include "proc/master.h"
#include "proc/signals.h"

struct toy {
	struct scoreboard *board;
	struct wakeup *wakeup;
	const char *settings;
	char mode[16], jobs_mode[16];
};

static volatile sig_atomic_t stopped;

static void
stop(void)
{
	stopped = 1;
}

static void
rest(int64_t ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static bool
read_settings(struct toy *t, struct master_settings *out)
{
	static const char *const modes[] = {
	    "crash", "config", "end", "slow", "linger", "stay"};
	char text[64] = "", *mode = t->mode;
	FILE *f = fopen(t->settings, "r");
	struct slice rest_of, word;
	int64_t n;

	if (f == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	text[strcspn(text, "\n")] = '\0';
	t->mode[0] = t->jobs_mode[0] = '\0';
	rest_of = slice_of(text);
	while (slice_next(&rest_of, ' ', &word)) {
		bool known = slice_eq(word, "jobs");

		if (known)
			mode = t->jobs_mode;
		else if ((known = str_to_i64(word, 0, 512, &n)))
			*(mode == t->mode ? &out->workers : &out->job_workers) = (int)n;
		for (size_t i = 0; i < COUNT_OF(modes); i++)
			if (slice_eq(word, modes[i])) {
				known = true;
				snprintf(mode, sizeof(t->mode), "%s", modes[i]);
			}
		if (!known)
			return false;
	}
	return true;
}

static bool
reload(void *app, struct master_settings *settings)
{
	return read_settings(app, settings);
}

static void
answer(int fd, const char *more)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "%ld%s\n", (long)getpid(), more);

	(void)!write(fd, line, (size_t)n);
}

/* False: the worker retires. */
static bool
obey(const struct toy *t, int slot, int fd, char *line)
{
	char more[64] = "";
	int64_t ms;

	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "sleep", 5) == 0 || strcmp(line, "hang") == 0)
		log_event(LOG_INFO, NULL, "rests", "pid=%ld", (long)getpid());
	if (strcmp(line, "die") == 0)
		(void)raise(SIGKILL);
	else if (strcmp(line, "exit3") == 0)
		_exit(3);
	else if (strcmp(line, "config") == 0)
		_exit(EX_CONFIG);
	else if (strcmp(line, "hang") == 0)
		for (;;)
			rest(1000);
	else if (strncmp(line, "sleep ", 6) == 0 &&
	    str_to_i64(slice_of(line + 6), 0, 60000, &ms))
		rest(ms);
	else if (strncmp(line, "allow ", 6) == 0 &&
	    str_to_i64(slice_of(line + 6), 0, 60000, &ms)) {
		scoreboard_allow(t->board, slot, (int)ms);
		rest(ms);
	} else if (strcmp(line, "restarts") == 0)
		snprintf(more, sizeof(more), " %llu %llu",
		    (unsigned long long)scoreboard_restarts(
			t->board, WORKER_FOR_REQUESTS),
		    (unsigned long long)scoreboard_restarts(t->board, WORKER_FOR_JOBS));
	else if (strcmp(line, "wake") == 0)
		wakeup_signal(t->wakeup);
	else if (strcmp(line, "news") == 0)
		snprintf(more, sizeof(more), " %llu",
		    (unsigned long long)wakeup_published(t->wakeup));
	else if (strcmp(line, "seat") == 0) {
		bool got = wakeup_wait_begin(t->wakeup, 1);

		snprintf(more, sizeof(more), " %d %d", got, wakeup_waiting(t->wakeup));
	}
	answer(fd, more);
	return strcmp(line, "retire") != 0;
}

static bool
serve_one(const struct toy *t, int slot, int listener)
{
	int fd = accept(listener, NULL, NULL);
	bool go_on = true;
	char line[64];
	ssize_t n;

	if (fd < 0)
		return true;
	scoreboard_state(t->board, slot, WORKER_BUSY);
	while ((n = read(fd, line, sizeof(line) - 1)) < 0 && errno == EINTR)
		;
	if (n > 0) {
		line[n] = '\0';
		go_on = obey(t, slot, fd, line);
	}
	close(fd);
	scoreboard_request(t->board, slot, 0, 200, 1);
	scoreboard_state(t->board, slot, WORKER_IDLE);
	return go_on;
}

/* False: it ends at once, with *status. */
static bool
start(const char *mode, int *status)
{
	worker_signals_install(stop);
	if (strcmp(mode, "slow") == 0)
		rest(600);
	*status = strcmp(mode, "crash") == 0 ? 3
	    : strcmp(mode, "config") == 0    ? EX_CONFIG
					     : 0;
	if (*status == 0)
		log_event(LOG_INFO, NULL, "begins", "mode=%s", mode);
	return *status == 0 && strcmp(mode, "end") != 0;
}

static void
reopen_log(int slot)
{
	if (!worker_log_reopen_wanted())
		return;
	log_reopen();
	log_event(LOG_INFO, NULL, "reopened", "slot=%d", slot);
}

static void
finish(const struct toy *t, int slot, const char *mode)
{
	scoreboard_state(t->board, slot, WORKER_DRAINING);
	if (strcmp(mode, "linger") == 0)
		rest(600);
	while (strcmp(mode, "stay") == 0)
		rest(1000);
}

static int
work(void *app, int slot, int fd)
{
	const struct toy *t = app;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int status;

	if (!start(t->mode, &status))
		return status;
	scoreboard_state(t->board, slot, WORKER_IDLE);
	while (!stopped) {
		reopen_log(slot);
		if (poll(&p, 1, 50) > 0 && !serve_one(t, slot, fd))
			break;
	}
	finish(t, slot, t->mode);
	return 0;
}

/* Each wake-up is a job, and news. */
static int
work_jobs(void *app, int slot)
{
	const struct toy *t = app;
	struct pollfd p = {.fd = wakeup_fd(t->wakeup), .events = POLLIN};
	int status;

	if (!start(t->jobs_mode, &status))
		return status;
	while (!stopped) {
		reopen_log(slot);
		scoreboard_state(t->board, slot, WORKER_IDLE);
		if (poll(&p, 1, 50) > 0 && wakeup_take(t->wakeup)) {
			log_event(LOG_INFO, NULL, "woken", "slot=%d", slot);
			scoreboard_job(t->board, slot);
			wakeup_publish(t->wakeup, wakeup_published(t->wakeup) + 1);
		}
	}
	finish(t, slot, t->jobs_mode);
	return 0;
}

int
main(int argc, char **argv)
{
	struct toy t = {.settings = argc == 6 ? argv[2] : ""};
	struct master_settings settings = {.workers = 2};
	struct master_hooks hooks = {
	    .work = work, .work_jobs = work_jobs, .reload = reload, .app = &t};
	struct listener l;
	struct ctx cx;
	int64_t timeout, drain;
	enum err rc;

	ctx_init(&cx, arena_new(1024 * 1024));
	if (argc != 6 || !str_to_i64(slice_of(argv[4]), 1, 600000, &timeout) ||
	    !str_to_i64(slice_of(argv[5]), 1, 600000, &drain) ||
	    !read_settings(&t, &settings))
		return EX_USAGE;
	settings.request_timeout_ms = (int)timeout;
	settings.job_silence_ms = 2 * (int)timeout;
	settings.drain_timeout_ms = (int)drain;
	if ((rc = log_open(&cx.err, argv[3], LOG_DEBUG)) == ERR_OK &&
	    (rc = scoreboard_new(&cx, settings.workers, 1, 0, &t.board)) == ERR_OK &&
	    (rc = wakeup_new(&cx, &t.wakeup)) == ERR_OK &&
	    (rc = listen_open(&cx, argv[1], 0600, 64, &l)) == ERR_OK) {
		/* Workers share it: the one that loses the race must not block in
		 * accept. */
		int flags = fcntl(l.fd, F_GETFL);

		fcntl(l.fd, F_SETFL, flags | O_NONBLOCK);
		hooks.wakeup = t.wakeup;
		rc = master_run(&cx, l.fd, t.board, &settings, &hooks);
		listen_close(&l);
	}
	if (rc != ERR_OK)
		log_error(LOG_ERROR, &cx, "toy-failed");
	wakeup_free(t.wakeup);
	scoreboard_free(t.board);
	arena_free(cx.mem);
	return err_exit(rc);
}

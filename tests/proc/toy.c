/*
 * toy.c - a worker of a few commands under the real master, for drive.py.
 *
 * usage: toy ADDRESS SETTINGS LOG TIMEOUT_MS DRAIN_MS
 *
 * SETTINGS is a file of words: a number is the count of workers; `crash`, `config`,
 * `end` and `slow` say how new workers start; anything else is a fault. A connection
 * sends one line and gets one back that starts with the worker's pid.
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
	const char *settings;
	char mode[16];
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
read_settings(struct toy *t, int *workers)
{
	char text[64] = "";
	FILE *f = fopen(t->settings, "r");
	struct slice rest_of, word;
	int64_t n;

	if (f == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	text[strcspn(text, "\n")] = '\0';
	t->mode[0] = '\0';
	rest_of = slice_of(text);
	while (slice_next(&rest_of, ' ', &word))
		if (str_to_i64(word, 1, 512, &n))
			*workers = (int)n;
		else if (slice_eq(word, "crash") || slice_eq(word, "config") ||
		    slice_eq(word, "end") || slice_eq(word, "slow"))
			snprintf(t->mode, sizeof(t->mode), "%.*s", (int)word.n, word.p);
		else
			return false;
	return true;
}

static bool
reload(void *app, struct master_settings *settings)
{
	return read_settings(app, &settings->workers);
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
obey(const struct toy *t, int fd, char *line)
{
	char more[64] = "";
	int64_t ms;

	line[strcspn(line, "\r\n")] = '\0';
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
	else if (strcmp(line, "restarts") == 0)
		snprintf(more, sizeof(more), " %llu",
		    (unsigned long long)scoreboard_restarts(t->board));
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
		go_on = obey(t, fd, line);
	}
	close(fd);
	scoreboard_request(t->board, slot, 0, 200, 1);
	scoreboard_state(t->board, slot, WORKER_IDLE);
	return go_on;
}

static int
work(void *app, int slot, int fd)
{
	const struct toy *t = app;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	worker_signals_install(stop);
	if (strcmp(t->mode, "crash") == 0)
		return 3;
	if (strcmp(t->mode, "config") == 0)
		return EX_CONFIG;
	if (strcmp(t->mode, "end") == 0)
		return 0;
	if (strcmp(t->mode, "slow") == 0)
		rest(300);
	scoreboard_state(t->board, slot, WORKER_IDLE);
	while (!stopped) {
		if (worker_log_reopen_wanted()) {
			log_reopen();
			log_event(LOG_INFO, NULL, "reopened", "slot=%d", slot);
		}
		if (poll(&p, 1, 50) > 0 && !serve_one(t, slot, fd))
			break;
	}
	scoreboard_state(t->board, slot, WORKER_DRAINING);
	return 0;
}

int
main(int argc, char **argv)
{
	struct toy t = {.settings = argc == 6 ? argv[2] : ""};
	struct master_settings settings = {.workers = 2};
	struct master_hooks hooks = {.work = work, .reload = reload, .app = &t};
	struct listener l;
	struct ctx cx;
	int64_t timeout, drain;
	enum err rc;

	ctx_init(&cx, arena_new(1024 * 1024));
	if (argc != 6 || !str_to_i64(slice_of(argv[4]), 1, 600000, &timeout) ||
	    !str_to_i64(slice_of(argv[5]), 1, 600000, &drain) ||
	    !read_settings(&t, &settings.workers))
		return EX_USAGE;
	settings.request_timeout_ms = (int)timeout;
	settings.drain_timeout_ms = (int)drain;
	if ((rc = log_open(&cx.err, argv[3], LOG_DEBUG)) == ERR_OK &&
	    (rc = scoreboard_new(&cx, settings.workers, 1, &t.board)) == ERR_OK &&
	    (rc = listen_open(&cx, argv[1], 0600, 64, &l)) == ERR_OK) {
		/* Workers share it: the one that loses the race must not block in
		 * accept. */
		int flags = fcntl(l.fd, F_GETFL);

		fcntl(l.fd, F_SETFL, flags | O_NONBLOCK);
		rc = master_run(&cx, l.fd, t.board, &settings, &hooks);
		listen_close(&l);
	}
	if (rc != ERR_OK)
		log_error(LOG_ERROR, &cx, "toy-failed");
	scoreboard_free(t.board);
	arena_free(cx.mem);
	return err_exit(rc);
}

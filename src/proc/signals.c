/* signals.c - see signals.h. */
#include "proc/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int master_set[MASTER_SIGNALS] = {
    SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD};

/* -- worker -- */

static struct {
	void (*stop)(void);
	volatile sig_atomic_t reopen, reload;
	pid_t master;
	unsigned grace_s;
} worker;

static void
on_term(int signo)
{
	int why = errno;

	(void)signo;
	/* Nobody is left to kill it if it hangs. */
	if (worker.master != 0 && getppid() != worker.master)
		alarm(worker.grace_s);
	worker.stop();
	errno = why;
}

static void
on_usr1(int signo)
{
	(void)signo;
	worker.reopen = 1;
}

static void
on_hup(int signo)
{
	(void)signo;
	worker.reload = 1;
}

static void
handle(int signo, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};

	sigemptyset(&sa.sa_mask);
	sigaction(signo, &sa, NULL);
}

void
signals_ignore_lost_output(void)
{
	handle(SIGPIPE, SIG_IGN);
	handle(SIGXFSZ, SIG_IGN);
}

void
worker_signals_install(void (*stop)(void))
{
	worker.stop = stop;
	handle(SIGTERM, on_term);
	handle(SIGUSR1, on_usr1);
	handle(SIGALRM, SIG_DFL);
	handle(SIGINT, SIG_IGN);
	handle(SIGHUP, SIG_IGN);
	handle(SIGQUIT, SIG_IGN);
	signals_ignore_lost_output();
}

bool
worker_log_reopen_wanted(void)
{
	if (!worker.reopen)
		return false;
	worker.reopen = 0;
	return true;
}

void
alone_signals_install(void (*stop)(void))
{
	worker_signals_install(stop);
	handle(SIGINT, on_term);
	handle(SIGHUP, on_hup);
	handle(SIGQUIT, SIG_DFL);
}

bool
alone_reload_wanted(void)
{
	if (!worker.reload)
		return false;
	worker.reload = 0;
	return true;
}

/* -- master -- */

enum err
master_signals_open(struct ctx *cx, struct master_signals *s)
{
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < MASTER_SIGNALS; i++)
		sigaddset(&set, master_set[i]);
	if ((s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return err_set(&cx->err, ERR_INTERNAL, "could not make a signalfd: %s",
		    strerror(errno));
	sigprocmask(SIG_BLOCK, &set, &s->mask_was);
	/* One that the shell has us ignore would not reach the descriptor. */
	for (int i = 0; i < MASTER_SIGNALS; i++) {
		sigaction(master_set[i], NULL, &s->was[i]);
		handle(master_set[i], SIG_DFL);
	}
	return ERR_OK;
}

void
master_signals_close(struct master_signals *s)
{
	while (master_signals_next(s) != 0)
		;
	close(s->fd);
	s->fd = -1;
	for (int i = 0; i < MASTER_SIGNALS; i++)
		sigaction(master_set[i], &s->was[i], NULL);
	sigprocmask(SIG_SETMASK, &s->mask_was, NULL);
}

int
master_signals_next(struct master_signals *s)
{
	struct signalfd_siginfo info;
	ssize_t n;

	do
		n = read(s->fd, &info, sizeof(info));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}

void
master_signals_leave(struct master_signals *s, pid_t master, int drain_ms)
{
	sigset_t mask = s->mask_was;

	close(s->fd);
	worker.master = master;
	worker.grace_s = (unsigned)(drain_ms / 1000) + 1;
	handle(SIGINT, SIG_IGN);
	handle(SIGHUP, SIG_IGN);
	handle(SIGQUIT, SIG_IGN);
	/* It may be forked with the old log open just before the master opens a new
	 * one. */
	handle(SIGUSR1, on_usr1);
	/* A master that was started with these blocked still stops its workers. */
	sigdelset(&mask, SIGTERM);
	sigdelset(&mask, SIGUSR1);
	sigdelset(&mask, SIGALRM);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

/*
 * serve.h - the server: settings, socket, shared memory, master, workers.
 *
 * Owner:    main.
 * Lifetime: serve_main() returns when the server has stopped.
 * Threads:  one a process.
 * Failure:  told on standard error before the log is open, in the log after; the exit
 *           status is sysexits.h's.
 */
#ifndef TENANTD_MAIN_SERVE_H
#define TENANTD_MAIN_SERVE_H

/* config_path: the settings file, NULL: the usual one. listen: instead of LISTEN, NULL:
 * as the settings say. */
int serve_main(const char *config_path, const char *listen);
/* The same program behind a plain CGI server: one request, no master, no socket. */
int serve_cgi(void);

#endif

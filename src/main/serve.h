/*
 * serve.h - the server: from settings to workers that answer.
 *
 * Owner:    main.
 * Lifetime: until told to stop.
 * Threads:  one a process.
 * Failure:  tells standard error what is wrong and returns the error's exit status.
 */
#ifndef TENANTD_MAIN_SERVE_H
#define TENANTD_MAIN_SERVE_H

/* config_path: the settings file, NULL: see conf_load(). listen: an address instead of
 * LISTEN, or NULL. Under CGI, one request is answered. */
int serve_main(const char *config_path, const char *listen);

#endif

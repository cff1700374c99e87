/*
 * redis.h - one connection to a Redis server (RESP2), through hiredis; opened when
 * first needed, opened again after a loss.
 *
 * A URL is one of
 *
 *   redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]
 *   unix://[USER[:PASSWORD]@]/PATH/OF/SOCKET[?db=DATABASE]
 *
 * with "%" escapes in user, password and path; a password alone is that of the user
 * "default". There is no TLS: Debian's hiredis is built without it. What leaves this
 * host goes through a tunnel (stunnel, or a network that encrypts).
 *
 * Owner:    the process that made it, after the fork.
 * Lifetime: until redis_free(); replies live in the arena of the ctx of their call.
 * Threads:  one.
 * Failure:  every wait ends at the ctx's deadline or the connection's own limit, but
 *           that for a name server: ERR_UNAVAILABLE, told, without a secret. A command
 *           is not tried again once it was sent. That Redis refuses it is no failure:
 *           the caller judges the reply. ERR_CONFIG, told: the URL is none.
 */
#ifndef TENANTD_NET_REDIS_H
#define TENANTD_NET_REDIS_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/str.h"

enum { REDIS_PORT_DEFAULT = 6379, REDIS_DATABASE_MAX = 65535 };

/* What a URL says. Not set: NULL. */
struct redis_place {
	const char *host, *path; /* one of them */
	const char *user, *password;
	int port, database;
};

/* Texts are made in mem. NULL: it is read; else why not, to follow "the URL ". */
const char *redis_place_read(
    struct arena *mem, const char *url, struct redis_place *out) MUST_CHECK;
/* As a URL, with the secret that it may hold. */
const char *redis_place_url(struct arena *mem, const struct redis_place *p) MUST_CHECK;

struct redis;

struct redis_settings {
	const char *url; /* copied */
	int timeout_ms;  /* for connecting, and for each command */
};

struct redis *redis_new(
    const struct redis_settings *settings); /* connects to nothing */
void redis_free(struct redis *r);
int redis_database(const struct redis *r); /* that its URL says */
void redis_drop(struct redis *r); /* the next command opens another connection */

enum redis_kind {
	REDIS_IS_NIL,
	REDIS_IS_WORD, /* such as "OK" */
	REDIS_IS_TEXT,
	REDIS_IS_NUMBER,
	REDIS_IS_LIST,
	REDIS_IS_REFUSAL, /* text: "CODE why" */
};

struct redis_reply {
	enum redis_kind kind;
	struct slice text; /* of WORD, TEXT, REFUSAL; NUL-terminated as well */
	long long number;
	const struct redis_reply *items;
	int count;
};

/* words: the command and what it takes. */
enum err redis_ask(struct ctx *cx, struct redis *r, const struct slice *words,
    size_t count, const struct redis_reply **reply) MUST_CHECK;
/* The same of texts, NULL-terminated. */
enum err redis_ask_texts(struct ctx *cx, struct redis *r, const char *const *texts,
    const struct redis_reply **reply) MUST_CHECK;
#define REDIS_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif

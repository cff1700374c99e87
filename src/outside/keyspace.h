/*
 * keyspace.h - a tenant's part of a Redis server: a user (ACL, Redis 7.0 or newer) who
 * reaches the keys and channels below the tenant's prefix, and nothing else.
 *
 * Patterns of keys bind only commands that name keys. What tells of others' keys
 * without naming any (SCAN, KEYS, RANDOMKEY, DBSIZE, CLIENT TRACKING, PUBSUB, …), what
 * is everybody's (FLUSHALL, SCRIPT, FUNCTION, CONFIG, …) and what could hold up all
 * others (EVAL) is left out: the user has what is named in keyspace.c, and no more.
 *
 * What is ours carries a mark, the channel "tenantd:" and the resource's id among those
 * of the user. A user without it is never changed nor removed. Only a digest of a
 * password is sent.
 *
 * Owner:    Redis; texts live in the arena of the ctx.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as net/redis.h; ERR_OUTSIDE_FAILED, told: Redis refuses a command, most
 *           likely as our own user may not change users; ERR_CONFLICT, told: somebody
 *           else has a user of the name, or Redis is not set up here.
 */
#ifndef TENANTD_OUTSIDE_KEYSPACE_H
#define TENANTD_OUTSIDE_KEYSPACE_H

#include "outside/stores.h"

struct keyspace {
	const char *user;
	const char *prefix; /* of its keys */
	const char *mark;   /* the resource's id */
};

/* "tenant_" and the digits of the tenant's id; REDIS_PREFIX, that id, ":". */
const char *keyspace_user(struct arena *mem, const char *tenant_id);
const char *keyspace_prefix(
    struct arena *mem, const struct conf *conf, const char *tenant_id);
/* A new password, without characters that a URL would escape. */
enum err keyspace_password(struct ctx *cx, const char **out) MUST_CHECK;
/* As the tenant's own applications sign in; a secret. */
enum err keyspace_url(struct ctx *cx, const struct conf *conf, const char *user,
    const char *password, const char **out) MUST_CHECK;

enum keyspace_state {
	KEYSPACE_UNSET,
	KEYSPACE_ABSENT,
	KEYSPACE_FOREIGN, /* a user of that name, without the mark */
	KEYSPACE_ON,
	KEYSPACE_OFF
};
struct keyspace_look {
	enum keyspace_state state;
	bool password; /* it has the one that was asked about, and no other */
	bool kept;     /* users outlive a restart of Redis */
};
/* password NULL: none is asked about. */
enum err keyspace_look(struct ctx *cx, struct stores *s, const struct keyspace *k,
    const char *password, struct keyspace_look *out) MUST_CHECK;

/* Makes the user, or makes it again what it should be: with this password and no
 * other, on or off. */
enum err keyspace_make(struct ctx *cx, struct stores *s, const struct keyspace *k,
    const char *password, bool on) MUST_CHECK;
/* Ends its connections; it may make others. */
enum err keyspace_disconnect(
    struct ctx *cx, struct stores *s, const struct keyspace *k) MUST_CHECK;
/* Ends its connections, and lets it make no other; nothing where there is none. */
enum err keyspace_stop(
    struct ctx *cx, struct stores *s, const struct keyspace *k) MUST_CHECK;
enum err keyspace_start(
    struct ctx *cx, struct stores *s, const struct keyspace *k) MUST_CHECK;
/* Its connections, its keys in all databases, and the user; nothing where it has no
 * mark. used: keys are removed also where the user is gone. May be run again after it
 * ran to any point. */
enum err keyspace_remove(
    struct ctx *cx, struct stores *s, const struct keyspace *k, bool used) MUST_CHECK;

#endif

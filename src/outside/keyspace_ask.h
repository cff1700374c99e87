/*
 * keyspace_ask.h - what the files of keyspace.h share: commands that must not be
 * refused.
 *
 * Owner, lifetime, threads, failure: as keyspace.h.
 */
#ifndef TENANTD_OUTSIDE_KEYSPACE_ASK_H
#define TENANTD_OUTSIDE_KEYSPACE_ASK_H

#include "outside/keyspace.h"

enum err keyspace_ask(struct ctx *cx, struct redis *r, const char *const *words,
    const struct redis_reply **reply) MUST_CHECK;
enum err keyspace_keep(struct ctx *cx, struct redis *r) MUST_CHECK;
enum err keyspace_kill(
    struct ctx *cx, struct redis *r, const struct keyspace *k) MUST_CHECK;

#endif

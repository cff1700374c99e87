/*
 * identity.h - the identity provider is told to whom a user belongs.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  that of db_queue().
 */
#ifndef TENANTD_IDENTITY_IDENTITY_H
#define TENANTD_IDENTITY_IDENTITY_H

#include "base/ctx.h"
#include "conf/conf.h"
#include "db/db.h"
#include "events/sequence.h"

/* Inside a transaction: queues a job for each user that the batch is about, where a
 * provider is configured. */
enum err identity_fan_out(struct ctx *cx, struct db *db, const struct conf *conf,
    const struct event_batch *batch) MUST_CHECK;

#endif

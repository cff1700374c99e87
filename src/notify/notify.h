/*
 * notify.h - what follows from events for people: notifications by kinds.def, alerts by
 * the rules that tenants and the platform have (rule.h), and mails.
 *
 * Owner:    the transaction of the caller.
 * Lifetime: that transaction.
 * Threads:  one.
 * Failure:  that of db_query().
 */
#ifndef TENANTD_NOTIFY_NOTIFY_H
#define TENANTD_NOTIFY_NOTIFY_H

#include <stdbool.h>

#include "conf/conf.h"
#include "db/db.h"
#include "events/sequence.h"

/* Inside a transaction in the management context, for events that just got their
 * numbers. Mails are queued only where there is a server that takes them. *more: alerts
 * were raised, which are events. */
enum err notify_fan_out(struct ctx *cx, struct db *db, const struct conf *conf,
    const struct event_batch *batch, bool *more) MUST_CHECK;

#endif
